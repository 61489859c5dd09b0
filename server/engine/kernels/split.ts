import { attributeNamed } from '../graph/attributes';
import type { Element } from '../operators/rule';
import type { Steps } from '../scheduler';
import { shapeOf } from './conditions';
import type { WorkGraph, WorkNode } from './workGraph';

/** Where a node cuts its first input: from `start` up to `end` along `axis`. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Joins nodes that together cut all of one value along one axis; others may read it as well. An index that takes its axis
 * away is followed by a Squeeze (gather_fusion.cc of ONNX Runtime).
 * @param except operators whose results are not cut at once
 */
export function* joinSlices(
  graph: WorkGraph,
  operators: readonly string[],
  except: readonly string[],
): Steps<void> {
  const seen = new Set<number>();
  for (const operator of operators) {
    for (const at of graph.withOperator(operator)) {
      yield;
      const input = graph.nodes[at]?.inputs[0];
      if (typeof input !== 'number') continue;
      const source = graph.resolve(input);
      if (seen.has(source) || isMadeBy(graph, source, except)) continue;
      seen.add(source);
      const readers = [...graph.consumers(source)].filter((reader) => {
        const node = graph.nodes[reader]!;
        return node.operator === operator && graph.resolve(node.inputs[0] ?? source) === source;
      });
      const nodes = readers.map((reader) => graph.nodes[reader]!);
      if (readers.length > 1 && coverAll(graph, nodes, source)) join(graph, readers, nodes, source);
    }
  }
}

function isMadeBy(graph: WorkGraph, source: number, operators: readonly string[]): boolean {
  const maker = graph.producer(source);
  return maker !== -1 && operators.includes(graph.nodes[maker]!.operator);
}

function coverAll(graph: WorkGraph, nodes: readonly WorkNode[], source: number): boolean {
  const shape = shapeOf(source, graph);
  if (!shape) return false;
  const cuts = nodes.map((node) => cutOf(graph, node, shape.length));
  if (cuts.some((cut) => cut === null)) return false;
  const sorted = (cuts as Cut[]).sort((a, b) => a.start - b.start);
  const { axis } = sorted[0]!;
  const size = shape[axis];
  if (typeof size !== 'number') return false;
  let next = 0;
  for (const cut of sorted) {
    if (cut.axis !== axis || cut.start !== next) return false;
    next = Math.min(cut.end, size);
  }
  return next === size;
}

/** A Slice with one axis and step 1, or a Gather of one index; null for anything else. */
function cutOf(graph: WorkGraph, node: WorkNode, rank: number): Cut | null {
  const at = (index: number): readonly Element[] | undefined => {
    const input = node.inputs[index];
    return typeof input === 'number' ? graph.seen.elements(graph.resolve(input)) : undefined;
  };
  const axisAttribute = attributeNamed(node.root.node, 'axis');
  if (node.inputs.length === 2) {
    const index = single(at(1));
    const axis = axisAttribute?.kind === 'int' ? axisAttribute.value : 0;
    return index === null ? null : { axis: positive(axis, rank), start: index, end: index + 1 };
  }
  const [start, end, axis] = [single(at(1)), single(at(2)), single(at(3))];
  const step = node.inputs[4] === null || node.inputs[4] === undefined ? 1 : single(at(4));
  if (start === null || end === null || axis === null || step !== 1 || start < 0 || end < 0) return null;
  return { axis: positive(axis, rank), start, end };
}

function single(elements: readonly Element[] | undefined): number | null {
  const [first] = elements ?? [];
  return elements?.length === 1 && typeof first === 'number' ? first : null;
}

function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function join(
  graph: WorkGraph,
  positions: readonly number[],
  nodes: readonly WorkNode[],
  source: number,
): void {
  const last = nodes.reduce((a, b) => (a.root.index > b.root.index ? a : b));
  const rank = shapeOf(source, graph)?.length;
  for (const value of nodes.flatMap(({ outputs }) => outputs.slice(0, 1)))
    if (value !== null && shapeOf(value, graph)?.length !== rank)
      graph.insert({ operator: 'Squeeze', value, root: last.root.index, side: 'after', copies: false });
  graph.fuse(positions, {
    operator: 'Split',
    inputs: [source],
    outputs: nodes.flatMap((node) => node.outputs),
    root: last.root,
    fusion: 'split',
    operatorClass: last.operatorClass,
    recomputed: last.recomputed,
  });
}
