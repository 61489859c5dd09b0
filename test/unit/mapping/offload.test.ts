import { describe, expect, it } from 'vitest';
import { costsOn, prepare, sumsOn, type ChipAnalysis, type Prepared } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { wholeTotal } from '../../../server/engine/cost/totals';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';
import { llama } from '../lower/llama';

const chip = chipById('nvidia-rtx-4090')!;

interface Asked {
  readonly model?: Model;
  readonly on?: string;
  readonly runtime?: string;
}

/** A decode step behind 1,024 tokens. */
async function prepared(gpuLayers: number | null, { model, runtime = '' }: Asked = {}): Promise<Prepared> {
  const bindings = { batch: 1, sequence: 1, past_sequence: 1024 };
  const asked = { precision: 'as-stored', runtime: runtime || null, gpuLayers } as const;
  return prepare(model ?? (await llama()), { bindings, phase: 'decode', ...asked }, uninterrupted);
}

async function analysed(gpuLayers: number | null, asked: Asked = {}): Promise<ChipAnalysis> {
  return costsOn(await prepared(gpuLayers, asked), chipById(asked.on ?? chip.id)!, uninterrupted);
}

const secondsOf = ({ cost }: ChipAnalysis): number => wholeTotal(cost.total.latencySeconds)!.value;
const weightsOn = ({ unitFits }: ChipAnalysis, id: string): number | null =>
  unitFits.find(({ units }) => units[0]!.id === id)?.timeline.weights.known ?? null;
const codesOf = ({ problems }: ChipAnalysis): string[] =>
  problems.map(({ code }) => code).filter((code) => code.startsWith('offload'));

// A number takes 2 bytes on the chip, in norms too. Of a layer: queries and output 64 · 64 each, keys and values 32 · 64 each,
// three matrices of 128 · 64, two norms of 64. Of the output: a norm of 64 and 256 · 64.
const layerBytes = 2 * (2 * 4096 + 2 * 2048 + 3 * 8192 + 2 * 64);
const outputBytes = 2 * (64 + 16_384);
// Keys and values of 2 heads of 16 numbers of 1,025 positions.
const cacheBytes = 2 * 2 * (2 * 16 * 1025);

describe('layers that a chip and its host share', () => {
  // llama.cpp counts the output as the last layer: of N layers N - 1 repeat, and from 5 on there is nothing more to put there.
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [5, 4],
    [99, 4],
  ])('%d of them have the weights and caches of %d and the output on the chip', async (count, repeating) => {
    const analysis = await analysed(count);
    const least = repeating * layerBytes + outputBytes;
    expect(weightsOn(analysis, 'chip')).toBe(least);
    const beside = analysis.fit.highWaterBytes! - least;
    expect(beside).toBeGreaterThanOrEqual(repeating * cacheBytes);
    // Activations take less than a cache.
    expect(beside).toBeLessThan((repeating + 1) * cacheBytes);
    expect(codesOf(analysis)).toEqual([]);
  });

  it('are the last ones, and the embedding stays with the host', async () => {
    const { cost, plan } = await analysed(3);
    const { inference } = await prepared(3);
    const found = new Map<string, Set<string>>();
    for (const { index, anchor } of plan.kernels) {
      const [, part] = /^\/(layers\.\d|[^/]+)/.exec(inference.nodes[anchor]!.node.name)!;
      const unit = cost.units[cost.kernels[index]!.unit!]!.id;
      found.set(part!, (found.get(part!) ?? new Set()).add(unit));
    }
    const places = Object.fromEntries([...found].map(([part, units]) => [part, [...units].join()]));
    expect(places).toMatchObject({
      embedding: 'host',
      'layers.0': 'host',
      'layers.1': 'host',
      'layers.2': 'chip',
      'layers.3': 'chip',
      head: 'chip',
    });
  });

  it('take the longer the fewer are on the chip', async () => {
    // Of small models starting kernels takes longer than moving weights.
    const model = await llama({ width: 1024 });
    const seconds: number[] = [];
    for (const count of [5, 4, 3, 2, 1, 0]) seconds.push(secondsOf(await analysed(count, { model })));
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(new Set(seconds).size).toBe(6);
    expect(secondsOf(await analysed(null, { model }))).toBeLessThan(seconds[0]!);
  });

  it('run on the host where there are none, as it runs a model by itself', async () => {
    const { unitFits, cost } = await analysed(0);
    expect(unitFits.map(({ units }) => units.map(({ id }) => id))).toEqual([['host']]);
    expect(cost.kernels.every(({ unit }) => unit === 1)).toBe(true);
  });

  it('lie twice where the output is the embedding', async () => {
    const analysis = await analysed(1, { model: await llama({ isTied: true }) });
    expect(weightsOn(analysis, 'chip')).toBe(outputBytes);
    // The host computes in 32 bits: the embedding, four layers, and two whole numbers of 8 bytes for lengths.
    expect(weightsOn(analysis, 'host')).toBe(2 * (4 * layerBytes + outputBytes - 2 * 64) + 2 * 8);
  });

  it('are in sums too', async () => {
    const all = await prepared(3);
    const sums = await sumsOn(all, chip, uninterrupted);
    const whole = await costsOn(all, chip, uninterrupted);
    expect(sums.cost.total).toEqual(whole.cost.total);
    expect(sums.fit).toEqual(whole.fit);
  });

  it('are not shared by a processor, and by other runtimes and models they are not either, which is told', async () => {
    const onHost = { on: 'generic-x86-avx2-desktop' };
    const processor = await analysed(3, onHost);
    expect(processor.cost).toEqual((await analysed(null, onHost)).cost);
    expect(codesOf(processor)).toEqual([]);
    const other = await analysed(3, { runtime: 'onnxruntime-cuda' });
    expect(codesOf(other)).toEqual(['offload.runtime']);
    expect(secondsOf(other)).toBe(secondsOf(await analysed(null, { runtime: 'onnxruntime-cuda' })));
    const model = await readFixture('tiny-mlp');
    expect(codesOf(await analysed(3, { model, runtime: 'llama.cpp-cuda' }))).toEqual(['offload.no-layers']);
  });
});
