import { partly, whole } from '../totals';
import { describe, expect, it } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Bound, Estimate } from '../../../server/engine/cost/types';
import type { Graph, Model } from '../../../server/engine/graph/model';
import { hover, nodeHover } from '../../../server/features/hover';
import { modelHover } from '../../../server/features/modelHover';
import { subgraph } from '../inference/build';
import { tensorOf } from '../operators/check';
import { analysed, float, modelOf, node, weight } from './analysed';

const estimate = (value: number, low: number, high: number): Estimate => ({
  ...{ value, low, high, basis: 'class' },
});

/** The lines of a node's hover on a chip on which it takes such a time. */
async function linesOf(
  model: Model,
  index: number,
  cost: { seconds?: Estimate | null; bound?: Bound; isAway?: boolean } = {},
): Promise<string[]> {
  const { analysis } = await analysed(model, { chips: ['nvidia-t4'] });
  const { isAway, ...more } = cost;
  const [only] = analysis.chips;
  const nodes = only!.cost.nodes.map((one, at) => (at === index ? { ...one, ...more } : one));
  const kernels = only!.cost.kernels.map((one) => (isAway ? { ...one, unit: 1 } : one));
  const host = { id: 'host', chip: chipById('intel-xeon-8480')!, profile: null };
  const units = [...only!.cost.units, host];
  const chips = [{ ...only!, cost: { ...only!.cost, nodes, kernels, units } }];
  return nodeHover({ ...analysis, chips }, index, 'en')!.value.split('\n');
}

const product = modelOf({
  inputs: [float('x', 32, 64)],
  outputs: [float('y', 32, 64)],
  initializers: [weight('w', 64, 64)],
  nodes: [node('MatMul', ['x', 'w'], ['y'], { name: 'the product' })],
});
const row = (lines: readonly string[]): string => lines.filter((line) => line.startsWith('| '))[2]!;

describe('the hover of a node', () => {
  it('says work once and a row of time, bound and basis for a chip', async () => {
    const lines = await linesOf(product, 0, { seconds: estimate(41e-6, 30e-6, 55e-6), bound: 'memory' });
    // 2 x 32 x 64 x 64 operations; 64 x 64 floats of weights, 32 x 64 in and out.
    expect(lines[2]).toBe('262 kOP matrix · 16.4 kB of weights · 8.19 kB in · 8.19 kB out');
    expect(lines[4]).toBe('| Chip | Time (low – high) | Bound | Basis |');
    expect(row(lines)).toBe('| Tesla T4 | 41 µs (30 µs – 55 µs) | memory | class constants |');
    expect(lines).toContain('Node `the product`');
  });

  it('tells its share from the time of its kernel, and names the others of that with links', async () => {
    const fused = modelOf({
      inputs: [float('x', 1, 8, 16, 16)],
      outputs: [float('z', 1, 8, 16, 16)],
      initializers: [weight('w', 8, 8, 1, 1)],
      nodes: [node('Conv', ['x', 'w'], ['y'], { name: 'a (b)' }), node('Relu', ['y'], ['z'])],
    });
    const { analysis } = await analysed(fused, { chips: ['nvidia-t4'] });
    const { kernels, nodes } = analysis.chips[0]!.cost;
    const lines = (await linesOf(fused, 1)).join('\n');
    expect(analysis.chips[0]!.plan.kernels.map((kernel) => kernel.nodes.length)).toEqual([2]);
    const relu = analysis.listing.positions.lineOf(analysis.inference.nodes[0]!.node) + 1;
    expect(lines).toContain(`The others: [Conv a (b)](siliconlens:/m.onnx.onnxtxt#L${relu}).`);
    const micro = (seconds: number) => `${Number((seconds * 1e6).toPrecision(3))} µs`;
    expect(row(lines.split('\n'))).toContain(` of a kernel's ${micro(kernels[0]!.seconds!.value)} |`);
    // What a ReLU adds to a convolution is next to nothing.
    expect(nodes[1]!.seconds!.value).toBeLessThan(0.1 * nodes[0]!.seconds!.value);
  });

  it('says where memory is highest, and what is alive then', async () => {
    const chain = modelOf({
      inputs: [float('x', 32, 64)],
      outputs: [float('z', 1, 1)],
      initializers: [weight('w', 64, 64)],
      nodes: [node('MatMul', ['x', 'w'], ['y']), node('ReduceMax', ['y'], ['z'], { name: 'after' })],
    });
    // 64 x 64 floats of weights, 32 x 64 in and between, one out.
    expect(await linesOf(chain, 1)).toContain(
      'Memory is highest here on Tesla T4: 32.8 kB, of which weights 16.4 kB. Alive besides: `x` 8.19 kB, `y` 8.19 kB, `z` 4 B',
    );
    expect((await linesOf(chain, 0)).filter((line) => line.startsWith('Memory is highest'))).toEqual([]);
  });

  it('says where it runs on the host, that nothing runs, and what is not known', async () => {
    const away = await linesOf(product, 0, { seconds: estimate(1e-6, 1e-6, 1e-6), isAway: true });
    expect(row(away)).toMatch(/^\| Tesla T4 \(on the host\) \| 1 µs \|/);
    const nothing = await linesOf(product, 0, { seconds: estimate(0, 0, 0), bound: 'none' });
    expect(row(nothing)).toBe('| Tesla T4 | nothing to run | none | – |');
    const unknown = await linesOf(product, 0, { seconds: null, bound: 'unknown' });
    expect(row(unknown)).toBe('| Tesla T4 | unknown | unknown | unknown |');
  });

  it('says why the host runs it, in both languages', async () => {
    const attributes = [{ name: 'mode', kind: 'string', value: 'cubic' }] as const;
    const sampled = modelOf({
      inputs: [float('x', 1, 4, 8, 8), float('at', 1, 6, 6, 2)],
      outputs: [float('y', 1, 4, 6, 6)],
      nodes: [node('GridSample', ['x', 'at'], ['y'], { attributes })],
    });
    const chips = ['qualcomm-snapdragon-8gen3-hexagon', 'nvidia-t4'];
    const { analysis } = await analysed(
      { ...sampled, operatorSets: [{ domain: '', version: 20 }] },
      { chips },
    );
    const rows = nodeHover(analysis, 0, 'en')!
      .value.split('\n')
      .filter((line) => line.startsWith('| **'));
    expect(rows).toHaveLength(2);
    // onnxruntime-qnn 2.7.0 refuses this node so: "GridSample does not support mode cubic".
    expect(rows[0]).toBe(
      '| **N** chip: Snapdragon 8 Gen 3 Hexagon NPU | – | – | Qualcomm QNN (HTP) does not run GridSample with mode cubic |',
    );
    expect(rows[1]).toMatch(/^\| \*\*H\*\* host: .* \| [\d.]+ [nµ]s \(.*\) \| \w+ \| runs here \|$/);
    expect(nodeHover(analysis, 0, 'ko')!.value).toContain('Qualcomm QNN (HTP)은(는) mode이(가) cubic인');
    // Behind the first chip a sentence says so.
    const turned = { ...analysis, chips: [...analysis.chips].reverse() };
    expect(nodeHover(turned, 0, 'en')!.value).toContain(
      '**Snapdragon 8 Gen 3 Hexagon NPU**: runs on the host. Qualcomm QNN (HTP) does not run GridSample with mode cubic.',
    );
    expect(nodeHover(turned, 0, 'en')!.value).not.toContain('| **');
  });

  it('says of a causal attention that it counts what the mask leaves', async () => {
    const attention = (causal: number): Model => {
      const attributes = [{ name: 'is_causal', kind: 'int', value: causal }] as const;
      const inputs = [float('q', 1, 2, 4, 8), float('k', 1, 2, 4, 8), float('v', 1, 2, 4, 8)];
      const nodes = [node('Attention', ['q', 'k', 'v'], ['y'], { attributes })];
      const model = modelOf({ inputs, outputs: [float('y', 1, 2, 4, 8)], nodes });
      return { ...model, operatorSets: [{ domain: '', version: 23 }] };
    };
    const said = 'Only pairs of queries and keys that the causal mask leaves are counted.';
    // 2 heads, 1 + 2 + 3 + 4 of 16 pairs, 2·(8 + 8) operations each; without the mask all 16.
    const [masked, plain] = [await linesOf(attention(1), 0), await linesOf(attention(0), 0)];
    expect(masked[2]).toContain('640 OP matrix');
    expect(masked[4]).toContain(said);
    expect(plain[2]).toContain('1.02 kOP matrix');
    expect(plain.join()).not.toContain(said);
  });

  it('says how often a node of a loop runs', async () => {
    const body = subgraph(
      { i: 'int64[]', go: 'bool[]', s: 'float[4]' },
      [node('Relu', ['s'], ['t']), node('Identity', ['go'], ['on'])],
      'on, t',
    );
    const graph: Partial<Graph> = {
      inputs: [float('x', 4)],
      outputs: [float('y', 4)],
      initializers: [tensorOf('n', 'int64', [], [12])],
      nodes: [node('Loop', ['n', '', 'x'], ['y'], { attributes: [{ ...body, name: 'body' }] })],
    };
    const { analysis } = await analysed(modelOf(graph));
    const at = analysis.inference.nodes.findIndex((one) => one.node.operator === 'Relu');
    // Four elements each time.
    expect(nodeHover(analysis, at, 'en')!.value.split('\n')[2]).toBe(
      '4 OP vector · 16 B in · 16 B out · runs 12 times',
    );
    expect(nodeHover(analysis, 0, 'en')!.value).not.toContain('times');
    const nodes = analysis.inference.nodes.map((one) => ({ ...one, repeat: null }));
    const unbound = { ...analysis, inference: { ...analysis.inference, nodes } };
    expect(nodeHover(unbound, at, 'en')!.value.split('\n')[2]).toContain(' · runs unknown times');
  });

  it('tells the time of a kernel for all of its runs', async () => {
    const image = 'float[1,8,16,16]';
    const body = subgraph(
      { i: 'int64[]', go: 'bool[]', s: image },
      [node('Conv', ['s', 'w'], ['t']), node('Relu', ['t'], ['u'])],
      'go, u',
    );
    const graph = {
      inputs: [float('x', 1, 8, 16, 16)],
      outputs: [float('y', 1, 8, 16, 16)],
      initializers: [tensorOf('n', 'int64', [], [12]), weight('w', 8, 8, 1, 1)],
      nodes: [node('Loop', ['n', '', 'x'], ['y'], { attributes: [{ ...body, name: 'body' }] })],
    };
    const { analysis } = await analysed(modelOf(graph), { chips: ['nvidia-t4'] });
    const at = analysis.inference.nodes.findIndex((one) => one.node.operator === 'Relu');
    const { plan, cost } = analysis.chips[0]!;
    const fused = cost.nodes[at]!.kernel;
    expect(plan.kernels[fused]!.nodes).toHaveLength(2);
    const micro = Number((12 * cost.kernels[fused]!.seconds!.value * 1e6).toPrecision(3));
    const lines = nodeHover(analysis, at, 'en')!.value;
    expect(lines).toContain(` of a kernel's ${micro} µs |`);
    expect(lines).toContain(`Runs in one kernel with 1 more: ${micro} µs together`);
  });

  it('says that there is nothing to compute, and what has no rule', async () => {
    const quiet = modelOf({
      inputs: [float('x', 2, 3)],
      outputs: [float('z', 2, 3)],
      nodes: [node('Flatten', ['x'], ['y']), node('Strange', ['y'], ['z'], { domain: 'own' })],
    });
    expect((await linesOf(quiet, 0))[2]).toMatch(/^no operations/);
    expect((await linesOf(quiet, 1))[2]).toMatch(/bytes only: no rule for this operator$|^Work unknown/);
  });

  it('says from which line of which file it was exported: the innermost', async () => {
    const trace = 'File "a.py", line 1, in f\n  File "dir/b.py", line 27, in g';
    const traced = modelOf({
      ...product.graph,
      nodes: [node('MatMul', ['x', 'w'], ['y'], { metadata: [['pkg.torch.onnx.stack_trace', trace]] })],
    });
    const [from] = (await linesOf(traced, 0)).filter((line) => line.startsWith('From '));
    // A press leads to the line, by that of the node in the listing.
    expect(from).toMatch(/^From \[`dir\/b\.py:27`\]\(command:siliconlens\.goToSource\?/);
  });
});

describe('the hover of a value', () => {
  const model = modelOf({
    inputs: [float('x', 4, 5)],
    outputs: [float('z', 4, 5)],
    initializers: [
      tensorOf(
        'few',
        'int64',
        [16],
        Array.from({ length: 16 }, (_, i) => i),
      ),
      tensorOf(
        'many',
        'int64',
        [17],
        Array.from({ length: 17 }, (_, i) => i),
      ),
    ],
    nodes: [
      node('Relu', ['x'], ['y']),
      node('Mul', ['y', 'y'], ['z']),
      node('Gather', ['x', 'few'], ['a']),
      node('Gather', ['x', 'many'], ['b']),
    ],
  });
  const at = async (line: string, name: string): Promise<string[]> => {
    const { analysis, text } = await analysed(model);
    const number = text.split('\n').findIndex((one) => one.includes(line));
    const character = text.split('\n')[number]!.lastIndexOf(name);
    const found = hover(analysis, { line: number, character }, 'en');
    return (found!.contents as MarkupContent).value.split('\n');
  };

  it('says what it is, how large, who writes it and how many read it', async () => {
    // 20 floats of four bytes.
    expect((await at('y = Relu', 'x')).slice(0, 3)).toEqual([
      '`x` `float[4,5]`',
      '',
      'graph input · 80 B · read by 3',
    ]);
    expect((await at('z = Mul', 'y'))[2]).toBe('value · 80 B · written by Relu · read by 2');
    expect((await at('a = Gather', 'few'))[2]).toBe('initializer · 128 B · read by 1');
  });

  it('has the first sixteen elements of what is known', async () => {
    const sixteen = '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15';
    expect(await at('a = Gather', 'few')).toContain(`Content: \`${sixteen}\``);
    expect(await at('b = Gather', 'many')).toContain(`Content: \`${sixteen}, …\``);
  });
});

describe('the hover of a node whose work is unknown', () => {
  const behind = modelOf({
    inputs: [float('x', 2, 3)],
    outputs: [{ name: 'y' }, { name: 'z' }],
    nodes: [
      node('Odd', ['x'], ['a'], { name: 'odd' }),
      node('Relu', ['a'], ['y']),
      node('NonZero', ['x'], ['n']),
      node('Neg', ['n'], ['z']),
    ],
  });
  const links = 'command:siliconlens.setDimensions';

  it.each([
    [0, 'Work unknown: nothing is known of this operator', false],
    [1, 'Work unknown: sizes depend on Odd `odd`, an operator of which nothing is known', false],
    [2, 'Work unknown: the data decide how much it gives', true],
    [3, 'Work unknown: sizes depend on NonZero, of which the data decide how much it gives', true],
  ])('blames what is to blame: node %i', async (index, why, asksForNumber) => {
    const { analysis } = await analysed(behind, { chips: ['nvidia-t4'] });
    const text = nodeHover(analysis, index, 'en')!.value;
    expect(text).toContain(why);
    expect(text).not.toMatch(/a dimension|a rate or/);
    expect(text.includes(links)).toBe(asksForNumber);
  });
});

describe('the hover of the model', () => {
  it('says what it is and a row of totals for a chip, at most eight', async () => {
    const chips = [
      'nvidia-h100-sxm', 'intel-xeon-8480', 'apple-m4-ane', 'nvidia-t4', 'nvidia-l4', 'nvidia-b200',
      'amd-mi300x', 'hailo-8', 'google-tpu-v5e',
    ]; // prettier-ignore
    const { analysis } = await analysed(product, { chips });
    const [first, ...rest] = analysis.chips;
    const throughput = { samplesPerSecond: 250, concurrency: 1 };
    const total = {
      ...first!.cost.total,
      ...{
        latencySeconds: { ...estimate(0.004, 0.003, 0.006), ...whole },
        throughput,
        joules: { ...estimate(0.5, 0.4, 0.6), ...whole },
        joulesParts: null,
      },
    };
    const shown = (change: object): string[] => {
      const one = { ...first!, cost: { ...first!.cost, total: { ...total, ...change } } };
      return modelHover({ ...analysis, chips: [one, ...rest] }, 'en', false).value.split('\n');
    };
    const lines = shown({});
    // One node; 64 x 64 floats of weights; 2 x 32 x 64 x 64 operations.
    expect(lines[0]).toBe(
      '`g` · IR 8 · ai.onnx 17 · 1 nodes · 4,096 parameters · 262 kOP per run · 16.4 kB of weights',
    );
    expect(lines.filter((line) => line.startsWith('| ')).length).toBe(2 + 8);
    expect(lines[4]).toBe('| H100 SXM5 80GB | 4 ms (3 ms – 6 ms) | 250/s | 500 mJ | 32.8 kB of 84.9 GB |');
    const joulesParts = { compute: 0.3, memory: 0, link: 0, idle: 0.2 };
    expect(shown({ joulesParts })[4]).toContain('| 500 mJ (compute 300 mJ · idle 200 mJ) |');
    const latencySeconds = { ...total.latencySeconds, ...partly(2, 0.009) };
    const joules = { ...total.joules, ...partly(1) };
    expect(shown({ latencySeconds, joules, throughput: null })[4]).toBe(
      '| H100 SXM5 80GB | at least 4 ms, at most 9 ms (2 nodes unknown) | unknown | at least 500 mJ (1 node unknown) | 32.8 kB of 84.9 GB |',
    );
    expect(shown({ joules: null, throughput: null })[4]).toBe(
      '| H100 SXM5 80GB | 4 ms (3 ms – 6 ms) | unknown | unknown | 32.8 kB of 84.9 GB |',
    );
  });

  it('says of a chip that its memory is too small', async () => {
    const { analysis } = await analysed(product, { chips: ['nvidia-t4'] });
    const [chip] = analysis.chips;
    const fit = { ...chip!.fit, fits: false, highWaterBytes: 20e9, capacityBytes: 16e9 };
    const lines = modelHover({ ...analysis, chips: [{ ...chip!, fit }] }, 'en', false).value.split('\n');
    expect(lines[4]).toMatch(/ \| \*\*20 GB of 16 GB: does not fit\*\* \|$/);
  });

  it('leads on by commands of the allow-list, where the editor runs links', async () => {
    const { analysis } = await analysed(product);
    expect(modelHover(analysis, 'en', false).value).not.toContain('command:');
    const targets = [...modelHover(analysis, 'en', true).value.matchAll(/\]\(command:([\w.]+)\?([^)]*)\)/g)];
    expect(targets.map(([, , args]) => JSON.parse(decodeURIComponent(args!)) as unknown)).toEqual(
      [0, 1, 2].map(() => [analysis.listing.uri]),
    );
  });
});
