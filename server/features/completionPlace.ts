import { CompletionItemKind, InsertTextFormat } from 'vscode-languageserver';
import type { CompletionItem, Position } from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import type { Scope } from '../engine/formats/onnxText/places';
import { quote } from '../engine/formats/onnxText/words';
import type { OperatorSet, ValueType } from '../engine/graph/model';
import { schemaAt, schemaOfFunction } from '../engine/operators/schema';
import type { OperatorSchema } from '../engine/operators/schema';
import { importsOf, tokenBefore, versionInForce } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import type { OperatorWords } from './textBrackets';
import type { TextContext } from './textContext';

export interface CompletionOptions {
  readonly language: Language;
  /** The client fills in places within what it inserts. */
  readonly snippets: boolean;
  /** The client knows kinds of items beyond the protocol's first version. */
  readonly newKinds?: boolean;
  /** Inferred types by name, from the last analysis. */
  readonly types: ReadonlyMap<string, ValueType>;
}

/** Kinds up to this one are known to every client. */
const lastOldKind = CompletionItemKind.Reference;

/** Where something is to be completed, and how an item is put there. */
export class CompletionPlace {
  readonly scope: Scope | null;
  readonly imports: readonly OperatorSet[];

  constructor(
    readonly model: TextModel,
    readonly at: Position,
    readonly context: TextContext,
    readonly options: CompletionOptions,
  ) {
    this.scope = model.listing.positions.scopeAt(at.line);
    this.imports = importsOf(model.listing, this.scope);
  }

  item(
    label: string,
    kind: CompletionItemKind,
    more: Partial<CompletionItem> & { insert?: string; snippet?: string } = {},
  ): CompletionItem {
    const { insert, snippet, ...rest } = more;
    const isSnippet = snippet !== undefined && this.options.snippets;
    const newText = isSnippet ? snippet : (insert ?? label);
    return {
      label,
      ...((kind <= lastOldKind || this.options.newKinds) && { kind }),
      textEdit: { range: this.context.word, newText },
      ...(isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
      // A quoted word is compared with its quotes, a bare one without.
      ...(this.isQuoted && !isSnippet && { filterText: newText.startsWith('"') ? newText : quote(label) }),
      ...rest,
    };
  }

  /** The word at the cursor begins with a quotation mark. */
  private get isQuoted(): boolean {
    const { line, character } = this.context.word.start;
    const token = this.model.tokens[tokenBefore(this.model.tokens, { line, character: character + 1 })];
    return token?.kind === 'string' && token.line === line && token.character === character;
  }

  /** One of these marks follows already. */
  isNext(...marks: string[]): boolean {
    const { next } = this.context;
    return next?.kind === 'mark' && marks.includes(next.text);
  }

  /** The schema of an operator or function that is in force here. */
  schema({ domain, name }: OperatorWords): OperatorSchema | undefined {
    const called = this.model.listing.model.functions.find(
      (one) => one.domain === domain && one.name === name,
    );
    return called ? schemaOfFunction(called) : schemaAt(domain, name, versionInForce(this.imports, domain));
  }
}
