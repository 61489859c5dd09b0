import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Prepared } from '../../../../server/engine/analyse';
import type { Chip } from '../../../../server/engine/chips/chip';
import { resolveUserChip } from '../../../../server/engine/chips/userChips';
import type { CutObjective } from '../../../../server/engine/mapping/cut/cuts';
import { targetOfChip } from '../../../../server/engine/mapping/cut/targets';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { loadNetwork } from '../../../../server/engine/systems/networks';
import { whereToCut, type CutAnswer } from '../../../../server/engine/whereToCut';
import { preparedText } from './models';

/**
 * What Kang et al., Neurosurgeon (ASPLOS 2017), found with a Jetson TK1 and a server with a Tesla K40, as far as it does not
 * depend on the software of that time (Caffe): convolutions make more data than the picture has and pooling less, so that
 * AlexNet is cut behind a pooling layer or at an end; networks of fully connected layers alone are not cut; a quicker network moves work to
 * the server. The table of its cuts is not at hand: none of it is quoted here.
 */
const json = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/split/${name}.json`, 'utf8'));
const chipOf = (name: string): Chip => {
  const { chip, problems } = resolveUserChip(json(name), `${name}.json`);
  if (!chip) throw new Error(JSON.stringify(problems));
  return chip;
};
const networks = ['3g', 'lte', 'wifi'] as const;

/** Names of the layer behind which the first part ends; `input` and `all` at the ends. */
async function cutOf(
  prepared: Prepared,
  network: (typeof networks)[number],
  objective: CutObjective = 'latency',
  inputBytes: number | null = null,
): Promise<{ readonly at: string; readonly answer: CutAnswer; readonly nameOf: (first: number) => string }> {
  const answer = await whereToCut(
    prepared,
    {
      device: targetOfChip(chipOf('jetson-tk1')),
      edge: null,
      cloud: targetOfChip(chipOf('tesla-k40')),
      network: loadNetwork(json(network)).network!,
      edgeNetwork: null,
      demand: { objective, deadlineSeconds: null, keepsInput: false, offline: false },
      int8: false,
      inputBytes,
    },
    uninterrupted,
  );
  const { cuts, steps } = answer.chain;
  const nameOf = (first: number): string => {
    if (first === 0) return 'input';
    if (first === cuts.length - 1) return 'all';
    const { outputs } = prepared.inference.nodes[steps.nodes[cuts[first]! - 1]!]!;
    return prepared.inference.values[outputs[0]!]!.name;
  };
  return { at: nameOf(answer.choice.best!.first), answer, nameOf };
}

/** Weights that nobody has to store: made at load time. */
const weight = (name: string): string => `${name} = ConstantOfShape (${name}_shape)`;
const shapes = (of: Readonly<Record<string, readonly number[]>>): string =>
  Object.entries(of)
    .map(([name, shape]) => `int64[${shape.length}] ${name}_shape = {${shape.join(', ')}}`)
    .join(', ');

const alexWeights = {
  w1: [96, 3, 11, 11],
  w2: [256, 48, 5, 5],
  w3: [384, 256, 3, 3],
  w4: [384, 192, 3, 3],
  w5: [256, 192, 3, 3],
  w6: [9216, 4096],
  w7: [4096, 4096],
  w8: [4096, 1000],
};
const fill = (of: Readonly<Record<string, readonly number[]>>): string =>
  Object.keys(of).map(weight).join('\n');
/** Krizhevsky et al. 2012 as Caffe has it. */
const alexnet = `g (float[1, 3, 227, 227] data) => (float[1, 1000] prob)
  <${shapes(alexWeights)}, int64[2] flat = {1, 9216}> {
  ${fill(alexWeights)}
  conv1 = Conv <strides = [4, 4]> (data, w1)
  relu1 = Relu (conv1)
  norm1 = LRN <size = 5> (relu1)
  pool1 = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (norm1)
  conv2 = Conv <pads = [2, 2, 2, 2], group = 2> (pool1, w2)
  relu2 = Relu (conv2)
  norm2 = LRN <size = 5> (relu2)
  pool2 = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (norm2)
  conv3 = Conv <pads = [1, 1, 1, 1]> (pool2, w3)
  relu3 = Relu (conv3)
  conv4 = Conv <pads = [1, 1, 1, 1], group = 2> (relu3, w4)
  relu4 = Relu (conv4)
  conv5 = Conv <pads = [1, 1, 1, 1], group = 2> (relu4, w5)
  relu5 = Relu (conv5)
  pool5 = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (relu5)
  rows = Reshape (pool5, flat)
  fc6 = MatMul (rows, w6)
  relu6 = Relu (fc6)
  fc7 = MatMul (relu6, w7)
  relu7 = Relu (fc7)
  fc8 = MatMul (relu7, w8)
  prob = Softmax (fc8)
}`;

/** Fully connected layers of one width, as of the speech and language networks of the paper: 7 x 2,048 of Kaldi, 2 x 300 of SENNA. */
function dense(inputs: number, width: number, layers: number, outputs: number): string {
  const widths = [inputs, ...new Array<number>(layers).fill(width), outputs];
  const of = Object.fromEntries(widths.slice(1).map((to, i) => [`w${i + 1}`, [widths[i]!, to]]));
  const last = widths.length - 1;
  const lines = Array.from({ length: last }, (_, i) =>
    i + 1 === last
      ? `y = MatMul (h${i}, w${last})`
      : `m${i + 1} = MatMul (h${i}, w${i + 1}) h${i + 1} = Sigmoid (m${i + 1})`,
  );
  return `g (float[1, ${inputs}] h0) => (float[1, ${outputs}] y) <${shapes(of)}> { ${fill(of)} ${lines.join('\n')} }`;
}

describe('AlexNet between a Jetson TK1 and a Tesla K40', () => {
  let prepared: Prepared;
  beforeAll(async () => {
    prepared = await preparedText(alexnet);
  });
  /** A picture of 224 x 224 in three bytes. */
  const picture = 150_528;

  it('sends what the paper counts: pool5 holds 6 x 6 x 256 numbers, conv1 more than the picture', async () => {
    const { answer } = await cutOf(prepared, 'wifi');
    const { inference } = prepared;
    const bytesAt = (name: string): number =>
      answer.heldBytes[
        answer.chain.cuts.findIndex((cut) =>
          answer.chain.spans.some(
            ({ value, from, to }) => inference.values[value]!.name === name && from <= cut && cut <= to,
          ),
        )
      ]!;
    expect(bytesAt('pool5')).toBe(6 * 6 * 256 * 4);
    expect(bytesAt('relu1')).toBe(55 * 55 * 96 * 4);
    expect(bytesAt('relu1')).toBeGreaterThan(227 * 227 * 3 * 4);
  });

  it.each(['latency', 'energy'] as const)(
    'is cut behind a pooling layer or at an end: %s',
    async (objective) => {
      for (const network of networks) {
        const { at } = await cutOf(prepared, network, objective, picture);
        expect(['input', 'pool1', 'pool2', 'pool5', 'rows', 'all'], network).toContain(at);
      }
    },
  );

  it('goes from the device over a cut behind the last pooling layer to the server as the network gets quicker', async () => {
    // Convolutions take the device a few ms, its fully connected layers 235 MB at 15 GB/s: 16 ms.
    const { answer, nameOf } = await cutOf(prepared, 'wifi', 'latency', picture);
    expect(answer.curve.map(({ cut }) => nameOf(cut.first))).toEqual(['all', 'pool5', 'input']);
    expect(answer.device.analysis.cost.total.latencySeconds!.value).toBeGreaterThan(0.016);
  });

  it('stays on the device on 3G', async () => {
    expect((await cutOf(prepared, '3g', 'latency', picture)).at).toBe('all');
  });
});

describe.each([
  ['speech (Kaldi)', 440, 2048, 6, 3500],
  ['language (SENNA)', 350, 300, 1, 45],
] as const)('fully connected layers of %s', (_name, inputs, width, layers, outputs) => {
  it.each(networks)('are not cut on %s', async (network) => {
    const prepared = await preparedText(dense(inputs, width, layers, outputs));
    const { at } = await cutOf(prepared, network);
    expect(['input', 'all']).toContain(at);
  });
});
