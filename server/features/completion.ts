import { CompletionItemKind, InsertTextFormat } from 'vscode-languageserver';
import type { CompletionItem, CompletionList, MarkupKind, Position } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { dataTypes } from '../engine/graph/dataTypes';
import type { DataType } from '../engine/graph/dataTypes';
import { nameText, quote, typeWords } from '../engine/formats/onnxText/words';
import type { ValueType } from '../engine/graph/model';
import {
  enumerationOf,
  isTypeCode,
  knownDomains,
  newestVersion,
  operatorNames,
  parameterAt,
  schemaAt,
  schemaOfFunction,
} from '../engine/operators/schema';
import type { OperatorSchema, SchemaAttribute } from '../engine/operators/schema';
import {
  importedVersion,
  importsOf,
  tokenBefore,
  versionInForce,
  visibleNames,
} from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { inFormat } from './editor';
import { typeText } from './format';
import { operatorMarkdown } from './operatorDocs';
import { typeWord } from '../engine/operators/typeWords';
import { attributeFact, defaultText, operatorText, parameterText } from './schemaText';
import { contextAt } from './textContext';
import type { OperatorWords, TextContext } from './textContext';
import { appendAll } from '../engine/lists';

export interface CompletionOptions {
  readonly language: Language;
  /** The client fills in places within what it inserts. */
  readonly snippets: boolean;
  /** The client knows kinds of items beyond the protocol's first version. */
  readonly newKinds?: boolean;
  /** Inferred types by name, from the last analysis. */
  readonly types: ReadonlyMap<string, ValueType>;
}

/** What an item's documentation is made from when the editor asks for it. */
interface CompletionData {
  readonly domain: string;
  readonly operator: string;
  readonly version: number;
}

/** More would only be filtered away; the editor asks again with more letters typed. */
const limit = 1000;

/** Kinds up to this one are known to every client. */
const lastOldKind = CompletionItemKind.Reference;

const headerKeys = [
  'ir_version',
  'opset_import',
  'producer_name',
  'producer_version',
  'domain',
  'model_version',
  'doc_string',
  'metadata_props',
];

/** The versions are those that today's runtimes all take. */
const skeleton = `<
  ir_version: 10,
  opset_import: ["" : 21]
>
\${1:net} (float[\${2:N, 16}] \${3:x}) => (float[\${4:N, 16}] \${5:y})
{
  \${6:y} = \${7:Relu} (\${8:x})
}
`;

/** What may stand at a position of a hand-written text. */
export function completions(model: TextModel, asked: Position, options: CompletionOptions): CompletionList {
  const at = placeIn(model.text, asked);
  const context = contextAt(model.tokens, at);
  const items = context ? new Completer(model, at, context, options).items() : [];
  return { isIncomplete: items.length > limit, items: items.slice(0, limit) };
}

/** The place in a text, or its nearest one: by the protocol a position behind a line's end is its end. */
function placeIn(text: string, { line, character }: Position): Position {
  let [start, at] = [0, 0];
  for (let next = text.indexOf('\n'); at < line && next >= 0; next = text.indexOf('\n', start)) {
    start = next + 1;
    at++;
  }
  const end = text.indexOf('\n', start);
  const length = (end < 0 ? text.length : end) - start;
  return { line: at, character: at < line ? length : Math.min(character, length) };
}

/** Adds the documentation to an operator's item, as Markdown where the editor takes it. */
export function resolveCompletion(
  item: CompletionItem,
  language: Language,
  formats: readonly MarkupKind[] = [],
): CompletionItem {
  const data = item.data as Partial<CompletionData> | undefined;
  if (typeof data?.operator !== 'string' || typeof data.domain !== 'string') return item;
  const schema = schemaAt(data.domain, data.operator, data.version ?? Infinity);
  if (!schema) return item;
  const content = inFormat(operatorMarkdown(schema, language), formats);
  return { ...item, documentation: formats.length > 0 ? content : content.value };
}

class Completer {
  private readonly imports;
  private readonly scope;

  constructor(
    private readonly model: TextModel,
    private readonly at: Position,
    private readonly context: TextContext,
    private readonly options: CompletionOptions,
  ) {
    this.scope = model.listing.positions.scopeAt(at.line);
    this.imports = importsOf(model.listing, this.scope);
  }

  items(): CompletionItem[] {
    const { expected } = this.context;
    switch (expected.kind) {
      case 'document':
        return this.document();
      case 'operator':
        return this.operators(expected.domain);
      case 'attribute':
        return this.attributes(expected.operator, expected.given);
      case 'attribute-value':
        return this.attributeValues(expected.operator, expected.attribute);
      case 'input':
        return this.inputs(expected.operator, expected.index);
      case 'statement':
        return this.missingOutputs();
      case 'type':
        return this.types();
      case 'header-key':
        return headerKeys.map((key) => this.item(key, CompletionItemKind.Property, { insert: `${key}: ` }));
      case 'opset-domain':
        return this.opsets();
      case 'opset-version':
        return this.versions(expected.domain);
    }
  }

  private item(
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

  private isNext(...marks: string[]): boolean {
    const { next } = this.context;
    return next?.kind === 'mark' && marks.includes(next.text);
  }

  /** A whole model to begin with, where there is none yet. */
  private document(): CompletionItem[] {
    if (this.context.next !== undefined || this.scope) return [];
    const detail = message(this.options.language, 'text.skeleton');
    const plain = skeleton.replace(/\$\{\d+:([^{}]*)\}|\$\d+/g, '$1');
    return [this.item('model', CompletionItemKind.Snippet, { detail, snippet: skeleton, insert: plain })];
  }

  private schema({ domain, name }: OperatorWords): OperatorSchema | undefined {
    const called = this.model.listing.model.functions.find(
      (one) => one.domain === domain && one.name === name,
    );
    return called ? schemaOfFunction(called) : schemaAt(domain, name, versionInForce(this.imports, domain));
  }

  private operators(domain: string): CompletionItem[] {
    const items = operatorNames(domain).flatMap((name) => this.operator(domain, name, name));
    const functions = this.model.listing.model.functions;
    if (domain !== '') {
      const own = functions.filter((one) => one.domain === domain);
      return [...items, ...own.map((one) => this.called(one.name, schemaOfFunction(one)))];
    }
    for (const other of new Set(this.imports.map((one) => one.domain))) {
      if (other === '') continue;
      for (const name of operatorNames(other)) {
        appendAll(items, this.operator(other, name, operatorText(other, name)));
      }
    }
    for (const one of functions) {
      items.push(this.called(operatorText(one.domain, one.name), schemaOfFunction(one)));
    }
    return items;
  }

  private operator(domain: string, name: string, label: string): CompletionItem[] {
    const version = versionInForce(this.imports, domain);
    const schema = schemaAt(domain, name, version);
    // What only some runtimes know is read, but nobody should write it.
    if (!schema || schema.deprecated || schema.extra) return [];
    const data: CompletionData = { domain, operator: name, version };
    return [{ ...this.called(label, schema), data }];
  }

  /** An operator or function with its required parts to fill in. */
  private called(label: string, schema: OperatorSchema): CompletionItem {
    const detail = message(this.options.language, 'text.since', {
      domain: schema.domain || 'ai.onnx',
      version: schema.since,
    });
    const outputs = schema.outputs.map(parameterText).join(', ');
    const inputs = schema.inputs.map(parameterText).join(', ');
    const documentation = `(${inputs}) → (${outputs})`;
    const more = { detail, documentation };
    if (this.isNext('(', '<')) return this.item(label, CompletionItemKind.Function, more);
    return this.item(label, CompletionItemKind.Function, { ...more, snippet: snippetOf(label, schema) });
  }

  private attributes(operator: OperatorWords, given: readonly string[]): CompletionItem[] {
    const typed = this.model.text
      .split('\n')
      [this.at.line]?.slice(this.context.word.start.character, this.context.word.end.character);
    const all = this.schema(operator)?.attributes ?? [];
    return all
      .filter(({ name }) => name === typed || !given.includes(name))
      .map((attribute) => {
        const fallback = defaultText(attribute);
        const { name, type } = attribute;
        const places =
          type === 'graph'
            ? '${1:body} ($2) => ($3) {\n\t$0\n}'
            : fallback === null
              ? '$1'
              : `\${1:${escapeSnippet(fallback)}}`;
        return this.item(name, CompletionItemKind.Property, {
          detail: attributeFact(attribute, this.options.language),
          // Required ones first.
          sortText: `${attribute.required ? 0 : 1}${name}`,
          ...(!this.isNext('=', ':') && {
            insert: `${name} = ${fallback ?? ''}`.trimEnd(),
            snippet: `${name} = ${places}`,
          }),
        });
      });
  }

  private attributeValues(operator: OperatorWords, name: string): CompletionItem[] {
    const attribute = this.schema(operator)?.attributes.find((one) => one.name === name);
    if (!attribute) return [];
    if (isTypeCode(operator.domain, operator.name, name)) {
      return (Object.keys(dataTypes) as DataType[]).map((type) =>
        this.item(type, CompletionItemKind.EnumMember, {
          insert: String(dataTypes[type].code),
          detail: String(dataTypes[type].code),
          filterText: `${type} ${dataTypes[type].code}`,
        }),
      );
    }
    const choices = enumerationOf(operator.domain, operator.name, name);
    const fallback = defaultText(attribute);
    return choices.length > 0
      ? choices.map((choice) => this.item(quote(choice), CompletionItemKind.EnumMember))
      : fallback === null
        ? []
        : [this.item(fallback, CompletionItemKind.Value, { detail: this.fact(attribute) })];
  }

  private fact(attribute: SchemaAttribute): string {
    return attributeFact(attribute, this.options.language);
  }

  /** Values in scope that are made before this line; those of a type that fits come first. */
  private inputs(operator: OperatorWords, index: number): CompletionItem[] {
    const parameter = parameterAt(this.schema(operator)?.inputs ?? [], index);
    const items: CompletionItem[] = [];
    for (const [name, line] of visibleNames(this.model.listing, this.scope)) {
      if (line >= this.at.line && this.scope && line >= this.scope.range.start.line && !this.isHead(line))
        continue;
      const type = this.options.types.get(name);
      const text = type && typeText(type);
      const fits = !parameter || parameter.types.size === 0 || !type || parameter.types.has(typeWord(type));
      items.push(
        this.item(name, CompletionItemKind.Variable, {
          insert: nameText(name),
          detail: text,
          // The nearest value is the likeliest.
          sortText: `${fits ? 0 : 1}${String(1e6 - line).padStart(7, '0')}`,
        }),
      );
    }
    return items;
  }

  /** The line belongs to a header, whose names are visible everywhere below. */
  private isHead(line: number): boolean {
    const first = this.scope?.nodes[0];
    const body = first && this.model.listing.positions.lineOf(first);
    return body === undefined || line < body;
  }

  /** Names that are used but nobody makes, the graph's outputs above all. */
  private missingOutputs(): CompletionItem[] {
    if (!this.scope) return [];
    const { positions } = this.model.listing;
    return positions
      .valuesOf(this.scope)
      .filter(({ name, definitions, uses }) => name !== '' && definitions.length === 0 && uses.length > 0)
      .map(({ name }) =>
        this.item(name, CompletionItemKind.Variable, {
          insert: nameText(name) + (this.isNext('=', ',') ? '' : ' = '),
        }),
      );
  }

  private types(): CompletionItem[] {
    return [...typeWords].map((word) =>
      Object.hasOwn(dataTypes, word)
        ? this.item(word, CompletionItemKind.TypeParameter, {
            snippet: this.isNext('[') ? undefined : `${word}[$1] $0`,
          })
        : this.item(word, CompletionItemKind.TypeParameter, {
            snippet: this.isNext('(') ? undefined : `${word}($1) $0`,
          }),
    );
  }

  private opsets(): CompletionItem[] {
    return knownDomains
      .filter((domain) => importedVersion(this.imports, domain) === null)
      .map((domain) =>
        this.item(domain || 'ai.onnx', CompletionItemKind.Module, {
          insert: `${quote(domain)} : ${newestVersion(domain) ?? 1}`,
        }),
      );
  }

  private versions(domain: string): CompletionItem[] {
    const newest = newestVersion(domain) ?? 0;
    return Array.from({ length: newest }, (_, i) => String(newest - i)).map((version, i) =>
      this.item(version, CompletionItemKind.Value, { sortText: String(i).padStart(3, '0') }),
    );
  }
}

/** `Conv <kernel_shape = $1> ($2, $3)`: what must be there, and no more. */
function snippetOf(label: string, schema: OperatorSchema): string {
  let place = 0;
  const attributes = schema.attributes.filter(({ required }) => required);
  const list = attributes.map(({ name }) => `${name} = $${++place}`).join(', ');
  const inputs = schema.inputs.filter(({ option, minimum }) => option === 'single' || minimum > 0);
  const names = inputs.map(({ name }) => `\${${++place}:${escapeSnippet(name)}}`).join(', ');
  const open = inputs.length === 0 ? `$${++place}` : names;
  return `${escapeSnippet(label)}${list && ` <${list}>`} (${open})`;
}

function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
