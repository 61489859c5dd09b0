import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis, type Prepared } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Bindings } from '../../../server/engine/graph/dim';

/** Of classes whose laws, hosts and default runtimes differ. */
const chips = ['nvidia-t4', 'intel-xeon-8480', 'apple-m4-ane', 'hailo-8', 'google-tpu-v5e'];

async function analysed(
  text: string,
  bindings: Bindings = {},
): Promise<{ prepared: Prepared; found: ChipAnalysis[] }> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const found: ChipAnalysis[] = [];
  for (const id of chips) found.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  return { prepared, found };
}

/** A graph x float[32, 32] -> y, in opset 18. */
const graph = (body: string, type = 'float[N, M]'): string =>
  `<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1]>
g (float[32, 32] x) => (${type} y)
{
${body}
}
`;

describe('a total of which parts are unknown', () => {
  it('is a lower bound of what is known, by the number of nodes that are not', async () => {
    const { prepared, found } = await analysed(
      graph('a = Exp (x)\nb = NonZero (a)\nc = Cast <to = 1> (b)\ny = Sqrt (c)'),
    );
    // Exp and NonZero read what is known, but NonZero writes and Cast and Sqrt read as much as is not 0.
    expect(prepared.operations).toEqual({
      value: 32 * 32,
      isLowerBound: true,
      unknownNodes: 3,
      // All of 1,024 chosen: one comparison each, and the roots of two indices each.
      atMost: 1024 + 1024 + 2 * 1024,
    });
    for (const { cost, fit } of found) {
      const { latencySeconds, operations, throughput } = cost.total;
      expect(latencySeconds).toMatchObject({ isLowerBound: true, unknownNodes: 3 });
      const known = cost.kernels.reduce((sum, { seconds }) => sum + (seconds?.value ?? 0), 0);
      expect(latencySeconds!.value).toBeCloseTo(known, 12);
      expect(latencySeconds!.value).toBeGreaterThan(0);
      expect(operations.value).toBe(32 * 32);
      expect(throughput).toBeNull();
      // Two tensors of 32 x 32 floats at one time, or, held in fp16 or int8, what that takes.
      expect(fit.leastBytes).toBeGreaterThanOrEqual(2 * 32 * 32);
      expect(fit.highWaterBytes).toBeNull();
    }
  });

  it('is never 0 where nothing is known', async () => {
    const { prepared, found } = await analysed(graph('a = NonZero (x)\ny = Cast <to = 1> (a)'));
    expect(prepared.operations.value).toBeNull();
    // All 1,024 values are other than 0.
    const full = (await analysed(graph('a = NonZero (x)\ny = Cast <to = 1> (a)'), { detections: 1024 }))
      .found;
    for (const [at, { cost }] of found.entries()) {
      const { latencySeconds, joules } = full[at]!.cost.total;
      const ceiling = { value: null, low: null, high: null, isLowerBound: true, unknownNodes: 2 };
      expect(latencySeconds!.isLowerBound).toBe(false);
      expect(cost.total.latencySeconds).toMatchObject({ ...ceiling, atMost: latencySeconds!.value });
      expect(cost.total.joules).toEqual(
        joules && expect.objectContaining({ ...ceiling, atMost: joules.value }),
      );
      expect(cost.total.operations).toMatchObject({ value: null, isLowerBound: true, unknownNodes: 2 });
      expect(cost.total.bytes).toMatchObject({ value: null, isLowerBound: true, unknownNodes: 2 });
    }
  });

  it('is unknown where the graph sets no limit to it either', async () => {
    const { found } = await analysed(graph('y = my.ops.Odd (x)'));
    for (const { cost } of found) {
      expect(cost.total.latencySeconds).toBeNull();
      expect(cost.total.joules).toBeNull();
    }
  });

  it('has no time where the chip cannot run a kernel', async () => {
    const { found } = await analysed(graph('a = Exp (x)\nb = NonZero (a)\ny = Cast <to = 1> (b)'));
    const loihi = chipById('intel-loihi2')!;
    const prepared = (await analysed(graph('a = Exp (x)\ny = Sqrt (a)'))).prepared;
    expect(found).toHaveLength(chips.length);
    const { cost } = await costsOn(prepared, loihi, uninterrupted);
    expect(cost.total.latencySeconds).toBeNull();
  });

  it('is one where an error was found, although all shapes are known', async () => {
    const { found } = await analysed(graph('a = Relu <no_such = 1> (x)\ny = Exp (a)', 'float[32, 32]'));
    for (const { cost, fit } of found) {
      expect(cost.total.latencySeconds).toMatchObject({ isLowerBound: true, unknownNodes: 0, atMost: null });
      expect(cost.total.throughput).toBeNull();
      expect(fit).toMatchObject({ fits: null, fitsUnknown: 'partial' });
    }
  });
});

describe('operators of which nothing is known', () => {
  const codes = (prepared: Prepared): unknown[] =>
    prepared.inference.problems.map(({ code, severity, node, args }) => [severity, code, node, args]);
  const conv = 'Conv <kernel_shape = [1, 1]>';
  const model = (body: string, more = ''): string =>
    `<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1, "my.other" : 1]>
g (float[1, 2, 4, 4] x, float[2, 2, 1, 1] w) => (float[1, 2, 4, 4] y) ${more}
{
${body}
}
`;
  /** Of a 1x1 convolution of two channels to two over 4 x 4: 2 x 16 x 2 x 2. */
  const work = 128;

  it.each([
    ['start', `a = my.ops.Odd (x)\nb = ${conv} (a, w)\ny = ${conv} (b, w)`, null, 3],
    ['middle', `a = ${conv} (x, w)\nb = my.ops.Odd (a)\ny = ${conv} (b, w)`, work, 2],
    ['end', `a = ${conv} (x, w)\nb = ${conv} (a, w)\ny = my.ops.Odd (b)`, 2 * work, 1],
  ])('at the %s leave what is known beside them', async (_where, body, value, unknownNodes) => {
    const { prepared, found } = await analysed(model(body));
    expect(prepared.operations).toEqual({ value, isLowerBound: true, unknownNodes, atMost: null });
    const args = { operator: 'Odd', domain: 'my.ops', count: 1, more: unknownNodes - 1 };
    const at = body.split('\n').findIndex((line) => line.includes('Odd'));
    expect(codes(prepared)).toEqual([['warning', 'operator.unmodelled', at, args]]);
    for (const { cost } of found) {
      expect(cost.total.operations.value).toBe(value);
      expect(cost.total.latencySeconds?.value ?? null).not.toBe(0);
      if (value !== null)
        expect(cost.total.latencySeconds).toMatchObject({ isLowerBound: true, unknownNodes });
    }
  });

  it('pass on what the model declares of their outputs', async () => {
    const body = `a = my.ops.Odd (x)\ny = ${conv} (a, w)`;
    const { prepared } = await analysed(model(body, '<float[1, 2, 4, 4] a>'));
    expect(prepared.operations).toMatchObject({ value: work, unknownNodes: 1 });
    expect(codes(prepared)).toMatchObject([['warning', 'operator.unmodelled', 0, { count: 1, more: 0 }]]);
  });

  it('are told once for each type, with all that follows from it', async () => {
    const body = [
      'a = my.ops.Odd (x)', 'b = my.other.Odd (x)', 'c = my.ops.Odd (x)', 'd = Relo (x)', 'e = Relu (a)',
      'f = Add (c, e)', 'h = Exp (b)', `y = ${conv} (x, w)`,
    ].join('\n'); // prettier-ignore
    const { prepared } = await analysed(model(body));
    expect(codes(prepared)).toEqual([
      ['warning', 'operator.unmodelled', 0, { operator: 'Odd', domain: 'my.ops', count: 2, more: 2 }],
      ['warning', 'operator.unmodelled', 1, { operator: 'Odd', domain: 'my.other', count: 1, more: 1 }],
      ['error', 'operator.unknown', 3, { operator: 'Relo', domain: 'ai.onnx', count: 1, more: 0 }],
    ]);
    const { nodes } = prepared.inference;
    expect(nodes.map(({ cause }) => cause)).toEqual([0, 1, 2, 3, 0, 0, 1, undefined]);
  });

  it.each([
    [
      'If',
      'y = If (c) <then_branch = t () => (o) { o = my.ops.Odd (x) }, else_branch = e () => (p) { p = Relu (x) }>',
      'bool c',
    ],
    [
      'Loop',
      'y = Loop (n, , x) <body = b (int64 i, bool k, float[1, 2, 4, 4] s) => (bool l, float[1, 2, 4, 4] r) { l = Identity (k) r = my.ops.Odd (s) }>',
      'int64 n',
    ],
  ])('count inside of an %s', async (_operator, body, input) => {
    const text = `<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1]>
g (float[1, 2, 4, 4] x, ${input}) => (float[1, 2, 4, 4] y)
{
a = Exp (x)
${body}
}
`;
    const { prepared } = await analysed(text);
    expect(prepared.operations).toMatchObject({ isLowerBound: true, atMost: null });
    expect(prepared.operations.value).toBeGreaterThanOrEqual(32);
    expect(prepared.inference.problems.filter(({ code }) => code === 'operator.unmodelled')).toHaveLength(1);
  });
});

describe('sizes that the data decide', () => {
  /** 32 x 32 values to threshold, of which nobody knows how many are chosen; each pair of indices is cast and rooted. */
  const chosen = graph('a = Exp (x)\nb = NonZero (a)\nc = Cast <to = 1> (b)\ny = Sqrt (c)');

  it('are bounded by the graph: at most as many as NonZero reads', async () => {
    const { prepared, found } = await analysed(chosen);
    const most = prepared.inference.most!;
    expect(most.values.find(({ name }) => name === 'c')!.type).toMatchObject({ shape: [2, 1024] });
    // Exponentials, comparisons, and roots of two indices of each.
    expect(prepared.operations.atMost).toBe(1024 + 1024 + 2048);
    for (const { cost, fit } of found) {
      const { latencySeconds, operations } = cost.total;
      expect(latencySeconds!.atMost).toBeGreaterThan(latencySeconds!.value!);
      expect(operations.atMost).toBe(prepared.operations.atMost);
      expect(fit.highWaterBytes).toBeNull();
      expect(fit.fits).toBe(fit.capacityBytes === null ? null : true);
      expect(fit.mostBytes).toBeGreaterThan(fit.leastBytes!);
    }
    expect(prepared.inference.problems.map(({ code }) => code)).toEqual(['inference.data-decides']);
  });

  it('get one number for all, no more than there can be, and each its own', async () => {
    const shapeOf = async (bindings: Bindings) => {
      const { prepared } = await analysed(chosen, bindings);
      expect(prepared.operations.isLowerBound).toBe(false);
      expect(prepared.inference.problems).toEqual([]);
      const { type } = prepared.inference.values.find(({ name }) => name === 'y')!;
      return type?.kind === 'tensor' ? type.shape : undefined;
    };
    expect(await shapeOf({ detections: 100 })).toEqual([2, 100]);
    expect(await shapeOf({ detections: 5000 })).toEqual([2, 1024]);
    expect(await shapeOf({ detections: 100, 'b.count': 7 })).toEqual([2, 7]);
  });

  it.each([
    ['TopK', 'k = Cast <to = 7> (n)\nv, y = TopK (x, k)', 'float[1] n', [32, 32]],
    ['Compress', 'y = Compress <axis = 1> (x, n)', 'bool[20] n', [32, 20]],
    ['Unique', 'y = Unique (x)', 'float n', [1024]],
    ['Slice', 'y = Slice (x, n, e)', 'int64[2] n, int64[2] e', [32, 32]],
    // Two images, three classes, of 50 boxes at most 7 each.
    [
      'NonMaxSuppression',
      'm = Constant <value = int64[1] {7}> ()\ny = NonMaxSuppression (b, s, m)',
      'float[2, 50, 4] b, float[2, 3, 50] s',
      [42, 3],
    ],
  ])('of %s are at most what the graph allows', async (_operator, body, inputs, shape) => {
    const text =
      `<ir_version: 8, opset_import: ["" : 18]>\ng (float[32, 32] x, ${inputs}) => (int64[A, B] y)\n{\nq = Exp (x)\n${body}\n}\n`.replace(
        'int64[A, B] y',
        body.includes('Unique') || body.includes('Compress') || body.includes('Slice')
          ? 'float y'
          : 'int64 y',
      );
    const { prepared } = await analysed(text);
    const { most } = prepared.inference;
    expect(most?.values.find(({ name }) => name === 'y')?.type).toMatchObject({ shape });
    expect(prepared.operations).toMatchObject({ isLowerBound: true });
    expect(prepared.operations.atMost).toBeGreaterThanOrEqual(1024);
  });

  it('have no upper bound where the graph gives none', async () => {
    const { prepared } = await analysed(
      graph(
        'a = Exp (x)\nb = Cast <to = 7> (a)\nc = ReduceMax <keepdims = 0> (b)\nz = Constant <value = int64 {0}> ()\no = Constant <value = int64 {1}> ()\ny = Range (z, c, o)',
      ),
    );
    expect(prepared.inference.most).toBeUndefined();
    expect(prepared.operations).toMatchObject({ isLowerBound: true, atMost: null });
  });
});
