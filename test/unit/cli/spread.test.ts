import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ParallelReport } from '../../../server/engine/report/parallelReport';
import { parallelSections } from '../../../server/engine/report/parallelSections';
import { reportWords } from '../../../server/reportWords';
import { configurations } from '../mapping/parallel/models';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write, path } = temporaryFolder();
for (const name of ['llama-3-70b', 'llama-3-8b']) mkdirSync(join(path, name));
const llama = write('llama-3-70b/config.json', JSON.stringify(configurations['llama-3-70b']));
const small = write('llama-3-8b/config.json', JSON.stringify(configurations['llama-3-8b']));
const decode = ['--phase', 'decode', '--batch', '32', '--context', '2048'];

async function mapped(model: string, ...words: string[]): Promise<ParallelReport> {
  const { out, error } = await siliconlens('map', model, ...words, '--format', 'json');
  expect(error).toBe('');
  return JSON.parse(out) as ParallelReport;
}

describe('map over equal devices', () => {
  it('decodes 70 billion parameters on eight H100 by tensor parallelism', async () => {
    const report = await mapped(llama, '--system', 'dgx-h100', ...decode);
    const [best] = report.splits;
    expect(best!.label).toBe('tp 8');
    // An eighth of 141.1 GB of weights and of 21.5 GB of keys and values, at 3.35 TB/s, is 6.1 ms and the least there can be;
    // aiconfigurator 0.12.0 finds 13.2 ms in tables of measured kernels (test/conformance/parallel).
    expect(best!.seconds.value).toBeGreaterThan(6.1e-3);
    expect(best!.seconds.value).toBeGreaterThan(10e-3);
    expect(best!.seconds.value).toBeLessThan(20e-3);
    expect(best!.perSecond).toBeCloseTo(32 / best!.seconds.value, 6);
    const [stage] = best!.stages;
    expect([stage!.devices, stage!.layers, stage!.hasFirst, stage!.hasLast]).toEqual([
      [0, 7],
      [1, 80],
      true,
      true,
    ]);
    // 80 layers x keys and values x 1 of 8 heads x 128 x 2 bytes x 2049 tokens x 32 sequences.
    expect(stage!.memory.state).toBe(80 * 2 * 128 * 2 * 2049 * 32);
    // 70,553,706,496 parameters, of which norms are on every device.
    expect(stage!.memory.weights / ((70_553_706_496 * 2) / 8)).toBeCloseTo(1, 3);
    const out = report.rejected.filter(({ limit }) => limit.kind === 'memory');
    expect(out.map(({ label }) => label)).toEqual(['tp 1 dp 8', 'tp 1 dp 4', 'tp 1 dp 2', 'tp 1']);
  });

  it('prints parts, devices, a chart, commands and what is out', async () => {
    const { out, code } = await siliconlens('map', llama, '--system', 'DGX H100', ...decode);
    expect(code).toBe(0);
    expect(out).toContain('Splits of 8 × H100 SXM5 80GB (DGX H100), by Latency');
    expect(out).toMatch(/tp 4 pp 2 .* 2 × 16/);
    // 17.6 GB of weights, 2.69 GB of caches and the 500 MB that the runtime keeps, of the 84.9 GB that the driver reports.
    expect(out).toMatch(/^tp 8 .* 20\.8 GB +84\.9 GB +best$/m);
    expect(out).toMatch(/^0–7 .* 17\.6 GB +2\.69 GB .* 500 MB +20\.8 GB +84\.9 GB +25%$/m);
    // Four devices read twice as much each, and say less to each other.
    expect(out).toMatch(/^tp 4 dp 2 .* Memory \+[\d.]+ ms, Links −[\d.]+ ms$/m);
    expect(out).toContain('Weights: 141 GB do not fit into 84.4 GB (1.67 ×)');
    expect(out).toMatch(
      /vllm serve \S*llama-3-70b --tensor-parallel-size 8 --max-num-seqs 32 --max-model-len 2049/,
    );
    expect(out).toMatch(/trtllm-serve \S*llama-3-70b --tp_size 8 --pp_size 1/);
    const korean = await siliconlens('map', llama, '--system', 'DGX H100', ...decode, '--lang', 'ko');
    expect(korean.out).toContain('가중치 141 GB가 84.4 GB에 들어가지 않음');
    const csv = await siliconlens('map', llama, '--system', 'DGX H100', ...decode, '--format', 'csv');
    expect(csv.out.split('\n')[0]).toMatch(/^split,tp,pp,dp,ep,cp,devices,/);
    expect(csv.out).toMatch(/\ntp 1 dp 8,1,1,8,1,1,8,.*,memory\r?\n/);
  });

  it('counts the tokens of prompts in a prefill', async () => {
    const words = [
      '--system',
      'dgx-h100',
      '--use',
      '1',
      '--phase',
      'prefill',
      '--batch',
      '2',
      '--context',
      '512',
    ];
    const report = await mapped(small, ...words);
    expect(report.unit).toBe('tokens');
    // Two prompts of 512 tokens.
    expect(report.splits[0]!.perSecond).toBeCloseTo(1024 / report.splits[0]!.seconds.value, 6);
  });

  it('gives idle devices to copies where throughput counts', async () => {
    const [best] = (await mapped(small, '--system', 'dgx-h100', '--objective', 'throughput', ...decode))
      .splits;
    // One device reads the weights for all 32 sequences; each copy does so for its own.
    expect(best!.split.tp * best!.split.pp).toBe(1);
    expect((await mapped(small, '--system', 'dgx-h100', '--use', '2', ...decode)).device.count).toBe(2);
  });

  it('trains adapters on one device', async () => {
    const report = await mapped(
      small,
      ...[
        '--system',
        'rtx-4090-workstation',
        '--phase',
        'training',
        '--train',
        'lora=16',
        '--context',
        '512',
      ],
    );
    const [stage] = report.splits[0]!.stages;
    // 41,943,040 parameters of adapters (PEFT, all-linear, rank 16) have two states of 4 bytes in Adam, and a gradient of 4.
    expect(stage!.memory.optimizer).toBe(41_943_040 * 8);
    expect(stage!.memory.gradients).toBe(41_943_040 * 4);
    expect(report.launch.map(({ id }) => id)).toEqual(['trl']);
  });

  it('tells days and energy of a whole training run', async () => {
    const words = ['--system', 'dgx-h100', '--phase', 'training', '--batch', '8', '--context', '2048'];
    const { run, splits } = await mapped(small, ...words, '--tokens', '1e12');
    // A second of eight devices has so many tokens; their rated power is 8 x 700 W.
    expect(run!.seconds).toBeCloseTo(1e12 / splits[0]!.perSecond, 3);
    expect(run!.joulesAtMost! / run!.seconds).toBeCloseTo(8 * 700, 6);
    // At most the peak of all devices: 6 x 8.03e9 operations a token at 8 x 989e12 a second are 70 days.
    expect(run!.seconds / 86_400).toBeGreaterThan(70);
    expect(run!.seconds / 86_400).toBeLessThan(280);
    const { out } = await siliconlens('map', small, ...words, '--tokens', '1e12');
    expect(out).toMatch(/^A training run of 1,000,000,000,000 tokens .*\n *Days +Energy/m);
    expect((await siliconlens('map', small, '--system', 'dgx-h100', '--tokens', '5')).code).toBe(2);
  });

  it('does not say that it fits where the capacity is unknown', async () => {
    const report = await mapped(small, '--system', 'dgx-h100', '--use', '2', ...decode);
    const notes = (capacityBytes: number | null): string =>
      parallelSections({ ...report, device: { ...report.device, capacityBytes } }, reportWords('en'))[0]!
        .note!;
    expect(notes(null)).toContain('Whether it fits is unknown');
    expect(notes(80e9)).not.toContain('unknown');
  });

  it('refuses what does not go together', async () => {
    const code = async (...words: string[]) => (await siliconlens('map', small, ...words)).code;
    expect(await code('--system', 'dgx-h100', '--use', '9')).not.toBe(0);
    expect(await code('--system', 'dgx-h100', '--phase', 'training', '--train', 'lora')).not.toBe(0);
    expect(await code('--system', 'dgx-h100', '--train', 'lora=16')).not.toBe(0);
    expect(await code('--system', 'snapdragon-laptop', '--batch', '4')).not.toBe(0);
  });

  it('saves the best, which analyze then tells node by node', async () => {
    const file = join(path, 'best.json');
    const report = await mapped(llama, '--system', 'dgx-h100', ...decode, '--save', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schemaVersion: 1,
      system: 'nvidia-dgx-h100',
      split: { tp: 8 },
    });
    const sizes = ['--phase', 'decode', '--bind', 'batch=32', '--bind', 'past=2048'];
    const [chip] = (await reportOf(llama, '--mapping', file, ...sizes)).chips;
    const [best] = report.splits;
    expect(chip!.total.latencySeconds!.value).toBeCloseTo(best!.seconds.value, 12);
    expect(chip!.spread!.stages).toEqual(best!.stages);
    expect(chip!.name).toBe('8 × H100 SXM5 80GB · tp 8');
    const { out } = await siliconlens('analyze', llama, '--mapping', file, ...sizes);
    expect(out).toMatch(
      /^8 devices of DGX H100 share the model .* as tp 8: [\d,]+ Tokens\/s, 80 layers in all$/m,
    );
    expect(out).toMatch(/^0–7 .* 17\.6 GB +2\.69 GB .* 500 MB +20\.8 GB +84\.9 GB +25%$/m);
    // Other commands try chips by themselves.
    expect((await siliconlens('fit', llama, '--mapping', file)).code).toBe(2);
    const { code, error } = await siliconlens(
      'map',
      llama,
      '--system',
      'rtx-4090-workstation',
      '--phase',
      'training',
      '--save',
      file,
    );
    expect([code, error]).toEqual([1, expect.stringContaining('nothing to save')]);
  });
});
