import { isStepDue, type Steps } from '../../scheduler';
import { FlowNetwork } from './flow';
import { costOf, type Moved, type PartitionProblem } from './problem';

/** Costs become whole numbers of which all together are less than this, so that the flow is exact. */
const wholeRange = 2 ** 50;

/** Two units among which kernels are moved. */
type Pair = readonly [here: number, there: number];

/**
 * The best assignment that differs from a given one only in that kernels on two units change places between these: exact, as a minimum
 * s-t cut (Stone 1977). Kernels on `here` are on the side of the source. A value that several read crosses once: it has a node
 * of its own on the way, which stands with the readers and is tied to each of them without limit.
 */
export function* cutBetween(problem: PartitionProblem, given: Uint8Array, pair: Pair): Steps<Uint8Array> {
  const { kernels } = problem;
  const network = new FlowNetwork();
  const [source, sink] = [network.addNode(), network.addNode()];
  const free = new Int32Array(kernels).fill(-1);
  const scale = scaleOf(problem, pair);
  for (let kernel = 0; kernel < kernels; kernel++) {
    if (isStepDue(kernel)) yield;
    if (given[kernel] !== pair[0] && given[kernel] !== pair[1]) continue;
    free[kernel] = network.addNode();
    addKernel({ network, source, sink, scale }, problem, kernel, { node: free[kernel]!, pair });
  }
  const terms = { network, source, sink, scale, free, given, pair, units: problem.units };
  for (const [index, value] of problem.values.entries()) {
    if (isStepDue(index)) yield;
    addValue(terms, value);
  }
  const side = yield* network.minimumCut(source, sink);
  return given.map((unit, kernel) =>
    free[kernel] === -1 ? unit : side[free[kernel]!] === 1 ? pair[0] : pair[1],
  );
}

interface Terminals {
  readonly network: FlowNetwork;
  readonly source: number;
  readonly sink: number;
  readonly scale: number;
}

/** Whole numbers for costs: the sum of all that are finite is the range. */
function scaleOf({ units, costs, values }: PartitionProblem, pair: Pair): number {
  let sum = 0;
  const add = (cost: number): void => {
    if (cost < Infinity) sum += cost;
  };
  costs.forEach((cost, at) => {
    if (pair.includes(at % units)) add(cost);
  });
  for (const value of values) value.costs.forEach(add);
  return sum === 0 ? 1 : wholeRange / sum;
}

/** What is cut only if there is no other way. */
const never = 2 ** 51;

function whole(cost: number, scale: number): number {
  return cost < Infinity ? Math.round(cost * scale) : never;
}

/** A kernel on the side of the sink pays what it costs there by its edge from the source, and the other way round. */
function addKernel(
  { network, source, sink, scale }: Terminals,
  { units, costs }: PartitionProblem,
  kernel: number,
  { node, pair: [here, there] }: { readonly node: number; readonly pair: Pair },
): void {
  const [onHere, onThere] = [costs[kernel * units + here]!, costs[kernel * units + there]!].map((cost) =>
    whole(cost, scale),
  ) as [number, number];
  // What it costs at the least is paid on either side.
  const least = Math.min(onHere, onThere);
  network.addEdge(source, node, onThere - least);
  network.addEdge(node, sink, onHere - least);
}

interface Terms extends Terminals {
  /** Nodes of kernels that may move; -1 for others. */
  readonly free: Int32Array;
  readonly given: Uint8Array;
  readonly pair: Pair;
  readonly units: number;
}

function addValue(terms: Terms, { maker, readers, costs }: Moved): void {
  const {
    network,
    free,
    given,
    pair: [here, there],
    units,
    scale,
  } = terms;
  const moving = readers.flatMap((reader) => (free[reader] === -1 ? [] : [free[reader]!]));
  const cost = (from: number, to: number): number => whole(costs[from * units + to]!, scale);
  const own = free[maker]!;
  if (own === -1) {
    const from = given[maker]!;
    // Made elsewhere: each side on which somebody reads it pays.
    toThere(terms, terms.source, moving, cost(from, there));
    toHere(terms, terms.sink, moving, cost(from, here));
    return;
  }
  const fixed = new Set(readers.filter((reader) => free[reader] === -1).map((reader) => given[reader]!));
  for (const to of fixed) {
    network.addEdge(own, terms.sink, cost(here, to));
    network.addEdge(terms.source, own, cost(there, to));
  }
  const [only] = moving;
  if (moving.length === 1) network.addEdge(own, only!, cost(here, there), cost(there, here));
  else {
    toThere(terms, own, moving, cost(here, there));
    toHere(terms, own, moving, cost(there, here));
  }
}

/** Paid once where the maker is here and a reader there. */
function toThere({ network }: Terms, maker: number, readers: readonly number[], cost: number): void {
  if (cost === 0 || readers.length === 0) return;
  const copy = network.addNode();
  network.addEdge(maker, copy, cost);
  for (const reader of readers) network.addEdge(copy, reader, never);
}

/** Paid once where the maker is there and a reader here. */
function toHere({ network }: Terms, maker: number, readers: readonly number[], cost: number): void {
  if (cost === 0 || readers.length === 0) return;
  const copy = network.addNode();
  network.addEdge(copy, maker, cost);
  for (const reader of readers) network.addEdge(reader, copy, never);
}

/** Rounds of moves between all pairs of units; each lowers the cost, and few are needed. */
const mostRounds = 6;

/**
 * An assignment that no exact move between two units makes better, from the best of several beginnings. With two units it is the best
 * of all; with more it need not be.
 */
export function* searched(problem: PartitionProblem, beginnings: readonly Uint8Array[]): Steps<Uint8Array> {
  const { units } = problem;
  let best = beginnings[0]!;
  for (const one of units > 2 ? beginnings : beginnings.slice(0, 1)) {
    const found = yield* improved(problem, one);
    if (costOf(problem, found) < costOf(problem, best)) best = found;
  }
  return best;
}

function* improved(problem: PartitionProblem, given: Uint8Array): Steps<Uint8Array> {
  const { units } = problem;
  let best = given;
  let least = costOf(problem, best);
  for (let round = 0; round < mostRounds; round++) {
    const before = least;
    for (let here = 0; here < units; here++)
      for (let there = here + 1; there < units; there++) {
        const moved = yield* cutBetween(problem, best, [here, there]);
        const cost = costOf(problem, moved);
        if (cost < least) [best, least] = [moved, cost];
      }
    if (units === 2 || least >= before) break;
  }
  return best;
}
