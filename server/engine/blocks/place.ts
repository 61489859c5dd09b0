import type { Inference } from '../inference/types';
import { smallest } from '../lists';
import type { Chain } from './chain';
import type { Repeat } from './repeats';
import type { Sequence } from './steps';

/** Repeats in one order of the steps. */
export interface Found {
  readonly sequence: Sequence;
  readonly chain: Chain;
  readonly repeats: readonly Repeat[];
}

/** Where blocks begin and end in a chain, and how many of them are equal, run by run. */
export interface Bounds {
  /** Places, from 0 to the last one's end. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/**
 * The block of each node by flat index. A step of the chain is of the block in which it stands. What computes sizes, at load time
 * or beside the main path belongs to the block that alone reads it; what several read stands before the first one, as
 * far as it depends on nothing that comes later.
 */
export function placeNodes(inference: Inference, { sequence, chain }: Found, bounds: Bounds): Int32Array {
  const { blocks, loose } = blocksOfPlaces(chain, bounds);
  const blockOfNode = new Int32Array(inference.nodes.length).fill(-1);
  const isLoose = new Uint8Array(inference.nodes.length).fill(1);
  chain.steps.forEach((step, place) => {
    for (const index of sequence.members[step]!) {
      blockOfNode[index] = blocks[place]!;
      isLoose[index] = loose[place]!;
    }
  });
  if (!isLoose.includes(1)) return blockOfNode;
  const { makersOf, readersOf } = linksOf(inference, sequence);
  for (const index of lastReadersFirst(isLoose, makersOf, readersOf)) {
    const own = blockOfNode[index]!;
    const readers = readersOf[index]!.map((reader) => blockOfNode[reader]!).filter((block) => block >= 0);
    const first = smallest(readers);
    const isOfOne = readers.length > 0 && readers.every((block) => block === first);
    const isEarly = makersOf[index]!.every((maker) => isLoose[maker] === 1 || blockOfNode[maker] === 0);
    const shared = own >= 0 ? own : isEarly && bounds.counts[0] === 1 ? 0 : first;
    blockOfNode[index] = isOfOne ? first : shared === Infinity ? 0 : shared;
  }
  return blockOfNode;
}

/** The block of each place, and 1 for what stands beside the main path and in no block that repeats. */
function blocksOfPlaces(
  { steps, aside }: Chain,
  { bounds, counts }: Bounds,
): { readonly blocks: Int32Array; readonly loose: Uint8Array } {
  const isSingle = counts.flatMap((count) => new Array<boolean>(count).fill(count === 1));
  const blocks = new Int32Array(steps.length);
  const loose = new Uint8Array(steps.length);
  let block = 0;
  for (let place = 0; place < steps.length; place++) {
    while (place >= bounds[block + 1]!) block++;
    blocks[place] = block;
    if (place < aside && isSingle[block]) loose[place] = 1;
  }
  return { blocks, loose };
}

interface Links {
  /** Flat indices of the nodes that make what a node reads, and of those that read what it makes. */
  readonly makersOf: readonly (readonly number[])[];
  readonly readersOf: readonly (readonly number[])[];
}

function linksOf({ nodes, values }: Inference, { rootOf }: Sequence): Links {
  const makerOf = (id: number | null): number => (id === null ? -1 : (values[rootOf(id)]!.producer ?? -1));
  const readersOf: number[][] = nodes.map(() => []);
  const makersOf = nodes.map(({ index, inputs }) => {
    const makers = inputs.map(makerOf).filter((maker) => maker >= 0 && maker !== index);
    for (const maker of makers) readersOf[maker]!.push(index);
    return makers;
  });
  return { makersOf, readersOf };
}

/** Loose nodes, each behind all loose ones that read it. */
function* lastReadersFirst(
  isLoose: Uint8Array,
  makersOf: Links['makersOf'],
  readersOf: Links['readersOf'],
): Generator<number> {
  const left = new Int32Array(isLoose.length);
  const ready: number[] = [];
  isLoose.forEach((loose, index) => {
    if (loose === 0) return;
    left[index] = readersOf[index]!.filter((reader) => isLoose[reader] === 1).length;
    if (left[index] === 0) ready.push(index);
  });
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    yield index;
    for (const maker of makersOf[index]!) if (isLoose[maker] === 1 && --left[maker]! === 0) ready.push(maker);
  }
}
