import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { fitOf, sizeAt } from '../../../server/engine/memory/fit';
import { memoryTimeline } from '../../../server/engine/memory/timeline';
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

describe('memoryTimeline', () => {
  it('holds inputs from the start, views in the buffer of their input, outputs to the end', () => {
    const timeline = memoryTimeline(inference);
    expect(timeline.weightsBytes).toBe(804);
    // x 40 + h 80; the same while the view passes; x + h + r; x + r + y.
    expect(timeline.points.map((point) => point.activationBytes)).toEqual([120, 120, 200, 240]);
    expect(timeline.highWaterBytes).toBe(804 + 240);
    expect(timeline.highWaterNode).toBe(3);
  });

  it('needs no memory for what lives inside a kernel', async () => {
    const plan = await planKernels(inference, profileById('tensorrt')!, uninterrupted);
    expect(plan.kernels.map((kernel) => kernel.nodes)).toEqual([[0, 1, 2], [3]]);
    const timeline = memoryTimeline(inference, plan);
    expect(timeline.points.map((point) => point.activationBytes)).toEqual([120, 240]);
  });

  it('is unknown as soon as a size is', () => {
    const values = inference.values.map((value) => (value.name === 'r' ? { ...value, bytes: null } : value));
    const timeline = memoryTimeline({ ...inference, values });
    expect(timeline.highWaterBytes).toBeNull();
    expect(timeline.weightsBytes).toBe(804);
  });
});

describe('fitOf', () => {
  const timeline = (highWaterBytes: number | null) => ({
    points: [],
    weightsBytes: 0,
    highWaterBytes,
    highWaterNode: null,
  });
  const chip = chipById('nvidia-t4')!;
  const profile = profileById('tensorrt')!;
  const { capacityBytes } = fitOf(chip, profile, timeline(0), { phase: 'inference', isPartial: false });

  it('takes the reserve of the runtime off the capacity', () => {
    const reserve = profile.reserveBytes!.value;
    expect(capacityBytes).toBeGreaterThan(14e9);
    expect(
      fitOf(chip, profile, timeline(capacityBytes! - reserve), { phase: 'inference', isPartial: false }).fits,
    ).toBe(true);
    expect(
      fitOf(chip, profile, timeline(capacityBytes! - reserve + 1), { phase: 'inference', isPartial: false })
        .fits,
    ).toBe(false);
    expect(fitOf(chip, profile, timeline(null), { phase: 'inference', isPartial: false }).fits).toBeNull();
  });

  it('sizes values at the type of the policy, else of the chip', () => {
    const value = (name: string) => inference.values.find((one) => one.name === name)!;
    const size = (chipId: string, policy: PrecisionPolicy, name: string) =>
      runThrough(sizeAt(inference, chipById(chipId)!, policy))(value(name));
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
