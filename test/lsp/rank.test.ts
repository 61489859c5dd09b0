import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { rankRequest } from '../../server/protocol';
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

it('ranks all chips within limits, with the reason for each that is not there', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const asked = { uri, objective: 'energy', limits: 'latency=10ms watts=10 place=device' } as const;
  const { isRefused, verdict, ranked, rejected } = await client.request(rankRequest, asked);
  expect(isRefused).toBe(false);
  expect(ranked.map(({ id }) => id)).toContain('hailo-8');
  expect(ranked[0]!.place).toMatch(/^1/);
  expect(ranked[0]!.figures).toMatch(/^\d.*s \(.* – .*\) · .*J · .*W · int8$/);
  expect(verdict).toContain(ranked[0]!.id);
  const notes = new Map(rejected.map((item) => [item.id, item.notes]));
  expect(notes.get('nvidia-jetson-orin-nano')).toBe('Rated power: 25 W, limit 10 W (2.5×)');
  expect(notes.get('nvidia-k80')).toBe('discontinued');
});

it('chooses a precision for each chip where several are allowed', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const limits = 'vendor=nvidia place=cloud precision=fp16,int8';
  const { ranked } = await client.request(rankRequest, { uri, objective: 'latency', limits });
  expect(ranked.find(({ id }) => id === 'nvidia-l4')?.figures).toMatch(/int8$/);
});

it('says which word is no limit', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] }, locale: 'ko' });
  const { uri } = await client.open(address);
  for (const wrong of ['speed=3', 'latency=3miles', 'place=moon', 'fast', 'class=', '__proto__=1']) {
    const limits = `watts=10 ${wrong}`;
    const result = await client.request(rankRequest, { uri, objective: 'latency', limits });
    expect(result, wrong).toMatchObject({ isRefused: true, ranked: [], rejected: [] });
    expect(result.verdict).toContain(`“${wrong}” 조건을 읽을 수 없습니다`);
  }
});
