import { CompletionItemKind } from 'vscode-languageserver';
import type { CompletionItem } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import { quote } from '../engine/formats/onnxText/words';
import { dataTypes } from '../engine/graph/dataTypes';
import type { DataType } from '../engine/graph/dataTypes';
import { appendAll } from '../engine/lists';
import {
  enumerationOf,
  isTypeCode,
  operatorNames,
  schemaAt,
  schemaOfFunction,
} from '../engine/operators/schema';
import type { OperatorSchema, SchemaAttribute } from '../engine/operators/schema';
import { versionInForce } from '../workspace/textModels';
import type { CompletionPlace } from './completionPlace';
import { attributeFact, defaultText, operatorText, parameterText } from './schemaText';
import type { OperatorWords } from './textBrackets';

/** What an item's documentation is made from when the editor asks for it. */
export interface CompletionData {
  readonly domain: string;
  readonly operator: string;
  readonly version: number;
}

/** Operators of a domain, and functions of the model; without a domain those of all that are imported. */
export function operatorItems(place: CompletionPlace, domain: string): CompletionItem[] {
  const items = operatorNames(domain).flatMap((name) => operator(place, domain, name, name));
  const functions = place.model.listing.model.functions;
  if (domain !== '') {
    const own = functions.filter((one) => one.domain === domain);
    return [...items, ...own.map((one) => called(place, one.name, schemaOfFunction(one)))];
  }
  for (const other of new Set(place.imports.map((one) => one.domain))) {
    if (other === '') continue;
    for (const name of operatorNames(other)) {
      appendAll(items, operator(place, other, name, operatorText(other, name)));
    }
  }
  for (const one of functions) {
    items.push(called(place, operatorText(one.domain, one.name), schemaOfFunction(one)));
  }
  return items;
}

function operator(place: CompletionPlace, domain: string, name: string, label: string): CompletionItem[] {
  const version = versionInForce(place.imports, domain);
  const schema = schemaAt(domain, name, version);
  // What only some runtimes know is read, but nobody should write it.
  if (!schema || schema.deprecated || schema.extra) return [];
  const data: CompletionData = { domain, operator: name, version };
  return [{ ...called(place, label, schema), data }];
}

/** An operator or function with its required parts to fill in. */
function called(place: CompletionPlace, label: string, schema: OperatorSchema): CompletionItem {
  const detail = message(place.options.language, 'text.since', {
    domain: schema.domain || 'ai.onnx',
    version: schema.since,
  });
  const outputs = schema.outputs.map(parameterText).join(', ');
  const inputs = schema.inputs.map(parameterText).join(', ');
  const documentation = `(${inputs}) → (${outputs})`;
  const more = { detail, documentation };
  if (place.isNext('(', '<')) return place.item(label, CompletionItemKind.Function, more);
  return place.item(label, CompletionItemKind.Function, { ...more, snippet: snippetOf(label, schema) });
}

/** Attributes of an operator that are not given yet, required ones first. */
export function attributeItems(
  place: CompletionPlace,
  operator: OperatorWords,
  given: readonly string[],
): CompletionItem[] {
  const typed = place.model.text
    .split('\n')
    [place.at.line]?.slice(place.context.word.start.character, place.context.word.end.character);
  const all = place.schema(operator)?.attributes ?? [];
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
      return place.item(name, CompletionItemKind.Property, {
        detail: attributeFact(attribute, place.options.language),
        // Required ones first.
        sortText: `${attribute.required ? 0 : 1}${name}`,
        ...(!place.isNext('=', ':') && {
          insert: `${name} = ${fallback ?? ''}`.trimEnd(),
          snippet: `${name} = ${places}`,
        }),
      });
    });
}

/** Values that an attribute may have, as far as its schema lists them. */
export function attributeValueItems(
  place: CompletionPlace,
  operator: OperatorWords,
  name: string,
): CompletionItem[] {
  const attribute = place.schema(operator)?.attributes.find((one) => one.name === name);
  if (!attribute) return [];
  if (isTypeCode(operator.domain, operator.name, name)) {
    return (Object.keys(dataTypes) as DataType[]).map((type) =>
      place.item(type, CompletionItemKind.EnumMember, {
        insert: String(dataTypes[type].code),
        detail: String(dataTypes[type].code),
        filterText: `${type} ${dataTypes[type].code}`,
      }),
    );
  }
  const choices = enumerationOf(operator.domain, operator.name, name);
  const fallback = defaultText(attribute);
  return choices.length > 0
    ? choices.map((choice) => place.item(quote(choice), CompletionItemKind.EnumMember))
    : fallback === null
      ? []
      : [place.item(fallback, CompletionItemKind.Value, { detail: fact(place, attribute) })];
}

function fact(place: CompletionPlace, attribute: SchemaAttribute): string {
  return attributeFact(attribute, place.options.language);
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
