import type { Model } from '../engine/graph/model';
import { expansionSteps } from '../engine/inference/expansion';
import { runThrough } from '../engine/scheduler';
import { mostChips, unitsOfAnalysis, unitsOfHeap, unitsOfListing } from '../workspace/budget';
import { failed } from './failure';

/** Refuses before anything is computed what this process has no memory for: a heap that is full ends in no words. */
export function refuseTooMuch(model: Model, chips: number, heapBytes: number): void {
  const { fits, fileNodes, nodes } = runThrough(expansionSteps(model));
  const flat = fits ? nodes : fileNodes;
  const units = unitsOfHeap(heapBytes) - unitsOfListing(fileNodes);
  if (unitsOfAnalysis(flat, chips) <= units) return;
  const most = mostChips(flat, units);
  const key = most > 0 ? 'cli.error.memory.chips' : 'cli.error.memory.nodes';
  throw failed(key, { nodes: flat, chips, most });
}
