import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { roleOf, sizedSymbols } from '../../../server/engine/inference/sizes/roles';
import { argOf } from '../../../server/engine/problem';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Phase } from '../../../server/engine/workload';

async function modelOf(inputs: string, lines: string | readonly string[], output = 'float[] y') {
  const body = [lines].flat().join('\n  ');
  const text = `<ir_version: 9, opset_import: ["" : 20, "com.microsoft" : 1]>\ng (${inputs}) => (${output})`;
  const { value, problems } = await parseOnnxText(`${text} {\n  ${body}\n}\n`, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

/** The sizes in force as `name=value`, assumed ones with `~`, those that follow with `<`, and the problems. */
async function sizesOf(
  model: Awaited<ReturnType<typeof modelOf>>,
  bindings: Record<string, number> = {},
  phase: Phase = 'inference',
) {
  const marks = { binding: '', default: '~', follows: '<', unbound: '?' };
  const inference = await infer(model, { bindings, phase, precision: 'as-stored', runtime: null });
  const sizes = inference.symbols.map(({ name, value, origin }) => `${name}=${value}${marks[origin]}`);
  const problems = inference.problems.map(({ code }) => code);
  return { sizes: sizes.join(' '), problems, problem: inference.problems[0], inference };
}

const relu = 'y = Relu (x)';

describe('sizes that belong together by their names', () => {
  const cached = 'float[batch,sequence_length,total_sequence_length,past_sequence_length] x';

  it.each<[string, Record<string, number>, Phase, string]>([
    // total = past + sequence, whichever two are known.
    [
      cached,
      {},
      'inference',
      'batch=1~ sequence_length=128~ total_sequence_length=128~ past_sequence_length=0~',
    ],
    [
      cached,
      {},
      'decode',
      'batch=1~ sequence_length=1~ total_sequence_length=129~ past_sequence_length=128~',
    ],
    [
      cached,
      { past_sequence_length: 1000 },
      'decode',
      'batch=1~ sequence_length=1~ total_sequence_length=1001~ past_sequence_length=1000',
    ],
    [
      cached,
      { total_sequence_length: 2048 },
      'prefill',
      'batch=1~ sequence_length=2048~ total_sequence_length=2048 past_sequence_length=0~',
    ],
    [
      cached,
      { total_sequence_length: 2048 },
      'decode',
      'batch=1~ sequence_length=1~ total_sequence_length=2048 past_sequence_length=2047~',
    ],
    [
      cached,
      { past_sequence_length: 7, sequence_length: 3 },
      'prefill',
      'batch=1~ sequence_length=3 total_sequence_length=10< past_sequence_length=7',
    ],
    // A total of 0 leaves no room for the sequence of 1 that decoding has by default.
    [
      cached,
      { total_sequence_length: 0 },
      'decode',
      'batch=1~ sequence_length=0~ total_sequence_length=0 past_sequence_length=0~',
    ],
    // Two names of one role.
    ['float[seq_len,sequence_len] x', { seq_len: 64 }, 'inference', 'seq_len=64 sequence_len=64~'],
    [
      'float[seq_len,sequence_len] x',
      { seq_len: 64, sequence_len: 32 },
      'inference',
      'seq_len=64 sequence_len=32',
    ],
    ['float[b,frames,seq] x', { frames: 3000 }, 'inference', 'b=1~ frames=3000 seq=128~'],
    // Sums by their spelling.
    [
      'float[seq,past_seq,past_seq_plus_seq] x',
      { past_seq: 5, seq: 2 },
      'inference',
      'seq=2 past_seq=5 past_seq_plus_seq=7<',
    ],
    [
      'float[past_sequence_length,past_sequence_length_plus_1] x',
      {},
      'decode',
      'past_sequence_length=128~ past_sequence_length_plus_1=129~',
    ],
    [
      'float[sequence_length,past_len,past_sequence_length_plus_sequence_length] x',
      { past_len: 3 },
      'inference',
      'sequence_length=128~ past_len=3 past_sequence_length_plus_sequence_length=131~',
    ],
  ])('%s with %j in %s', async (inputs, bindings, phase, expected) => {
    const { sizes, problems } = await sizesOf(await modelOf(inputs, relu), bindings, phase);
    expect(sizes).toBe(expected);
    expect(problems).toEqual([]);
  });

  it('are an error that names the numbers of the user that exclude each other', async () => {
    const model = await modelOf(cached, relu);
    const { problem } = await sizesOf(model, { total_sequence_length: 5, past_sequence_length: 10 });
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'binding.clash',
      args: { equation: 'total_sequence_length = past_sequence_length + sequence_length' },
    });
    expect(argOf(problem!, 'given')).toContain('total_sequence_length=5');
    expect(argOf(problem!, 'given')).toContain('past_sequence_length=10');
    const three = { total_sequence_length: 15, past_sequence_length: 10, sequence_length: 5 };
    expect((await sizesOf(model, three)).problems).toEqual([]);
    expect((await sizesOf(model, { ...three, sequence_length: 6 })).problems).toContain('binding.clash');
  });
});

describe('sizes that belong together by the graph', () => {
  // The mask is added to [batch, sequence, past + sequence], so that s53 is past + sequence or 1.
  const masked = () =>
    modelOf('float[batch,sequence,16] x, int64[batch,s53] m, float[batch,past_sequence,16] k', [
      'ax = Constant <value_ints = [1]> ()',
      'mf = Cast <to = 1> (m)',
      'mu = Unsqueeze (mf, ax)',
      'kk = Concat <axis = 1> (k, x)',
      'kt = Transpose <perm = [0, 2, 1]> (kk)',
      's = MatMul (x, kt)',
      'y = Add (s, mu)',
    ]);

  it.each<[Record<string, number>, Phase, string]>([
    [{}, 'inference', 'batch=1~ sequence=128~ s53=128~ past_sequence=0~'],
    [{}, 'decode', 'batch=1~ sequence=1~ s53=129~ past_sequence=128~'],
    [{ past_sequence: 20, sequence: 4 }, 'decode', 'batch=1~ sequence=4 s53=24< past_sequence=20'],
    [{ s53: 300 }, 'decode', 'batch=1~ sequence=1~ s53=300 past_sequence=299~'],
  ])('of a mask with %j in %s', async (bindings, phase, expected) => {
    const { sizes, problems } = await sizesOf(await masked(), bindings, phase);
    expect([sizes, problems]).toEqual([expected, []]);
  });

  it.each([
    // Columns of the left operand are the rows of the right one.
    ['float[n,s1] x, float[5,7] w', 'y = MatMul (x, w)', 'n=1~ s1=5<'],
    // Channels are those of the weights, wherever they stand.
    ['float[s0,s1,s2,s3] x, float[8,4,3,3] w', 'y = Conv (x, w)', 's0=1~ s1=4< s2=224~ s3=224~'],
    [
      'float[u1,u2,u3,u4] x, float[8,3,3,3] w',
      ['t = Transpose <perm = [0, 3, 1, 2]> (x)', 'y = Conv (t, w)'],
      'u1=1~ u2=224~ u3=224~ u4=3<',
    ],
    // Parts that are joined agree on the other axes.
    ['float[n,s1,5] x, float[n,9,s2] z', 'y = Concat <axis = 1> (x, z)', 'n=1~ s1=128~ s2=5<'],
    // Heads of a cache are as wide as those of the query: 256 among 4 + 2·2; the name is that of ONNX Runtime GenAI.
    [
      'float[b,s,256] x, float[b,2,past,kv_cache_dim] past_k, float[b,2,past,kv_cache_dim] past_v, int32[b] l, int32 t',
      'y, pk, pv = com.microsoft.GroupQueryAttention <num_heads = 4, kv_num_heads = 2> (x, , , past_k, past_v, l, t)',
      'b=1~ s=128~ past=0~ kv_cache_dim=32<',
    ],
    // The second axis of a state is the batch, which that of the steps in the middle then is too.
    [
      'float[s0,s1,10] x, float[1,16,10] w, float[1,16,4] r, float[1,s2,4] h',
      'y = LSTM <hidden_size = 4> (x, w, r, , , h)',
      's0=1~ s1=1~ s2=1~',
    ],
  ])('of %s', async (inputs, lines, expected) => {
    const { sizes, problems } = await sizesOf(await modelOf(inputs, lines));
    expect([sizes, problems]).toEqual([expected, []]);
  });

  it('give way to the number of the user, and follow it', async () => {
    const model = await modelOf('float[n,s1] x, float[m,s2] z', 'y = Add (x, z)');
    expect((await sizesOf(model, { s2: 40 })).sizes).toBe('n=1~ s1=40< m=1~ s2=40');
  });
});

describe('a first size for what no name tells', () => {
  it.each([
    ['float[s0,3,224,224] x', '=1~'],
    ['float["DynamicDimension.0",3,"p2o.DynamicDimension.1","DynamicDimension.2"] x', '=1~ =224~ =224~'],
    ['float[unk__12,unk__13,unk__14,3] x', '=1~ =224~ =224~'],
    ['float[N,1,H,W] x', '=1~ =224~ =224~'],
    ['float[None,4,img_h,img_w] x', '=1~ =224~ =224~'],
    ['float[b,3,Height,image_width] x', '=1~ =224~ =224~'],
    ['float[?,64] x', '=1~'],
    ['float["-1",64] x', '=1~'],
    ['float[dim_0,dim_1] x', '=1~ =128~'],
    ['int64[s0,s77] x', '=1~ =128~'],
    ['float[s0,1,s1] x', '=1~ =16000~'],
    ['float[batch,num_samples] x', '=1~ =16000~'],
    ['float[num_samples,10] x', '=1~'],
    ['float[s0,3,s1] x', '=1~ =1024~'],
    ['float[s0,s1,3] x', '=1~ =1024~'],
    ['float[1,N,3] x', '=1024~'],
    ['float[num_nodes,16] x, int64[2,num_edges] edge_index', '=1024~ =4096~'],
    ['float[s0,80,s1] x', '=1~ =128~'],
    ['float[s0,8,s1,64] past_key_values_0_key, int64[s0,s2] x', '=1~ =0~ =128~'],
    ['float[s0,3,s1,s2,s3] x', '=1~ =16~ =224~ =224~'],
    ['float[3,s1,s2] x', '=224~ =224~'],
  ])('in %s', async (inputs, expected) => {
    const { sizes, problems } = await sizesOf(await modelOf(inputs, 'y = Cast <to = 1> (x)'));
    expect(sizes.replaceAll(/[^ =]+=/g, '=')).toBe(expected);
    expect(problems).toEqual([]);
  });

  it('tells the batch of a state from its layers', async () => {
    const { graph } = await modelOf('float[2,s0,64] h0, float[s1,5] x', relu);
    expect(sizedSymbols(graph).map(({ role }) => role)).toEqual(['batch', 'batch']);
  });

  it.each([
    ['past_seq_plus_seq', 'total'],
    ['past_key_dim_0', undefined],
    ['unk__12', undefined],
    ['s0', undefined],
    ['num_frames', 'frames'],
    ['encoder_sequence_length', 'encoder'],
    ['max_seq_len', 'longest'],
    ['hidden', undefined],
  ])('%s says %s', (name, role) => {
    expect(roleOf(name)).toBe(role);
  });
});

describe('sizes of caches under names that say little', () => {
  /** Scores of new tokens against a cache and them, masked, and the longer cache under the name of the mask's size. */
  const decoder = (tokens: string, past: string, total: string) =>
    modelOf(
      `float[b,2,${tokens},8] q, float[b,2,${past},8] past_k, float[b,1,1,${total}] attention_mask`,
      [
        'k = Concat <axis = 2> (past_k, q)',
        'kt = Transpose <perm = [0, 1, 3, 2]> (k)',
        's = MatMul (q, kt)',
        'y = Add (s, attention_mask)',
      ],
      `float[b,2,${tokens},${total}] y, float[b,2,${total},8] k`,
    );

  // By what they mean: 128 tokens behind none, and one token behind 128, which makes 129.
  it.each([
    ['q_len', 'kv_seq_len', 'total_kv_len'],
    ['chunk_len', 'history_len', 'context_len'],
    ['T', 'S', 'T_plus_S'],
    ['decode_len', 'prefix_length', 'attention_length'],
    ['new_tokens', 'memory_length', 'visible_tokens'],
    ['n_tokens', 'kv_len', 'n_kv'],
  ])('%s, %s and %s', async (tokens, past, total) => {
    const model = await decoder(tokens, past, total);
    for (const [phase, sizes] of [
      ['inference', [128, 0, 128]],
      ['decode', [1, 128, 129]],
    ] as const) {
      const { inference, problems } = await sizesOf(model, {}, phase);
      const found = new Map(inference.symbols.map(({ name, value }) => [name, value]));
      expect([tokens, past, total].map((name) => found.get(name))).toEqual(sizes);
      expect(problems).toEqual([]);
    }
  });

  it('are told to contradict each other where the user gives such, in the place of what comes of it', async () => {
    const model = await decoder('cur_seq', 'past_seq', 'full_seq');
    // 100 + 5 is no 300, and nothing makes 60 new tokens 50 in all.
    const pairs: Record<string, number>[] = [
      { full_seq: 300, past_seq: 100, cur_seq: 5 },
      { full_seq: 50, cur_seq: 60 },
    ];
    for (const given of pairs)
      expect((await sizesOf(model, given, 'decode')).problems).toEqual(['binding.clash']);
    const { problems, sizes } = await sizesOf(model, { full_seq: 105, past_seq: 100 }, 'decode');
    expect(problems).toEqual([]);
    expect(sizes).toContain('cur_seq=5<');
  });

  it('are left alone where only a declaration is wrong and the graph runs', async () => {
    // Declared as one more than the cache, as Optimum writes decoders.
    const model = await modelOf(
      'float[b,2,new,8] q, float[b,2,past_len,8] past_k',
      'y = Concat <axis = 2> (past_k, q)',
      'float[b,2,"past_len + 1",8] y',
    );
    const { problems } = await sizesOf(model, { past_len: 100, new: 5 });
    expect(problems).not.toContain('binding.clash');
  });
});

describe('names that places tell apart', () => {
  it('take samples of pictures for a batch, and n of tokens for a length', async () => {
    expect((await sizesOf(await modelOf('float[samples,3,h,w] x', relu))).sizes).toBe(
      'samples=1~ h=224~ w=224~',
    );
    expect((await sizesOf(await modelOf('float[samples] audio', 'y = Relu (audio)'))).sizes).toBe(
      'samples=16000~',
    );
    expect((await sizesOf(await modelOf('int64[batch,n] input_ids', 'y = Abs (input_ids)'))).sizes).toBe(
      'batch=1~ n=128~',
    );
    expect((await sizesOf(await modelOf('float[batch,n,3] x', relu))).sizes).toBe('batch=1~ n=1024~');
  });

  it('have the usual size as a product where the input has a multiple', async () => {
    // 7 x 32 = 224.
    const model = await modelOf('float[b,3,"32*h","w * 32"] x', relu);
    expect((await sizesOf(model)).sizes).toBe('b=1~ h=7~ w=7~');
  });
});

describe('a size that the graph contradicts', () => {
  const positions = (length: number, batch = 'batch') =>
    modelOf(
      `int64[${batch},sequence_length] ids, float[100,32] te, float[${length},32] pe, int64[1,${length}] pid`,
      [
        'one = Constant <value_int = 1> ()',
        'zero = Constant <value_ints = [0]> ()',
        'one1 = Constant <value_ints = [1]> ()',
        's = Shape (ids)',
        'l = Gather <axis = 0> (s, one)',
        'u = Unsqueeze (l, zero)',
        'p = Slice (pid, zero, u, one1)',
        'pv = Gather <axis = 0> (pe, p)',
        'tv = Gather <axis = 0> (te, ids)',
        'y = Add (tv, pv)',
      ],
    );

  it('gives way to the positions that there are', async () => {
    expect(await sizesOf(await positions(77))).toMatchObject({
      sizes: 'batch=1~ sequence_length=77~',
      problems: [],
    });
    expect((await sizesOf(await positions(77), { batch: 3 })).sizes).toBe('batch=3 sequence_length=77~');
    // 128 positions are enough for 128 tokens.
    expect((await sizesOf(await positions(128))).sizes).toBe('batch=1~ sequence_length=128~');
  });

  it('stays an error where the user gave it', async () => {
    const { sizes, problems } = await sizesOf(await positions(77), { sequence_length: 128 });
    expect(sizes).toBe('batch=1~ sequence_length=128');
    expect(problems).toEqual(['inference.broadcast-mismatch']);
  });

  /** A convolution that halves each side, flattened into a layer of `width` inputs. */
  const flattened = (width: number) =>
    modelOf(`float[s0,3,s1,s2] x, float[2,3,2,2] w, float[${width},10] f`, [
      'c = Conv <strides = [2, 2]> (x, w)',
      'l = Flatten (c)',
      'y = MatMul (l, f)',
    ]);

  it.each([
    // 2 channels of (side / 2) squared: 224 gives 25,088; 64 gives 2,048; 28 gives 392.
    [25_088, 224],
    [2048, 64],
    [392, 28],
  ])('gives way to images that flatten to %i', async (width, side) => {
    const { sizes, problems } = await sizesOf(await flattened(width));
    expect([sizes, problems]).toEqual([`s0=1~ s1=${side}~ s2=${side}~`, []]);
  });

  it('follows the side that the user gave', async () => {
    // 2 x 32 x 16 = 1,024: sides 64 and 32.
    expect((await sizesOf(await flattened(1024), { s1: 64 })).sizes).toBe('s0=1~ s1=64 s2=32~');
  });

  it('is no way out to nothing at all', async () => {
    // Twice the sequence can't be added to the sequence, unless there is none.
    const model = await modelOf('float[s0,s1,8] x', ['c = Concat <axis = 1> (x, x)', 'y = Add (c, x)']);
    const { sizes, problems } = await sizesOf(model);
    // 1 is broadcast to 2.
    expect([sizes, problems]).toEqual(['s0=1~ s1=1~', []]);
    const odd = await modelOf('float[s0,s1] x', [
      'c = Concat <axis = 0> (x, x)',
      'y = Concat <axis = 1> (c, x)',
    ]);
    expect((await sizesOf(odd)).sizes).toBe('s0=1~ s1=128~');
  });

  it('is not sought where no size is to blame', async () => {
    const model = await modelOf('float[batch,seq,4] x, float[5,6] w', ['a = MatMul (x, w)', 'y = Relu (a)']);
    const { sizes, problems } = await sizesOf(model);
    expect([sizes, problems]).toEqual(['batch=1~ seq=128~', ['inference.matmul-inner']]);
  });
});
