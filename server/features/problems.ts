import { DocumentDiagnosticReportKind } from 'vscode-languageserver';
import type { DocumentDiagnosticReport } from 'vscode-languageserver';
import type { Analysis, PlacedProblem } from '../workspace/analysis';
import { isHandWritten } from '../workspace/reading';
import { textModel } from '../workspace/textModels';
import type { ServerContext } from './context';
import { diagnostics } from './diagnostics';
import type { Feature } from './feature';
import { describe, handler, whileWanted } from './handler';
import { suggestionDiagnostics } from './suggestions';
import { textProblems, withTextProblems } from './textDiagnostics';

/** Problems of open documents, for editors that ask for them. */
export const problemsFeature: Feature = {
  capability: ({ textDocument }) =>
    textDocument?.diagnostic
      ? {
          diagnosticProvider: {
            identifier: 'siliconlens',
            interFileDependencies: false,
            workspaceDiagnostics: false,
          },
        }
      : null,
  register: (context) => {
    const { connection, log, models, working } = context;
    connection.languages.diagnostics.on(
      handler(
        log,
        'diagnostics',
        (): DocumentDiagnosticReport => ({ kind: DocumentDiagnosticReportKind.Full, items: [] }),
        async ({ textDocument, previousResultId }, token): Promise<DocumentDiagnosticReport> => {
          const analysis = await whileWanted(models.analysis(textDocument.uri), token);
          return working.during(textDocument.uri, () => report(context, analysis, previousResultId));
        },
      ),
    );
  },
};

/** Problems of open documents, for editors that only listen: told when there are others. */
export class ToldProblems {
  /** What was told last, by document. */
  private readonly told = new Map<string, string>();

  constructor(private readonly context: ServerContext) {}

  /** Tells the problems of an analysis while it is the latest of an open document. */
  tell(analysis: Analysis): void {
    const { editor, log } = this.context;
    if (!editor.isToldProblems || !this.isLatest(analysis)) return;
    const { uri } = analysis.listing;
    report(this.context, analysis, this.told.get(uri))
      .then((found) => {
        if (found.kind !== DocumentDiagnosticReportKind.Full || !this.isLatest(analysis)) return;
        this.told.set(uri, found.resultId ?? '');
        editor.publish(uri, found.items);
      })
      .catch((error: unknown) => log.error(`diagnostics: ${describe(error)}`));
  }

  /** Something changed that no document shows. */
  refresh(): void {
    const { documents, editor, models } = this.context;
    if (!editor.isToldProblems) return;
    for (const { uri } of documents.all())
      editor.watch(models.analysis(uri).then((analysis) => analysis && this.tell(analysis)));
  }

  closed(uri: string): void {
    if (this.told.delete(uri)) this.context.editor.publish(uri, []);
  }

  private isLatest(analysis: Analysis): boolean {
    const { documents, models } = this.context;
    const { uri } = analysis.listing;
    return documents.get(uri) !== undefined && models.finished(uri) === analysis;
  }
}

async function report(
  context: ServerContext,
  analysis: Analysis | null,
  previous: string | undefined,
): Promise<DocumentDiagnosticReport> {
  if (!analysis) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
  // Files of weights are looked at after the listing is there, and what to do next is found after the costs.
  const next = suggestionDiagnostics(analysis, context.language());
  const resultId = `${analysis.revision}.${analysis.listing.external.revision}.${next.length}`;
  if (resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
  const items = diagnostics(analysis, context.language(), await allProblems(context, analysis));
  return { kind: DocumentDiagnosticReportKind.Full, resultId, items: [...items, ...next] };
}

/** The problems of an analysis; in a hand-written text those of its words too. */
async function allProblems(context: ServerContext, analysis: Analysis): Promise<readonly PlacedProblem[]> {
  const { uri } = analysis.listing;
  const served = isHandWritten(uri) ? await context.models.view(uri) : undefined;
  const problems = [...analysis.problems, ...analysis.listing.external.problems];
  if (served?.listing !== analysis.listing) return problems;
  return withTextProblems(problems, await textProblems(textModel(served), analysis));
}
