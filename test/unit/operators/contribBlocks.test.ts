import { describe, expect, it } from 'vitest';
import { checkRule, type Check } from './check';

const work = (operator: string, check: Omit<Check, 'domain' | 'version'>) => {
  const found = checkRule(operator, { domain: 'com.microsoft', version: 1, ...check });
  expect(found.problems).toEqual([]);
  return found.work!;
};

/** Formulas of ONNX Runtime 1.32's ContribOperators.md, counted by hand. Types and shapes: contribConformance.test.ts. */
describe('gated blocks', () => {
  it('count one half of a projection', () => {
    const inputs = ['float[2, 8]'];
    // 2·4 results: sigmoid 3 + 1, times the gate, times the value.
    expect(work('SwiGLU', { inputs }).operations).toEqual({ matrix: 0, vector: 5 * 8, special: 8 });
    // A limit clamps the gate above and the value on both sides; 1.702 and + 1 are one operation each.
    const attributes = { limit: 7.5, activation_alpha: 1.702, activation_beta: 0.5 };
    expect(work('SwiGLU', { inputs, attributes }).operations.vector).toBe((5 + 3 + 2) * 8);
  });

  it('multiply router, gate and value at once', () => {
    const { operations, matrixShape } = work('RouterGateUpProj', {
      inputs: ['float16[2, 3, 8]', { type: 'float16[8, 20]', weight: true }],
      attributes: { router_size: 4 },
      outputs: 2,
    });
    expect(operations).toEqual({ matrix: 2 * 6 * 8 * 20, vector: 5 * 6 * 8, special: 6 * 8 });
    expect(matrixShape).toMatchObject({ m: 6, n: 20, k: 8, weights: 'b' });
  });

  it('mix streams through a narrow network', () => {
    const inputs = ['float[6, 8]', 'float[8]', 'float[8, 3]', 'float[3, 8]', 'float[8, 4]'];
    const attributes = { num_branches: 4 };
    const alone = work('HyperConnectionLowRankMix', { inputs, attributes, outputs: 2 }).operations;
    // 6 rows of 4 streams with 2 features, R = 3: down 8·3, up 3·8, inject 8·4.
    expect(alone.matrix).toBe(2 * 6 * (24 + 24 + 32));
    // Norm 5 per element less one root for each stream; SiLU 4 + 1 and its scale; sigmoid 3 + 1 of streams and gates; gate and
    // sum 2; scale of 2 results; ÷ and × of the gates.
    expect(alone.vector).toBe(5 * 48 - 24 + (4 + 1) * 6 * 3 + 3 * (48 + 24) + 2 * 48 + 6 * 2 + 2 * 24);
    expect(alone.special).toBe(24 + 18 + 48 + 24);
    const after = { inputs: [...inputs, 'float[6, 2]', 'float[6, 4]'], attributes, outputs: 2 };
    expect(work('HyperConnectionLowRankMix', after).operations.vector).toBe(alone.vector + 2 * 48);
  });

  it('normalise a slice and rotate a part of it', () => {
    const { operations } = work('RMSNormRotary', {
      inputs: ['float16[1, 3, 4, 8]', 'float[6]', 'int64[1, 3]', 'float[9, 2]', 'float[9, 2]'],
      attributes: { rotary_embedding_dim: 4, input_width: 6 },
    });
    // 12 heads of 6: 5 per element less a root each; 4 of 6 are rotated at 3.
    expect(operations).toEqual({ matrix: 0, vector: 5 * 72 - 12 + 3 * 48, special: 12 });
  });

  it('route by groups, and with a projection in front', () => {
    const inputs = ['float[5, 8]', 'float[8]'];
    // Sigmoid 3 + 1, bias and comparison; the logarithm of the 2 chosen.
    expect(work('MoEGroupRouter', { inputs, attributes: { top_k: 2 } }).operations).toEqual({
      matrix: 0,
      vector: 5 * 40,
      special: 40 + 5 * 2,
    });
    const projected = { inputs: ['float[5, 256]', 'float[8]', 'float[8, 256]'], attributes: { top_k: 2 } };
    expect(work('MoEGroupRouter', projected).operations.matrix).toBe(2 * 5 * 8 * 256);
  });

  it('add by a gate that is projected', () => {
    const { operations } = work('GatedAdd', {
      inputs: ['float[6, 8]', 'float[6, 8]', 'float[6, 5]', 'float[5, 1]'],
    });
    expect(operations).toEqual({ matrix: 2 * 6 * 5, vector: 2 * 48 + 3 * 6, special: 6 });
  });
});

describe('packed weights', () => {
  it('multiply as many as K and N say', () => {
    const inputs = ['bfloat16[2, 3, 32]', { type: 'uint8[10, 34]', weight: true }, 'float[]'];
    const { operations, bytes } = work('MatMulPacked', {
      inputs,
      attributes: { K: 32, N: 10, packed_type: 8, activation_type: 'relu2' },
    });
    // A scale for each weight, the global one for each result, relu and its square.
    expect(operations).toEqual({ matrix: 2 * 6 * 320, vector: 320 + 60 + 2 * 60, special: 0 });
    expect(bytes.weights).toBe(340);
  });

  it('are read row by row', () => {
    const { operations, bytes } = work('GatherPacked', {
      inputs: [{ type: 'uint8[1000, 34]', weight: true }, 'int64[3]'],
      attributes: { K: 32, packed_type: 8 },
    });
    expect(operations.vector).toBe(3 * 32);
    expect(bytes.weights).toBe(3 * 34);
  });

  it('have an adapter, which may be empty', () => {
    const lora = (a: number, b: number) =>
      work('MatMulNBitsQLoRA', {
        inputs: [
          'float[5, 32]',
          'uint8[8, 1, 16]',
          'float[8, 1]',
          `uint8[${a}, 1, 32]`,
          'float[4, 1]',
          `uint8[8, ${b}, 32]`,
          'float[8, 1]',
        ],
        attributes: { K: 32, N: 8 },
      }).operations;
    // Base 8·32, down 4·32, up 8·4; a scale for each weight and the sum.
    expect(lora(4, 1)).toEqual({ matrix: 2 * 5 * (256 + 128 + 32), vector: 416 + 40, special: 0 });
    expect(lora(0, 1)).toEqual({ matrix: 2 * 5 * (256 + 32), vector: 288 + 40, special: 0 });
    expect(lora(4, 0)).toEqual({ matrix: 2 * 5 * 256, vector: 256, special: 0 });
  });

  it('of experts count where an expert is chosen', () => {
    const { operations, bytes } = work('MoEPacked', {
      inputs: [
        'float16[1, 32]',
        'float[1, 4]',
        ...['uint8[4, 16, 34]', 'uint8[4, 16, 34]', 'uint8[4, 32, 17]'].map((type) => ({
          type,
          weight: true,
        })),
      ],
      attributes: { gate_type: 8, up_type: 8, down_type: 8, k: 2 },
    });
    // One token, 2 of 4 experts, three projections of 16 × 32 each.
    expect(operations.matrix).toBe(2 * 2 * 3 * 16 * 32);
    // Scales of 2 experts; SiLU 4 and the product on 2·16; the weighted sum 2·2·32; softmax 4 of 4.
    expect(operations.vector).toBe(2 * 3 * 512 + 5 * 32 + 2 * 2 * 32 + 16);
    expect(bytes.weights).toBe((2 * 4 * 16 * 34 + 4 * 32 * 17) / 2);
  });
});

describe('speculative decoding', () => {
  it('replays what was kept of captured steps', () => {
    const backing = 'float[100]';
    const inputs = [backing, backing, backing];
    // Offsets, then 2 heads, dv 3, dk 4, 1 key head, capacity 8, 5 kept.
    const numbers = { type: 'int64[11]', elements: [0, 0, 0, 0, 0, 2, 3, 4, 1, 8, 5] };
    const { operations, bytes } = work('GatedDeltaNetStateReplay', { inputs: [...inputs, numbers] });
    expect(operations).toEqual({ matrix: 2 * 5 * 24, vector: 5 * 24, special: 0 });
    // The state once in and once out; decay 2, key 4 and delta 6 of each kept step; 11 numbers of 8 bytes.
    expect(bytes.inputs).toBe(4 * (24 + 5 * 12) + 88);
    expect(bytes.outputs).toBe(4 * 24);
    const copy = { type: 'int64[8]', elements: [0, 0, 0, 2, 3, 4, 8, 5] };
    expect(work('ConvStateReplay', { inputs: [...inputs, copy] }).bytes).toMatchObject({
      inputs: 4 * 24 + 64,
      outputs: 4 * 24,
    });
    // Numbers that only a run knows leave the whole tensors.
    expect(work('ConvStateReplay', { inputs: [...inputs, 'int64[8]'] }).bytes.outputs).toBe(400);
  });

  it('reads one slot of the states and writes one for each token', () => {
    const { operations, bytes } = work('Mamba2Verify', {
      inputs: [
        'bfloat16[2, 1032]',
        'bfloat16[4, 768, 3]',
        'float[4, 8, 128, 64]',
        'bfloat16[768, 4]',
        'bfloat16[768]',
        'float[8]',
        'float[8]',
        'float[8]',
        'float[512]',
        'int32[1]',
      ],
      attributes: { heads: 8, n_groups: 1 },
      outputs: 3,
    });
    const state = 8 * 128 * 64;
    // Four taps on 768 channels; k⊗v and read-out of the state, 2 operations per element each.
    expect(operations.matrix).toBe(8 * 2 * 768 + 2 * 2 * 2 * state);
    // Decays 16, SiLU of 768 channels and 512 gates, softplus (exp and log) of 8 heads, a root for each of 1 group; 2 tokens.
    expect(operations.special).toBe(2 * (8 + 768 + 512 + 2 * 8 + 1));
    expect(bytes.outputs).toBe(2 * 512 * 2 + 2 * (768 * 3 * 2 + state * 4));
    const small = 2 * 1032 * 2 + 768 * 4 * 2 + 768 * 2 + 3 * 8 * 4 + 512 * 4 + 4;
    expect(bytes.inputs).toBe(small + 768 * 3 * 2 + state * 4);
  });

  it('follows merged selections where they come in', () => {
    const attributes = { max_output_entries: 64, policy_mode: 'qsa', compress_ratio: 4, token_budget: 16 };
    const types = (mode: number | null) =>
      checkRule('PackedSparseAttentionIndexer', {
        domain: 'com.microsoft',
        version: 1,
        inputs: [
          'float16[5, 32]',
          ...Array<null>(11).fill(null),
          'float16[2, 50, 8]',
          'float16[2, 7, 8]',
          null,
          'int32[2, 2]',
          null,
          null,
          { type: 'int32[1]', elements: [mode] },
          'int32[2, 64]',
        ],
        attributes,
      }).types[0];
    expect(types(0)).toBe('int32[5, 64]');
    expect(types(1)).toBe('int32[2, 64]');
    // Which of the two is data.
    expect(types(null)).not.toMatch(/^int32\[\d/);
  });
});
