import { describe, expect, it } from 'vitest';
import { crossings } from '../../../server/engine/cost/placement';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { graphOf } from '../kernels/graphs';

/** x -> Relu -> r; Sigmoid(r) -> s; Tanh(r) -> t; Concat(s, t, w) -> y. Floats of four bytes. */
const inference = graphOf(
  [
    { operator: 'Relu', inputs: ['x'], outputs: ['r'] },
    { operator: 'Sigmoid', inputs: ['r'], outputs: ['s'] },
    { operator: 'Tanh', inputs: ['r'], outputs: ['t'] },
    { operator: 'Concat', inputs: ['s', 't', 'w'], outputs: ['y'], operatorClass: 'movement' },
  ],
  { x: { shape: [20] }, w: { shape: [5], constant: true } },
  { r: [20], s: [20], t: [20], y: [45] },
  ['y'],
);

/** Of four kernels these on the second unit. */
const sides = (...host: number[]) =>
  Uint8Array.from([0, 1, 2, 3], (kernel) => (host.includes(kernel) ? 1 : 0));

async function crossingsWith(...host: number[]) {
  const plan = await planKernels(inference, profileById('none')!, uninterrupted);
  expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0], [1], [2], [3]]);
  return runThrough(crossings(inference, plan, sides(...host)));
}

describe('what crosses between chip and host', () => {
  it('is nothing where all runs on one side', async () => {
    expect(await crossingsWith()).toEqual({ list: [], unknown: false });
    // Inputs of the graph and weights are no crossings.
    expect(await crossingsWith(0, 1, 2, 3)).toEqual({ list: [], unknown: false });
  });

  it('is each value once, however many read it there, and each way back', async () => {
    // r crosses for Sigmoid and is there for Tanh; s and t come back for Concat, whose weights are on the chip.
    expect((await crossingsWith(1, 2)).list).toEqual([
      { kernel: 1, from: 0, to: 1, bytes: 80 },
      { kernel: 3, from: 1, to: 0, bytes: 160 },
    ]);
    // Only Tanh on the host: r goes, t comes back.
    expect((await crossingsWith(2)).list).toEqual([
      { kernel: 2, from: 0, to: 1, bytes: 80 },
      { kernel: 3, from: 1, to: 0, bytes: 80 },
    ]);
  });

  it('is not known as a whole while a size is not', async () => {
    const plan = await planKernels(inference, profileById('none')!, uninterrupted);
    const values = inference.values.map((value) => (value.name === 't' ? { ...value, bytes: null } : value));
    expect(runThrough(crossings({ ...inference, values }, plan, sides(2)))).toEqual({
      list: [{ kernel: 2, from: 0, to: 1, bytes: 80 }],
      unknown: true,
    });
  });

  it('goes through views for which nothing runs', async () => {
    // x -> Relu -> r -> Reshape -> v -> Tanh -> y: TensorRT dispatches nothing for the view.
    const viewed = graphOf(
      [
        { operator: 'Relu', inputs: ['x'], outputs: ['r'] },
        { operator: 'Reshape', inputs: ['r', 's'], outputs: ['v'], view: true },
        { operator: 'IsNaN', inputs: ['v'], outputs: ['y'] },
      ],
      { x: { shape: [4, 5] }, s: { shape: [1], constant: true } },
      { r: [4, 5], v: [20], y: [20] },
      ['y'],
    );
    const plan = await planKernels(viewed, { ...profileById('none')!, silentViews: true }, uninterrupted);
    expect(plan.kernels.map(({ nodes }) => nodes)).toEqual([[0], [2]]);
    const { list } = runThrough(crossings(viewed, plan, Uint8Array.from([0, 1])));
    expect(list).toEqual([{ kernel: 1, from: 0, to: 1, bytes: 80 }]);
  });
});
