import { DiagnosticSeverity, type CancellationToken } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Language } from '../../../l10n/language';
import { problemMessage } from '../../../l10n/problems';
import { loadBudgets, type LoadedBudgets } from '../../engine/budgets/load';
import { chipProblem } from '../../engine/chips/userChips';
import { parseJsonWithComments, type JsonText } from '../../engine/json';
import type { System } from '../../engine/systems/system';
import { BudgetFigures, type PresentFigures } from '../../workspace/budgetFigures';
import type { Documents } from '../../workspace/documents';
import type { ModelFiles } from '../../workspace/modelFiles';
import type { Own } from '../../workspace/own';
import type { Available } from '../../workspace/ownChips';
import type { Editor } from '../editor';

/** A budget file as the editor has it, with everything that it names looked up. */
export interface ReadBudgets {
  readonly document: TextDocument;
  /** Null where the text is no JSON. */
  readonly json: JsonText | null;
  readonly loaded: LoadedBudgets | null;
  readonly chips: Available;
  readonly systems: readonly System[];
}

/** A budget file with what its models cost now. */
export interface PresentBudgets extends ReadBudgets {
  readonly json: JsonText;
  readonly figures: readonly PresentFigures[];
}

/** What the server has of an editor's files. */
interface Surroundings {
  readonly documents: Documents;
  readonly own: Own;
  readonly files: ModelFiles;
  readonly editor: Editor;
  readonly language: () => Language;
  /** The chips of the workspace as a whole. */
  chips(): Promise<Available>;
}

/** The budget files that an editor has open. */
export class Budgets {
  readonly figures: BudgetFigures;

  constructor(private readonly context: Surroundings) {
    this.figures = new BudgetFigures(context.files, context.language);
  }

  /** Null for a file that is not open. */
  async read(uri: string): Promise<ReadBudgets | null> {
    const text = this.context.documents.get(uri)?.text;
    if (typeof text !== 'string') return null;
    const [chips, systems] = [await this.context.chips(), await this.context.own.systems.all()];
    const known = {
      chip: (id: string) => chips.catalogue.byId(id),
      system: (id: string) => systems.find((system) => system.id === id),
    };
    const parsed = parseJsonWithComments(text);
    const json = parsed.ok ? parsed.json : null;
    const document = TextDocument.create(uri, 'jsonc', 0, text);
    return { document, json, loaded: json && loadBudgets(json.value, known), chips, systems };
  }

  /** What the models of a file cost now; null while it has errors. */
  async present(uri: string, token: CancellationToken): Promise<PresentBudgets | null> {
    const read = await this.read(uri);
    if (!read?.json || !read.loaded?.budgets) return null;
    const isOver = (): boolean => token.isCancellationRequested;
    const figures = await this.figures.of(uri, read.loaded.budgets, read.chips.generation, isOver);
    return { ...read, json: read.json, figures };
  }

  /** Tells the mistakes of a file; those that its schema forbids our own editor tells itself. */
  async tell(uri: string): Promise<void> {
    const { editor, language } = this.context;
    const read = await this.read(uri);
    if (!read) return;
    const { document, json, loaded } = read;
    const problems = loaded?.problems ?? [{ ...chipProblem('chip.syntax', [], {}), bySchema: true }];
    const told = problems.filter(({ bySchema }) => !(bySchema && editor.isOurs));
    const rangeOf = ({ path, ofKey }: (typeof told)[number]): { start: number; end: number } =>
      json?.spanOf(path, ofKey) ?? { start: 0, end: 1 };
    editor.publish(
      uri,
      told.map((problem) => {
        const { start, end } = rangeOf(problem);
        return {
          range: { start: document.positionAt(start), end: document.positionAt(end) },
          severity: DiagnosticSeverity.Error,
          source: 'siliconlens',
          code: problem.code,
          message: problemMessage(language(), problem),
        };
      }),
    );
  }

  /** A file is closed: what was told of it is gone. */
  closed(uri: string): void {
    this.context.editor.publish(uri, []);
  }
}
