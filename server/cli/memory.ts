import type { Model } from '../engine/graph/model';
import { expansionSteps } from '../engine/inference/expansion';
import { runThrough } from '../engine/scheduler';
import { mostChips, unitsOfAnalysis, unitsOfHeap, unitsOfListing } from '../workspace/budget';
import { failed } from './failure';

/**
 * Refuses before anything is computed what this process has no memory for: a heap that is full ends in no words.
 * @param least chips that the command cannot do without
 * @param held units that models before this one hold
 * @returns units that are held with this one
 */
export function refuseTooMuch(model: Model, chips: number, heapBytes: number, least = 1, held = 0): number {
  const { fits, fileNodes, nodes } = runThrough(expansionSteps(model));
  const flat = fits ? nodes : fileNodes;
  const units = unitsOfHeap(heapBytes) - unitsOfListing(fileNodes) - held;
  if (unitsOfAnalysis(flat, chips) <= units)
    return held + unitsOfListing(fileNodes) + unitsOfAnalysis(flat, chips);
  const most = mostChips(flat, units);
  const key = most >= least && most < chips ? 'cli.error.memory.chips' : 'cli.error.memory.nodes';
  throw failed(key, { nodes: flat, chips, most });
}
