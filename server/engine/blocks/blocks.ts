import { moduleScope } from '../graph/moduleScope';
import type { Inference } from '../inference/types';
import { Query } from '../query';
import type { Steps } from '../scheduler';
import { chainOf, type Chain } from './chain';
import { repeatsOf, type Beginning } from './repeats';
import { placeNodes, type Found } from './place';
import { stepsInFileOrder, stepsOf, type Sequence } from './steps';

/** Equal blocks that follow each other, or one block that is like none beside it. */
interface BlockRun {
  /** Number of its first block. */
  readonly first: number;
  readonly count: number;
  /** Flat indices of the nodes of each block, ascending; what only computes sizes is of the first block that reads it. */
  readonly blocks: readonly (readonly number[])[];
}

/** A model as a chain of blocks in an order in which they can run: every block reads what blocks before it made. */
export interface Blocks {
  /** The block of each node by flat index. */
  readonly blockOfNode: Int32Array;
  /** All blocks in order: what stands before, between and behind repeated ones is a run of one. */
  readonly runs: readonly BlockRun[];
}

const known = new Query<Inference, Blocks>();

/**
 * The repeated structure of a model: layers are found by what their operators do, read and write, and by how they hang
 * together, whatever they are called. Scopes of modules, where the exporter wrote them, only say where a layer begins.
 */
export function blocksOf(inference: Inference): Steps<Blocks> {
  return known.steps(inference, () => findBlocks(inference));
}

function* findBlocks(inference: Inference): Steps<Blocks> {
  const written = stepsInFileOrder(inference);
  const first = written && (yield* repeatsIn(inference, written));
  const found =
    first && isMost(first) ? first : better(first, yield* repeatsIn(inference, stepsOf(inference)));
  yield;
  return blocksFrom(inference, found);
}

function* repeatsIn(inference: Inference, sequence: Sequence): Steps<Found> {
  const chain = yield* chainOf(inference, sequence);
  const repeats = yield* repeatsOf(chain, beginningsOf(inference, sequence, chain));
  return { sequence, chain, repeats };
}

function coveredBy({ repeats }: Found): number {
  return repeats.reduce((sum, { length, count }) => sum + length * count, 0);
}

function isMost(found: Found): boolean {
  return 2 * coveredBy(found) >= found.chain.steps.length;
}

function better(a: Found | null, b: Found): Found {
  return a && coveredBy(a) >= coveredBy(b) ? a : b;
}

/** More than as many values are alive at once. */
const scopeWeight = 2 ** 32;

/** A block begins rather where the scope of a numbered module does, else where fewer values go on. */
function beginningsOf(inference: Inference, { nodes }: Sequence, { steps, open }: Chain): Beginning {
  const layers = new Array<string | undefined>(steps.length);
  const layerAt = (place: number): string => {
    const step = steps[place];
    if (step === undefined) return '';
    return (layers[place] ??= layerOf(moduleScope(inference.nodes[nodes[step]!]!.node)));
  };
  return (place) => (layerAt(place) !== layerAt(place - 1) ? scopeWeight : 0) - open[place]!;
}

/** A scope up to its first number: `encoder.layer.0` of `encoder.layer.0.attention`. */
function layerOf(scope: string): string {
  return /^.*?\d+(?=\.|$)/.exec(scope)?.[0] ?? '';
}

function blocksFrom(inference: Inference, found: Found): Blocks {
  const { chain, repeats } = found;
  const bounds: number[] = [0];
  const counts: number[] = [];
  const add = (to: number, count: number): void => {
    const from = bounds.at(-1)!;
    if (to === from) return;
    for (let k = 1; k <= count; k++) bounds.push(from + ((to - from) / count) * k);
    counts.push(count);
  };
  for (const { first, length, count } of repeats) {
    add(first, 1);
    add(first + length * count, count);
  }
  add(chain.steps.length, 1);
  // A model that only computes what is known is one block.
  if (counts.length === 0 && inference.nodes.length > 0) counts.push(1);
  let first = 0;
  const starts = counts.map((count) => (first += count) - count);
  const blockOfNode = placeNodes(inference, found, { bounds, counts });
  const members: number[][] = Array.from({ length: first }, () => []);
  blockOfNode.forEach((block, index) => members[block]!.push(index));
  return {
    blockOfNode,
    runs: counts.map((count, i) => ({
      first: starts[i]!,
      count,
      blocks: members.slice(starts[i], starts[i]! + count),
    })),
  };
}
