import { markdownCode, markdownText } from '../../outside/markdown';
import { entryOf } from '../../outside/table';
import { MarkupKind } from 'vscode-languageserver';
import type { MarkupContent } from 'vscode-languageserver';
import enTexts from '../../l10n/en/operators.json';
import koTexts from '../../l10n/ko/operators.json';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { schemaAt } from '../engine/operators/schema';
import type { OperatorSchema } from '../engine/operators/schema';
import { canonicalDomain } from '../engine/operators/domain';

import { typeList } from '../engine/operators/typeWords';
import { attributeFact, parameterText } from './schemaText';

const texts: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: enTexts, ko: koTexts };

/** What an operator does, in a sentence of our own; undefined where none is written. */
export function operatorSentence(domain: string, name: string, language: Language): string | undefined {
  const canonical = canonicalDomain(domain);
  const key = canonical === '' ? name : `${canonical}.${name}`;
  return entryOf(texts[language], key) ?? entryOf(texts.en, key);
}

/** Pages by domain: those of onnx.ai for its own, ONNX Runtime's list for com.microsoft; null for others. */
export function operatorPage(domain: string, name: string): string | null {
  const canonical = canonicalDomain(domain);
  if (canonical === '') return `https://onnx.ai/onnx/operators/onnx__${name}.html`;
  if (canonical.startsWith('ai.onnx.')) {
    return `https://onnx.ai/onnx/operators/onnx_${canonical.replaceAll('.', '')}_${name}.html`;
  }
  const contributed = 'https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md';
  return canonical === 'com.microsoft' ? `${contributed}#com.microsoft.${name}` : null;
}

/** Sentence and link for the end of a node's hover; empty for operators that nobody specified. */
export function operatorLines(
  domain: string,
  name: string,
  version: number | undefined,
  language: Language,
): string[] {
  const schema = schemaAt(domain, name, version ?? Infinity);
  if (!schema) return [];
  const sentence = operatorSentence(domain, name, language);
  return [`${sentence ? `${escapeSentence(sentence)} ` : ''}${pageLink(schema, language)}`.trim(), ''];
}

/** An operator in full: sentence, link, inputs, outputs, attributes. */
export function operatorMarkdown(schema: OperatorSchema, language: Language): MarkupContent {
  const { domain, name, inputs, outputs, attributes } = schema;
  const sentence = operatorSentence(domain, name, language);
  const lines = [
    ...(sentence ? [escapeSentence(sentence), ''] : []),
    ...section('text.inputs', inputs.map(parameterText), language),
    ...section('text.outputs', outputs.map(parameterText), language),
    ...section(
      'text.attributes',
      attributes.map((attribute) => attributeFact(attribute, language)),
      language,
    ),
    ...section(
      'text.types',
      [...schema.constraints].map(([constraint, types]) => `${constraint}: ${typeList(types)}`),
      language,
    ),
    pageLink(schema, language),
  ];
  return { kind: MarkupKind.Markdown, value: lines.join('\n').trimEnd() };
}

/** An attribute: its type, default or that it must be given, and whose it is. */
export function attributeMarkdown(
  domain: string,
  operator: string,
  version: number | undefined,
  name: string,
  language: Language,
): string[] {
  const schema = schemaAt(domain, operator, version ?? Infinity);
  const attribute = schema?.attributes.find((one) => one.name === name);
  if (!schema || !attribute) return [];
  return [markdownCode(attributeFact(attribute, language)), '', pageLink(schema, language)];
}

function section(
  key: 'text.inputs' | 'text.outputs' | 'text.attributes' | 'text.types',
  items: readonly string[],
  language: Language,
): string[] {
  if (items.length === 0) return [];
  return [`**${message(language, key)}**`, '', ...items.map((item) => `- ${markdownCode(item, 400)}`), ''];
}

function pageLink({ domain, name, since, extra }: OperatorSchema, language: Language): string {
  const page = extra ? null : operatorPage(domain, name);
  const title = message(language, 'text.since', { domain: domain || 'ai.onnx', version: since });
  return page ? `[${markdownText(title)}](${page})` : markdownText(title);
}

/** Our own sentences are plain text, but words like `a*b` must stay what they are. */
function escapeSentence(sentence: string): string {
  return sentence.replace(/[\\`*_[\]<>|]/g, '\\$&');
}
