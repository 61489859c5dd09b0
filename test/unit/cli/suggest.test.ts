import { describe, expect, it } from 'vitest';
import type { SuggestReport } from '../../../server/engine/report/suggestReport';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write } = temporaryFolder();
const head = '<ir_version: 10, opset_import: ["": 21]>';
const row = write(
  'row.onnxtxt',
  `${head}
g (float[batch,4096] x) => (float[batch,4096] y) <float[4096,4096] w = ["location": "w.bin"]> { y = MatMul (x, w) }`,
);
const chip = 'nvidia-jetson-agx-orin-64gb';

async function suggested(...words: string[]): Promise<SuggestReport> {
  return JSON.parse(
    (await siliconlens('suggest', row, '--chip', chip, ...words, '--format', 'json')).out,
  ) as SuggestReport;
}

describe('suggest', () => {
  it('names a cheaper chip where prices are given, by options or settings', async () => {
    const prices = ['--price', `${chip}=100`, '--price', 'nvidia-l4=1'];
    const found = (await suggested(...prices)).chips[0]!.suggestions.find(
      ({ code }) => code === 'cheaper-chip',
    );
    expect(found!.change).toEqual({ kind: 'chip', value: 'nvidia-l4' });
    expect(found!.verify).toContain('--chip nvidia-l4');
    const settings = write(
      'prices.json',
      JSON.stringify({ 'siliconlens.prices': { [chip]: 100, 'nvidia-l4': 1 } }),
    );
    const codes = (await suggested('--settings', settings)).chips[0]!.suggestions.map(({ code }) => code);
    expect(codes).toContain('cheaper-chip');
    const { code, error } = await siliconlens('suggest', row, '--chip', chip, '--price', 'nosuch=1');
    expect([code, error]).toEqual([2, expect.stringContaining('no chip “nosuch”')]);
  });

  it('its commands show what it promises', async () => {
    const before = (await reportOf(row, '--chip', chip)).chips[0]!.total.latencySeconds!.value!;
    const { suggestions } = (await suggested()).chips[0]!;
    expect(suggestions.map(({ code }) => code)).toEqual(['small-batch', 'int8-halves-it']);
    for (const { verify, gain, change } of suggestions) {
      const [program, command, ...words] = verify.split(' ');
      expect([program, command]).toEqual(['siliconlens', 'analyze']);
      const [after] = (await reportOf(...(words as [string]))).chips;
      const samples = change.kind === 'dimensions' ? (change.value['batch'] ?? 1) : 1;
      expect(before - after!.total.latencySeconds!.value! / samples).toBeCloseTo(gain.seconds!.value, 12);
    }
  });

  it('options in force stay in the commands', async () => {
    const words = ['--precision', 'fp16', '--phase', 'decode', '--runtime', 'tensorrt', '--bind', 'batch=2'];
    const { suggestions } = (await suggested(...words)).chips[0]!;
    const batch = suggestions.find(({ code }) => code === 'small-batch')!;
    expect(batch.verify).toBe(
      `siliconlens analyze ${row} --chip ${chip} --bind batch=32 --phase decode --precision fp16 --runtime tensorrt`,
    );
  });

  it('as a table: what to do, what it saves and its risk, then why', async () => {
    const { out, code, error } = await siliconlens('suggest', row, '--chip', chip);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('int8-halves-it  compute in int8');
    // 4,096² weights of 4 bytes, and of one.
    expect(out).toContain('int8 moves fewer bytes: weights take 16.8 MB instead of 67.1 MB');
    expect(out).toContain('needs calibration with data and a test of accuracy');
    expect(out).toMatch(/Or\s+compute in fp16: saves/);
  });

  it('in Korean, as Markdown and as CSV', async () => {
    const korean = await siliconlens('suggest', row, '--chip', chip, '--lang', 'ko');
    expect(korean.out).toContain('int8은 옮기는 바이트가 적음');
    const markdown = await siliconlens('suggest', row, '--chip', chip, '--format', 'markdown');
    expect(markdown.out).toContain('| int8-halves-it |');
    const csv = await siliconlens('suggest', row, '--chip', chip, '--format', 'csv');
    expect(csv.out.split('\r\n')[0]).toMatch(/^chip,code,change,value,secondsBefore/);
    expect(csv.out).toContain(`${chip},int8-halves-it,precision,int8,`);
  });

  it('codes can be left out', async () => {
    const { suggestions } = (await suggested('--off', 'small-batch', '--off', 'int8-halves-it')).chips[0]!;
    expect(suggestions).toEqual([]);
    const { out } = await siliconlens(
      'suggest',
      row,
      '--chip',
      chip,
      '--off',
      'small-batch',
      '--off',
      'int8-halves-it',
    );
    expect(out).toContain('Nothing is known that would save 2% of a run or more');
    const wrong = await siliconlens('suggest', row, '--chip', chip, '--off', 'nothing');
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain('does-not-fit');
  });
});
