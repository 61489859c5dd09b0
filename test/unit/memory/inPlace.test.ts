import { expect, it } from 'vitest';
import { profileById } from '../../../server/engine/kernels/profile';
import { planKernels } from '../../../server/engine/kernels/plan';
import { memoryTimeline } from '../../../server/engine/memory/timeline';
import type { Work } from '../../../server/engine/operators/rule';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { graphOf } from '../kernels/graphs';

it('a value that a node changes in place takes no memory of its own', async () => {
  const model = graphOf(
    [{ operator: 'GroupQueryAttention', inputs: ['x', 'past'], outputs: ['y', 'present'] }],
    { x: { shape: [1, 10] }, past: { shape: [8, 100] } },
    { y: [1, 10], present: [8, 100] },
    ['y', 'present'],
  );
  const highest = async (inPlace: Work['inPlace']): Promise<number | null> => {
    const nodes = model.nodes.map((node) => ({
      ...node,
      work: { ...node.work!, ...(inPlace && { inPlace }) },
    }));
    const inference = { ...model, nodes };
    const plan = await planKernels(inference, profileById('none')!, uninterrupted);
    const steps = memoryTimeline(inference, plan, (id) => inference.values[id]!.bytes);
    return runThrough(steps).highWaterBytes;
  };
  // x and y 40 bytes each, the cache 3,200, once or twice.
  expect(await highest({ 1: 1 })).toBe(80 + 3200);
  expect(await highest(undefined)).toBe(80 + 6400);
});
