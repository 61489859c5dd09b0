import { describe, expect, it } from 'vitest';
import { chips } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import type { MatrixShape } from '../../../server/engine/operators/rule';
import type { PrecisionPolicy, Workload } from '../../../server/engine/workload';
import { chain, dense, type Layer } from './layers';
import { abovePeaks } from './peaks';

const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function rowwise(operatorClass: Layer['operatorClass'], shape: readonly number[], special: boolean): Layer {
  const n = elements(shape);
  return {
    operator: operatorClass,
    operatorClass,
    operations: { matrix: 0, vector: 4 * n, special: special ? n : 0 },
    weightElements: 0,
    outputShape: shape,
  };
}

function attention(batch: number, heads: number, kvHeads: number, query: number, keys: number): Layer {
  const shape: MatrixShape = {
    kind: 'attention',
    batch,
    heads,
    kvHeads,
    queryLength: query,
    keyLength: keys,
    headSize: 128,
    valueHeadSize: 128,
    causal: query > 1,
  };
  const pairs = batch * heads * (query > 1 ? (query * (query + 1)) / 2 : keys);
  return {
    operator: 'Attention',
    operatorClass: 'attention',
    operations: { matrix: 4 * 128 * pairs, vector: 3 * pairs, special: pairs },
    matrixShape: shape,
    // The cache of keys and values stands where weights would.
    weightElements: 2 * batch * kvHeads * keys * 128,
    outputShape: [batch, query, heads * 128],
  };
}

function convolution(channels: number, size: number, groups: number): Layer {
  const shape: MatrixShape = {
    kind: 'convolution',
    batch: 1,
    groups,
    inputChannels: channels,
    outputChannels: channels,
    kernel: [3, 3],
    inputSpatial: [size, size],
    outputSpatial: [size, size],
    strides: [1, 1],
    transposed: false,
  };
  return {
    operator: 'Conv',
    operatorClass: 'convolution',
    operations: { matrix: (2 * 9 * channels * channels * size * size) / groups, vector: 0, special: 0 },
    matrixShape: shape,
    weightElements: (9 * channels * channels) / groups,
    outputShape: [1, channels, size, size],
  };
}

/** Each kernel alone and after itself, so that its input may be on the chip already. */
const kernels: readonly (readonly [string, readonly number[], Layer])[] = [
  ...[1, 16, 200, 4096, 65536].flatMap((m) =>
    (
      [
        [256, 512],
        [4096, 4096],
        [1024, 65536],
      ] as const
    ).map(([k, n]) => [`${m} x ${k} by ${k} x ${n}`, [m, k], dense(m, k, n)] as const),
  ),
  ...[8, 512, 20000].flatMap((rows) =>
    [64, 1000, 8192].flatMap((columns) => [
      [`softmax ${rows} x ${columns}`, [rows, columns], rowwise('softmax', [rows, columns], true)] as const,
      [
        `normalisation ${rows} x ${columns}`,
        [rows, columns],
        rowwise('normalization', [rows, columns], false),
      ] as const,
      [
        `elementwise ${rows} x ${columns}`,
        [rows, columns],
        rowwise('elementwise', [rows, columns], false),
      ] as const,
    ]),
  ),
  ['prefill 1 x 12 x 128', [1, 128, 1536], attention(1, 12, 12, 128, 128)],
  ['prefill 8 x 32 x 4096', [8, 4096, 4096], attention(8, 32, 8, 4096, 4096)],
  ['decode 1 x 32 after 2048', [1, 1, 4096], attention(1, 32, 8, 1, 2048)],
  ['decode 64 x 32 after 512', [64, 1, 4096], attention(64, 32, 32, 1, 512)],
  ['convolution 64 at 56', [1, 64, 56, 56], convolution(64, 56, 1)],
  ['convolution 512 at 7', [1, 512, 7, 7], convolution(512, 7, 1)],
  ['depthwise 144 at 56', [1, 144, 56, 56], convolution(144, 56, 144)],
];

const policies: readonly PrecisionPolicy[] = ['as-stored', 'fp16', 'int8', 'fp8', 'int4-weights'];
const plain = profileById('none')!;

describe.each(chips.map((chip) => [chip.id, chip] as const))('%s', (_, chip) => {
  it('runs no kernel above a peak of its units or of a level of its memory', () => {
    const above: string[] = [];
    for (const [name, input, layer] of kernels) {
      const { inference, plan } = chain(input, [layer, layer]);
      for (const precision of policies) {
        const workload: Workload = { bindings: {}, phase: 'inference', precision, runtime: null };
        for (const cost of estimateChip({ inference, plan, workload }, chip, plain).kernels) {
          const operations = plan.kernels[cost.kernel]?.operations ?? null;
          above.push(...abovePeaks(cost, operations, chip).map((what) => `${name} ${precision}: ${what}`));
        }
      }
    }
    expect(above).toEqual([]);
  });
});
