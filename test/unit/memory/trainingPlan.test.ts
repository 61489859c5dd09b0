import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { planTraining, type TrainingPlan } from '../../../server/engine/memory/training/plan';
import { uninterrupted } from '../../../server/engine/scheduler';
import { defaultTraining, type Training } from '../../../server/engine/workload';
import { layersOf } from './transformerLayers';

const head = '<ir_version: 10, opset_import: ["": 23]>';

interface Planned {
  readonly plan: TrainingPlan;
  /** The name of a value by its id. */
  readonly nameOf: (id: number) => string;
}

async function planned(text: string, training: Partial<Training> = {}): Promise<Planned> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'training', precision: 'as-stored', runtime: 'none' } as const;
  const { model, inference } = await prepare(value!, workload, uninterrupted);
  const asked = { ...defaultTraining, ...training };
  const plan = await planTraining(model, inference, asked, {}, uninterrupted);
  return { plan, nameOf: (id) => inference.values[id]!.name };
}

/** A constant of so many zeros. */
function weight(name: string, ...dims: number[]): string {
  const zeros = Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => 0);
  return `float[${dims.join(', ')}] ${name} = {${zeros.join(', ')}}`;
}

describe('adapters', () => {
  /** Of rank 3, in order of the nodes. */
  async function adapters(text: string) {
    const { plan, nameOf } = await planned(text, { loraRank: 3 });
    return [...plan.adapters.values()].map(({ weight, input, ...rest }) => ({
      weight: nameOf(weight),
      input: nameOf(input),
      ...rest,
    }));
  }

  it('stand beside products with weights, except where the model gives back the result in whatever shape', async () => {
    const text = `${head} g (float[2, 5, 8] x) => (float[10, 6] y)
      <${weight('v', 8, 4)}, ${weight('w', 4, 6)}, int64[2] s = {10, 6}> {
      a = MatMul (x, v)
      b = MatMul (a, w)
      y = Reshape (b, s)
    }`;
    // 2 × 5 rows of 8 become rows of 4: A has 3 × 8 and B 4 × 3 elements, beside 8 × 4 of the weight; x · A has 10 × 3.
    expect(await adapters(text)).toEqual([
      {
        weight: 'v',
        input: 'x',
        elements: 36,
        kept: 30,
        share: 36 / 32,
        dims: [
          [3, 8],
          [4, 3],
        ],
      },
    ]);
  });

  it('stand beside weights on the left, and beside those that are turned first', async () => {
    const text = `${head} g (float[8, 5] x) => (float[4, 5] y) <${weight('v', 4, 8)}, ${weight('w', 8, 4)}> {
      a = MatMul (v, x)
      t = Transpose <perm = [1, 0]> (w)
      b = MatMul (t, x)
      y = Add (a, b)
    }`;
    // 4 × 8 times 8 × 5: a result of 4 rows and 5 columns, each of which is a vector of 8 that becomes one of 4.
    const beside = {
      input: 'x',
      elements: 36,
      kept: 15,
      share: 36 / 32,
      dims: [
        [3, 8],
        [4, 3],
      ],
    };
    expect(await adapters(text)).toEqual([
      { weight: 'v', ...beside },
      { weight: 'w', ...beside },
    ]);
  });

  it('stand beside no product of two activations, and beside no stack of matrices', async () => {
    const text = `${head} g (float[2, 8, 8] x) => (float[2, 8, 8] y) <${weight('v', 2, 8, 8)}> {
      a = MatMul (x, x)
      b = MatMul (a, v)
      y = Relu (b)
    }`;
    expect(await adapters(text)).toEqual([]);
  });

  it('are what gradients begin at', async () => {
    const text = `${head} g (float[2, 8] x) => (float[2, 8] y) <${weight('u', 8)}, ${weight('v', 8, 8)}> {
      a = Add (x, u)
      b = MatMul (a, v)
      y = Relu (b)
    }`;
    const { plan, nameOf } = await planned(text, { loraRank: 3 });
    const asked = [...plan.graph.asked.keys()].filter((id) => plan.graph.asked[id] === 1).map(nameOf);
    // u stays as it is, so that nothing before the adapter has a gradient.
    expect(asked).toEqual(['b', 'y']);
    expect([...plan.trained]).toEqual([]);
  });
});

describe('gradients', () => {
  async function asked(text: string): Promise<string[]> {
    const { plan, nameOf } = await planned(text);
    const { asked: buffers, buffers: bufferOf } = plan.graph;
    return [...bufferOf.keys()].filter((id) => buffers[bufferOf[id]!] === 1).map(nameOf);
  }

  it('are asked for from the first weight on, of floats alone', async () => {
    const text = `${head} g (float[2, 4] x) => (float[2, 4] y, int64[2] k) <${weight('w', 4, 4)}> {
      a = Relu (x)
      b = MatMul (a, w)
      k = ArgMax <axis = 1, keepdims = 0> (b)
      y = Relu (b)
    }`;
    const names = await asked(text);
    expect(names).toEqual(expect.arrayContaining(['w', 'b', 'y']));
    for (const without of ['x', 'a', 'k']) expect(names).not.toContain(without);
  });

  it('go through the body of a function and come out of it', async () => {
    const text = `<ir_version: 10, opset_import: ["": 23, "own": 1]>
    g (float[2, 4] x) => (float[2, 4] y) <${weight('w', 4, 4)}> {
      a = MatMul (x, w)
      b = own.twice (a)
      y = Relu (b)
    }
    <domain: "own", opset_import: ["": 23]>
    twice (from) => (to) { inner = Tanh (from)  to = Tanh (inner) }`;
    const { plan } = await planned(text);
    // The product keeps x, and each Tanh and the Relu what they give out; all three of these have a gradient.
    expect(plan.graph.passes.map(({ operator, keeps }) => [operator, keeps.length])).toEqual([
      ['MatMul', 1],
      ['Tanh', 1],
      ['Tanh', 1],
      ['Relu', 1],
    ]);
  });
});

describe('buffers of passes', () => {
  it('are those of their inputs for views, for what is looked at in parts, and for what does nothing', async () => {
    const text = `${head} g (float[2, 8] x) => (float[4, 2] y, float[4, 2] z) <${weight('w', 8, 8)}, int64[2] s = {4, 4}> {
      a = MatMul (x, w)
      i = Identity (a)
      r = Reshape (i, s)
      p, q = Split <axis = 1, num_outputs = 2> (r)
      y = Relu (p)
      z = Relu (q)
    }`;
    const { plan, nameOf } = await planned(text);
    const { buffers } = plan.graph;
    const owner = new Map([...buffers.keys()].map((id) => [nameOf(id), nameOf(buffers[id]!)]));
    expect(['a', 'i', 'r', 'p', 'q', 'y'].map((name) => owner.get(name))).toEqual([
      'a',
      'a',
      'a',
      'a',
      'a',
      'y',
    ]);
  });
});

describe('the inside of attention that runs twice', () => {
  async function stretches(text: string): Promise<string[][]> {
    const { plan } = await planned(text, { recompute: 'selective' });
    return plan.stretches.map(({ from, to }) =>
      plan.graph.passes.slice(from, to + 1).map(({ operator }) => operator),
    );
  }

  it('is one stretch for each layer, from the product of queries and keys to that with the values', async () => {
    const [plain, withDropout] = await Promise.all(
      [false, true].map((hasDropout) => stretches(layersOf({ layers: 2, hasDropout, isFused: false }))),
    );
    const inside = ['MatMul', 'Mul', 'Softmax', 'MatMul'];
    expect(plain).toEqual([inside, inside]);
    const dropped = ['MatMul', 'Mul', 'Softmax', 'Dropout', 'MatMul'];
    expect(withDropout).toEqual([dropped, dropped]);
  });

  it('may be the first that a model does', async () => {
    const text = `${head} g (float[1, 4, 4] x) => (float[1, 4, 4] y) <${weight('w', 4, 4)}> {
      a = MatMul (x, x)
      b = Softmax (a)
      c = MatMul (b, x)
      y = MatMul (c, w)
    }`;
    expect(await stretches(text)).toEqual([['MatMul', 'Softmax', 'MatMul']]);
  });

  it('needs a Softmax, and no weights between the two products', async () => {
    const layer = (inner: string): string => `${head}
      g (float[1, 4, 4] x) => (float[1, 4, 4] y) <${weight('q', 4, 4)}, ${weight('w', 4, 4)}> {
      a = MatMul (x, q)
      b = MatMul (a, a)
      ${inner}
      y = MatMul (d, a)
    }`;
    expect(await stretches(layer('c = Relu (b)  d = Softmax (c)'))).toEqual([
      ['MatMul', 'Relu', 'Softmax', 'MatMul'],
    ]);
    expect(await stretches(layer('c = Relu (b)  d = Tanh (c)'))).toEqual([]);
    expect(await stretches(layer('c = Softmax (b)  d = MatMul (c, w)'))).toEqual([]);
  });
});
