import { describe, expect, it } from 'vitest';
import { touchedExperts } from '../../../server/engine/operators/contrib/moe';
import { allOperators } from '../../../server/engine/operators/table';
import { checkRule, type Check } from './check';

const run = (operator: string, check: Omit<Check, 'domain' | 'version'>) =>
  checkRule(operator, { domain: 'com.microsoft', version: 1, ...check });

describe('GroupQueryAttention', () => {
  const attributes = { num_heads: 8, kv_num_heads: 2 };
  const decode = [
    'float16[4, 1, 512]',
    'float16[4, 1, 128]',
    'float16[4, 1, 128]',
    'float16[4, 2, 1024, 64]',
    'float16[4, 2, 1024, 64]',
    'int32[4]',
    { type: 'int32[]', elements: [128] },
  ];

  it('touches the rows of a shared cache, not the buffer', () => {
    const { types, work } = run('GroupQueryAttention', { inputs: decode, attributes, outputs: 3 });
    expect(types).toEqual(['float16[4, 1, 512]', 'float16[4, 2, 1024, 64]', 'float16[4, 2, 1024, 64]']);
    // One query of each of 4·8 heads sees all 128 keys: 2·(64 + 64) operations per pair.
    expect(work?.operations.matrix).toBe(4 * 8 * 128 * 2 * 128);
    const row = 4 * 2 * 64 * 2;
    // Query, key, value; 127 past rows of both caches; seqlens and the total.
    expect(work?.bytes.inputs).toBe(4 * (512 + 256) * 2 + 2 * 127 * row + 16 + 4);
    expect(work?.bytes.outputs).toBe(4 * 512 * 2 + 2 * row);
    expect(work?.matrixShape).toMatchObject({ heads: 8, kvHeads: 2, keyLength: 128, headSize: 64 });
  });

  it('reads the rows of the cache in its window', () => {
    const read = (more: object) =>
      run('GroupQueryAttention', { inputs: decode, attributes: { ...attributes, ...more }, outputs: 3 })
        .work!;
    // The query stands at position 127; a window of 32 has itself and 31 past rows of 4·2 heads of 64 halves.
    const windowed = read({ local_window_size: 32 });
    expect(windowed.touched.inputs.slice(3, 5)).toEqual([31 * 4 * 2 * 64 * 2, 31 * 4 * 2 * 64 * 2]);
    expect(windowed.operations.matrix).toBe(4 * 8 * 32 * 2 * 128);
    expect(windowed.matrixShape).toMatchObject({ keyLength: 32 });
    expect(windowed.bytes.outputs).toBe(read({}).bytes.outputs);
    // One that is longer than the past reads all 127.
    expect(read({ local_window_size: 500 }).touched.inputs).toEqual(read({}).touched.inputs);
    // Of six queries at positions 122 to 127 the first sees the most of the past: 31 rows before its own.
    const six = ['float16[1, 6, 512]', 'float16[1, 6, 128]', 'float16[1, 6, 128]'];
    const cache = 'float16[1, 2, 1024, 64]';
    const inputs = [...six, cache, cache, 'int32[1]', { type: 'int32[]', elements: [128] }];
    const chunk = run('GroupQueryAttention', {
      inputs,
      attributes: { ...attributes, local_window_size: 32 },
      outputs: 3,
    });
    expect(chunk.work!.touched.inputs[3]).toBe(31 * 2 * 64 * 2);
  });

  it('copies a growing cache', () => {
    const inputs = [
      ...decode.slice(0, 3),
      'float16[4, 2, 127, 64]',
      'float16[4, 2, 127, 64]',
      ...decode.slice(5),
    ];
    const { types, work } = run('GroupQueryAttention', { inputs, attributes, outputs: 3 });
    expect(types[1]).toBe('float16[4, 2, 128, 64]');
    expect(work?.bytes.outputs).toBe(4 * 512 * 2 + 2 * 128 * (4 * 2 * 64 * 2));
  });

  it('masks the future and beyond a window', () => {
    const prompt = ['float[1, 6, 64]', 'float[1, 6, 16]', 'float[1, 6, 16]', null, null, 'int32[1]'];
    const inputs = [...prompt, { type: 'int32[]', elements: [6] }];
    const pairs = (more: object) =>
      run('GroupQueryAttention', { inputs, attributes: { ...attributes, ...more }, outputs: 3 }).work!
        .operations.special / 8;
    expect(pairs({})).toBe(21);
    expect(pairs({ local_window_size: 2 })).toBe(11); // 1 + 5·2
    expect(pairs({ causal: 0 })).toBe(36);
  });

  it('reads of the past no more than a window, in a ring of its length', () => {
    const ring = ['float16[1, 2, 64, 16]', 'float16[1, 2, 64, 16]', 'int32[1]'];
    const tokens = ['float16[1, 1, 128]', 'float16[1, 1, 32]', 'float16[1, 1, 32]'];
    const windowed = { ...attributes, local_window_size: 64, sliding_window_cache: 1 };
    const { types, work } = run('GroupQueryAttention', {
      inputs: [...tokens, ...ring, { type: 'int32[]', elements: [1000] }],
      attributes: windowed,
      outputs: 3,
    });
    expect(types[1]).toBe('float16[1, 2, 64, 16]');
    // 63 past rows and its own: 8 heads, 2·(16 + 16) operations per pair; a row of 2·16 halves.
    expect(work?.operations.matrix).toBe(8 * 64 * 2 * 32);
    expect(work?.touched.inputs.slice(3, 5)).toEqual([63 * 64, 63 * 64]);
    expect(work?.touched.outputs.slice(1)).toEqual([64, 64]);
    expect(work?.inPlace).toEqual({ 1: 3, 2: 4 });
  });

  it('takes values narrower than keys from the rows of the keys', () => {
    const { types, work } = run('GroupQueryAttention', {
      inputs: [
        'float16[1, 1, 320]',
        'float16[1, 1, 40]',
        'float16[1, 1, 32]',
        'float16[1, 1, 100, 40]',
        null,
        'int32[1]',
        { type: 'int32[]', elements: [100] },
      ],
      attributes: { num_heads: 8, kv_num_heads: 1 },
      outputs: 2,
    });
    expect(types).toEqual(['float16[1, 1, 256]', 'float16[1, 1, 100, 40]']);
    // 8 heads, 100 keys, 40 and 32 multiply-accumulates; 99 past rows of 40 halves, read once.
    expect(work?.operations.matrix).toBe(8 * 100 * 2 * (40 + 32));
    expect(work?.touched.inputs[3]).toBe(99 * 80);
  });

  it('keeps the symbols of exporters', () => {
    const { types } = run('GroupQueryAttention', {
      inputs: [
        'float[batch, sequence, 768]',
        null,
        null,
        'float[batch, 2, past_sequence, 64]',
        'float[batch, 2, past_sequence, 64]',
        'int32[batch]',
        { type: 'int32[]', elements: ['total_sequence'] },
      ],
      attributes,
      outputs: 3,
    });
    expect(types.slice(0, 2)).toEqual(['float[batch, sequence, 512]', 'float[batch, 2, total_sequence, 64]']);
  });
});

describe('attention with its own projection', () => {
  it('projects, attends and grows the cache', () => {
    const { types, work } = run('Attention', {
      inputs: ['float[2, 4, 16]', 'float[16, 48]', 'float[48]', null, 'float[2, 2, 4, 3, 4]'],
      attributes: { num_heads: 4, unidirectional: 1 },
      outputs: 2,
    });
    expect(types).toEqual(['float[2, 4, 16]', 'float[2, 2, 4, 7, 4]']);
    // 8 rows by 16 × 48; queries see 4 + 5 + 6 + 7 = 22 keys in each of 2·4 heads.
    expect(work?.operations.matrix).toBe(2 * 8 * 16 * 48 + 2 * 8 * 22 * 8);
    // 4 for softmax and 1 for the scale of each pair; the projection's bias.
    expect(work?.operations.vector).toBe(8 * 22 * 5 + 8 * 48);
  });

  it('takes 8-bit projections', () => {
    const { work } = run('QAttention', {
      inputs: ['uint8[2, 4, 16]', 'int8[16, 48]', 'float[48]', 'float[]', 'float[]'],
      attributes: { num_heads: 4 },
    });
    expect(work?.operations.matrix).toBe(2 * 8 * 16 * 48 + 2 * 2 * 4 * 16 * 8);
  });
});

describe('shared buffers', () => {
  it('touches past and new rows of a step, not the buffer', () => {
    const { types, work } = run('DecoderMaskedMultiHeadAttention', {
      inputs: [
        'float[2, 1, 16]',
        'float[2, 1, 16]',
        'float[2, 1, 16]',
        null,
        null,
        'float[2, 4, 100, 4]',
        'float[2, 4, 100, 4]',
        { type: 'int32[1]', elements: [9] },
      ],
      attributes: { num_heads: 4, past_present_share_buffer: 1 },
      outputs: 3,
    });
    expect(types[1]).toBe('float[2, 4, 100, 4]');
    // One query of 2·4 heads sees 10 keys.
    expect(work?.operations.special).toBe(2 * 4 * 10);
    const row = 2 * 4 * 4 * 4;
    expect(work?.bytes.inputs).toBe(3 * 2 * 16 * 4 + 2 * 9 * row + 4);
    expect(work?.bytes.outputs).toBe(2 * 16 * 4 + 2 * row);
  });
});

describe('channels in blocks', () => {
  const blocked = (operator: string, check: Omit<Check, 'domain' | 'version'>) =>
    checkRule(operator, { domain: 'com.microsoft.nchwc', version: 1, ...check });

  it('pads channels and drops them again', () => {
    expect(blocked('ReorderInput', { inputs: ['float[1, 20, 5, 5]'] }).types[0]).toMatch(/^float\[1, [^0-9]/);
    expect(blocked('ReorderInput', { inputs: ['float[1, 12, 5, 5]'] }).types).toEqual(['float[1, 16, 5, 5]']);
    const attributes = { channels: 12 };
    expect(blocked('ReorderOutput', { inputs: ['float[1, 16, 5, 5]'], attributes }).types).toEqual([
      'float[1, 12, 5, 5]',
    ]);
  });

  it('convolves, sums and activates', () => {
    const { types, work } = blocked('Conv', {
      inputs: ['float[1, 16, 7, 7]', 'float[32, 16, 3, 3]', 'float[32]', 'float[1, 32, 5, 5]'],
      attributes: { activation: 'Relu' },
    });
    expect(types).toEqual(['float[1, 32, 5, 5]']);
    expect(work?.operations).toEqual({ matrix: 2 * 800 * 144, vector: 3 * 800, special: 0 });
  });
});

describe('early and plugin operators', () => {
  it('crops images and keeps boxes', () => {
    const attributes = { border: [1, 2, 3, 4] };
    expect(checkRule('Crop', { inputs: ['float[1, 3, 20, 10]'], attributes }).types).toEqual([
      'float[1, 3, 14, 6]',
    ]);
    const boxes = { inputs: ['float[n, 1000, 4]', 'float[n, 1000, 80]'], outputs: 4 };
    const most = { attributes: { max_output_boxes: 50 } };
    expect(checkRule('EfficientNMS_TRT', { ...boxes, ...most }).types).toEqual([
      'int32[n, 1]',
      'float[n, 50, 4]',
      'float[n, 50]',
      'int32[n, 50]',
    ]);
  });
});

describe('other attentions', () => {
  it('pairs cross attention', () => {
    const { work } = run('MultiHeadAttention', {
      inputs: ['float[2, 5, 16]', 'float[2, 7, 16]', 'float[2, 7, 8]', 'float[40]'],
      attributes: { num_heads: 4 },
    });
    const pairs = 2 * 4 * 5 * 7;
    expect(work?.operations).toEqual({
      matrix: 2 * pairs * (4 + 2),
      vector: 5 * pairs + 2 * 5 * 40,
      special: pairs,
    });
  });

  it('reads selected and paged rows', () => {
    const paged = (more: object) =>
      run('PagedAttention', {
        inputs: [
          'float16[2, 64]',
          'float16[2, 16]',
          'float16[2, 16]',
          'float16[8, 16, 2, 8]',
          'float16[8, 16, 2, 8]',
          'int32[3]',
          { type: 'int32[2]', elements: [10, 20] },
          'int32[2, 4]',
        ],
        attributes: { num_heads: 8, kv_num_heads: 2, ...more },
        outputs: 3,
      });
    const { types, work } = paged({});
    expect(types).toEqual(['float16[2, 64]', 'float16[8, 16, 2, 8]', 'float16[8, 16, 2, 8]']);
    // 15 past keys on average and the new one, for 2 sequences of one token and 8 heads.
    expect(work?.operations.special).toBe(2 * 8 * 16);
    // One new row of 2·8 halves per token in each cache; the output.
    expect(work?.bytes.outputs).toBe(2 * 64 * 2 + 2 * 2 * 2 * 8 * 2);
    // 15 rows are read for each sequence, or with a window of 5 the 4 before the new one.
    expect(work?.touched.inputs[3]).toBe(2 * 15 * 2 * 8 * 2);
    expect(paged({ local_window_size: 5 }).work!.touched.inputs[3]).toBe(2 * 4 * 2 * 8 * 2);
  });

  it('leaves out blocks of a sparse layout', () => {
    const cache = 'float[1, 2, 64, 8]';
    const inputs = (rows: number[]) => [
      'float[1, 64, 32]',
      'float[1, 64, 16]',
      'float[1, 64, 16]',
      cache,
      cache,
      { type: 'int32[1, 5]', elements: rows },
      'int32[1, 10]',
      { type: 'int32[]', elements: [64] },
      'int32[1]',
    ];
    const attributes = { num_heads: 4, kv_num_heads: 2, sparse_block_size: 16 };
    const pairs = (rows: number[]) =>
      run('SparseAttention', { inputs: inputs(rows), attributes, outputs: 3 }).work!.operations.special;
    // 4 heads of 64·65/2 pairs; 5 of 10 blocks of the lower triangle.
    expect(pairs([0, 1, 3, 6, 10])).toBe(4 * 2080);
    expect(pairs([0, 1, 2, 3, 5])).toBe(4 * 1040);
  });
});

describe('packed weights', () => {
  it('unpacks MatMulNBits', () => {
    const { types, work } = run('MatMulNBits', {
      inputs: [
        'float[1, 5, 64]',
        { type: 'uint8[32, 2, 16]', weight: true },
        { type: 'float[32, 2]', weight: true },
        { type: 'uint8[32, 1]', weight: true },
      ],
      attributes: { N: 32, K: 64, bits: 4, block_size: 32 },
    });
    expect(types).toEqual(['float[1, 5, 32]']);
    expect(work?.operations).toEqual({ matrix: 2 * 5 * 32 * 64, vector: 2 * 32 * 64, special: 0 });
    expect(work?.bytes.weights).toBe(32 * 32 + 32 * 2 * 4 + 32);
    expect(work?.matrixShape).toMatchObject({ m: 5, n: 32, k: 64, weights: 'b' });
  });

  it('gathers quantised rows', () => {
    const { types, work } = run('GatherBlockQuantized', {
      inputs: [
        { type: 'uint8[1000, 32]', weight: true },
        'int64[2, 5]',
        { type: 'float[1000, 2]', weight: true },
      ],
      attributes: { bits: 4, block_size: 32, quantize_axis: 1 },
    });
    expect(types).toEqual(['float[2, 5, 64]']);
    expect(work?.bytes.weights).toBe(10 * 32 + 10 * 2 * 4);
  });
});

describe('mixtures of experts', () => {
  it('expects the touched experts', () => {
    expect(touchedExperts(8, 2, 1)).toBe(2);
    expect(touchedExperts(4, 2, 2)).toBe(3); // 4·(1 − 1/4)
    expect(touchedExperts(8, 8, 3)).toBe(8);
  });

  it('computes the chosen and reads the touched', () => {
    const { types, work } = run('MoE', {
      inputs: [
        'float[2, 8]',
        'float[2, 4]',
        { type: 'float[4, 16, 8]', weight: true },
        null,
        { type: 'float[4, 8, 16]', weight: true },
      ],
      attributes: { k: 2, activation_type: 'relu' },
    });
    expect(types).toEqual(['float[2, 8]']);
    expect(work?.operations.matrix).toBe(2 * 2 * 2 * (16 * 8 + 16 * 8));
    expect(work?.bytes.weights).toBe((2 * 4 * 16 * 8 * 4 * 3) / 4);
  });

  it.each([
    ['swiglu', 4],
    ['geglu', 8],
  ])('has values and gates of %s in one projection', (activation_type, perElement) => {
    const { work } = run('MoE', {
      inputs: [
        'float[2, 8]',
        'float[2, 4]',
        { type: 'float[4, 32, 8]', weight: true },
        null,
        { type: 'float[4, 8, 16]', weight: true },
      ],
      attributes: { k: 2, activation_type, swiglu_fusion: 1 },
    });
    // Two tokens of two experts: 8 to 32, half of which gates the other, then 16 to 8.
    expect(work?.operations.matrix).toBe(2 * 2 * 2 * (32 * 8 + 16 * 8));
    // 4 x 16 gates and products, 4 sums of 8 numbers with their factors, softmax over 2 x 4.
    expect(work?.operations.vector).toBe(4 * 16 * (perElement + 1) + 2 * 4 * 8 + 4 * 8);
  });
});

describe('fused operators', () => {
  it('adds a residual and normalises', () => {
    const { types, work } = run('SkipSimplifiedLayerNormalization', {
      inputs: ['float[2, 3, 8]', 'float[2, 3, 8]', 'float[8]'],
      outputs: 4,
    });
    expect(types[3]).toBe('float[2, 3, 8]');
    expect(work?.operations).toEqual({ matrix: 0, vector: 5 * 48 - 6 + 48, special: 6 });
  });

  it('convolves, adds and activates', () => {
    const { types, work } = run('FusedConv', {
      inputs: ['float[1, 4, 7, 7]', 'float[6, 4, 3, 3]', 'float[6]', 'float[1, 6, 5, 5]'],
      attributes: { activation: 'Relu' },
    });
    expect(types).toEqual(['float[1, 6, 5, 5]']);
    expect(work?.operations).toEqual({ matrix: 2 * 150 * 36, vector: 3 * 150, special: 0 });
  });

  it('keeps channels last', () => {
    const inputs = ['float[n, 7, 7, 4]', 'float[6, 4, 3, 3]'];
    expect(run('NhwcFusedConv', { inputs }).types).toEqual(['float[n, 5, 5, 6]']);
    // W with its input channels last.
    expect(run('NhwcConv', { inputs: ['float[n, 7, 7, 4]', 'float[6, 3, 3, 4]'] }).types).toEqual([
      'float[n, 5, 5, 6]',
    ]);
  });

  it('runs the kernels that only other devices have', () => {
    expect(run('BiasSplitGelu', { inputs: ['float[b, s, 16]', 'float[16]'] }).types).toEqual([
      'float[b, s, 8]',
    ]);
    expect(run('RestorePadding', { inputs: ['float[t, 8]', 'int32[b, s]'] }).types).toEqual([
      'float[b, s, 8]',
    ]);
    expect(run('Rfft', { inputs: ['float[2, 16]'] }).types).toEqual(['float[2, 9, 2]']);
    expect(run('Irfft', { inputs: ['float[2, 9, 2]'] }).types).toEqual(['float[2, 16]']);
    expect(run('BitmaskDropout', { inputs: ['float[2, 40]'], outputs: 2 }).types[1]).toBe('uint32[3]');
    expect(run('TorchEmbedding', { inputs: ['float[10, 4]', 'int64[n]'] }).types).toEqual(['float[n, 4]']);
  });
});

describe('the table', () => {
  it('states each operator once and the formula of every contributed one', () => {
    const keys = allOperators.map(({ domain, name }) => `${domain}.${name}`);
    expect(new Set(keys).size).toBe(keys.length);
    const silent = allOperators.filter(({ domain, formula }) => domain !== '' && (formula ?? '') === '');
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
