import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sumByRole } from '../../../server/engine/kernels/operands';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { planKernels } from '../../../server/engine/kernels/plan';
import { patterns } from '../../../server/engine/kernels/patterns';
import { profileById, runtimeProfiles } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { graphOf, type Given, type Line } from './graphs';

const line = (operator: string, inputs: string[], outputs: string[], more: Partial<Line> = {}): Line => ({
  operator,
  inputs,
  outputs,
  ...more,
});
const scalar = (value: number): Given => ({ shape: [], constant: true, elements: [value] });

async function groups(inference: ReturnType<typeof graphOf>, runtime: string): Promise<number[][]> {
  const plan = await planKernels(inference, profileById(runtime)!, uninterrupted);
  return plan.kernels.map((kernel) => [...kernel.nodes]);
}

describe('runtime profiles', () => {
  it('name only patterns that exist and state where each constant is from', () => {
    expect(runtimeProfiles).toHaveLength(readdirSync('server/engine/kernels/profiles').length);
    for (const profile of runtimeProfiles) {
      for (const pass of profile.passes) {
        if (pass.pass === 'fuse')
          for (const name of pass.patterns) expect([...patterns.keys()]).toContain(name);
      }
      const constants = [profile.dispatchSeconds.eager, profile.dispatchSeconds.graph, profile.reserveBytes];
      for (const constant of constants) if (constant) expect(constant.source.length).toBeGreaterThan(10);
      expect(profile.dispatchSeconds[profile.launch]).not.toBeNull();
    }
  });
});

/** LayerNormalization as older exporters write it, over [2, 8], then a bias and GELU. */
function normalizationAndGelu(): ReturnType<typeof graphOf> {
  const wide = ['d', 'sq', 'q', 's', 'ln', 'b', 'e0', 'e1', 'e2', 'e3', 'y'];
  const shapes = Object.fromEntries(wide.map((name) => [name, [2, 8]]));
  return graphOf(
    [
      line('ReduceMean', ['x'], ['m'], { vector: 16 }),
      line('Sub', ['x', 'm'], ['d'], { vector: 16 }),
      line('Pow', ['d', 'two'], ['sq'], { vector: 16 }),
      line('ReduceMean', ['sq'], ['v'], { vector: 16 }),
      line('Add', ['v', 'eps'], ['ve'], { vector: 2 }),
      line('Sqrt', ['ve'], ['r'], { vector: 2 }),
      line('Div', ['d', 'r'], ['q'], { vector: 16 }),
      line('Mul', ['q', 'gamma'], ['s'], { vector: 16 }),
      line('Add', ['s', 'beta'], ['ln'], { vector: 16 }),
      line('Add', ['bias', 'ln'], ['b'], { vector: 16 }),
      line('Div', ['b', 'root2'], ['e0'], { vector: 16 }),
      line('Erf', ['e0'], ['e1'], { vector: 16 }),
      line('Add', ['e1', 'one'], ['e2'], { vector: 16 }),
      line('Mul', ['b', 'e2'], ['e3'], { vector: 16 }),
      line('Mul', ['e3', 'half'], ['y'], { vector: 16 }),
    ],
    {
      x: { shape: [2, 8] },
      two: scalar(2),
      eps: scalar(1e-12),
      gamma: { shape: [8], constant: true },
      beta: { shape: [8], constant: true },
      bias: { shape: [8], constant: true },
      root2: scalar(1.4142135),
      one: scalar(1),
      half: scalar(0.5),
    },
    { ...shapes, m: [2, 1], v: [2, 1], ve: [2, 1], r: [2, 1] },
    ['y'],
  );
}

describe('planKernels', () => {
  it('finds LayerNormalization and GELU with its bias in primitives', async () => {
    const inference = normalizationAndGelu();
    expect(await groups(inference, 'onnxruntime-cpu')).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11, 12, 13, 14],
    ]);
    const plan = await planKernels(inference, profileById('onnxruntime-cpu')!, uninterrupted);
    expect(plan.kernels[0]!.operatorClass).toBe('normalization');
    // x once, although three nodes read it; gamma, beta, 2 and epsilon; the output.
    expect(sumByRole(plan.kernels[0]!)).toEqual({ inputs: 64, weights: 32 + 32 + 4 + 4, outputs: 64 });
    expect(plan.kernels[0]!.operations).toEqual({ matrix: 0, vector: 116, special: 0 });
    expect(plan.kernels[1]!.anchor).toBe(9);
  });

  it('fuses nothing without a runtime', async () => {
    const all = await groups(normalizationAndGelu(), 'none');
    expect(all).toEqual(Array.from({ length: 15 }, (_, index) => [index]));
  });

  it('does not fuse what is read from outside', async () => {
    const inference = normalizationAndGelu();
    const scopes = [{ ...inference.scopes[0]!, outputs: [...inference.scopes[0]!.outputs, 10] }];
    const exposed = inference.values.find((value) => value.name === 'd')!;
    scopes[0] = { ...scopes[0]!, outputs: [exposed.id, ...inference.scopes[0]!.outputs] };
    const found = await groups({ ...inference, scopes }, 'onnxruntime-cpu');
    expect(found[0]).toEqual([0]);
  });

  it('keeps the order of a division: x / (1 + erf) is no GELU', async () => {
    const inference = graphOf(
      [
        line('Sigmoid', ['x'], ['s']),
        line('Mul', ['s', 'x'], ['y']),
        line('Sigmoid', ['y'], ['t']),
        line('Div', ['y', 't'], ['z']),
      ],
      { x: { shape: [4] } },
      { s: [4], y: [4], t: [4], z: [4] },
      ['z'],
    );
    expect(await groups(inference, 'onnxruntime-cpu')).toEqual([[0, 1], [2], [3]]);
  });
});

const gemm = (m: number, n: number, k: number, batch = 1): Partial<Line> => ({
  operatorClass: 'gemm',
  matrix: 2 * m * n * k * batch,
  matrixShape: { kind: 'gemm', batch, m, n, k, weights: 'none' },
});

/** Attention as today's exporter writes it: scaled on both sides, masked, guarded against NaN. */
function guardedAttention(): ReturnType<typeof graphOf> {
  const scores = [2, 3, 5, 7];
  return graphOf(
    [
      line('Mul', ['q', 'scale'], ['qs'], { vector: 120 }),
      line('Transpose', ['k'], ['kt'], {
        operatorClass: 'movement',
        attributes: [{ name: 'perm', kind: 'ints', value: [0, 1, 3, 2] }],
      }),
      line('Mul', ['kt', 'scale'], ['ks'], { vector: 168 }),
      line('MatMul', ['qs', 'ks'], ['s'], gemm(5, 7, 4, 6)),
      line('Add', ['s', 'mask'], ['sm'], { vector: 210 }),
      line('Softmax', ['sm'], ['p'], { operatorClass: 'softmax', vector: 1050 }),
      line('IsNaN', ['p'], ['nan'], { vector: 210 }),
      line('Where', ['nan', 'zero', 'p'], ['pg'], { vector: 210 }),
      line('MatMul', ['pg', 'v'], ['o'], gemm(5, 4, 7, 6)),
    ],
    {
      q: { shape: [2, 3, 5, 4] },
      k: { shape: [2, 3, 7, 4] },
      v: { shape: [2, 3, 7, 4] },
      mask: { shape: [2, 1, 5, 7] },
      scale: scalar(0.7),
      zero: scalar(0),
    },
    {
      qs: [2, 3, 5, 4],
      kt: [2, 3, 4, 7],
      ks: [2, 3, 4, 7],
      s: scores,
      sm: scores,
      p: scores,
      nan: scores,
      pg: scores,
      o: [2, 3, 5, 4],
    },
    ['o'],
  );
}

describe('attention', () => {
  it('is one kernel for TensorRT, with the traffic of q, k, v, mask and result only', async () => {
    const plan = await planKernels(guardedAttention(), profileById('tensorrt')!, uninterrupted);
    expect(plan.kernels).toHaveLength(1);
    const [kernel] = plan.kernels;
    expect(kernel!.nodes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(kernel!.fusion).toBe('attention');
    expect(kernel!.operatorClass).toBe('attention');
    expect(kernel!.anchor).toBe(3);
    expect(kernel!.matrixShape).toEqual({
      kind: 'attention',
      batch: 2,
      heads: 3,
      kvHeads: 3,
      queryLength: 5,
      keyLength: 7,
      headSize: 4,
      valueHeadSize: 4,
      causal: false,
    });
    expect(sumByRole(kernel!)).toEqual({ inputs: 4 * (120 + 168 + 168 + 70), weights: 8, outputs: 480 });
    expect(kernel!.operations!.matrix).toBe(2 * 6 * 5 * 7 * 4 * 2);
  });

  it('has no loop nest where its products contradict each other, and no time that is no number', async () => {
    const whole = guardedAttention();
    // A damaged model: the scores are of no keys, and yet the values of some are summed.
    const nodes = whole.nodes.map((node) => {
      const shape = node.work?.matrixShape;
      if (shape?.kind !== 'gemm' || shape.n !== 7) return node;
      return { ...node, work: { ...node.work!, matrixShape: { ...shape, n: 0 } } };
    });
    const inference = { ...whole, nodes };
    const profile = profileById('tensorrt')!;
    const plan = await planKernels(inference, profile, uninterrupted);
    expect(plan.kernels[0]!.fusion).toBe('attention');
    expect(plan.kernels[0]!.matrixShape).toBeUndefined();
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    for (const id of ['nvidia-h100-sxm', 'nvidia-t4', 'google-tpu-v5e', 'intel-xeon-8480', 'hailo-8']) {
      const { seconds } = estimateChip({ inference, plan, workload }, chipById(id)!, profile).kernels[0]!;
      expect(Number.isNaN(seconds?.value), id).toBe(false);
    }
  });

  it('stays in pieces for ONNX Runtime, which folds the scales into the product', async () => {
    expect(await groups(guardedAttention(), 'onnxruntime-cpu')).toEqual([
      [0, 1, 2, 3],
      [4],
      [5],
      [6],
      [7],
      [8],
    ]);
  });
});

describe('convolutions', () => {
  const image = [1, 8, 4, 4];
  const inference = graphOf(
    [
      line('Conv', ['x', 'w'], ['c'], { operatorClass: 'convolution', matrix: 100 }),
      line('Add', ['c', 'x'], ['a']),
      line('Relu', ['a'], ['r']),
      line('Identity', ['r'], ['i'], { view: true }),
      line('Flatten', ['i'], ['f'], { view: true }),
      line('Relu', ['f'], ['y']),
    ],
    { x: { shape: image }, w: { shape: [8, 8, 1, 1], constant: true } },
    { c: image, a: image, r: image, i: image, f: [1, 128], y: [1, 128] },
    ['y'],
  );

  it('take residual and activation; identities disappear; views are dispatched on ONNX Runtime only', async () => {
    // ONNX Runtime 1.32 on this graph: Conv of blocks of channels, ReorderOutput, Add, Relu, Flatten, Relu.
    expect(await groups(inference, 'onnxruntime-cpu')).toEqual([[0], [], [1], [2], [4], [5]]);
    const plan = await planKernels(inference, profileById('tensorrt')!, uninterrupted);
    expect([...plan.kernelOfNode]).toEqual([0, 0, 0, -1, -1, 1]);
    expect(sumByRole(plan.kernels[0]!)).toEqual({ inputs: 512, weights: 256, outputs: 512 });
  });
});

describe('quantised models', () => {
  const image = [1, 8, 4, 4];
  const conv = { operatorClass: 'convolution', matrix: 2048 } as const;
  /** Two quantised convolutions that read the same quantised value. */
  const inference = graphOf(
    [
      line('QuantizeLinear', ['x', 's'], ['xq']),
      line('DequantizeLinear', ['xq', 's'], ['xd']),
      line('DequantizeLinear', ['w1q', 's'], ['w1'], { folded: false }),
      line('Conv', ['xd', 'w1'], ['a'], conv),
      line('QuantizeLinear', ['a', 's'], ['aq']),
      line('DequantizeLinear', ['w2q', 's'], ['w2'], { folded: false }),
      line('Conv', ['xd', 'w2'], ['b'], conv),
      line('QuantizeLinear', ['b', 's'], ['bq']),
    ],
    {
      x: { shape: image },
      s: scalar(0.1),
      w1q: { shape: [8, 8, 1, 1], constant: true },
      w2q: { shape: [8, 8, 1, 1], constant: true },
    },
    Object.fromEntries([
      ...['xq', 'xd', 'a', 'aq', 'b', 'bq'].map((name) => [name, image]),
      ...['w1', 'w2'].map((name) => [name, [8, 8, 1, 1]]),
    ]) as Record<string, number[]>,
    ['aq', 'bq'],
    ['xq', 'aq', 'bq', 'w1q', 'w2q'],
  );

  it('run integer kernels whose traffic is 8 bits wide, also where two share a dequantised value', async () => {
    const plan = await planKernels(inference, profileById('compiler')!, uninterrupted);
    expect(plan.kernels.map((kernel) => kernel.nodes)).toEqual([[0], [2, 3, 4], [1, 5, 6, 7]]);
    // ONNX Runtime on x86 has no kernel for signed integers that two read (as in ResNet-18 quantised by it).
    expect(await groups(inference, 'onnxruntime-cpu')).toEqual([[0], [], [1], [2], [3], [4], [5], [6], [7]]);
    for (const kernel of plan.kernels.slice(1)) {
      // 128 quantised pixels in and out; 64 weights of one byte and the scale of four.
      expect(sumByRole(kernel)).toEqual({ inputs: 128, weights: 64 + 4, outputs: 128 });
      expect(kernel.operatorClass).toBe('convolution');
    }
  });
});
