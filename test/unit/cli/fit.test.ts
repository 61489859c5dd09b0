import { describe, expect, it } from 'vitest';
import { chips as catalogue } from '../../../server/engine/chips/catalogue';
import { modelMemory, type Chip } from '../../../server/engine/chips/chip';
import type { ChipFit, FitReport } from '../../../server/engine/report/fitReport';
import type { RankReport } from '../../../server/engine/report/rankReport';
import { type Printed, siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

/** Each sequence holds x and what is new, 64 bytes each, and a cache of 64 bytes for each token and the new one. */
const decoder = written(
  'decoder.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
decoder (float[batch,1,past,16] past_key, float[batch,1,1,16] x) => (float[batch,1,total,16] present_key) {
  new = Relu (x)
  present_key = Concat <axis = 2> (past_key, new)
}
`,
);

/** 1,000 numbers as weights. */
const weights = written(
  'weights.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
net (float[4,10] x) => (float[4,100] y)
<float[10,100] w = {${Array(1000).fill(1).join()}}>
{
  y = MatMul (x, w)
}
`,
);

/** The same before an operator that nobody knows. */
const unknown = written(
  'unknown.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21, "own": 1]>
net (float[4,10] x) => (float[] z)
<float[10,100] w = {${Array(1000).fill(1).join()}}>
{
  y = MatMul (x, w)
  z = own.Secret (y)
}
`,
);

/** A table of 20 positions is added to as many tokens. */
const positions = written(
  'positions.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
net (float[batch,sequence,2] x) => (float[batch,sequence,2] y)
<int64[1] zero = {0}, int64[1] two = {2}, float[20,2] table = {${Array(40).fill(1).join()}}>
{
  all = Shape <start = 1, end = 2> (x)
  part = Slice (table, zero, all, zero)
  shape = Concat <axis = 0> (all, two)
  rows = Reshape (part, shape)
  y = Add (x, rows)
}
`,
);

/** The id of the GPU of the catalogue that has the least memory for each of its devices. */
function leastMemory(): string {
  const bytes = (chip: Chip): number => (modelMemory(chip)?.capacityBytes?.value ?? Infinity) / chip.devices;
  const gpus = catalogue.filter((chip) => chip.class === 'gpu');
  return gpus.reduce((least, chip) => (bytes(chip) < bytes(least) ? chip : least)).id;
}

/** A GPU with so many bytes of memory. */
function chipWith(bytes: number): string {
  const memory = [{ name: 'GDDR6', capacityBytes: bytes }];
  const chip = { schemaVersion: 1, id: `small-${bytes}`, name: 'Small', extends: 'nvidia-t4', memory };
  return written(`small-${bytes}.json`, JSON.stringify(chip));
}

async function fit(
  model: string,
  ...more: string[]
): Promise<Printed & { readonly chips: readonly ChipFit[] }> {
  const printed = await siliconlens('fit', model, '--runtime', 'none', ...more);
  const chips = printed.out.startsWith('{') ? (JSON.parse(printed.out) as FitReport).chips : [];
  return { ...printed, chips };
}

const json = ['--format', 'json'];
const decode = ['--phase', 'decode', '--cache', 'shared', '--batch', '1', '--context', '9'];

describe('siliconlens fit', () => {
  it('says what is needed and left, and how large batch and context may become', async () => {
    const { code, chips } = await fit(decoder, '--chip', chipWith(10_000), ...decode, ...json);
    expect(code).toBe(0);
    // 64 + 64 + 10 · 64 = 768; 13 of these are 9,984. With t tokens before: 128 + 64 · (t + 1) ≤ 10,000 up to t = 153.
    expect(chips[0]).toMatchObject({
      fits: true,
      highWaterBytes: 768,
      freeBytes: 10_000 - 768,
      limits: [
        { dimension: 'batch', now: 1, value: 13, by: 'memory' },
        { dimension: 'past', now: 9, value: 153, by: 'memory' },
      ],
    });
  });

  it('takes two buffers where the graph copies the cache', async () => {
    const words = [...decode, ...json, '--cache', 'exported', '--chip', chipWith(10_000)];
    // 64 · 9 more: 1,344 each, of which 7 are 9,408.
    expect((await fit(decoder, ...words)).chips[0]!.limits[0]).toMatchObject({ value: 7 });
  });

  it('says what would make it fit', async () => {
    // 4,000 bytes of weights, x 160 and y 1,600: 5,760; halves in fp16: 2,880.
    const { chips, code } = await fit(weights, '--chip', chipWith(3000), ...json);
    expect(code).toBe(0);
    expect(chips[0]).toMatchObject({ fits: false, highWaterBytes: 5760, freeBytes: 3000 - 5760 });
    expect(chips[0]!.timesTooLarge).toBeCloseTo(1.92, 10);
    // What Turing multiplies in: no bf16, tf32, fp8 or fp4 (NVIDIA's T4 data sheet).
    expect(chips[0]!.precisions).toEqual(['fp16', 'int8', 'int4-weights']);
    // Every GPU of the catalogue has more: the one with the least for each of its devices.
    expect(chips[0]!.smallestChip).toBe(leastMemory());
  });

  it('ends with 3 where it is required and does not hold', async () => {
    const chip = ['--chip', chipWith(3000), '--chip', 'nvidia-t4'];
    const { code, out, error } = await fit(weights, ...chip, '--require');
    expect(code).toBe(3);
    expect(error).toContain('small-3000');
    expect(error).not.toContain('nvidia-t4');
    expect(out).toMatch(/^small-3000 .* no .*−2\.76 kB.*1\.92 times too large; fits with --precision/m);
    expect((await fit(weights, '--chip', 'nvidia-t4', '--require')).code).toBe(0);
  });

  it('takes off what the runtime keeps for itself', async () => {
    const words = ['fit', weights, '--chip', chipWith(600_000_000), ...json];
    const { chips } = JSON.parse((await siliconlens(...words)).out) as FitReport;
    // Of TensorRT's profile 500 MB; 5,760 bytes are the model's.
    expect(chips[0]).toMatchObject({
      runtime: 'tensorrt',
      reserveBytes: 500_000_000,
      freeBytes: 100_000_000 - 5760,
    });
  });

  it('tells the end of a table from that of the memory', async () => {
    const { chips } = await fit(positions, '--chip', 'nvidia-t4', '--phase', 'prefill', ...json);
    const [, sequence] = chips[0]!.limits;
    expect(sequence).toMatchObject({ dimension: 'sequence', value: 20, by: 'model' });
    const { out } = await fit(positions, '--chip', 'nvidia-t4', '--phase', 'prefill');
    expect(out).toContain('20 (limit of the model)');
  });

  it('knows that what is needed at the least is too much already', async () => {
    const { chips } = await fit(unknown, '--chip', chipWith(3000), ...json);
    // 4,000 bytes of weights, x 160 and y 1,600; what comes behind may need more.
    expect(chips[0]).toMatchObject({ fits: false, highWaterBytes: null, freeBytes: 3000 - 5760 });
  });

  it('does not take what nobody can tell for a fit', async () => {
    // What an LSTM keeps for its backward pass depends on the library.
    const recurrent = written(
      'recurrent.onnxtxt',
      `<ir_version: 10, opset_import: ["": 21]> g (float[3, 1, 4] x) => (float[3, 1, 1, 4] y)
      <float[1, 16, 4] w = {${Array(64).fill(1).join()}}> { y = LSTM <hidden_size = 4> (x, w, w) }`,
    );
    const words = ['--chip', 'nvidia-t4', '--phase', 'training'];
    expect((await fit(recurrent, ...words, ...json)).chips[0]!.fits).toBeNull();
    expect((await fit(recurrent, ...words, '--require')).code).toBe(3);
  });

  it('refuses a batch that the model does not have', async () => {
    const { code, error } = await fit(weights, '--chip', 'nvidia-t4', '--batch', '4');
    expect(code).toBe(2);
    expect(error).toContain('batch');
  });

  it('prints tables for other programs', async () => {
    const { out } = await fit(decoder, '--chip', chipWith(10_000), ...decode, '--format', 'csv');
    expect(out.split('\r\n')[1]).toBe('small-10000,none,fp32,shared,true,768,0,10000,,9232,13,,153,');
  });

  it('says whether chips carry several streams, and with --require fails where one does not', async () => {
    const words = ['fit', weights, '--chip', 'arm-cortex-m7', '--streams'];
    const { out } = await siliconlens(...words, '2x10', '--format', 'json');
    const { streams } = JSON.parse(out) as FitReport;
    const { carried } = streams!.chips[0]!;
    // Two frames in turn, ten times a second.
    expect(carried!.utilisation.value).toBeCloseTo(carried!.seconds.value * 10, 12);
    expect(carried).toMatchObject({ carries: true });
    expect((await siliconlens(...words, '2x10', '--require')).code).toBe(0);
    const late = await siliconlens(...words, '1000x1000', '--require');
    expect(late.code).toBe(3);
    expect(late.error).toContain('arm-cortex-m7');
  });

  it('counts the frames that a run takes in where the file states them', async () => {
    const four = written(
      'four.onnxtxt',
      `<ir_version: 10, opset_import: ["": 21]>
g (float[4,64] x) => (float[4,64] y) { y = Relu (x) }`,
    );
    const { out } = await siliconlens(
      'fit',
      four,
      '--chip',
      'nvidia-l4',
      '--streams',
      '8x30',
      '--format',
      'json',
    );
    const { asked, chips } = (JSON.parse(out) as FitReport).streams!;
    expect(asked.batch).toBe(4);
    // Eight frames are two runs of four, thirty times a second.
    const { seconds, utilisation } = chips[0]!.carried!;
    expect(utilisation.value).toBeCloseTo(seconds.value * 30, 12);
    const { ranked } = JSON.parse(
      (await siliconlens('rank', four, '--chip', 'nvidia-l4', '--format', 'json')).out,
    ) as RankReport;
    expect(seconds.value).toBeCloseTo(2 * ranked[0]!.figures.latency!.value, 12);
  });
});
