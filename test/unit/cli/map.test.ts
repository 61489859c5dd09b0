import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MapReport } from '../../../server/engine/report/mapReport';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write, path } = temporaryFolder();
const model = write(
  'guarded.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
g (float[64,1024] x) => (float[64,1024] y) <float[1024,1024] w = ["location": "w.bin"]> {
  [a] a = MatMul (x, w)
  [n] n = IsInf (a)
  z = Where (n, x, a)
  [b] y = MatMul (z, w)
}`,
);
const onLaptop = ['map', model, '--system', 'snapdragon-laptop'];

async function mapped(...words: string[]): Promise<MapReport> {
  return JSON.parse((await siliconlens('map', model, ...words, '--format', 'json')).out) as MapReport;
}

describe('map', () => {
  it('shows what each runtime does and the best, nodes by unit, and what cannot run where', async () => {
    const { out, code, error } = await siliconlens(...onLaptop);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('Placements, by Latency');
    expect(out).toMatch(/qnn, npu first .* 3 +0 +1 +2 +328 kB/);
    expect(out).toMatch(/all on cpu \(onnxruntime-cpu\) .* 0 +0 +4 /);
    expect(out).toContain('What qnn cannot run on npu');
    expect(out).toMatch(/IsInf +1 +2 +3\d\d µs/);
    expect(out).toMatch(/N npu \(Snapdragon X Elite Hexagon NPU\)/);
    const korean = await siliconlens(...onLaptop, '--lang', 'ko');
    expect(korean.out).toContain('qnn, npu 우선');
  });

  it('saves the best as a mapping, which analyze follows', async () => {
    const file = join(path, 'best.json');
    const { placements } = await mapped('--system', 'snapdragon-laptop', '--save', file);
    const best = placements.at(-1)!;
    const saved = JSON.parse(readFileSync(file, 'utf8')) as { schemaVersion: number; system: string };
    expect(saved).toMatchObject({ schemaVersion: 1, system: 'snapdragon-laptop' });
    const [chip] = (await reportOf(model, '--mapping', file)).chips;
    expect(chip!.total.latencySeconds!.value).toBeCloseTo(best.latencySeconds!.value!, 12);
    expect((await siliconlens(...onLaptop, '--save', model)).code).not.toBe(0);
  });

  it('names nodes without a name by number and operator', async () => {
    // The Edge TPU has no IsInf and no Where of floats: the nameless Where is on the processor.
    const file = join(path, 'coral.json');
    const report = await mapped('--chip', 'google-coral-edge-tpu', '--save', file);
    expect(report.system).toBeNull();
    expect(report.schedule).toBe('sequential');
    for (const { overlappedSeconds, latencySeconds } of report.placements)
      expect(overlappedSeconds).toBeLessThanOrEqual(latencySeconds!.value! * (1 + 1e-9));
    expect(report.units.map(({ id, letter }) => [id, letter])).toEqual([
      // A chip with its host goes by its class: a TPU.
      ['chip', 'T'],
      ['host', 'H'],
    ]);
    const [chip] = (await reportOf(model, '--mapping', file)).chips;
    const best = report.placements.at(-1)!;
    expect(chip!.total.latencySeconds!.value).toBeCloseTo(best.latencySeconds!.value!, 12);
  });

  it('prints JSON, CSV and Markdown', async () => {
    const report = await mapped('--system', 'snapdragon-laptop');
    expect(report.placements.map(({ kind }) => kind)).toEqual(['runtime', 'runtime', 'runtime', 'best']);
    expect(report.unsupported[0]).toMatchObject({ operators: ['IsInf'], nodes: [1], crossings: 2 });
    const csv = (await siliconlens(...onLaptop, '--format', 'csv')).out.split('\r\n');
    expect(csv[0]).toMatch(/^kind,main,seconds,.*kernels_npu,kernels_gpu,kernels_cpu,transfers,/);
    expect(csv).toHaveLength(6);
    expect((await siliconlens(...onLaptop, '--format', 'markdown')).out).toContain('| qnn, npu first |');
  });

  it('refuses what it cannot use', async () => {
    const refused = async (...words: string[]): Promise<[number, string]> => {
      const { code, error } = await siliconlens('map', model, ...words);
      return [code, error];
    };
    expect((await refused())[1]).toContain('map needs one system');
    expect((await refused('--system', 'nothing-like-it'))[0]).toBe(2);
    expect((await refused('--system', 'DGX'))[1]).toContain('several systems are called “DGX”');
    expect((await refused('--system', 'apple-m4', '--chip', 'nvidia-t4'))[1]).toContain('leave out --chip');
    expect((await refused('--chip', 'nvidia-t4', '--phase', 'training'))[0]).toBe(2);
    expect((await refused('--chip', 'nvidia-t4', '--objective', 'price'))[0]).toBe(2);
  });
});
