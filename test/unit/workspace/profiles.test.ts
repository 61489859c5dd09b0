import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchProfile } from '../../../server/engine/cost/calibrate/matchProfile';
import type { Measurement } from '../../../server/engine/cost/calibrate/measurement';
import { measuredOf } from '../../../server/workspace/measured';
import { modelDigest } from '../../../server/workspace/modelDigest';
import { profileProblems } from '../../../server/workspace/profileProblems';
import { ProfileStore, type StoredProfile } from '../../../server/workspace/profileStore';
import { analysed, deepModel, float, modelOf, node, weight } from '../features/analysed';
import { onnxOrigin } from '../../../server/engine/graph/origin';

const profile = (...rows: Measurement['rows']): Measurement => ({
  kind: 'onnxruntime',
  statistic: 'fastest',
  runs: 3,
  rows,
  seconds: rows.reduce((sum, { seconds, repeat }) => sum + seconds * repeat, 0),
  wholeSeconds: null,
  places: [],
});

const row = (
  names: string[],
  seconds: number,
  more: Partial<Measurement['rows'][number]> = {},
): Measurement['rows'][number] => ({
  name: names.join(' + '),
  names,
  isRange: false,
  operator: null,
  seconds,
  medianSeconds: seconds,
  count: 3,
  repeat: 1,
  outputShapes: null,
  kernel: null,
  ...more,
});

const stored = (chip: string, more: Partial<StoredProfile> = {}): StoredProfile => ({
  chip,
  file: `${chip}.json`,
  imported: '2026-11-21T12:00:00.000Z',
  digest: '',
  bindings: {},
  phase: 'inference',
  problems: [],
  profile: profile(row(['a'], 1e-6)),
  ...more,
});

describe('the digest of a model', () => {
  const conv = (strides: number[], weights = weight('w', 8, 3, 3, 3)) =>
    modelOf({
      inputs: [float('x', 1, 3, 16, 16)],
      outputs: [float('y', 1, 8, 14, 14)],
      initializers: [weights],
      nodes: [
        node('Conv', ['x', 'w'], ['y'], { attributes: [{ name: 'strides', kind: 'ints', value: strides }] }),
      ],
    });

  it('is that of another model when an attribute, a size or a name differs', () => {
    const digests = [
      conv([1, 1]),
      conv([2, 2]),
      conv([1, 1], weight('w', 8, 3, 5, 5)),
      modelOf({ nodes: [node('Relu', ['ab', 'c'], ['d'])] }),
      modelOf({ nodes: [node('Relu', ['a', 'bc'], ['d'])] }),
    ].map(modelDigest);
    expect(new Set(digests).size).toBe(5);
  });

  it('takes lists as long as those of tree ensembles', () => {
    const list = new Array<number>(500_000).fill(1);
    expect(modelDigest(conv(list))).not.toBe(modelDigest(conv([...list, 1])));
  });

  it('is the same wherever the weights lie, whatever they are and who wrote the file', () => {
    const elsewhere = { ...weight('w', 8, 3, 3, 3), data: { place: 'external', location: 'w.bin' } as const };
    const origin = onnxOrigin({ producerName: 'other', docString: 'another export' });
    const other = { ...conv([1, 1], elsewhere), origin };
    expect(modelDigest(other)).toBe(modelDigest(conv([1, 1])));
  });
});

describe('the store of profiles', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profile-store-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps one for each chip of a model, in a file for each model', async () => {
    const store = new ProfileStore(() => folder);
    await store.put('file:///a.onnx', stored('one'));
    await store.put('file:///a.onnx', stored('two'));
    await store.put('file:///a.onnx', stored('one', { file: 'newer.json' }));
    await store.put('file:///b.onnx', stored('one'));
    const again = new ProfileStore(() => folder);
    expect((await again.of('file:///a.onnx')).map(({ file }) => file)).toEqual(['two.json', 'newer.json']);
    expect(await readdir(folder)).toHaveLength(2);
    expect((await again.remove('file:///b.onnx', 'one'))?.file).toBe('one.json');
    expect(await again.remove('file:///b.onnx', 'one')).toBeUndefined();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('keeps each of several that come at once', async () => {
    const store = new ProfileStore(() => folder);
    await Promise.all(['one', 'two', 'three'].map((chip) => store.put('file:///c.onnx', stored(chip))));
    const chips = async (from: ProfileStore): Promise<string[]> =>
      (await from.of('file:///c.onnx')).map(({ chip }) => chip);
    expect(await chips(store)).toEqual(['one', 'two', 'three']);
    expect(await chips(new ProfileStore(() => folder))).toEqual(['one', 'two', 'three']);
  });

  it('keeps those of texts without a name, and all without a folder, in memory alone', async () => {
    const before = await readdir(folder);
    const store = new ProfileStore(() => folder);
    await store.put('untitled:Untitled-1', stored('one'));
    expect(await store.of('untitled:Untitled-1')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(before);
    const none = new ProfileStore(() => null);
    await none.put('file:///a.onnx', stored('one'));
    expect(await none.of('file:///a.onnx')).toHaveLength(1);
  });
});

describe('a profile and what is estimated now', () => {
  const chip = 'intel-xeon-8480';
  const name = (part: string): string => `/blocks.0/layer.0/${part}`;

  it('agree without a remark, and say what differs', async () => {
    const { analysis } = await analysed(deepModel(2), { chips: [chip], runtime: 'openvino' });
    const digest = modelDigest(analysis.listing.model);
    const codes = (one: StoredProfile): string[] =>
      profileProblems({ ...analysis, profiles: [one] }).map(({ problem }) => problem.code);
    const csv = { ...stored(chip).profile, kind: 'node-table' } as const;
    expect(codes(stored(chip, { digest, profile: csv }))).toEqual([]);
    expect(codes(stored(chip, { digest }))).toEqual(['profile.other-runtime']);
    expect(codes(stored(chip, { digest, profile: csv, phase: 'decode' }))).toEqual([
      'profile.other-workload',
    ]);
    expect(codes(stored(chip, { profile: csv }))).toEqual(['profile.stale']);
  });

  it('lie side by side by kernel, and by group where the runtime took several kernels as one', async () => {
    const { analysis } = await analysed(deepModel(2), { chips: [chip], runtime: 'none' });
    const [first] = analysis.chips;
    const both = profile(row([name('MatMul'), name('Add')], 9e-6), row([name('Relu')], 2e-6));
    const measured = measuredOf({ ...analysis, profiles: [stored(chip, { profile: both })] }, first!)!;
    // Without fusion each node is a kernel; the second layer was not measured.
    expect(measured.report.groups.map(({ kernels, seconds }) => [kernels, seconds])).toEqual([
      [[0, 1], 9e-6],
      [[2], 2e-6],
    ]);
    expect(measured.report.unmatchedKernels).toEqual([3, 4, 5]);
    expect(measured.groupOfKernel.get(1)).toBe(measured.groupOfKernel.get(0));
    const estimated = [0, 1].reduce((sum, index) => sum + first!.cost.kernels[index]!.seconds!.value, 0);
    expect(measured.report.groups[0]!.ratio).toBeCloseTo(9e-6 / estimated, 9);
    expect(measuredOf(analysis, first!)).toBeNull();
  });

  it('take no time for rows that each claim the whole graph', async () => {
    const { analysis } = await analysed(deepModel(200), { chips: [chip], runtime: 'none' });
    const stretch = row([name('MatMul'), '/blocks.19/layer.9/Relu'], 1e-6, { isRange: true });
    const rows = Array.from({ length: 50_000 }, () => stretch);
    const matched = matchProfile(analysis.inference, analysis.chips[0]!.plan, profile(...rows));
    // What lies beyond the cap is stated as unmatched, not lost.
    expect(matched.groups).toHaveLength(1);
    expect(matched.groups[0]!.rows.length + matched.unmatchedRows.length).toBe(50_000);
    expect(matched.unmatchedRows.length).toBeGreaterThan(40_000);
  });
});
