import { CompletionItemKind } from 'vscode-languageserver';
import type { CompletionItem, CompletionList, MarkupKind, Position } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { dataTypes } from '../engine/graph/dataTypes';
import { nameText, quote, typeWords } from '../engine/formats/onnxText/words';
import { knownDomains, newestVersion, parameterAt, schemaAt } from '../engine/operators/schema';
import { typeWord } from '../engine/operators/typeWords';
import { importedVersion, visibleNames } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { attributeItems, attributeValueItems, operatorItems } from './completionOperators';
import type { CompletionData } from './completionOperators';
import { CompletionPlace } from './completionPlace';
import type { CompletionOptions } from './completionPlace';
import { inFormat } from './editor';
import { typeText } from './format';
import { operatorMarkdown } from './operatorDocs';
import { contextAt } from './textContext';
import type { OperatorWords } from './textBrackets';

/** More would only be filtered away; the editor asks again with more letters typed. */
const limit = 1000;

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

/** What may stand at a place, by what is expected there. */
class Completer extends CompletionPlace {
  items(): CompletionItem[] {
    const { expected } = this.context;
    switch (expected.kind) {
      case 'document':
        return this.document();
      case 'operator':
        return operatorItems(this, expected.domain);
      case 'attribute':
        return attributeItems(this, expected.operator, expected.given);
      case 'attribute-value':
        return attributeValueItems(this, expected.operator, expected.attribute);
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

  /** A whole model to begin with, where there is none yet. */
  private document(): CompletionItem[] {
    if (this.context.next !== undefined || this.scope) return [];
    const detail = message(this.options.language, 'text.skeleton');
    const plain = skeleton.replace(/\$\{\d+:([^{}]*)\}|\$\d+/g, '$1');
    return [this.item('model', CompletionItemKind.Snippet, { detail, snippet: skeleton, insert: plain })];
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
