import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { ChipAnalysis } from '../../../server/engine/analyse';
import { loadMapping, isSplit, type SplitMapping } from '../../../server/engine/mapping/pinned/load';
import { sharingDevices, splitMappingOf } from '../../../server/engine/mapping/pinned/shared';
import type { Problem } from '../../../server/engine/problem';
import { uninterrupted } from '../../../server/engine/scheduler';
import { spreadOver } from '../../../server/engine/spreadOver';
import { systems } from '../../../server/engine/systems/load';
import { configurations, configured } from './parallel/models';

const known = { chip: chipById, system: (id: string) => systems.find((one) => one.id === id) };
const onDgx = (split: SplitMapping['split']): SplitMapping => {
  return { schemaVersion: 1, system: 'nvidia-dgx-h100', split };
};
const codes = (json: unknown): string[] => loadMapping(json).problems.map(({ code }) => code);

describe('a mapping file with a split', () => {
  it('has a system and no units, nodes or default', () => {
    const { mapping, problems } = loadMapping(onDgx({ tp: 4, pp: 2 }));
    expect(problems).toEqual([]);
    expect(mapping && isSplit(mapping)).toBe(true);
    expect(codes({ schemaVersion: 1, split: { tp: 4 } })).toEqual(['mapping.kind']);
    expect(codes({ schemaVersion: 1 })).toEqual(['mapping.kind']);
    expect(codes({ ...onDgx({ tp: 4 }), units: [{ id: 'a', chip: 'nvidia-t4' }] })).toEqual(['mapping.kind']);
    expect(codes({ ...onDgx({ tp: 4 }), nodes: { a: ['x'] } })).toEqual(['mapping.kind']);
    expect(codes(onDgx({ tp: 0 }))).toEqual(['chip.schema-low']);
    expect(codes({ ...onDgx({ tp: 1 }), split: { pp: 2 } })).not.toEqual([]);
  });

  it('names devices of a system that are alike, and no more of them than there are', () => {
    const found = (mapping: SplitMapping): unknown => sharingDevices(mapping, known);
    expect(found(onDgx({ tp: 4, pp: 2 }))).toMatchObject({
      devices: { device: 'gpu', count: 8, split: { tp: 4, pp: 2, dp: 1, ep: 1, cp: 1 } },
    });
    expect(found(onDgx({ tp: 8, pp: 2 }))).toMatchObject({ faults: [{ code: 'mapping.split-devices' }] });
    expect(found({ ...onDgx({ tp: 1 }), system: 'no-such' })).toMatchObject({
      faults: [{ code: 'mapping.no-system' }],
    });
    expect(found({ ...onDgx({ tp: 1 }), system: 'jetson-agx-orin' })).toMatchObject({
      faults: [{ code: 'mapping.no-devices' }],
    });
    const split = { tp: 4, pp: 2, dp: 1, ep: 1, cp: 1 };
    expect(splitMappingOf('nvidia-dgx-h100', split)).toEqual(onDgx({ tp: 4, pp: 2 }));
  });
});

async function shared(
  name: keyof typeof configurations,
  split: SplitMapping['split'],
  sizes: { readonly batch: number; readonly past_sequence?: number; readonly sequence?: number },
  phase: 'decode' | 'training' = 'decode',
): Promise<ChipAnalysis | Problem> {
  const found = sharingDevices(onDgx(split), known);
  if ('faults' in found) throw new Error('no such devices');
  const prepared = await configured(configurations[name], { phase, bindings: sizes });
  const question = { prepared, devices: found.devices, host: undefined, lookUp: chipById };
  return spreadOver(question, uninterrupted);
}

async function fitting(...args: Parameters<typeof shared>): Promise<ChipAnalysis> {
  const found = await shared(...args);
  if (!('cost' in found)) throw new Error(found.code);
  return found;
}

const sumOf = ({ cost }: ChipAnalysis): number =>
  cost.nodes.reduce((sum, { seconds }) => sum + seconds!.value, 0);

describe('a model that devices share', () => {
  it('has at each node what one device takes in a step, which together are the step', async () => {
    const { cost, spread, fit, timeline } = await fitting(
      'llama-3-70b',
      { tp: 8 },
      { batch: 32, past_sequence: 2048 },
    );
    const step = cost.total.latencySeconds!.value!;
    expect(spread!.seconds.value).toBe(step);
    // The search costs the last layer for all, which is fused with what stands behind it.
    expect(Math.abs(sumOf({ cost } as ChipAnalysis) / step - 1)).toBeLessThan(0.01);
    // 80 layers with two all-reduces each, one of the embedding, and the logits.
    const exchanges = [...spread!.nodes.exchanges.values()].flat();
    expect(exchanges.filter(({ collective }) => collective === 'all_reduce')).toHaveLength(2 * 80 + 1);
    // 32 sequences x 8,192 numbers of two bytes.
    expect(new Set(exchanges.slice(1, -1).map(({ bytes }) => bytes))).toEqual(new Set([32 * 8192 * 2]));
    // 141.1 GB of weights ÷ 8 and 80 layers x keys and values x 1 head x 128 x 2 bytes x 2,049 tokens x 32 sequences.
    const held = 17.64e9 + 80 * 2 * 128 * 2 * 2049 * 32;
    expect(fit.highWaterBytes! / held).toBeCloseTo(1, 2);
    // What is drawn over time is what is said.
    const drawn = timeline.points.reduce((most, { activationBytes }) => Math.max(most, activationBytes), 0);
    expect((timeline.weights.known + drawn) / fit.highWaterBytes!).toBeCloseTo(1, 3);
    expect(fit.fits).toBe(true);
    expect(cost.total.joules).toBeNull();
  });

  it('has stages with the layers and the memory of each, of which none streams weights', async () => {
    const { cost, spread, fit, chip } = await fitting(
      'llama-3-70b',
      { tp: 4, pp: 2 },
      { batch: 32, past_sequence: 2048 },
    );
    expect(chip).toBe(chipById('nvidia-h100-sxm'));
    expect(cost.streamedBytes).toBe(0);
    expect(spread!.stages.map(({ layers }) => layers)).toEqual([
      [1, 40],
      [41, 80],
    ]);
    expect(fit.highWaterBytes).toBe(Math.max(...spread!.stages.map(({ bytes }) => bytes)));
    const { stageOf } = spread!.nodes;
    expect([stageOf[0], stageOf.at(-1)]).toEqual([0, 1]);
    // Nodes of both stages, which work at the same time, are two steps but for what stages send to each other.
    const step = cost.total.latencySeconds!.value!;
    expect(sumOf({ cost } as ChipAnalysis) / 2 / step).toBeGreaterThan(0.97);
    expect(sumOf({ cost } as ChipAnalysis) / 2 / step).toBeLessThanOrEqual(1.01);
  });

  it('trains, each node with all passes of a step', async () => {
    const { cost, spread } = await fitting(
      'llama-3-8b',
      { tp: 4, dp: 2 },
      { batch: 4, sequence: 1024 },
      'training',
    );
    // Gradients and what copies of the model wait for beside them are no node's.
    const share = sumOf({ cost } as ChipAnalysis) / spread!.seconds.value;
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThanOrEqual(1.01);
    // Per token 6 x 8 x 10^9 operations (and attention) at no more than 989 x 10^12 a second on each of eight devices.
    expect(spread!.perSecond).toBeLessThan((8 * 989e12) / 48e9);
  });

  it('is refused where it does not fit, with what a device needs', async () => {
    const found = await shared('llama-3-70b', { tp: 1 }, { batch: 1, past_sequence: 128 });
    // 70.55 x 10^9 parameters of two bytes.
    expect(found).toMatchObject({ code: 'mapping.split-memory', args: { split: 'tp 1' } });
    expect(Number(new Map(Object.entries((found as Problem).args)).get('needed')) / 141.1e9).toBeCloseTo(
      1,
      2,
    );
  });
});
