// Models whose published speed is compared with ours, written as ONNX text: layers and sizes from the papers named at
// each, weights declared but nowhere. Batch normalisation is taken as folded into the convolutions before it.

type Shape = readonly number[];

/** A graph under construction; values are names. */
class Sketch {
  private readonly nodes: string[] = [];
  private readonly weights: string[] = [];

  /** @param normalized convolutions are followed by a batch normalisation, as in a framework's own graph */
  constructor(
    private readonly dtype: string,
    private readonly normalized = false,
  ) {}

  weight(...shape: Shape): string {
    const name = `w${this.weights.length}`;
    this.weights.push(`${this.dtype}[${shape.join(',')}] ${name} = ["location": "weights"]`);
    return name;
  }

  integers(...values: Shape): string {
    const name = `w${this.weights.length}`;
    this.weights.push(`int64[${values.length}] ${name} = {${values.join(',')}}`);
    return name;
  }

  scalar(value: number): string {
    const name = `w${this.weights.length}`;
    // A half-precision literal is its bit pattern in this syntax; zero and one are all that is needed of it.
    const text = this.dtype === 'float16' ? '11264' : String(value);
    this.weights.push(`${this.dtype} ${name} = {${text}}`);
    return name;
  }

  op(operator: string, inputs: readonly string[], attributes = '', outputs = 1): string {
    const name = `v${this.nodes.length}`;
    const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}_${i}`));
    const list = attributes === '' ? '' : ` <${attributes}>`;
    this.nodes.push(`${names.join(', ')} = ${operator}${list} (${inputs.join(', ')})`);
    return name;
  }

  /** A square convolution with bias and "same" padding, with ReLU unless told otherwise. */
  conv(
    x: string,
    from: number,
    to: number,
    kernel: number,
    { stride = 1, groups = 1, relu = true } = {},
  ): string {
    const pad = (kernel - 1) >> 1;
    const y = this.op(
      'Conv',
      [x, this.weight(to, from / groups, kernel, kernel), this.weight(to)],
      `kernel_shape = [${kernel}, ${kernel}], strides = [${stride}, ${stride}], group = ${groups}, ` +
        `pads = [${pad}, ${pad}, ${pad}, ${pad}]`,
    );
    const vector = () => this.weight(to);
    const z = this.normalized
      ? this.op('BatchNormalization', [y, vector(), vector(), vector(), vector()])
      : y;
    return relu ? this.op('Relu', [z]) : z;
  }

  maxPool(x: string, kernel: number, stride: number, pad = (kernel - 1) >> 1): string {
    return this.op(
      'MaxPool',
      [x],
      `kernel_shape = [${kernel}, ${kernel}], strides = [${stride}, ${stride}], ` +
        `pads = [${pad}, ${pad}, ${pad}, ${pad}]`,
    );
  }

  dense(x: string, from: number, to: number): string {
    return this.op('Add', [this.op('MatMul', [x, this.weight(from, to)]), this.weight(to)]);
  }

  gemm(x: string, from: number, to: number): string {
    return this.op('Gemm', [x, this.weight(from, to), this.weight(to)]);
  }

  /** Global average, one dense layer. */
  classifier(x: string, from: number, classes: number): string {
    return this.gemm(this.op('Flatten', [this.op('GlobalAveragePool', [x])]), from, classes);
  }

  /** The model; all graph values are of the weights' type unless written otherwise. */
  text(inputs: string, output: string, outputType: string, more = ''): string {
    return [
      '<ir_version: 10, opset_import: ["" : 23]>',
      `g (${inputs}) => (${outputType} ${output}${more})`,
      `<${this.weights.join(',\n ')}>`,
      '{',
      ...this.nodes,
      '}',
    ].join('\n');
  }
}

/** He et al. 2015: 18 and 34 layers of basic blocks, 50 and more of bottlenecks (stride in the 3 × 3). */
function resnet(layers: 18 | 34 | 50 | 101 | 152, size: number, normalized = false): string {
  const counts = {
    18: [2, 2, 2, 2],
    34: [3, 4, 6, 3],
    50: [3, 4, 6, 3],
    101: [3, 4, 23, 3],
    152: [3, 8, 36, 3],
  };
  const expansion = layers < 50 ? 1 : 4;
  const s = new Sketch('float', normalized);
  let x = s.maxPool(s.conv('x', 3, 64, 7, { stride: 2 }), 3, 2);
  let from = 64;
  counts[layers].forEach((count, stage) => {
    const width = 64 << stage;
    for (let i = 0; i < count; i++) {
      const stride = i === 0 && stage > 0 ? 2 : 1;
      const to = width * expansion;
      const shortcut = from === to && stride === 1 ? x : s.conv(x, from, to, 1, { stride, relu: false });
      const y =
        expansion === 1
          ? s.conv(s.conv(x, from, width, 3, { stride }), width, to, 3, { relu: false })
          : s.conv(s.conv(s.conv(x, from, width, 1), width, width, 3, { stride }), width, to, 1, {
              relu: false,
            });
      x = s.op('Relu', [s.op('Add', [y, shortcut])]);
      from = to;
    }
  });
  return s.text(`float[batch,3,${size},${size}] x`, s.classifier(x, from, 1000), 'float[batch,1000]');
}

/** Howard et al. 2017, MobileNet v1; `channels` of the picture, width multiplier and side as given. */
function mobilenetV1(size: number, width = 1, channels = 3, classes = 1000): string {
  const s = new Sketch('float');
  const wide = (n: number) => Math.max(8, Math.round(n * width));
  let from = wide(32);
  let x = s.conv('x', channels, from, 3, { stride: 2 });
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array.from({ length: 5 }, () => [512, 1] as const),
    [1024, 2],
    [1024, 1],
  ];
  for (const [to, stride] of blocks as [number, number][]) {
    x = s.conv(s.conv(x, from, from, 3, { stride, groups: from }), from, wide(to), 1);
    from = wide(to);
  }
  return s.text(
    `float[batch,${channels},${size},${size}] x`,
    s.classifier(x, from, classes),
    `float[batch,${classes}]`,
  );
}

/** Simonyan and Zisserman 2014, configuration D. */
function vgg16(): string {
  const s = new Sketch('float');
  let x = 'x';
  let from = 3;
  for (const [to, count] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const) {
    for (let i = 0; i < count; i++) {
      x = s.conv(x, from, to, 3);
      from = to;
    }
    x = s.maxPool(x, 2, 2, 0);
  }
  x = s.op('Relu', [s.gemm(s.op('Flatten', [x]), 512 * 49, 4096)]);
  x = s.op('Relu', [s.gemm(x, 4096, 4096)]);
  return s.text('float[batch,3,224,224] x', s.gemm(x, 4096, 1000), 'float[batch,1000]');
}

/** Szegedy et al. 2014, table 1. */
function inceptionV1(): string {
  const s = new Sketch('float');
  let x = s.maxPool(s.conv('x', 3, 64, 7, { stride: 2 }), 3, 2);
  x = s.maxPool(s.conv(s.conv(x, 64, 64, 1), 64, 192, 3), 3, 2);
  let from = 192;
  const modules: (readonly [number, number, number, number, number, number])[] = [
    [64, 96, 128, 16, 32, 32],
    [128, 128, 192, 32, 96, 64],
    [192, 96, 208, 16, 48, 64],
    [160, 112, 224, 24, 64, 64],
    [128, 128, 256, 24, 64, 64],
    [112, 144, 288, 32, 64, 64],
    [256, 160, 320, 32, 128, 128],
    [256, 160, 320, 32, 128, 128],
    [384, 192, 384, 48, 128, 128],
  ];
  modules.forEach(([one, reduce3, three, reduce5, five, pool], i) => {
    x = s.op(
      'Concat',
      [
        s.conv(x, from, one, 1),
        s.conv(s.conv(x, from, reduce3, 1), reduce3, three, 3),
        s.conv(s.conv(x, from, reduce5, 1), reduce5, five, 5),
        s.conv(s.maxPool(x, 3, 1), from, pool, 1),
      ],
      'axis = 1',
    );
    from = one + three + five + pool;
    if (i === 1 || i === 6) x = s.maxPool(x, 3, 2);
  });
  return s.text('float[batch,3,224,224] x', s.classifier(x, from, 1000), 'float[batch,1000]');
}

/** Iandola et al. 2016, version 1.1. */
function squeezenet(): string {
  const s = new Sketch('float');
  let x = s.maxPool(s.conv('x', 3, 64, 3, { stride: 2 }), 3, 2);
  let from = 64;
  const fires = [
    [16, 64],
    [16, 64],
    [32, 128],
    [32, 128],
    [48, 192],
    [48, 192],
    [64, 256],
    [64, 256],
  ] as const;
  fires.forEach(([squeeze, to], i) => {
    const y = s.conv(x, from, squeeze, 1);
    x = s.op('Concat', [s.conv(y, squeeze, to, 1), s.conv(y, squeeze, to, 3)], 'axis = 1');
    from = 2 * to;
    if (i === 1 || i === 3) x = s.maxPool(x, 3, 2);
  });
  const y = s.op('Flatten', [s.op('GlobalAveragePool', [s.conv(x, from, 1000, 1)])]);
  return s.text('float[batch,3,224,224] x', y, 'float[batch,1000]');
}

/** Devlin et al. 2018 without its embeddings' sum: written as exporters write it, with one fused normalisation. */
function bert(layers: number, width: number, heads: number): string {
  const s = new Sketch('float');
  const head = width / heads;
  const split = s.integers(0, 0, heads, head);
  const joined = s.integers(0, 0, width);
  const normalized = (x: string) =>
    s.op('LayerNormalization', [x, s.weight(width), s.weight(width)], 'axis = -1');
  const heads4 = (x: string, order: string) =>
    s.op('Transpose', [s.op('Reshape', [x, split])], `perm = [${order}]`);
  let x = normalized(s.op('Gather', [s.weight(30522, width), 'ids'], 'axis = 0'));
  for (let i = 0; i < layers; i++) {
    const q = heads4(s.dense(x, width, width), '0,2,1,3');
    const k = heads4(s.dense(x, width, width), '0,2,3,1');
    const v = heads4(s.dense(x, width, width), '0,2,1,3');
    const scores = s.op('Mul', [s.op('MatMul', [q, k]), s.scalar(1 / Math.sqrt(head))]);
    const weights = s.op('Softmax', [s.op('Add', [scores, 'mask'])], 'axis = -1');
    const mixed = s.op('Transpose', [s.op('MatMul', [weights, v])], 'perm = [0,2,1,3]');
    x = normalized(s.op('Add', [s.dense(s.op('Reshape', [mixed, joined]), width, width), x]));
    const inner = s.op('Gelu', [s.dense(x, width, 4 * width)]);
    x = normalized(s.op('Add', [s.dense(inner, 4 * width, width), x]));
  }
  return s.text(
    'int64[batch,sequence] ids, float[batch,1,1,sequence] mask',
    s.dense(x, width, 2),
    'float[batch,sequence,2]',
  );
}

/** Touvron et al. 2023: decoder with rotary positions, grouped heads and a gated feed-forward; half precision. */
function llama(layers: number, kvHeads: number, inner: number, vocabulary: number): string {
  const [width, heads, head] = [4096, 32, 128];
  const s = new Sketch('float16');
  const inputs = ['int64[batch,sequence] ids'];
  const normalized = (x: string) => s.op('RMSNormalization', [x, s.weight(width)], 'axis = -1');
  const product = (x: string, from: number, to: number) => s.op('MatMul', [x, s.weight(from, to)]);
  const [cos, sin] = [s.weight(8192, head / 2), s.weight(8192, head / 2)];
  const angle = (table: string) => s.op('Gather', [table, 'positions'], 'axis = 0');
  const [cosines, sines] = [angle(cos), angle(sin)];
  const rotated = (x: string, count: number) =>
    s.op('RotaryEmbedding', [x, cosines, sines], `num_heads = ${count}`);
  inputs.push('int64[batch,sequence] positions');
  let x = s.op('Gather', [s.weight(vocabulary, width), 'ids'], 'axis = 0');
  for (let i = 0; i < layers; i++) {
    inputs.push(
      `float16[batch,${kvHeads},past,${head}] past_k${i}`,
      `float16[batch,${kvHeads},past,${head}] past_v${i}`,
    );
    const y = normalized(x);
    const q = rotated(product(y, width, heads * head), heads);
    const k = rotated(product(y, width, kvHeads * head), kvHeads);
    const v = product(y, width, kvHeads * head);
    const mixed = s.op(
      'Attention',
      [q, k, v, '', `past_k${i}`, `past_v${i}`],
      `is_causal = 1, q_num_heads = ${heads}, kv_num_heads = ${kvHeads}`,
      3,
    );
    x = s.op('Add', [x, product(mixed, width, width)]);
    const z = normalized(x);
    const gate = product(z, width, inner);
    const gated = s.op('Mul', [s.op('Mul', [gate, s.op('Sigmoid', [gate])]), product(z, width, inner)]);
    x = s.op('Add', [x, product(gated, inner, width)]);
  }
  return s.text(
    inputs.join(', '),
    product(normalized(x), width, vocabulary),
    `float16[batch,sequence,${vocabulary}]`,
  );
}

/** MLPerf Tiny image classification: ResNet of three stacks on 32 × 32 pictures (Banbury et al. 2021). */
function tinyResnet(): string {
  const s = new Sketch('float');
  let x = s.conv('x', 3, 16, 3);
  let from = 16;
  for (const to of [16, 32, 64]) {
    const stride = to === from ? 1 : 2;
    const y = s.conv(s.conv(x, from, to, 3, { stride }), to, to, 3, { relu: false });
    const shortcut = to === from ? x : s.conv(x, from, to, 1, { stride, relu: false });
    x = s.op('Relu', [s.op('Add', [y, shortcut])]);
    from = to;
  }
  return s.text('float[batch,3,32,32] x', s.classifier(x, 64, 10), 'float[batch,10]');
}

/** MLPerf Tiny keyword spotting: DS-CNN, 64 channels, on 49 × 10 cepstra. */
function tinyKeyword(): string {
  const s = new Sketch('float');
  let x = s.op('Relu', [
    s.op(
      'Conv',
      ['x', s.weight(64, 1, 10, 4), s.weight(64)],
      'kernel_shape = [10, 4], strides = [2, 2], pads = [4, 1, 5, 1]',
    ),
  ]);
  for (let i = 0; i < 4; i++) x = s.conv(s.conv(x, 64, 64, 3, { groups: 64 }), 64, 64, 1);
  return s.text('float[batch,1,49,10] x', s.classifier(x, 64, 12), 'float[batch,12]');
}

/** The two-layer keyword spotter of Blouw et al. 2018: 390 inputs, 256 and 256 neurons, 29 letters. */
function keywordMlp(): string {
  const s = new Sketch('float');
  const x = s.op('Relu', [s.gemm('x', 390, 256)]);
  const y = s.op('Relu', [s.gemm(x, 256, 256)]);
  return s.text('float[batch,390] x', s.gemm(y, 256, 29), 'float[batch,29]');
}

/** Text of each model by the name that the rows use; what is not here is a fixture. */
export const worldModels: Readonly<Record<string, () => string>> = {
  'resnet18@224': () => resnet(18, 224),
  'resnet50@299': () => resnet(50, 299),
  'resnet50-unfolded': () => resnet(50, 224, true),
  'resnet152@224': () => resnet(152, 224),
  mobilenetv1: () => mobilenetV1(224),
  vgg16,
  'inception-v1': inceptionV1,
  'squeezenet1.1': squeezenet,
  'bert-large': () => bert(24, 1024, 16),
  'llama-2-7b': () => llama(32, 32, 11008, 32000),
  'llama-3-8b': () => llama(32, 8, 14336, 128256),
  'tiny-resnet8': tinyResnet,
  'tiny-dscnn': tinyKeyword,
  'tiny-mobilenet': () => mobilenetV1(96, 0.25, 3, 2),
  'keyword-mlp': keywordMlp,
};
