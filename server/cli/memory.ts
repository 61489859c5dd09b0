import type { Room } from '../engine/formats/room';
import { expansionSteps } from '../engine/inference/expansion';
import { runThrough } from '../engine/scheduler';
import { mostChips, unitsOfAnalysis, unitsOfHeap, unitsOfListing } from '../workspace/budget';
import { failed } from './failure';
import type { OpenedModel } from './openModel';

/** What reading a model may take of this process, beside the units that models before it hold. */
export function roomIn(heapBytes: number, held = 0): Room {
  const units = unitsOfHeap(heapBytes) - held;
  return (bytes) => unitsOfListing(bytes) <= units;
}

/**
 * Refuses before anything is computed what this process has no memory for: a heap that is full ends in no words.
 * @param least chips that the command cannot do without
 * @param held units that models before this one hold
 * @returns units that are held with this one
 */
export function refuseTooMuch(
  { model, bytes }: OpenedModel,
  chips: number,
  heapBytes: number,
  least = 1,
  held = 0,
): number {
  const { fits, fileNodes, nodes } = runThrough(expansionSteps(model));
  const flat = fits ? nodes : fileNodes;
  const before = held + unitsOfListing(bytes);
  const units = unitsOfHeap(heapBytes) - before;
  if (unitsOfAnalysis(flat, chips) <= units) return before + unitsOfAnalysis(flat, chips);
  const most = mostChips(flat, units);
  const key = most >= least && most < chips ? 'cli.error.memory.chips' : 'cli.error.memory.nodes';
  throw failed(key, { nodes: flat, chips, most });
}
