import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../../server/engine/chips/chip.schema.json';
import type { Report } from '../../../server/engine/report/types';
import { siliconlens, temporaryFolder } from './commandLine';

const fixtures = join(__dirname, '../../fixtures');
const model = join(fixtures, 'models/tiny-mlp.onnx');
const { path: folder } = temporaryFolder();

const chip = 'intel-xeon-8480';

async function analysed(path: string, name: string): Promise<Report> {
  return JSON.parse((await siliconlens('analyze', path, '--chip', name, '-f', 'json')).out) as Report;
}

/** A hand-written model of square products by widths, and a profile in which each takes `slower` times its estimate. */
async function slowModel(
  widths: readonly number[],
  slower: number,
  on = chip,
): Promise<{ path: string; profile: string }> {
  const path = join(folder, `chain-${widths.length}.onnxtxt`);
  const inputs = widths.map((width, i) => `float[256,${width}] x${i}, float[${width},${width}] w${i}`);
  const outputs = widths.map((width, i) => `float[256,${width}] y${i}`);
  const nodes = widths.map((_, i) => `  [n${i}] y${i} = MatMul (x${i}, w${i})`);
  writeFileSync(
    path,
    `<ir_version: 9, opset_import: ["" : 20]>\nchain (${inputs.join(', ')}) => (${outputs.join(', ')}) {\n${nodes.join('\n')}\n}\n`,
  );
  const { chips } = await analysed(path, on);
  const rows = chips[0]!.kernels.map((kernel, i) => `n${i},${kernel.seconds!.value * slower}`);
  const profile = join(folder, `chain-${widths.length}.csv`);
  writeFileSync(profile, ['node,seconds', ...rows, 'copy,1e-6'].join('\n'));
  return { path, profile };
}

describe('siliconlens calibrate', () => {
  it.each(['nvidia-t4', 'nvidia-h100-sxm', 'amd-mi300x'])('fits FP32 products on %s', async (gpu) => {
    const widths = [...Array(12).keys()].map((i) => 1024 + 256 * i);
    const { path, profile } = await slowModel(widths, 1.5, gpu);
    const out = join(folder, `${gpu}.json`);
    const words = ['--profile', profile, '--chip', gpu, '--id', 'mine', '--out', out];
    const { code, error } = await siliconlens('calibrate', path, ...words);
    expect({ code, error }).toMatchObject({ code: 0 });
    const latency = async (id: string) => (await analysed(path, id)).chips[0]!.total.latencySeconds!.value!;
    expect((await latency(out)) / (await latency(gpu))).toBeGreaterThan(1.3);
  });

  it('writes a chip file under which the model costs what was measured', async () => {
    const { path, profile } = await slowModel(
      [...Array(12).keys()].map((i) => 512 + 128 * i),
      2,
    );
    const before = await analysed(path, chip);
    const out = join(folder, 'new', 'mine.json');
    const words = [
      'calibrate',
      path,
      '--profile',
      profile,
      '--chip',
      chip,
      '--id',
      'mine',
      '--tool',
      'x 1.0',
    ];
    const result = await siliconlens(...words, '--out', out);
    expect(result.code).toBe(0);
    expect(result.out).toBe('');
    expect(result.error).toContain('12 of 12 kernels measured');
    expect(result.error).toContain('1 rows without a kernel (copy)');
    const overlay = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(validate(overlay), JSON.stringify(validate.errors)).toBe(true);
    expect(overlay).toMatchObject({ id: 'mine', extends: chip });
    expect(overlay['calibrated']).toMatchObject({
      tools: [expect.stringMatching(/^siliconlens \d/), 'x 1.0'],
      profiles: [{ file: 'chain-12.csv', model: 'chain-12.onnxtxt', runs: null, rows: 13 }],
    });
    const [calibration] = overlay['calibration'] as {
      rows: number;
      constants: object;
      error: { before: { median: number }; after: { median: number } };
    }[];
    // 12 rows carry two constants.
    expect(calibration).toMatchObject({ operatorClass: 'gemm', precision: 'fp32', rows: 12 });
    expect(Object.keys(calibration!.constants).length).toBeLessThanOrEqual(2);
    expect(calibration!.error.before.median).toBeCloseTo(1, 2);
    expect(calibration!.error.after.median).toBeLessThan(0.1);
    const after = await analysed(path, out);
    const ratio =
      after.chips[0]!.total.latencySeconds!.value! / before.chips[0]!.total.latencySeconds!.value!;
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.1);
    // A second round starts from a chip that only a file beside it knows.
    const again = join(folder, 'new', 'again.json');
    writeFileSync(again, JSON.stringify({ id: 'again', extends: 'mine', name: 'Again' }));
    expect((await analysed(path, again)).chips[0]!.id).toBe('again');
  });

  it('leaves alone what does not get better, also where a neighbour was fitted', async () => {
    const path = join(folder, 'mixed.onnxtxt');
    const widths = [...Array(12).keys()].map((i) => 512 + 128 * i);
    const values = (kind: string) => widths.map((width, i) => `float[256,${width}] ${kind}${i}`).join(', ');
    const adds = widths.map((_, i) => `  [a${i}] y${i} = Add (x${i}, x${i})`);
    const turns = widths.map((_, i) => `  [t${i}] z${i} = Transpose <perm = [1, 0]> (x${i})`);
    const outputs = `${values('y')}, ${widths.map((width, i) => `float[${width},256] z${i}`).join(', ')}`;
    writeFileSync(
      path,
      `<ir_version: 9, opset_import: ["" : 20]>\nmixed (${values('x')}) => (${outputs}) {\n${[...adds, ...turns].join('\n')}\n}\n`,
    );
    const before = (await analysed(path, chip)).chips[0]!;
    // Additions take three times their estimate, transpositions just that.
    const rows = before.kernels.map(({ seconds, nodes }) => {
      const add = nodes[0]! < widths.length;
      return `${add ? 'a' : 't'}${nodes[0]! % widths.length},${seconds!.value * (add ? 3 : 1)}`;
    });
    const profile = join(folder, 'mixed.csv');
    writeFileSync(profile, ['node,seconds', ...rows].join('\n'));
    const out = join(folder, 'mixed.json');
    const { code, error } = await siliconlens('calibrate', path, '-p', profile, '-c', chip, '-o', out);
    expect(code).toBe(0);
    expect(error).toMatch(/movement +fp32 +12 .*no better: left as it was/);
    const after = (await analysed(path, out)).chips[0]!;
    const ratio = (i: number): number => after.kernels[i]!.seconds!.value / before.kernels[i]!.seconds!.value;
    expect(ratio(5)).toBeGreaterThan(2.5);
    expect(ratio(5 + widths.length)).toBeCloseTo(1, 6);
  });

  it('refuses what it cannot learn from', async () => {
    const { path, profile } = await slowModel([512, 768], 2);
    const trace = join(fixtures, 'profiles/tiny-conv.onnxruntime.json');
    const conv = join(fixtures, 'models/tiny-conv.onnx');
    const refused = async (code: number, text: string, ...words: string[]): Promise<void> => {
      const result = await siliconlens('calibrate', ...words);
      expect([result.code, result.out]).toEqual([code, '']);
      expect(result.error).toContain(text);
    };
    await refused(2, 'calibrate needs --chip', path, '--profile', profile);
    await refused(2, 'calibrate needs --profile', path, '--chip', chip);
    await refused(2, 'path of one model', '--chip', chip, '--profile', profile);
    await refused(2, '2 models for 1 profiles', path, path, '--chip', chip, '--profile', profile);
    await refused(1, 'at most 2 of one operator class', path, '--chip', chip, '--profile', profile);
    await refused(1, 'only 0 of 11 rows match', model, '--chip', chip, '--profile', trace);
    await refused(1, 'other sizes', conv, '--chip', chip, '--profile', trace, '--bind', 'batch=4');
    await refused(1, 'neither an ONNX Runtime profile', path, '--chip', chip, '--profile', path);
    const table = join(folder, 'table.csv');
    writeFileSync(table, 'chip,dtype,m,n,k,seconds\na,fp32,8,8,8,1e-6\nb,fp32,8,8,8,1e-6\n');
    await refused(1, `no rows of ${chip}; it has a, b`, '--chip', chip, '--profile', table);
  });

  it('fits a table of kernels to a chip of any class, without a model', async () => {
    const table = join(folder, 'gemm.csv');
    const { path } = await slowModel([512, 640, 768, 896, 1024, 1152], 1);
    const { chips } = await analysed(path, chip);
    const rows = chips[0]!.kernels.map((kernel, i) => {
      const width = 512 + 128 * i;
      return `mine,fp32,256,${width},${width},${kernel.seconds!.value * 3}`;
    });
    writeFileSync(table, ['chip,dtype,m,n,k,seconds', ...rows].join('\n'));
    const { code, out, error } = await siliconlens(
      'calibrate',
      '--chip',
      chip,
      '--profile',
      table,
      '--lang',
      'ko',
    );
    expect(code).toBe(0);
    expect(error).toContain('보정 전 중앙값');
    expect(error).not.toMatch(/cli\.|print\./);
    const overlay = JSON.parse(out) as { id: string; calibration: { rows: number }[] };
    expect([overlay.id, overlay.calibration[0]!.rows]).toEqual([`${chip}-measured`, 6]);
  });
});

describe('siliconlens analyze --profile', () => {
  it('lays measured times beside the estimates of its chip', async () => {
    const words = [
      'analyze',
      join(fixtures, 'models/tiny-conv.onnx'),
      '--chip',
      chip,
      '--runtime',
      'onnxruntime-cpu',
    ];
    const trace = join(fixtures, 'profiles/tiny-conv.onnxruntime.json');
    const { code, out, error } = await siliconlens(
      ...words,
      '--profile',
      trace,
      '--chip',
      'amd-epyc-9654',
      '-f',
      'json',
    );
    expect(code).toBe(0);
    expect(error).toMatch(/^[^\n]+: 4 µs per row are the profiler's own and were taken off\n$/);
    const { chips } = JSON.parse(out) as Report;
    expect(chips[0]!.measured).toMatchObject({ profile: 'tiny-conv.onnxruntime.json', rows: 11, runs: 2 });
    // The seven operators, and the ReorderOutput that the trace has behind the first convolution.
    expect(chips[0]!.measured!.groups).toHaveLength(8);
    expect(chips[1]!.measured).toBeNull();
    const two = await siliconlens(...words, '--profile', trace, '--profile', trace);
    expect([two.code, two.error]).toEqual([2, expect.stringContaining('2 profiles for 1 chips')]);
  });
});
