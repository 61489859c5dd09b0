import type { Range } from '../engine/formats/onnxText/places';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import type { Node } from '../engine/graph/model';
import type { Inference } from '../engine/inference/types';
import { Query } from '../engine/query';
import { runThrough, type Steps } from '../engine/scheduler';
import type { Analysis } from './analysis';

/** Flat indices by node: most have one. */
interface FlatIndices {
  readonly first: Map<Node, number>;
  /** All of those that run in several places. */
  readonly several: Map<Node, number[]>;
}

const indices = new Query<Inference, FlatIndices>();
const none: readonly number[] = [];

/** Makes what {@link flatIndices} answers from; who has time does it before the first question. */
export function indexInference(inference: Inference): Steps<FlatIndices> {
  return indices.steps(inference, () => indexNodes(inference));
}

function* indexNodes(inference: Inference): Steps<FlatIndices> {
  const first = new Map<Node, number>();
  const several = new Map<Node, number[]>();
  for (const { node, index } of inference.nodes) {
    yield;
    const before = first.get(node);
    if (before === undefined) {
      first.set(node, index);
      continue;
    }
    const list = several.get(node);
    if (list) list.push(index);
    else several.set(node, [before, index]);
  }
  return { first, several };
}

/** Flat indices of a node: one, or one per call for a node in the body of a function; none if never run. */
export function flatIndices(inference: Inference, node: Node): readonly number[] {
  const { first, several } = runThrough(indexInference(inference));
  const only = first.get(node);
  return several.get(node) ?? (only === undefined ? none : [only]);
}

/** The statement of a node by flat index; undefined when it is elided. */
export function positionOf(analysis: Analysis, index: number): NodePosition | undefined {
  const node = analysis.inference.nodes[index]?.node;
  return node && analysis.listing.positions.position(node);
}

/** The 0-based line of a node by flat index; null when it is elided. */
export function lineOf(analysis: Analysis, index: number): number | null {
  const node = analysis.inference.nodes[index]?.node;
  const line = node ? analysis.listing.positions.lineOf(node) : -1;
  return line < 0 ? null : line;
}

/** The flat index of the innermost node whose statement covers a line; of a function's node, that of its first call. */
export function nodeAtLine(analysis: Analysis, line: number): number | null {
  const node = analysis.listing.positions.nodeAt(line);
  return node ? (flatIndices(analysis.inference, node)[0] ?? null) : null;
}

/** The heading of the model: the main graph's name, else the beginning of the text. */
export function headingOf(analysis: Pick<Analysis, 'listing'>): Range {
  const scope = analysis.listing.positions.scopes.find((one) => one.kind === 'graph');
  if (!scope) return { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
  const { start, end } = scope.name;
  // A graph without a name still needs a place that can be seen.
  return start.character === end.character
    ? { start, end: { ...end, character: end.character + 1 } }
    : scope.name;
}
