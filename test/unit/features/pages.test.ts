import { describe, expect, it } from 'vitest';
import type { Bound, NodeCost } from '../../../server/engine/cost/types';
import type { Model } from '../../../server/engine/graph/model';
import { runThrough } from '../../../server/engine/scheduler';
import { rows } from '../../../server/features/rows';
import { summary } from '../../../server/features/summary';
import type { RowsParams } from '../../../server/protocol';
import type { Analysis } from '../../../server/workspace/analysis';
import { reportHeadOf } from '../../../server/workspace/reports';
import { analysed, float, modelOf, node, weight } from './analysed';

const chip = 'nvidia-t4';

/** An analysis whose nodes take just these seconds on their one chip. */
async function timed(model: Model, seconds: readonly (number | null)[], bounds: readonly Bound[]) {
  const { analysis } = await analysed(model, { chips: [chip] });
  const [only] = analysis.chips;
  const nodes = only!.cost.nodes.map((cost, at): NodeCost => {
    const value = seconds[at] ?? null;
    const estimate = value === null ? null : { value, low: value, high: value, basis: 'class' as const };
    return { ...cost, seconds: estimate, bound: bounds[at] ?? 'compute' };
  });
  const chips = [{ ...only!, cost: { ...only!.cost, nodes } }];
  return { ...analysis, chips } satisfies Analysis;
}

/** Products of 32 rows in two modules, and a Relu in none. */
const model = modelOf({
  inputs: [float('x', 32, 64)],
  outputs: [float('y', 32, 64)],
  initializers: [weight('w', 64, 64)],
  nodes: [
    node('MatMul', ['x', 'w'], ['a'], { name: '/enc/layer.0/MatMul' }),
    node('MatMul', ['a', 'w'], ['b'], { name: '/enc/layer.1/MatMul' }),
    node('Relu', ['b'], ['c']),
    node('MatMul', ['c', 'w'], ['d'], { name: '/dec/MatMul' }),
    node('Softmax', ['d'], ['y'], { name: '/dec/Softmax' }),
  ],
});
const seconds = [1, 2, null, 2, 4];
const bounds: Bound[] = ['compute', 'memory', 'unknown', 'compute', 'memory'];

describe('the summary of a page', () => {
  const pageOf = (analysis: Analysis) => runThrough(summary(analysis, reportHeadOf(analysis, 'en'), 'en'));

  it('shares the time among operators, modules and bounds, the costliest first', async () => {
    const [page] = pageOf(await timed(model, seconds, bounds)).chips;
    expect(page!.byOperator).toEqual([
      { name: 'MatMul', seconds: 5, nodes: 3 },
      { name: 'Softmax', seconds: 4, nodes: 1 },
      { name: 'Relu', seconds: 0, nodes: 1 },
    ]);
    expect(page!.byScope).toEqual([
      { name: 'dec', seconds: 6, nodes: 2 },
      { name: 'enc.layer.1', seconds: 2, nodes: 1 },
      { name: 'enc.layer.0', seconds: 1, nodes: 1 },
      { name: '', seconds: 0, nodes: 1 },
    ]);
    expect(page!.byBound).toEqual([
      { name: 'memory', seconds: 6, nodes: 2 },
      { name: 'compute', seconds: 3, nodes: 2 },
      { name: 'unknown', seconds: 0, nodes: 1 },
    ]);
  });

  it('has the costliest nodes, of equal ones the earlier', async () => {
    const [page] = pageOf(await timed(model, seconds, bounds)).chips;
    expect(page!.costliest.map((row) => row.node)).toEqual([4, 1, 3, 0, 2]);
    const many = modelOf({
      inputs: [float('x', 2)],
      outputs: [float('y12', 2)],
      nodes: Array.from({ length: 13 }, (_, i) => node('Relu', [i === 0 ? 'x' : `y${i - 1}`], [`y${i}`])),
    });
    const rising = Array.from({ length: 13 }, (_, i) => i + 1);
    const [ten] = pageOf(await timed(many, rising, [])).chips;
    expect(ten!.costliest.map((row) => row.node)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    const [flat] = pageOf(
      await timed(
        many,
        rising.map(() => 1),
        [],
      ),
    ).chips;
    expect(flat!.costliest.map((row) => row.node)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('cuts modules at the depth at which thirty of them are left', async () => {
    const letters = (i: number): string =>
      `m${String.fromCharCode(97 + (i % 26)).repeat(1 + Math.floor(i / 26))}`;
    const within = (count: number, named = letters) =>
      modelOf({
        inputs: [float('x', 2)],
        outputs: [float('y', 2)],
        nodes: Array.from({ length: count }, (_, i) =>
          node('Relu', ['x'], [`y${i}`], { name: `/top/${named(i)}/Relu` }),
        ),
      });
    const namesOf = async (count: number, named = letters) =>
      pageOf(await timed(within(count, named), [], [])).chips[0]!.byScope.map(({ name }) => name);
    expect(await namesOf(30)).toHaveLength(30);
    expect(await namesOf(31)).toEqual(['top']);
    // Numbers aside, 31 layers of one name are one.
    expect(await namesOf(31, (i) => `m${i}`)).toEqual(['top.m0']);
  });

  it('has equal layers as one', async () => {
    const layers = modelOf({
      inputs: [float('x', 2)],
      outputs: [float('y', 2)],
      nodes: Array.from({ length: 5 }, (_, i) =>
        node('Relu', ['x'], [i === 4 ? 'y' : `y${i}`], { name: `/h.${i}/Relu` }),
      ),
    });
    // The first takes longer; three are equal as far as they are shown, the last is not.
    const { byScope } = pageOf(await timed(layers, [5, 2, 2.0001, 2, 2.01], [])).chips[0]!;
    expect(byScope).toEqual([
      {
        name: 'h.1',
        seconds: expect.closeTo(6.0001, 9) as number,
        nodes: 3,
        alike: { count: 3, names: ['h.1', 'h.2', 'h.3'] },
      },
      { name: 'h.0', seconds: 5, nodes: 1 },
      { name: 'h.4', seconds: 2.01, nodes: 1 },
    ]);
  });

  it('sums up the operators behind the thirty costliest', async () => {
    // Operators of a domain that nobody knows: 33 of them, a second more each; the cheapest take 1 + 2 + 3 s.
    const operators = Array.from({ length: 33 }, (_, i) => `Op${i}`);
    const many = modelOf({
      inputs: [float('x', 2)],
      outputs: operators.map((name) => float(name, 2)),
      nodes: operators.map((name) => node(name, ['x'], [name], { domain: 'mine' })),
    });
    const times = operators.map((_, i) => i + 1);
    const { byOperator } = pageOf(await timed(many, times, [])).chips[0]!;
    expect(byOperator).toHaveLength(31);
    expect(byOperator[0]).toEqual({ name: 'Op32', seconds: 33, nodes: 1 });
    expect(byOperator.at(-1)).toEqual({ name: '', seconds: 6, nodes: 3, others: 3 });
  });

  it('draws each kernel with its own operations, and names it by name, output or operator', async () => {
    const analysis = await timed(model, seconds, bounds);
    const [page] = pageOf(analysis).chips;
    const points = [...page!.points].sort((a, b) => a.node - b.node);
    // A product of [32, 64] and [64, 64] is 2 x 32 x 64 x 64 operations.
    const product = points.find((point) => point.label === '/enc/layer.0/MatMul');
    expect(product!.operations).toBe(2 * 32 * 64 * 64);
    expect(points.map(({ label }) => label)).not.toContain('');
    const times = page!.points.map((point) => point.seconds);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('has of the memory over time each moment, by the node that runs then', async () => {
    const [page] = pageOf(await timed(model, seconds, bounds)).chips;
    expect(page!.memory.points.map(({ label }) => label)).toContain('/dec/Softmax');
    const most = Math.max(...page!.memory.points.map(({ activationBytes }) => activationBytes));
    // Of a chain two values of 32 x 64 floats live at once, beside the input, which the caller holds.
    expect(most).toBe(3 * 32 * 64 * 4);
  });

  it('lists problems, the gravest first, a hundred at most', async () => {
    const analysis = await timed(model, seconds, bounds);
    const head = reportHeadOf(analysis, 'en');
    const of = (severity: 'hint' | 'error' | 'warning', at: number) => ({
      severity,
      message: `${severity} ${at}`,
    });
    const given = [of('hint', 0), of('error', 1), of('warning', 2), of('error', 3)];
    const problemsOf = (problems: readonly object[]) =>
      runThrough(summary(analysis, { ...head, problems: problems as never }, 'en')).problems;
    expect(problemsOf(given)).toEqual([given[1], given[3], given[2], given[0]]);
    expect(problemsOf(Array.from({ length: 101 }, (_, at) => of('hint', at)))).toHaveLength(100);
  });
});

describe('rows of the table', () => {
  const params: RowsParams = {
    ...{ uri: '', revision: 0, chip, filter: '', from: 0, count: 10 },
    ...{ sort: 'index', descending: false },
  };
  const orderOf = async (change: Partial<RowsParams>) => {
    const analysis = await timed(model, seconds, bounds);
    return runThrough(rows(analysis, { ...params, ...change })).rows.map((row) => row.node);
  };

  it('have of each node what is known of it', async () => {
    const analysis = await timed(model, seconds, bounds);
    const [row, , relu] = runThrough(rows(analysis, params)).rows;
    const { positions } = analysis.listing;
    expect(row).toMatchObject({
      node: 0,
      name: '/enc/layer.0/MatMul',
      operator: 'MatMul',
      scope: 'enc.layer.0',
      line: positions.position(positions.nodes[0]!)!.range.start.line + 1,
      shape: 'float[32,64]',
      operations: 2 * 32 * 64 * 64,
      // Weights of 64 x 64, inputs and outputs of 32 x 64 floats.
      bytes: 4 * (64 * 64 + 2 * 32 * 64),
      seconds: { value: 1 },
      bound: 'compute',
      rule: 'exact',
      measured: null,
    });
    // Without a name it is called what it makes; without a time it has none.
    expect(relu).toMatchObject({ name: 'c', scope: '', seconds: null, share: null, bound: 'unknown' });
  });

  it('stand in the order of a column, the unknown last, equal ones as in the file', async () => {
    expect(await orderOf({ sort: 'seconds' })).toEqual([0, 1, 3, 4, 2]);
    expect(await orderOf({ sort: 'seconds', descending: true })).toEqual([4, 1, 3, 0, 2]);
    expect(await orderOf({ sort: 'index', descending: true })).toEqual([4, 3, 2, 1, 0]);
    expect(await orderOf({ sort: 'operator' })).toEqual([0, 1, 3, 2, 4]);
    expect(await orderOf({ sort: 'name' })).toEqual([3, 4, 0, 1, 2]);
    expect(await orderOf({ sort: 'bound' })).toEqual([0, 3, 1, 4, 2]);
    // Products first; a Softmax has more operations than a Relu.
    expect(await orderOf({ sort: 'operations', descending: true })).toEqual([0, 1, 3, 4, 2]);
    expect(await orderOf({ sort: 'bytes', descending: true })).toEqual([0, 1, 3, 2, 4]);
    expect(await orderOf({ sort: 'measured' })).toEqual([0, 1, 2, 3, 4]);
  });

  it('are those that hold all words of the filter, in whatever case', async () => {
    expect(await orderOf({ filter: 'matmul' })).toEqual([0, 1, 3]);
    expect(await orderOf({ filter: ' MEMORY  enc ' })).toEqual([1]);
    expect(await orderOf({ filter: 'layer.1' })).toEqual([1]);
    expect(await orderOf({ filter: 'matmul softmax' })).toEqual([]);
    expect(await orderOf({ filter: 'unknown' })).toEqual([2]);
  });

  it('say where a node stands among them, and that it is none of them', async () => {
    const analysis = await timed(model, seconds, bounds);
    const found = (change: Partial<RowsParams>) =>
      runThrough(rows(analysis, { ...params, count: 0, ...change })).found;
    expect(found({ find: 3 })).toBe(3);
    expect(found({ find: 0 })).toBe(0);
    // By falling time they are 4, 1, 3, 0, 2.
    expect(found({ find: 3, sort: 'seconds', descending: true })).toBe(2);
    expect(found({ find: 3, filter: 'softmax' })).toBeNull();
    expect(found({ find: 99 })).toBeNull();
    expect(found({})).toBeNull();
  });

  it('name the kernel that a node runs in, and the unit where there are several', async () => {
    const analysis = await timed(model, seconds, bounds);
    const [one] = analysis.chips;
    const anchors = one!.plan.kernels.map(({ anchor, nodes }) => ({ node: anchor, nodes: nodes.length }));
    const kernels = one!.cost.nodes.map(({ kernel }) => (kernel < 0 ? null : anchors[kernel]!));
    const got = runThrough(rows(analysis, params)).rows;
    expect(got.map(({ kernel }) => kernel)).toEqual(kernels);
    expect(got.map(({ unit }) => unit)).toEqual([null, null, null, null, null]);
    const { cost } = one!;
    const onHost = {
      ...cost,
      units: [cost.units[0]!, { ...cost.units[0]!, id: 'host' }],
      kernels: cost.kernels.map((kernel, at) => ({ ...kernel, unit: at === 0 ? 1 : 0 })),
    };
    const mapped = { ...analysis, chips: [{ ...one!, cost: onHost }] };
    const units = runThrough(rows(mapped, params)).rows.map(({ unit }) => unit);
    expect(units[0]).toBe('host');
    expect(units[1]).toBe(cost.units[0]!.id);
  });

  it('come in pages', async () => {
    const analysis = await timed(model, seconds, bounds);
    const page = runThrough(rows(analysis, { ...params, from: 1.9, count: 2.9 }));
    expect([page.total, page.revision, page.rows.map((row) => row.node)]).toEqual([
      5,
      analysis.revision,
      [1, 2],
    ]);
    expect(await orderOf({ from: 4 })).toEqual([4]);
    expect(await orderOf({ from: 5 })).toEqual([]);
  });

  it('are there without costs for a chip that is not chosen', async () => {
    const analysis = await timed(model, seconds, bounds);
    const page = runThrough(rows(analysis, { ...params, chip: 'other', sort: 'seconds' }));
    expect(page.rows.map((row) => [row.node, row.seconds, row.bandwidth, row.bound])).toEqual(
      [0, 1, 2, 3, 4].map((at) => [at, null, null, 'unknown']),
    );
  });
});
