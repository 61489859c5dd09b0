import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type Prepared } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import { a, b, h, layersOf, s } from '../../memory/transformerLayers';
import { batch, configured, exchanged, prepared, sequence, shard } from './groups';
import { shardOf } from '../../../../server/engine/mapping/parallel/shard';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { readFixture } from '../../inference/fixtures';

/** Sizes of Llama 3 8B: its report (arXiv 2407.21783), table 3. */
const llama = {
  layers: 32,
  hidden: 4096,
  inner: 14336,
  heads: 32,
  keyHeads: 8,
  head: 128,
  vocabulary: 128256,
};

/** Parameters of one device: rows or columns of each matrix, and norms whole. */
function llamaParameters(tp: number): number {
  const { layers, hidden, inner, heads, keyHeads, head, vocabulary } = llama;
  const queries = hidden * (heads / tp) * head;
  const keys = hidden * Math.max(1, keyHeads / tp) * head;
  const layer = 2 * queries + 2 * keys + (3 * hidden * inner) / tp + 2 * hidden;
  return layers * layer + (2 * vocabulary * hidden) / tp + hidden;
}

describe('one device of a tensor-parallel group', () => {
  const tokens = batch * sequence;

  it.each([2, 4, 8, 16])('of %i has its part of Llama 3 8B', async (tp) => {
    const whole = await prepared(configured('Llama-3.1-8B'));
    const one = await shard(whole, { tp, ep: 1 });
    expect(one.prepared.numbers.parameters).toBe(llamaParameters(tp));
    // All together: what is divided once, and norms and keys of fewer heads than devices as often as they are held.
    const { layers, hidden, keyHeads, head } = llama;
    const norms = (2 * layers + 1) * hidden;
    const keys = layers * 2 * hidden * keyHeads * head;
    const copies = Math.max(1, tp / keyHeads);
    expect(tp * one.prepared.numbers.parameters).toBe(
      whole.numbers.parameters + (tp - 1) * norms + (copies - 1) * keys,
    );
    expect(new Set(one.copied.map(({ copies: held }) => held))).toEqual(new Set(copies > 1 ? [copies] : []));
    expect(one.copied).toHaveLength(copies > 1 ? 2 * layers : 0);
    expect([one.padded, one.replicated]).toEqual([[], []]);
    // Two sums for each layer and one behind the embedding (Shoeybi et al. 2019, section 3); logits of 2 bytes are gathered.
    expect(exchanged(one)).toEqual([
      `1 all_gather tp ${tokens * llama.vocabulary * 2}`,
      `${2 * layers + 1} all_reduce tp ${tokens * hidden * 2}`,
    ]);
    expect(one.prepared.inference.problems).toEqual(whole.inference.problems);
  });

  it('does its part of each product, with keys of fewer heads than devices as often as they are held', async () => {
    const whole = await prepared(configured('Llama-3.1-8B'));
    for (const tp of [4, 16]) {
      const one = await shard(whole, { tp, ep: 1 });
      const parts = new Set<string>();
      for (const {
        index,
        work,
        node: { name },
      } of whole.inference.nodes) {
        const own = one.prepared.inference.nodes[index]!;
        expect(own.node.operator).toBe(whole.inference.nodes[index]!.node.operator);
        if (!work?.operations.matrix) continue;
        const isOfKeys = /\/(key|value)\//.test(name);
        parts.add(`${isOfKeys ? 'keys' : 'others'} ${work.operations.matrix / own.work!.operations.matrix}`);
      }
      expect([...parts].sort()).toEqual([`keys ${Math.min(tp, llama.keyHeads)}`, `others ${tp}`]);
    }
  });

  it('has its part of the cache', async () => {
    const bytes = ({ inference }: Prepared): number =>
      inference.values
        .filter(({ name }) => name.startsWith('present'))
        .reduce((sum, one) => sum + one.bytes!, 0);
    const whole = await prepared(configured('Llama-3.1-8B'));
    // Layers, keys and values, 8 heads of 128 numbers of 2 bytes.
    expect(bytes(whole)).toBe(32 * 2 * tokens * 8 * 128 * 2);
    expect(bytes((await shard(whole, { tp: 4, ep: 1 })).prepared)).toBe(bytes(whole) / 4);
    expect(bytes((await shard(whole, { tp: 16, ep: 1 })).prepared)).toBe(bytes(whole) / 8);
  });

  it('exchanges as much on the way back', async () => {
    const one = await shard(await prepared(configured('Llama-3.1-8B'), 'training'), { tp: 8, ep: 1 });
    // Three numbers of 4 bytes of each token take the place of logits (Megatron-LM, vocab_parallel_cross_entropy).
    expect(exchanged(one)).toContain(`3 all_reduce tp ${tokens * 4}`);
    expect(exchanged(one).some((each) => each.includes('all_gather'))).toBe(false);
    // Four for each layer in all (Narayanan et al. 2021, section 3.2), one of the head's input.
    expect(exchanged(one, 'backward')).toEqual([
      `${2 * llama.layers + 1} all_reduce tp ${tokens * llama.hidden * 2}`,
    ]);
  });

  it.each([
    // 12 layers of 768 numbers of 4 bytes, and the embedding; the export of BERT has no head for words.
    ['gpt2', 'gpt2', 4, `25 all_reduce tp ${tokens * 768 * 4}`],
    ['bert-base', 'bert-base-uncased', 4, `25 all_reduce tp ${tokens * 768 * 4}`],
    // 16 layers of 2,048 numbers of 2 bytes.
    ['llama-1b', 'Llama-3.2-1B', 8, `33 all_reduce tp ${tokens * 2048 * 2}`],
  ])('of an export of %s exchanges what that of its configuration does', async (file, name, tp, sums) => {
    const exported = await shard(await prepared(await readFixture(file)), { tp, ep: 1 });
    const lowered = await shard(await prepared(configured(name)), { tp, ep: 1 });
    expect(exchanged(exported)).toContain(sums);
    expect(exchanged(exported)).toEqual(exchanged(lowered));
  });

  it('sums integers when their scales are in', async () => {
    // Two layers of BERT of 128 numbers, as exported and with products of integers: sums in floats of 4 bytes, rows of words in 1 byte.
    const of = async (name: string): Promise<string[]> => {
      const bytes = gunzipSync(readFileSync(`test/conformance/kernels/models/${name}.onnx.gz`));
      const { value } = await readOnnx(memorySource(bytes), uninterrupted);
      return exchanged(await shard(await prepared(value!), { tp: 2, ep: 1 }));
    };
    expect(await of('bert')).toEqual([`5 all_reduce tp ${tokens * 128 * 4}`]);
    expect(await of('bert.dynamic-int8')).toEqual([
      `1 all_reduce tp ${tokens * 128}`,
      `4 all_reduce tp ${tokens * 128 * 4}`,
    ]);
  });

  it('of a ViT divides heads that exporters write with the batch', async () => {
    const one = await shard(await prepared(await readFixture('vit-b16')), { tp: 4, ep: 1 });
    // 12 layers, 197 tokens of 768 numbers; no words. The convolution over patches and the product for classes are whole.
    expect(exchanged(one)).toEqual([`24 all_reduce tp ${2 * 197 * 768 * 4}`]);
    expect(one.replicated.map(({ reason }) => reason)).toEqual(['operator', 'whole']);
  });

  it('pads what does not divide, and says so', async () => {
    const one = await shard(await prepared(configured('gpt2')), { tp: 8, ep: 1 });
    // 12 heads of 64 numbers on 8 devices are 2 each; 50,257 words are 6,283 each.
    const padded = new Map(one.padded.map(({ name, ...sizes }) => [name, sizes]));
    expect(padded.get('transformer.wte.weight')).toEqual({ whole: 50257, padded: 8 * 6283 });
    expect(padded.get('transformer.h.0.attn.c_proj.weight')).toEqual({ whole: 768, padded: 8 * 2 * 64 });
    expect(padded.get('transformer.h.0.mlp.c_fc.weight')).toBeUndefined();
  });

  it('leaves groups of heads whole that do not divide', async () => {
    // SmolLM2 135M: 9 heads, 3 of keys; 4 devices cannot share them, 3 can.
    const whole = await prepared(configured('SmolLM2-135M'));
    const four = await shard(whole, { tp: 4, ep: 1 });
    expect(exchanged(four)).toContain(`31 all_reduce tp ${tokens * 576 * 2}`);
    expect(four.replicated.filter(({ reason }) => reason === 'heads')).toHaveLength(3 * 30);
    expect(exchanged(await shard(whole, { tp: 3, ep: 1 }))).toContain(`61 all_reduce tp ${tokens * 576 * 2}`);
  });

  it('adds up what is only added before it is exchanged', async () => {
    // Falcon has attention and network side by side: 32 layers, one sum each.
    const one = await shard(await prepared(configured('falcon-7b')), { tp: 2, ep: 1 });
    expect(exchanged(one)).toContain(`33 all_reduce tp ${tokens * 4544 * 2}`);
  });

  it('is refused where nothing can be divided', async () => {
    expect(
      await shardOf(await prepared(await readFixture('resnet50')), { tp: 2, ep: 1 }, uninterrupted),
    ).toMatchObject({
      kind: 'refused',
      reason: 'operator',
    });
  });
});

describe('one device of an expert-parallel group', () => {
  const tokens = batch * sequence;
  const [layers, hidden, inner, experts, chosen] = [32, 4096, 14336, 8, 2];

  it.each([8, 4])('has experts of its own, with %i groups', async (ep) => {
    // Mixtral 8x7B (arXiv 2401.04088, table 1) on 8 devices.
    const whole = await prepared(configured('Mixtral-8x7B'));
    const one = await shard(whole, { tp: 8, ep });
    const width = 8 / ep;
    const layer = one.prepared.inference.nodes.find(({ node: { operator } }) => operator === 'ShardedMoE')!;
    const shapes = layer.inputs.slice(2).flatMap((id) => {
      const type = id === null ? undefined : one.prepared.inference.values[id]!.type;
      return type?.kind === 'tensor' ? [type.shape] : [];
    });
    expect(shapes).toContainEqual([experts / ep, hidden, inner / width]);
    // Both ways, each device sends its share of the tokens to two experts.
    const sent = (tokens * chosen * hidden * 2) / ep;
    const states = tokens * hidden * 2;
    // Where an expert is divided too, results are summed; else each device gets those of the others.
    const after =
      ep === 8
        ? [`${layers} all_gather tp ${states}`, `33 all_reduce tp ${states}`]
        : [`65 all_reduce tp ${states}`];
    expect(exchanged(one)).toEqual(
      [...after, `${2 * layers} alltoall ep ${sent}`, `1 all_gather tp ${tokens * 32000 * 2}`].sort(),
    );
    expect(one.prepared.inference.problems).toEqual(whole.inference.problems);
    const matrix = ({ inference: { nodes } }: Prepared): number[] =>
      nodes
        .filter(({ node: { operator } }) => /MoE/.test(operator))
        .map(({ work }) => work!.operations.matrix);
    expect(matrix(one.prepared)).toEqual(matrix(whole).map((all) => all / 8));
  });

  it('reads the weights of those experts that some token chooses', async () => {
    const bindings = { batch: 1, sequence: 1, past_sequence: 0 };
    const workload = { bindings, phase: 'decode', precision: 'as-stored', runtime: null } as const;
    const whole = await prepare(configured('Mixtral-8x7B'), workload, uninterrupted);
    const one = await shard(whole, { tp: 8, ep: 8 });
    const read = ({ inference: { nodes } }: Prepared): number =>
      nodes.find(({ node: { operator } }) => /MoE/.test(operator))!.work!.bytes.weights;
    // Two of eight experts for one token: each device reads its own in a quarter of all steps.
    expect(read(whole)).toBe((experts * 3 * hidden * inner * 2) / 4);
    expect(read(one.prepared)).toBe((3 * hidden * inner * 2) / 4);
  });

  it('sends more where one expert is chosen more often', async () => {
    const whole = await prepared(configured('Mixtral-8x7B'));
    const one = await shard(whole, { tp: 8, ep: 8, imbalance: 1.5 });
    expect(exchanged(one)).toContain(`64 alltoall ep ${(1.5 * tokens * chosen * hidden * 2) / 8}`);
  });

  it('sums routed and shared experts at once', async () => {
    const one = await shard(await prepared(configured('DeepSeek-V2-Lite')), { tp: 4, ep: 4 });
    // 27 layers with two sums, and the embedding; 26 have experts.
    expect(exchanged(one)).toContain(`55 all_reduce tp ${tokens * 2048 * 2}`);
    expect(exchanged(one).filter((each) => each.includes('alltoall'))).toEqual([
      `52 alltoall ep ${(tokens * 6 * 2048 * 2) / 4}`,
    ]);
  });

  it.each([
    ['gpt2', { tp: 8, ep: 8 }],
    ['Mixtral-8x7B', { tp: 8, ep: 3 }],
    ['Mixtral-8x7B', { tp: 16, ep: 16 }],
  ])('is refused for %s with %o', async (name, split) => {
    expect(await shardOf(await prepared(configured(name)), split, uninterrupted)).toMatchObject({
      kind: 'refused',
      reason: 'experts',
    });
  });
});

describe('what one device keeps for its way back', () => {
  it.each([
    [1, true],
    [2, true],
    [4, true],
    [4, false],
  ])('on %i devices is what Korthikanti et al. 2022 have, with dropout: %s', async (t, hasDropout) => {
    const text = layersOf({ layers: 1, hasDropout, isFused: false });
    const { value } = await parseOnnxText(text, uninterrupted);
    const workload = { bindings: {}, phase: 'training', precision: 'as-stored', runtime: 'none' } as const;
    const one = await shard(await prepare(value!, workload, uninterrupted), { tp: t, ep: 1 });
    const { training } = await costsOn(one.prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
    // Equation 2: sbh (10 + 24/t + 5as/ht); two masks of sbh and all but 2as²b of the scores are of dropout.
    const kept = hasDropout
      ? s * b * h * (10 + 24 / t) + (5 * a * s * s * b) / t
      : s * b * h * (8 + 24 / t) + (2 * a * s * s * b) / t;
    expect(training!.savedBytes! - training!.statisticsBytes!).toBe(kept);
  });
});
