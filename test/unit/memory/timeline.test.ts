import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { FormatTable } from '../../../server/engine/cost/kernelFormat';
import { Sizing } from '../../../server/engine/cost/sizing';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { fitOf } from '../../../server/engine/memory/fit';
import { memoryTimeline, type MemoryTimeline } from '../../../server/engine/memory/timeline';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import type { PrecisionPolicy } from '../../../server/engine/workload';
import { graphOf } from '../kernels/graphs';

/** x -> MatMul -> h -> Reshape (view) -> f -> Relu -> r;  y = Add(r, x). Float: 4 bytes per element. */
const inference = graphOf(
  [
    { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['h'], operatorClass: 'gemm', matrix: 640 },
    { operator: 'Reshape', inputs: ['h', 's'], outputs: ['f'], view: true },
    { operator: 'Relu', inputs: ['f'], outputs: ['r'] },
    { operator: 'Concat', inputs: ['r', 'x'], outputs: ['y'], operatorClass: 'movement' },
  ],
  {
    x: { shape: [1, 10] },
    w: { shape: [10, 20], constant: true },
    s: { shape: [1], constant: true },
  },
  { h: [1, 20], f: [20], r: [20], y: [30] },
  ['y'],
);

/** At stored types. */
async function timelineOf(model: Inference, runtime: string): Promise<MemoryTimeline> {
  const plan = await planKernels(model, profileById(runtime)!, uninterrupted);
  return runThrough(memoryTimeline(model, plan, (id) => model.values[id]!.bytes));
}

describe('memoryTimeline', () => {
  it('holds inputs from the start, views in the buffer of their input, outputs to the end', async () => {
    const timeline = await timelineOf(inference, 'none');
    expect(timeline.weights).toEqual({ known: 804, isWhole: true });
    // x 40 + h 80; x + h + r; x + r + y. The view is no kernel, and its output is h.
    expect(timeline.points).toEqual([
      { node: 0, activationBytes: 120 },
      { node: 2, activationBytes: 200 },
      { node: 3, activationBytes: 240 },
    ]);
    expect(timeline.highWaterBytes).toBe(804 + 240);
    expect(timeline.highWaterNode).toBe(3);
  });

  it('needs no memory for what lives inside a kernel', async () => {
    const plan = await planKernels(inference, profileById('tensorrt')!, uninterrupted);
    expect(plan.kernels.map((kernel) => kernel.nodes)).toEqual([[0, 1, 2], [3]]);
    const timeline = await timelineOf(inference, 'tensorrt');
    expect(timeline.points.map((point) => point.activationBytes)).toEqual([120, 240]);
  });

  it('keeps an output of the graph that nobody reads any more', async () => {
    const early = graphOf(
      [
        { operator: 'Relu', inputs: ['x'], outputs: ['a'] },
        { operator: 'Tanh', inputs: ['a'], outputs: ['b'] },
        { operator: 'Sigmoid', inputs: ['b'], outputs: ['c'] },
      ],
      { x: { shape: [10] } },
      { a: [100], b: [10], c: [10] },
      ['a', 'c'],
    );
    const { points } = await timelineOf(early, 'none');
    // x, which the caller holds, + a; + b; a, which is given out at the end, + b + c.
    expect(points.map(({ activationBytes }) => activationBytes)).toEqual([440, 480, 520]);
  });

  it('is a lower bound as soon as a size is unknown', async () => {
    const values = inference.values.map((value) => (value.name === 'r' ? { ...value, bytes: null } : value));
    const timeline = await timelineOf({ ...inference, values }, 'none');
    expect(timeline.highWaterBytes).toBeNull();
    // Without r: x + y, 40 + 120, and the weights.
    expect(timeline.leastBytes).toBe(964);
    expect(timeline.weights).toEqual({ known: 804, isWhole: true });
  });

  it('adds unknown weights to those that are known', async () => {
    const values = inference.values.map((value) => (value.name === 's' ? { ...value, bytes: null } : value));
    const timeline = await timelineOf({ ...inference, values }, 'none');
    // w alone: 10 x 20 floats; at the most 240 of activations beside it, as above.
    expect(timeline.weights).toEqual({ known: 800, isWhole: false });
    expect(timeline.highWaterBytes).toBeNull();
    expect(timeline.highWaterNode).toBeNull();
    expect(timeline.leastBytes).toBe(1040);
  });
});

describe('fitOf', () => {
  const timeline = (highWaterBytes: number | null, leastBytes = highWaterBytes) => ({
    points: [],
    weights: { known: 0, isWhole: highWaterBytes !== null },
    highWaterBytes,
    highWaterNode: null,
    leastBytes,
  });
  const chip = chipById('nvidia-t4')!;
  const profile = profileById('tensorrt')!;
  const { capacityBytes } = fitOf(chip, profile, timeline(0), {
    isUntold: false,
    isPartial: false,
    streamedBytes: 0,
  });

  it('takes the reserve of the runtime off the capacity', () => {
    const reserve = profile.reserveBytes!.value;
    expect(capacityBytes).toBeGreaterThan(14e9);
    expect(
      fitOf(chip, profile, timeline(capacityBytes! - reserve), {
        isUntold: false,
        isPartial: false,
        streamedBytes: 0,
      }).fits,
    ).toBe(true);
    expect(
      fitOf(chip, profile, timeline(capacityBytes! - reserve + 1), {
        isUntold: false,
        isPartial: false,
        streamedBytes: 0,
      }).fits,
    ).toBe(false);
    expect(
      fitOf(chip, profile, timeline(null), { isUntold: false, isPartial: false, streamedBytes: 0 }).fits,
    ).toBeNull();
  });

  it('asks for room for the activations alone where weights are streamed', () => {
    const asked = { isUntold: false, isPartial: false, streamedBytes: 20e9 } as const;
    const usable = capacityBytes! - profile.reserveBytes!.value;
    const streamed = (activations: number) => ({
      ...timeline(30e9 + activations),
      weights: { known: 30e9, isWhole: true },
    });
    expect(fitOf(chip, profile, streamed(usable), asked)).toMatchObject({ fits: true, streamedBytes: 20e9 });
    expect(fitOf(chip, profile, streamed(usable + 1), asked).fits).toBe(false);
    expect(fitOf(chip, profile, streamed(0), { ...asked, streamedBytes: 0 }).fits).toBe(false);
  });

  it('knows of weights of unknown size only that they are too large', () => {
    const asked = { isUntold: false, isPartial: false, streamedBytes: 0 } as const;
    const small = fitOf(chip, profile, timeline(null, 1000), asked);
    expect(small).toMatchObject({ highWaterBytes: null, leastBytes: 1000, fits: null, fitsUnknown: 'sizes' });
    const large = fitOf(chip, profile, timeline(null, capacityBytes! + 1), asked);
    expect(large).toMatchObject({ highWaterBytes: null, fits: false, fitsUnknown: null });
    // What fits at the most fits; what may be too large, or is of a model that is not all there, may.
    const usable = capacityBytes! - profile.reserveBytes!.value;
    const most = (mostBytes: number, isPartial = false) =>
      fitOf(chip, profile, timeline(null, 1000), { ...asked, isPartial, mostBytes });
    expect(most(usable)).toMatchObject({ fits: true, fitsUnknown: null, mostBytes: usable });
    expect(most(usable + 1)).toMatchObject({ fits: null, fitsUnknown: 'sizes', mostBytes: usable + 1 });
    expect(most(usable, true)).toMatchObject({ fits: null, fitsUnknown: 'partial', mostBytes: null });
    expect(fitOf(chip, profile, timeline(null), asked)).toMatchObject({
      leastBytes: null,
      fitsUnknown: 'sizes',
    });
  });

  it('sizes values at the type of the policy, else of the chip', () => {
    const idOf = (name: string) => inference.values.find((one) => one.name === name)!.id;
    const size = (chipId: string, policy: PrecisionPolicy, name: string) =>
      runThrough(Sizing.of(inference, new FormatTable(chipById(chipId)!, policy))).held(idOf(name));
    // w: 200 floats that MatMul multiplies by; x: 10 floats; s: what Reshape reads, no weight of a matrix.
    expect(size('nvidia-t4', 'as-stored', 'w')).toBe(800);
    expect(size('nvidia-t4', 'fp16', 'w')).toBe(400);
    expect(size('nvidia-t4', 'int8', 'w')).toBe(200);
    expect(size('nvidia-t4', 'int8', 'x')).toBe(10);
    // 4 bits and one 16-bit scale for each 128 elements; activations stay as stored.
    expect(size('nvidia-t4', 'int4-weights', 'w')).toBe(Math.ceil((200 * 4.125) / 8));
    expect(size('nvidia-t4', 'int4-weights', 'x')).toBe(40);
    expect(size('nvidia-t4', 'int4-weights', 's')).toBe(4);
    // The Edge TPU has int8 only: asked for or not makes no difference.
    expect(size('google-coral-edge-tpu', 'as-stored', 'w')).toBe(200);
    expect(size('google-coral-edge-tpu', 'int8', 'w')).toBe(200);
  });
});
