import { markdownCode, markdownText } from '../../outside/markdown';
import { MarkupKind } from 'vscode-languageserver';
import type { Hover, MarkupContent, Position } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { Hit, PositionTable } from '../engine/formats/onnxText/positions';
import type { InferredNode, InferredValue } from '../engine/inference/types';
import type { Node } from '../engine/graph/model';
import type { Element } from '../engine/operators/rule';
import type { Analysis } from '../workspace/analysis';
import { flatIndices, lineOf } from '../workspace/nodeIndex';
import { symbolicFacts } from '../workspace/symbolicShapes';
import { chipTable } from './chipTable';
import { known, symbolicText, typeText } from './format';
import { problemText } from './diagnostics';
import { deviceLines, metadataLines, valueExtras } from './extrasHover';
import { commandLinks, explainLink, graphLink, modelHover, sourceLink } from './modelHover';
import { attributeMarkdown, operatorLines } from './operatorDocs';
import { measuredLines } from './measuredHover';
import { memoryLines } from './memoryHover';
import { hostLines } from './hostHover';
import { reason } from './reason';
import { sharedLines } from './sharedHover';
import { unitLines } from './unitsHover';
import { framesOf, traceOf } from '../engine/graph/sourceFrames';
import { appendAll } from '../engine/lists';

const shownElements = 16;
/** Characters of a shape in names: products of floors get long, and cut in the middle they say nothing. */
const longestNames = 600;

/**
 * What stands at a position: a value's name, a node, or the heading of the model.
 * @param links the editor runs the commands of our links
 */
export function hover(analysis: Analysis, at: Position, language: Language, links = true): Hover | null {
  const { positions } = analysis.listing;
  const hit = positions.hit(at.line, at.character);
  if (hit) {
    return (
      valueHover(analysis, hit, language) ??
      attributeHover(analysis, hit, language) ??
      operatorHover(analysis, hit, language, links)
    );
  }
  if (analysis.listing.state === 'unreadable') return null;
  const heading = positions.scopes.find((scope) => scope.kind === 'graph')?.header;
  return at.line <= (heading?.end.line ?? 0) ? { contents: modelHover(analysis, language, links) } : null;
}

/** A node's own output is hovered like the node: that is what its line is about. */
function valueHover(analysis: Analysis, hit: Hit, language: Language): Hover | null {
  if (hit.kind !== 'value' || hit.node?.outputs.includes(hit.name)) return null;
  const value = valueOf(analysis, hit);
  return value ? { contents: markdown(valueLines(analysis, value, language)), range: hit.range } : null;
}

/** What is known of an attribute; null where that is nothing. */
function attributeHover(analysis: Analysis, hit: Hit, language: Language): Hover | null {
  if (hit.kind !== 'attribute') return null;
  const attribute = hit.node.attributes[hit.index]?.name;
  const [index] = flatIndices(analysis.inference, hit.node);
  const flat = index === undefined ? undefined : analysis.inference.nodes[index];
  if (!flat || attribute === undefined) return null;
  const { domain, operator } = flat.node;
  const lines = attributeMarkdown(domain, operator, flat.version, attribute, language);
  return lines.length > 0 ? { contents: markdown(lines), range: hit.range } : null;
}

/** The node that something belongs to, or why it was not analysed. */
function operatorHover(analysis: Analysis, { node }: Hit, language: Language, links: boolean): Hover | null {
  if (!node) return null;
  const range = analysis.listing.positions.position(node)?.operator;
  const [index] = flatIndices(analysis.inference, node);
  if (index !== undefined) {
    const contents = nodeHover(analysis, index, language, links);
    return contents && { contents, range };
  }
  if (!analysis.refusal) return null;
  const why = markdownText(problemText(analysis.refusal, language));
  return { contents: markdown([`**${markdownText(node.operator)}**`, '', why]), range };
}

/** What is known of a node while its costs are being computed. */
export function pendingHover(
  positions: PositionTable,
  at: Position,
  language: Language,
  why: 'hover.computing' | 'hover.withheld',
): Hover | null {
  const hit = positions.hit(at.line, at.character);
  if (!hit?.node) return null;
  const lines = [`**${markdownText(hit.node.operator)}**`, '', message(language, why)];
  return { contents: markdown(lines), range: hit.range };
}

/** The hover of a node; also the tooltip of its hints. */
export function nodeHover(
  analysis: Analysis,
  index: number,
  language: Language,
  links = true,
): MarkupContent | null {
  const node = analysis.inference.nodes[index];
  if (!node) return null;
  const outputs = node.outputs
    .flatMap((id) => (id === null ? [] : [typeSpans(analysis, analysis.inference.values[id])]))
    .join(', ');
  const lines = [`**${markdownText(node.node.operator)}** → ${outputs || '–'}`, ''];
  lines.push(workLine(analysis, node, language), '');
  if (skipsFuture(node)) lines.push(message(language, 'hover.work.causal'), '');
  if (analysis.chips.length > 0) appendAll(lines, [...chipTable(analysis, index, language), '']);
  const ofUnits = unitLines(analysis, index, language);
  appendAll(lines, ofUnits);
  appendAll(lines, sharedLines(analysis, index, language));
  appendAll(lines, hostLines(analysis, index, language, ofUnits.length > 0 ? 1 : 0));
  appendAll(lines, memoryLines(analysis, index, language));
  appendAll(lines, measuredLines(analysis, index, language));
  const why = reason(analysis, index, language);
  if (why) lines.push(why, '');
  // A cost that lacks a number has the way to give it.
  if (!node.work && links && lacksNumber(analysis, node))
    lines.push(commandLinks(analysis.listing.uri, language), '');
  if (links) lines.push(nodeLinks(analysis, index, language), '');
  const place = links ? { uri: analysis.listing.uri, line: lineOf(analysis, index) } : null;
  appendAll(lines, origin(node.node, place, language));
  appendAll(lines, operatorLines(node.node.domain, node.node.operator, node.version, language));
  return markdown(lines);
}

/** Where to go on from a node; what no kernel runs has no time to explain. */
function nodeLinks(
  { listing: { uri }, chips: [first] }: Analysis,
  index: number,
  language: Language,
): string {
  const isTimed = (first?.cost.nodes[index]?.kernel ?? -1) >= 0;
  const links = [...(isTimed ? [explainLink(uri, index, language)] : []), graphLink(uri, index, language)];
  return links.join(' · ');
}

/** The type with its numbers and, where the names of dimensions say more, the shape in those: `float[1,8]` = `[batch, 8]`. */
function typeSpans(analysis: Analysis, value: InferredValue | undefined): string {
  const named = value && symbolicText(symbolicFacts(analysis)?.[value.id]?.type, value.type);
  return (
    markdownCode(typeText(value?.type)) +
    (named === undefined ? '' : ` = ${markdownCode(named, longestNames)}`)
  );
}

/** Operations and bytes, once: they do not depend on a chip. */
function workLine(analysis: Analysis, node: InferredNode, language: Language): string {
  const { work } = node;
  const format = formatterOf(language);
  if (!work) return unknownWork(analysis, node, language);
  const kinds = (['matrix', 'vector', 'special'] as const)
    .filter((kind) => work.operations[kind] > 0)
    .map((kind) =>
      message(language, `hover.work.${kind}`, { value: format.operations(work.operations[kind]) }),
    );
  if (kinds.length === 0) kinds.push(message(language, 'hover.work.none'));
  const parts = (['weights', 'inputs', 'outputs'] as const)
    .filter((kind) => work.bytes[kind] > 0)
    .map((kind) => message(language, `hover.bytes.${kind}`, { value: format.bytes(work.bytes[kind]) }));
  if (node.repeat !== 1) {
    parts.push(message(language, 'hover.work.repeat', { count: known(node.repeat, format.count, language) }));
  }
  if (node.rule === 'default' || node.rule === 'unknown') parts.push(message(language, 'hover.work.default'));
  return [...kinds, ...parts].join(' · ');
}

/** A causal attention of several queries as one operator: kernels for it leave out what the mask hides, and so does its work. */
function skipsFuture({ work }: InferredNode): boolean {
  const shape = work?.matrixShape;
  return shape?.kind === 'attention' && shape.causal && shape.queryLength > 1;
}

type Blame = 'operator' | 'error' | 'data';

/** What the node did that is to blame for unknown work. */
function blameOf({ inference }: Analysis, { index, rule }: InferredNode): Blame {
  if (rule === 'unknown' || rule === 'default') return 'operator';
  const isWrong = inference.problems.some(({ node, severity }) => node === index && severity === 'error');
  return isWrong ? 'error' : 'data';
}

/** A number for a dimension would tell the work. */
function lacksNumber(analysis: Analysis, { cause }: InferredNode): boolean {
  return cause === undefined || blameOf(analysis, analysis.inference.nodes[cause]!) === 'data';
}

/** Why the work of a node is not known. */
function unknownWork(analysis: Analysis, { index, cause }: InferredNode, language: Language): string {
  const blamed = cause === undefined ? undefined : analysis.inference.nodes[cause];
  if (!blamed) return message(language, 'hover.work.unknown');
  const what = `${index === cause ? 'own' : 'behind'}.${blameOf(analysis, blamed)}` as const;
  const { name, operator } = blamed.node;
  const named = name === '' ? markdownText(operator) : `${markdownText(operator)} ${markdownCode(name)}`;
  return message(language, `hover.work.${what}`, { operator: named });
}

/** Where the node came from: the exporter's notes are hover matter, not listing text. */
function origin(
  node: Node,
  place: { readonly uri: string; readonly line: number | null } | null,
  language: Language,
): string[] {
  const lines: string[] = [];
  if (node.name) lines.push(`${message(language, 'hover.node')} ${markdownCode(node.name)}`);
  const frame = framesOf(traceOf(node) ?? '').at(-1);
  if (frame) {
    const at = markdownCode(`${frame.file}:${frame.line}`);
    const linked = place && place.line !== null ? sourceLink(at, place.uri, place.line) : at;
    lines.push(`${message(language, 'hover.source')} ${linked}`);
  }
  if (node.docString) lines.push(markdownText(node.docString, 400));
  return [
    ...lines.flatMap((line) => [line, '']),
    ...deviceLines(node, language),
    ...metadataLines(node.metadata, language),
  ];
}

/** The value behind a name: by the node that writes or reads it, else among those of the main graph. */
function valueOf(analysis: Analysis, hit: Hit & { kind: 'value' }): InferredValue | undefined {
  const { nodes, values } = analysis.inference;
  const [index] = hit.node ? flatIndices(analysis.inference, hit.node) : [];
  const node = index === undefined ? undefined : nodes[index];
  if (node) {
    const id =
      node.outputs[node.node.outputs.indexOf(hit.name)] ?? node.inputs[node.node.inputs.indexOf(hit.name)];
    return typeof id === 'number' ? values[id] : undefined;
  }
  // A walk over 200,000 values takes a millisecond or two, a map of their names far more.
  return values.findLast((value) => value.scope === 0 && value.name === hit.name);
}

function valueLines(analysis: Analysis, value: InferredValue, language: Language): string[] {
  const lines = [`${markdownCode(value.name)} ${typeSpans(analysis, value)}`, ''];
  const format = formatterOf(language);
  const facts = [
    message(language, `hover.value.${value.origin}`),
    known(value.bytes, format.bytes, language),
  ];
  const producer = value.producer === null ? undefined : analysis.inference.nodes[value.producer];
  if (producer) {
    facts.push(message(language, 'hover.value.producer', { operator: markdownText(producer.node.operator) }));
  }
  facts.push(message(language, 'hover.value.consumers', { count: format.count(value.consumers.length) }));
  lines.push(facts.join(' · '), '');
  appendAll(lines, valueExtras(analysis.listing.model, value, language));
  if (value.elements && value.elements.length > 0) {
    const shown = elementsText(value.elements);
    const named = elementsText(symbolicFacts(analysis)?.[value.id]?.elements ?? value.elements);
    const beside = named === shown ? '' : ` = ${markdownCode(named, longestNames)}`;
    lines.push(`${message(language, 'hover.value.elements')} ${markdownCode(shown)}${beside}`);
  }
  return lines;
}

function elementsText(elements: readonly Element[]): string {
  const shown = elements
    .slice(0, shownElements)
    .map((element) => (typeof element === 'object' ? element.key : (element ?? '?')));
  return shown.join(', ') + (elements.length > shownElements ? ', …' : '');
}

function markdown(lines: readonly string[]): MarkupContent {
  return { kind: MarkupKind.Markdown, value: lines.join('\n').trimEnd() };
}
