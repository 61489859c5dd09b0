import { describe, expect, it } from 'vitest';
import { profileById, type MemoryModel } from '../../../server/engine/kernels/profile';
import { planKernels } from '../../../server/engine/kernels/plan';
import { roleAt } from '../../../server/engine/memory/live';
import { memoryTimeline, type MemoryTimeline } from '../../../server/engine/memory/timeline';
import type { Inference } from '../../../server/engine/inference/types';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { graphOf } from '../kernels/graphs';

const plain: MemoryModel = { source: '', order: 'file', inPlace: null, workspace: [], allocator: null };

async function timelineOf(inference: Inference, model: Partial<MemoryModel>): Promise<MemoryTimeline> {
  const plan = await planKernels(inference, profileById('none')!, uninterrupted);
  const sizeOf = (id: number): number | null => inference.values[id]!.bytes;
  return runThrough(memoryTimeline(inference, plan, sizeOf, { ...plain, ...model }));
}

/** Two branches of x: 0 makes a, 1 and 2 make c, 3 joins them. */
const branches = graphOf(
  [
    { operator: 'Conv', inputs: ['x'], outputs: ['a'] },
    { operator: 'Tanh', inputs: ['x'], outputs: ['b'] },
    { operator: 'Conv', inputs: ['b'], outputs: ['c'] },
    { operator: 'Add', inputs: ['a', 'c'], outputs: ['y'] },
  ],
  { x: { shape: [10] } },
  { a: [10], b: [30], c: [10], y: [10] },
  ['y'],
);

describe('the order of a search from the outputs', () => {
  it('takes the input of the largest number first', async () => {
    const { points } = await timelineOf(branches, { order: { from: 'outputs', renumbered: [] } });
    expect(points.map(({ node }) => node)).toEqual([1, 2, 0, 3]);
  });

  it('takes fused nodes for later ones', async () => {
    const plan = await planKernels(branches, profileById('none')!, uninterrupted);
    const kernels = plan.kernels.map((kernel) =>
      kernel.index === 0 ? { ...kernel, fusion: 'made' } : kernel,
    );
    const model: MemoryModel = { ...plain, order: { from: 'outputs', renumbered: [] } };
    const steps = memoryTimeline(branches, { ...plan, kernels }, (id) => branches.values[id]!.bytes, model);
    expect(runThrough(steps).points.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
  });

  it('turns round where the nodes were made anew in that order', async () => {
    // Made anew: 2 is before 0 in the first order, so that 0 has the larger number now.
    const { points } = await timelineOf(branches, { order: { from: 'outputs', renumbered: ['Conv'] } });
    expect(points.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
  });
});

describe('writing over an input', () => {
  const inPlace = { operators: ['Add', 'Relu'], fusions: [] };

  it('needs an input of the same size that is read for the last time, and an operator that allows it', async () => {
    // x 40; + a; + b 120; + c 40, b gone after; y over a or c.
    const before = await timelineOf(branches, {});
    expect(before.points.map(({ activationBytes }) => activationBytes)).toEqual([80, 200, 240, 160]);
    const after = await timelineOf(branches, { inPlace });
    expect(after.points.map(({ activationBytes }) => activationBytes)).toEqual([80, 200, 240, 120]);
    expect((await timelineOf(branches, { inPlace: { operators: ['Mul'], fusions: [] } })).points).toEqual(
      before.points,
    );
  });

  it('leaves what the caller holds and what is read again as it is', async () => {
    const chain = graphOf(
      [
        { operator: 'Relu', inputs: ['x'], outputs: ['a'] },
        { operator: 'Relu', inputs: ['a'], outputs: ['b'] },
        { operator: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
      ],
      { x: { shape: [10] } },
      { a: [10], b: [10], y: [10] },
      ['y'],
    );
    const { points } = await timelineOf(chain, { inPlace });
    // x and a; x, a and b, since a is read again; y over a.
    expect(points.map(({ activationBytes }) => activationBytes)).toEqual([80, 120, 120]);
  });
});

it('a workspace lives while its kernel runs', async () => {
  const workspace = [{ operators: ['Tanh'], outputs: 2, source: '' }];
  const { points, buffers } = await timelineOf(branches, { workspace });
  // b has 120 bytes: twice that more at step 1.
  expect(points.map(({ activationBytes }) => activationBytes)).toEqual([80, 200 + 240, 240, 160]);
  const sizes = [...buffers!.bytes].map(
    (bytes, i) => `${bytes}${roleAt(buffers!, i) === 'workspace' ? ' workspace' : ''}`,
  );
  expect(sizes.sort()).toEqual(['120', '240 workspace', '40', '40', '40', '40']);
});
