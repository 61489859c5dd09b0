import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServingReport } from '../../../server/engine/report/servingReport';
import { publishedConfiguration } from '../lower/published';
import { siliconlens, temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();
const path = join(folder, 'llama');
mkdirSync(path);
const llama = publishedConfiguration('Llama-3.1-8B');
writeFileSync(join(path, 'config.json'), JSON.stringify(llama));
const onH100 = ['map', path, '--chip', 'nvidia-h100-sxm'];

async function served(load: string, ...words: string[]): Promise<ServingReport> {
  const { out, error } = await siliconlens(...onH100, '--serving', load, ...words, '--format', 'json');
  expect(error).toBe('');
  return JSON.parse(out) as ServingReport;
}

describe('siliconlens map --serving', () => {
  it('serves Llama-3-8B on one H100', async () => {
    const { service, devices } = await served('rate=4,in=1024,out=1024,ttft=1s,tpot=50ms', '--price', '3.6');
    expect(devices).toBe(1);
    // A token costs 2 x 32 layers x 8 heads x 128 x 2 bytes = 131,072 bytes of cache; 84.9 GB less 0.5 GB less 16.06 GB of weights.
    expect(service.room.tokens).toBeGreaterThan(500_000);
    expect(service.room.tokens).toBeLessThan((84.9e9 - 0.5e9 - 16.06e9) / 131_072);
    // All but the embedding is read in every step: (16.06 - 1.05) GB ÷ 3.35 TB/s = 4.48 ms.
    const { steady, simulated, curve } = service;
    expect(steady.saturated).toBeNull();
    expect(curve[0]!.tpot).toBeGreaterThan(4.48e-3);
    expect(steady.tpot).toBeGreaterThan(curve[0]!.tpot);
    expect(steady.tpot).toBeLessThan(0.05);
    // A prompt of 1,024 tokens takes at least 2 x 7.5e9 x 1024 operations ÷ 989e12.
    expect(steady.ttft).toBeGreaterThan(0.0155);
    expect(steady.tokensPerSecond).toBeCloseTo(4096, 6);
    expect(simulated!.tpot.mean / steady.tpot!).toBeGreaterThan(0.85);
    expect(simulated!.tpot.mean / steady.tpot!).toBeLessThan(1.15);
    expect(simulated!.ttft.p99).toBeGreaterThan(simulated!.ttft.p50);
    expect(service.mostPerSecond).toBeGreaterThan(4);
    // 0.1 cents a second for 4,096 tokens.
    expect(service.price?.now).toBeCloseTo(1000 / 4096, 9);
  });

  it('prints tables and rows, in Korean too', async () => {
    const load = ['--serving', 'rate=1,in=512,out=64,ttft=1s,tpot=50ms,seed=3'];
    const { out } = await siliconlens(...onH100, ...load);
    expect(out).toContain('1 requests/s of 512 + 64 tokens');
    expect(out).toMatch(/Keeps up +yes/);
    expect(out).toContain('(seed 3)');
    const korean = await siliconlens(...onH100, ...load, '--lang', 'ko');
    expect(korean.out).toContain('초당 요청 1개, 512 + 64토큰');
    const csv = await siliconlens(...onH100, ...load, '--format', 'csv');
    const lines = csv.out.trim().split(/\r?\n/);
    expect(lines[0]).toBe('kind,batch,ttft,tpot,latency,tokensPerSecondPerDevice,within,saturated');
    expect(lines.map((line) => line.split(',')[0]).slice(1, 5)).toEqual(['mean', 'p50', 'p99', 'curve']);
  });

  it('says that requests pile up, and why', async () => {
    const { service } = await served('rate=1000,in=1024,out=16');
    expect(service.steady).toMatchObject({ saturated: 'prefill', ttft: null });
    const { out } = await siliconlens(...onH100, '--serving', 'rate=1000,in=1024,out=16');
    expect(out).toContain('no: prompts come faster than they are read');
  });

  it('gives caches of fewer bits more room', async () => {
    const load = 'users=8,in=1024,out=64,batch=16';
    const [plain, half] = [await served(load), await served(`${load},kv=8`)];
    expect(half.service.room.tokens / plain.service.room.tokens).toBeCloseTo(2, 3);
    expect(half.service.steady.tpot).toBeLessThan(plain.service.steady.tpot!);
  });

  it('divides the devices of a system into replicas, of which some may read prompts alone', async () => {
    const words = ['map', path, '--system', 'nvidia-dgx-h100', '--format', 'json', '--serving'];
    const load = 'rate=16,in=1024,out=64,batch=16,prefill=2,transfer=50e9';
    const apart = JSON.parse((await siliconlens(...words, load)).out) as ServingReport;
    expect(apart).toMatchObject({ system: 'nvidia-dgx-h100', devices: 8 });
    // Eight of one device, or four of two; two of four would leave none that answers.
    expect(apart.splits.map(({ tp, replicas }) => [tp, replicas]).sort()).toEqual([
      [1, 8],
      [2, 4],
    ]);
    expect(apart.service.policy).toMatchObject({ prefillReplicas: 2, chunkTokens: null });
    expect(apart.service.steady.tokensPerSecondPerDevice).toBeCloseTo((16 * 64) / 8, 6);
    const table = async (asked: string) => (await siliconlens(...words.slice(0, 4), '--serving', asked)).out;
    const told = await table(load);
    expect(told).toContain('tensor parallel');
    // Replicas, and devices of each.
    expect(told).toMatch(/^ +8 +1 /m);
    expect(told).toMatch(/^ +4 +2 /m);
    const share = Number(/^Time that prompts take +([\d.]+)%$/m.exec(told)![1]) / 100;
    expect(share).toBeCloseTo(apart.service.steady.prefillShare, 2);
    expect(share).toBeLessThan(0.4);
    expect(told).not.toContain('transfer=');
    // A rate that nobody gives is no rate without end.
    expect(await table(load.replace(',transfer=50e9', ''))).toContain('is not in it: transfer=');
  });

  it('serves Llama-3-70B on replicas of as many H100 as hold it', async () => {
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify(publishedConfiguration('Llama-3.1-70B')));
    const words = ['map', config, '--system', 'nvidia-dgx-h100', '--format', 'json', '--serving'];
    const { out } = await siliconlens(...words, 'rate=2,in=1024,out=256,batch=16,ttft=1s,tpot=50ms');
    const { splits, service } = JSON.parse(out) as ServingReport;
    const of = (tp: number) => splits.find((split) => split.tp === tp)!;
    // 141.1 GB of weights do not fit 84.4 GB; two devices leave 27.7 GB, of which a sequence of 1,280 tokens takes 327,680 B each.
    expect(of(1)).toMatchObject({ saturated: 'memory', within: false, largestBatch: 0 });
    expect(of(2).largestBatch).toBe(16);
    // 70.55e9 less the embedding of 1.05e9 numbers of 2 bytes, at 3.35 TB/s on each device.
    for (const tp of [2, 4, 8]) expect(of(tp).tpot!).toBeGreaterThan((2 * 69.5e9) / 3.35e12 / tp);
    expect(of(8).tpot!).toBeLessThan(of(2).tpot!);
    expect(splits[0]).toMatchObject({ within: true });
    // 84.94 GB that the driver reports less 500 MB for the runtime, of all devices; 141.1 GB of weights; 80 layers x keys and values x 8 heads x 128
    // x 2 bytes for a token.
    const { devicesPerReplica, room } = service;
    const bytes = devicesPerReplica * (84_942_979_072 - 500e6) - 2 * 70_553_706_496;
    expect(devicesPerReplica).toBeGreaterThan(1);
    expect(room.tokens / (bytes / 327_680)).toBeCloseTo(1, 1);
  });

  it('refuses loads that it does not understand', async () => {
    const errorOf = async (load: string): Promise<string> => {
      const { code, error } = await siliconlens(...onH100, '--serving', load);
      expect(code).toBe(2);
      return error;
    };
    expect(await errorOf('rate=fast')).toContain('not “rate=fast”');
    expect(await errorOf('rate=1,rate=2')).toContain('not “rate=2”');
    expect(await errorOf('rate=1,speed=2')).toContain('not “speed=2”');
    expect(await errorOf('in=100')).toContain('either rate=N');
    expect(await errorOf('rate=1,users=2')).toContain('either rate=N');
    expect(await errorOf('rate=1,prefix=2')).toContain('not “prefix=2”');
    expect(await errorOf('rate=1,out=1.5')).toContain('not “out=1.5”');
    expect(await errorOf('users=1e9')).toContain('users of --serving is at most 65536');
    expect(await errorOf('rate=1,prefill=1')).toContain('prefill of --serving is at most 0');
  });

  it('says that a model without a cache is no service', async () => {
    const model = join(folder, 'plain.onnxtxt');
    writeFileSync(
      model,
      '<ir_version: 10, opset_import: ["": 21]>\ng (float[n, 4] x) => (float[n, 4] y) { y = Relu (x) }',
    );
    const { code, error } = await siliconlens(
      'map',
      model,
      '--chip',
      'nvidia-h100-sxm',
      '--serving',
      'rate=1',
    );
    expect(code).toBe(1);
    expect(error).toContain('no cache of keys and values');
  });
});
