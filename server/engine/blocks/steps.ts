import type { Inference, InferredNode } from '../inference/types';
import { addTo } from '../lists';

/**
 * What runs one after another: a node of the graph, or of the body of a called function, which runtimes inline. Nodes of other
 * bodies belong to the node that runs them, since nothing can be cut inside a loop or a branch.
 */
export interface Sequence {
  /** Step of each node by flat index; -1 for folded nodes and calls, which do nothing by themselves. */
  readonly stepOf: Int32Array;
  /** The node (flat index) that each step is, or that holds it. */
  readonly nodes: readonly number[];
  /** Flat indices of all nodes of each step. */
  readonly members: readonly (readonly number[])[];
  /** The value that another name stands for: parameters and results of called functions. */
  readonly rootOf: (value: number) => number;
}

/**
 * The steps of a model in an order in which they can run. Each comes as late as its first reader allows, the branches of a step
 * one after another: few values are alive between two steps, whatever the order of the file.
 */
export function stepsOf(inference: Inference): Sequence {
  const graph = graphOf(inference);
  return sequenceOf(inference, graph, orderOf(inference, graph));
}

/** The steps in the order of the file; null where a step would come before one that it reads. */
export function stepsInFileOrder(inference: Inference): Sequence | null {
  const graph = graphOf(inference);
  const sequence = sequenceOf(inference, graph, graph.members.keys());
  const isReady = (step: number, input: number | null): boolean => {
    const producer = input === null ? null : inference.values[graph.rootOf(input)]!.producer;
    return producer === null || sequence.stepOf[producer]! <= step;
  };
  const isInOrder = sequence.members.every((indices, step) =>
    indices.every((index) => inference.nodes[index]!.inputs.every((input) => isReady(step, input))),
  );
  return isInOrder ? sequence : null;
}

type StepGraph = Homes & Pick<Sequence, 'rootOf'>;

function graphOf(inference: Inference): StepGraph {
  return { ...homesOf(inference), rootOf: rootsOf(inference) };
}

function sequenceOf(inference: Inference, { members, rootOf }: StepGraph, order: Iterable<number>): Sequence {
  const stepOf = new Int32Array(inference.nodes.length).fill(-1);
  const nodes: number[] = [];
  for (const home of order) {
    for (const index of members.get(home)!) stepOf[index] = nodes.length;
    nodes.push(home);
  }
  return { stepOf, nodes, members: nodes.map((home) => members.get(home)!), rootOf };
}

/** Parameters and results of called functions are other names of what is passed and given back. */
function rootsOf({ values, nodes, scopes }: Inference): (value: number) => number {
  if (scopes.every((scope) => scope.arguments === null)) return (value) => value;
  const alias = new Int32Array(values.length).fill(-1);
  for (const { inputs, outputs, arguments: passed, holder } of scopes) {
    if (!passed || holder === null) continue;
    inputs.forEach((id, i) => (alias[id] = passed[i] ?? -1));
    nodes[holder]!.outputs.forEach((id, i) => {
      if (id !== null) alias[id] = outputs[i] ?? -1;
    });
  }
  // A body that gives back its own parameter in a circle has no root: as many steps as there are names are enough.
  return (value) => {
    let at = value;
    for (let left = scopes.length * 2; left > 0 && alias[at]! >= 0; left--) at = alias[at]!;
    return at;
  };
}

interface Homes {
  /** The node of the order that each node belongs to (flat indices). */
  readonly homes: Int32Array;
  readonly members: ReadonlyMap<number, readonly number[]>;
}

function homesOf({ nodes, scopes }: Inference): Homes {
  const homes = new Int32Array(nodes.length);
  const calls = new Set(
    scopes.flatMap(({ arguments: passed, holder }) => (passed && holder !== null ? [holder] : [])),
  );
  const members = new Map<number, number[]>();
  for (const { index, scope, folded } of nodes) {
    const { holder, arguments: passed } = scopes[scope]!;
    const isOwn = holder === null || (passed !== null && homes[holder] === holder);
    const home = isOwn ? index : homes[holder]!;
    homes[index] = home;
    if (folded || (home === index && calls.has(index))) continue;
    addTo(members, home, index);
  }
  return { homes, members };
}

/** Homes in the order in which a walk back from the outputs leaves them; what no output needs comes last. */
function* orderOf(inference: Inference, graph: StepGraph): Generator<number> {
  const { homes, members, rootOf } = graph;
  const seen = new Uint8Array(inference.nodes.length);
  const homeOf = (value: number | null): number => {
    const producer = value === null ? null : inference.values[rootOf(value)]!.producer;
    const home = producer === null ? -1 : homes[producer]!;
    return members.has(home) ? home : -1;
  };
  const starts = [...(inference.scopes[0]?.outputs ?? []).map(homeOf), ...members.keys()];
  for (const start of starts) {
    if (start < 0 || seen[start]) continue;
    seen[start] = 1;
    const path = [{ home: start, needs: needsOf(start) }];
    while (path.length > 0) {
      const next = path.at(-1)!.needs.next();
      if (next.done) yield path.pop()!.home;
      else if (next.value >= 0 && !seen[next.value]) {
        seen[next.value] = 1;
        path.push({ home: next.value, needs: needsOf(next.value) });
      }
    }
  }

  function* needsOf(home: number): Generator<number> {
    for (const index of members.get(home)!)
      for (const input of inference.nodes[index]!.inputs) yield homeOf(input);
  }
}

/** Arithmetic that a node does; null while it is unknown. */
export function operationsIn({ work }: InferredNode): number | null {
  return work && work.operations.matrix + work.operations.vector + work.operations.special;
}
