import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { rankRequest, summaryRequest, whatIfRequest, type RankParams } from '../../server/protocol';
import { fixture, TestClient } from './client';

let folder: string;
let client: TestClient;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rank-'));
  await writeFile(join(folder, 'resnet50.onnx'), await fixture('resnet50.onnx'));
  address = pathToFileURL(join(folder, 'resnet50.onnx')).toString();
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

const asked = (uri: string, change: Partial<RankParams> = {}): RankParams => ({
  uri,
  objective: 'latency',
  limits: {},
  precisions: [],
  phase: null,
  prices: {},
  ...change,
});

it('ranks all chips within limits, with the reason for each that is not there', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const limits = { places: ['device'], figures: { latency: 0.01, watts: 10 } } as const;
  const { ranked, best, rejected } = await client.request(
    rankRequest,
    asked(uri, { objective: 'energy', limits }),
  );
  expect(ranked.map(({ id }) => id)).toContain('hailo-8');
  expect(ranked[0]!.place.best).toBe(1);
  expect(best).toContain(ranked[0]!.id);
  for (const { figures, places, precision } of ranked) {
    expect(figures.latency!.value).toBeLessThanOrEqual(0.01);
    expect(figures.watts!.value).toBeLessThanOrEqual(10);
    expect(places).toContain('device');
    expect(precision).not.toBe('');
  }
  const reasons = new Map(rejected.map(({ id, reason }) => [id, reason]));
  expect(reasons.get('nvidia-jetson-orin-nano')).toBe('Rated power: 25 W, limit 10 W (2.5×)');
  expect(reasons.get('nvidia-k80')).toBe('discontinued');
  // Each chip is on one of the two lists.
  const all = [...ranked, ...rejected].map(({ id }) => id);
  expect(new Set(all).size).toBe(all.length);
});

it('chooses a precision for each chip where several are allowed', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const limits = { vendors: ['nvidia'], places: ['cloud'] } as const;
  const { ranked } = await client.request(rankRequest, asked(uri, { limits, precisions: ['fp16', 'int8'] }));
  expect(ranked.find(({ id }) => id === 'nvidia-l4')?.precision).toBe('int8');
});

it('ranks by the figures of the lens, and in another phase by those of that one', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const [chip] = (await client.request(summaryRequest, { uri })).chips;
  const timeOf = async (phase: RankParams['phase']): Promise<number> => {
    const { ranked } = await client.request(rankRequest, asked(uri, { phase }));
    return ranked.find(({ id }) => id === 'nvidia-t4')!.figures.latency!.value;
  };
  const own = await timeOf(null);
  expect(own).toBe(chip!.total.latencySeconds!.value);
  expect(await timeOf('inference')).toBe(own);
  // Backward passes take about twice the time of the way forward.
  expect((await timeOf('training')) / own).toBeGreaterThan(2);
});

it('names the best of the chosen chips, and why others have no place', async () => {
  const chips = ['nvidia-t4', 'ibm-northpole', 'hailo-8', 'nvidia-l4', 'intel-loihi2'];
  client = await TestClient.inProcess({ settings: { chips } });
  const { uri } = await client.open(address);
  const { own, chips: shown } = await client.request(summaryRequest, { uri });
  const times = new Map(shown.map(({ id, total }) => [id, total.latencySeconds]));
  expect(own.best).toHaveLength(3);
  const seconds = own.best.map(({ seconds: { value } }) => value);
  expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  for (const {
    id,
    seconds: { value, low, high },
  } of own.best)
    expect(times.get(id)).toMatchObject({ value, low, high });
  const [first] = own.best;
  expect(first!.place.best).toBe(1);
  expect(own.outside.map(({ name }) => name).join()).toContain('Loihi');
});

it('takes prices, without which no chip has one', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] }, locale: 'ko' });
  const { uri } = await client.open(address);
  const prices = { 'nvidia-l4': 2500, 'hailo-8': 90 };
  const { ranked, rejected, choices } = await client.request(
    rankRequest,
    asked(uri, { objective: 'price', prices }),
  );
  expect(ranked.map(({ id, figures }) => [id, figures.price!.value])).toEqual([
    ['hailo-8', 90],
    ['nvidia-l4', 2500],
  ]);
  expect(rejected.find(({ id }) => id === 'nvidia-t4')?.reason).toBe('값: 알 수 없음');
  expect(choices.places.find(({ id }) => id === 'vehicle')?.name).toBe('차량');
  expect(choices.countries).toContain('KR');
});

it('tries a chosen chip at its other precisions and at other sizes', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const { chips } = await client.request(summaryRequest, { uri });
  const { sizes, rows } = await client.request(whatIfRequest, { uri, chip: 'nvidia-t4', dimension: 'batch' });
  expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 64]);
  const current = rows.find(({ isCurrent }) => isCurrent)!;
  expect(current.cells[0]!.seconds!.value).toBe(chips[0]!.total.latencySeconds!.value);
  // Eight images take longer than one and less than eight times as long.
  const eight = current.cells[3]!.seconds!.value / current.cells[0]!.seconds!.value;
  expect(eight).toBeGreaterThan(1);
  expect(eight).toBeLessThanOrEqual(8);
  const half = rows.find(({ precision }) => precision === 'fp16')!;
  expect(half.cells[0]!.seconds!.value).toBeLessThan(current.cells[0]!.seconds!.value);
  const other = await client.request(whatIfRequest, { uri, chip: 'nvidia-l4', dimension: null });
  expect(other).toEqual({ chip: 'nvidia-l4', dimension: null, sizes: [], rows: [] });
});
