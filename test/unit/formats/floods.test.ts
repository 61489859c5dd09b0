import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../server/engine/scheduler';
import { floodNames, floodOf } from './floodModels';

/** Up to 500,000 fields in each: more than a call takes arguments, and more than a reader should take. */
const size = 1e6;
const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

it.each(floodNames)('goes from the file to costs with too many %s, or says where it ends', async (name) => {
  const { value, problems } = await readOnnx(memorySource(floodOf(name, size)), uninterrupted);
  // What was left out is said.
  const isWhole = !problems.some(({ severity }) => severity === 'error');
  if (!value) return expect(isWhole).toBe(false);
  const listing = printListing(value, { fileName: 'flood.onnx' });
  expect(listing.text.length).toBeGreaterThan(0);
  const prepared = await prepare(value, workload, uninterrupted);
  const { cost } = await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
  // What lacks what was not read is a lower bound.
  if (!isWhole) expect(cost.total.operations.isLowerBound).toBe(true);
});
