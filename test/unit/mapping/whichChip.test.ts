import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { costsOn, prepare, sumsOn, type Prepared } from '../../../server/engine/analyse';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { mostlyBound } from '../../../server/engine/cost/bound';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import type { Ranking } from '../../../server/engine/mapping/rank';
import { CancelledError, uninterrupted } from '../../../server/engine/scheduler';
import { whichChip, type Wanted } from '../../../server/engine/whichChip';
import type { PrecisionPolicy, Workload } from '../../../server/engine/workload';

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };
const plain: Wanted = { objective: 'latency', limits: {}, precisions: ['as-stored'], prices: {} };
const of = (...ids: string[]): Chip[] => ids.map((id) => chipById(id)!);

let model: Model;
let prepared: Prepared;
beforeAll(async () => {
  const bytes = gunzipSync(readFileSync('test/fixtures/models/resnet50.onnx.gz'));
  model = (await readOnnx(memorySource(bytes), uninterrupted)).value!;
  prepared = await prepare(model, workload, uninterrupted);
});

const ranking = (among: readonly Chip[], wanted: Partial<Wanted> = {}): Promise<Ranking> =>
  whichChip({ prepared }, among, { ...plain, ...wanted }, uninterrupted);
const reasons = ({ rejected }: Ranking) =>
  Object.fromEntries(rejected.map(({ chip, broken }) => [chip.id, broken]));

describe('sums on a chip', () => {
  const some = ['nvidia-l4', 'hailo-8', 'google-coral-edge-tpu', 'intel-xeon-8480', 'arm-cortex-m7'];

  it.each(some)('are the totals and the fit of all its costs: %s', async (id) => {
    const [chip] = of(id) as [Chip];
    for (const precision of ['as-stored', 'int8'] as const) {
      const one = { ...prepared, workload: { ...workload, precision } };
      const sums = await sumsOn(one, chip, uninterrupted);
      const { cost, fit, plan } = await costsOn(one, chip, uninterrupted);
      const { kernels, nodes, problems, ...totals } = cost;
      expect(kernels.length && nodes.length && problems).toBeTruthy();
      expect(sums.cost).toEqual({ ...totals, bound: mostlyBound(kernels, plan) });
      expect(sums.fit).toEqual(fit);
    }
  });

  it('of training and of chips that hold values alike are their own', async () => {
    const trained = await prepare(model, { ...workload, phase: 'training' }, uninterrupted);
    for (const chip of of('nvidia-l4', 'nvidia-l40s')) {
      const sums = await sumsOn(trained, chip, uninterrupted);
      expect(sums.fit).toEqual((await costsOn(trained, chip, uninterrupted)).fit);
    }
  });
});

describe('which chip', () => {
  it('has the order of the totals of an analysis', async () => {
    const shipping = chips.filter(
      ({ status, phase }) => status === 'shipping' && phase.includes('inference'),
    );
    const { ranked } = await ranking(shipping);
    expect(ranked.length).toBeGreaterThan(50);
    const seconds: number[] = [];
    for (const { chip } of ranked)
      seconds.push((await costsOn(prepared, chip, uninterrupted)).cost.total.latencySeconds!.value!);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  });

  it('keeps what it computed apart from prices and from other precisions', async () => {
    const among = of('nvidia-l4', 'hailo-8');
    const priceOf = async (prices: Wanted['prices']) =>
      (await ranking(among, { prices })).ranked.map(({ chip, figures }) => [chip.id, figures.price?.value]);
    const prices = { 'nvidia-l4': 2500 };
    for (const given of [prices, {}, prices])
      expect(await priceOf(given)).toContainEqual(['nvidia-l4', 'nvidia-l4' in given ? 2500 : undefined]);
    const precisionOf = async (...precisions: PrecisionPolicy[]) =>
      (await ranking(of('nvidia-l4'), { precisions })).ranked.map(({ precision }) => precision);
    expect(await precisionOf('fp16')).toEqual(['fp16']);
    expect(await precisionOf('fp16', 'int8')).toEqual(['int8']);
    expect(await precisionOf('fp16')).toEqual(['fp16']);
  });

  it('names chips that cannot be bought, and takes them where they are asked for', async () => {
    const some = of('nvidia-k80', 'sapeon-x330', 'nvidia-l4');
    expect(reasons(await ranking(some))).toEqual({
      'nvidia-k80': { limit: 'status', is: ['discontinued'], wanted: ['shipping', 'own'] },
      'sapeon-x330': { limit: 'status', is: ['announced'], wanted: ['shipping', 'own'] },
    });
    expect((await ranking(some, { limits: { anyStatus: true } })).ranked).toHaveLength(3);
  });

  it('asks for place, class, vendor and country', async () => {
    const some = of('nvidia-l4', 'hailo-8', 'rebellions-atom');
    const kept = async (limits: Wanted['limits']) =>
      (await ranking(some, { limits })).ranked.map(({ chip }) => chip.id).sort();
    expect(await kept({ places: ['device', 'vehicle'] })).toEqual(['hailo-8']);
    expect(await kept({ classes: ['gpu'] })).toEqual(['nvidia-l4']);
    expect(await kept({ vendors: ['리벨리온', 'hailo'] })).toEqual(['hailo-8', 'rebellions-atom']);
    expect(await kept({ countries: ['KR'] })).toEqual(['rebellions-atom']);
    expect(reasons(await ranking(some, { limits: { countries: ['KR'] } }))['hailo-8']).toEqual({
      limit: 'country',
      is: ['IL'],
      wanted: ['KR'],
    });
  });

  it('tells chips for inference alone where a model is trained', async () => {
    prepared = await prepare(model, { ...workload, phase: 'training' }, uninterrupted);
    const found = await ranking(of('hailo-8', 'nvidia-l4'));
    prepared = await prepare(model, workload, uninterrupted);
    expect(reasons(found)).toEqual({
      'hailo-8': { limit: 'phase', is: ['inference'], wanted: ['training'] },
    });
  });

  it('tells chips without the precisions, and chips that no tool serves', async () => {
    const precisions: PrecisionPolicy[] = ['fp8'];
    expect(reasons(await ranking(of('nvidia-t4', 'ibm-heron'), { precisions }))).toEqual({
      'nvidia-t4': { limit: 'precision', is: ['fp16'], wanted: ['fp8'] },
      'ibm-heron': { limit: 'target', is: ['quantum'], wanted: [] },
    });
  });

  it('tells chips that the runtime which is asked for does not drive', async () => {
    prepared = await prepare(model, { ...workload, runtime: 'tensorrt' }, uninterrupted);
    const found = await ranking(of('hailo-8', 'nvidia-l4'));
    prepared = await prepare(model, workload, uninterrupted);
    expect(reasons(found)).toEqual({
      'hailo-8': { limit: 'runtime', is: ['compiler'], wanted: ['tensorrt'] },
    });
  });

  it('gives each chip the best of its precisions; one that it lacks and one that comes to the same are no others', async () => {
    const precisions: PrecisionPolicy[] = ['as-stored', 'fp16', 'int8'];
    const { ranked } = await ranking(of('hailo-8', 'nvidia-k80', 'nvidia-l4'), {
      precisions,
      limits: { anyStatus: true },
    });
    const chosen = ranked.map(({ chip, precision, substituted }) => [chip.id, precision, substituted]);
    expect(chosen).toEqual([
      ['nvidia-l4', 'int8', false],
      ['hailo-8', 'int8', false],
      // It computes in FP32 alone.
      ['nvidia-k80', 'as-stored', false],
    ]);
  });

  it('ranks by prices that are given, and leaves out chips without one', async () => {
    const prices = { 'hailo-8': 90, 'nvidia-l4': 2500 };
    const found = await ranking(of('nvidia-l4', 'hailo-8', 'nvidia-t4'), { objective: 'price', prices });
    expect(found.ranked.map(({ chip }) => chip.id)).toEqual(['hailo-8', 'nvidia-l4']);
    expect(reasons(found)).toEqual({ 'nvidia-t4': { limit: 'price', value: null } });
  });

  it('knows tokens per second of models with a sequence alone', async () => {
    const found = await ranking(of('nvidia-l4'), { limits: { figures: { tokens: 1 } } });
    expect(reasons(found)).toEqual({ 'nvidia-l4': { limit: 'tokens', value: null } });
    const bytes = gunzipSync(readFileSync('test/fixtures/models/gpt2.onnx.gz'));
    const gpt2 = (await readOnnx(memorySource(bytes), uninterrupted)).value!;
    const bindings = { batch: 2, sequence: 100 };
    prepared = await prepare(gpt2, { ...workload, bindings }, uninterrupted);
    const [one] = (await ranking(of('nvidia-l4'))).ranked;
    prepared = await prepare(model, workload, uninterrupted);
    // Two samples of 100 tokens in each run.
    expect(one!.figures.tokens!.value).toBeCloseTo(one!.figures.throughput!.value * 100, 6);
    expect(one!.figures.throughput!.value).toBeCloseTo(2 / one!.figures.latency!.value, 6);
  });

  it('stops when it is cancelled', async () => {
    let ticks = 0;
    const scheduler = {
      tick: () => (++ticks > 300 ? Promise.reject(new CancelledError()) : undefined),
    };
    const found = whichChip(
      { prepared: await prepare(model, { ...workload, bindings: {} }, uninterrupted) },
      chips,
      plain,
      scheduler,
    );
    await expect(found).rejects.toThrow(CancelledError);
    expect(ticks).toBe(301);
  });
});
