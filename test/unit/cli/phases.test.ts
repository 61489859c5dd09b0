import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PhasesReport } from '../../../server/engine/report/phasesReport';
import type { Report } from '../../../server/engine/report/types';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write } = temporaryFolder();
const head = '<ir_version: 10, opset_import: ["": 21]>';
/** A cache of 64 bytes for each token and sequence, and a product of 512 × 512 (1 MB) with each sequence. */
const decoder = write(
  'decoder.onnxtxt',
  `${head}
decoder (float[batch,1,past,16] past_key, float[batch,1,sequence,16] new, float[batch,sequence,512] x) => (float[batch,1,total,16] present_key, float[batch,sequence,512] y)
<float[512,512] w = {${Array(512 * 512)
    .fill(0)
    .join()}}>
{
  present_key = Concat <axis = 2> (past_key, new)
  y = MatMul (x, w)
}
`,
);
const chip = ['--chip', 'generic-x86-avx2-desktop', '--runtime', 'none'];

async function phasesOf(path: string, ...words: string[]): Promise<PhasesReport> {
  return JSON.parse(
    (await siliconlens('phases', path, ...chip, ...words, '--format', 'json')).out,
  ) as PhasesReport;
}

const latencyOf = ({ chips }: Report): number => chips[0]!.total.latencySeconds!.value!;

describe('siliconlens phases', () => {
  it('sets prefill and decode side by side, as each alone is', async () => {
    const sizes = ['--batch', '2', '--prompt', '40', '--context', '300'];
    const [found] = (await phasesOf(decoder, ...sizes)).chips;
    const prefill = ['--phase', 'prefill', '-b', 'batch=2', '-b', 'sequence=40'];
    const decode = ['--phase', 'decode', '-b', 'batch=2', '-b', 'past=300'];
    expect(found!.timeToFirstToken!.value).toBe(latencyOf(await reportOf(decoder, ...chip, ...prefill)));
    const step = latencyOf(await reportOf(decoder, ...chip, ...decode));
    expect(found!.decode).toMatchObject({ seconds: step, tokensPerSecond: 2 / step, fits: true });
    // The prompt has 2 × 40 tokens.
    expect(found!.prefill.tokensPerSecond).toBeCloseTo(80 / found!.timeToFirstToken!.value, 6);
  });

  it('adds up a request: a prefill and the steps of its answer, as each alone is', async () => {
    // The chip of its class that states its power: 65 W.
    const request = ['--batch', '2', '--prompt', '40', '--answer', '4'];
    const [found] = (await phasesOf(decoder, ...request)).chips;
    const joulesOf = async (...words: string[]): Promise<number> =>
      (await reportOf(decoder, ...chip, ...words, '-b', 'batch=2')).chips[0]!.total.joules!.value!;
    const prefill = await joulesOf('--phase', 'prefill', '-b', 'sequence=40');
    const step = (past: number) => joulesOf('--phase', 'decode', '-b', `past=${past}`);
    // The second token of the answer comes behind 40 tokens, the fourth behind 42; two requests share the energy.
    const steps = (await step(40)) + (await step(41)) + (await step(42));
    expect(found!.request).toMatchObject({ promptTokens: 40, answerTokens: 4 });
    expect(found!.request.joules!.value / ((prefill + steps) / 2)).toBeCloseTo(1, 3);
    const { out } = await siliconlens('phases', decoder, ...chip, ...request);
    expect(out).toContain('A request: a prompt and its answer');
    expect(out).toContain('40 + 4');
  });

  it('knows a cache by whatever name its length has', async () => {
    const renamed = readFileSync(decoder, 'utf8').replaceAll(',past,', ',past_sequence,');
    const path = write('renamed.onnxtxt', renamed);
    const [plain] = (await phasesOf(decoder)).chips;
    const [found] = (await phasesOf(path)).chips;
    expect(found!.decode).toEqual(plain!.decode);
    expect(found!.request).toEqual(plain!.request);
  });

  it('divides a step by the tokens that speculation yields', async () => {
    const [plain] = (await phasesOf(decoder)).chips;
    const [faster] = (await phasesOf(decoder, '--accepted', '2.5')).chips;
    expect(faster!.decode!.seconds).toBeCloseTo(plain!.decode!.seconds! / 2.5, 12);
    expect(faster!.decode!.tokensPerSecond).toBeCloseTo(plain!.decode!.tokensPerSecond! * 2.5, 6);
    expect(faster!.timeToFirstToken).toEqual(plain!.timeToFirstToken);
  });

  it('finds the batch from which memory no longer binds', async () => {
    const { chips } = await phasesOf(decoder, '--context', '16', '--cache', 'shared');
    const { memoryBoundBelowBatch: crossing, batches } = chips[0]!;
    expect(batches.map(({ size }) => size)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    const bounds = async (batch: number): Promise<string> => {
      const sizes = ['--phase', 'decode', '--cache', 'shared', '-b', `batch=${batch}`, '-b', 'past=16'];
      const { kernels, nodes } = (await reportOf(decoder, ...chip, ...sizes)).chips[0]!;
      // The product takes nearly all of the time.
      return kernels[nodes[1]!.kernel!]!.bound;
    };
    expect(await bounds(crossing! - 1)).toBe('memory');
    expect(await bounds(crossing!)).toBe('compute');
    const { out } = await siliconlens('phases', decoder, ...chip, '--context', '16', '--cache', 'shared');
    expect(out).toContain(`memory-bound below batch ${crossing}`);
  });

  it('ends the curves where memory does, and says where', async () => {
    const memory = [{ name: 'GDDR6', capacityBytes: 3_000_000 }];
    const small = { schemaVersion: 1, id: 'small', name: 'Small', extends: 'nvidia-t4', memory };
    const file = write('small.json', JSON.stringify(small));
    const words = ['phases', decoder, '--chip', file, '--runtime', 'none', '--cache', 'shared'];
    const { out, error } = await siliconlens(...words, '--context', '64', '--format', 'json');
    expect(error).toBe('');
    const [found] = (JSON.parse(out) as PhasesReport).chips;
    const limit = found!.limits.find(({ dimension }) => dimension === 'past')!.value!;
    // 1,048,576 of weights; x and y 2,048 each, new 64: what is left holds rows of 64 bytes, one of them new.
    const rows = Math.floor((3_000_000 - 1_048_576 - 2 * 2_048 - 64) / 64);
    expect(limit).toBe(rows - 1);
    expect(found!.contexts.map(({ size }) => size)).toEqual([1024, 2048, 4096, 8192, 16_384]);
    expect((await siliconlens(...words)).out).toContain('out of memory above 30,');
  });

  it('says of a model without a cache that decoding is unknown', async () => {
    const plain = write(
      'plain.onnxtxt',
      `${head} g (float[batch, 4] x) => (float[batch, 4] y) { y = Relu (x) }`,
    );
    const [found] = (await phasesOf(plain)).chips;
    expect(found).toMatchObject({ decode: null, batches: [], contexts: [], limits: [] });
    expect((await siliconlens('phases', plain, ...chip)).out).toContain('no cache of keys and values');
  });

  it('knows a cache by whatever name its length has', async () => {
    // Configurations call it past_sequence. A token costs 2 layers x 2 (keys, values) x 1 head x 16 x 2 bytes = 128 bytes.
    const small = { hidden_size: 64, intermediate_size: 64, num_hidden_layers: 2, vocab_size: 64 };
    const heads = { num_attention_heads: 4, num_key_value_heads: 1, torch_dtype: 'bfloat16' };
    const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama', ...small, ...heads };
    const [found] = (await phasesOf(write('config.json', JSON.stringify(config)))).chips;
    expect(found!.decode!.seconds).toBeGreaterThan(0);
    expect(found!.contexts.length).toBeGreaterThan(1);
  });

  it('has a row for each point, for other programs', async () => {
    const { out } = await siliconlens('phases', decoder, ...chip, '--format', 'csv');
    const [first, prefill, decode] = out.split('\r\n');
    expect(first).toBe('chip,phase,batch,tokens,seconds,tokensPerSecond,bound,fits,joules');
    expect(prefill).toMatch(/^generic-x86-avx2-desktop,prefill,1,1024,/);
    expect(decode).toMatch(/^generic-x86-avx2-desktop,decode,1,1024,/);
    expect((await siliconlens('phases', decoder, ...chip, '--accepted', '0.5')).code).toBe(2);
    expect((await siliconlens('phases', decoder, ...chip, '--prompt', '0')).code).toBe(2);
  });
});
