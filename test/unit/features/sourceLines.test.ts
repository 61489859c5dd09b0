import { describe, expect, it } from 'vitest';
import type { Model, Node } from '../../../server/engine/graph/model';
import { runThrough } from '../../../server/engine/scheduler';
import { sourceCosts, sourceNames, sourceOfNode } from '../../../server/features/sourceLines';
import type { Analysis } from '../../../server/workspace/analysis';
import { analysed, float, modelOf, node } from './analysed';

const chip = { chips: ['intel-xeon-8480'] };

const program = [
  'class Net(nn.Module):', // 1
  '    def block(self, x):', // 2
  '        x = x @ self.w', // 3
  '        return x.relu()', // 4
  '', // 5
  '    def forward(self, x):', // 6
  '        x = self.block(x)', // 7
  '        return x @ self.w', // 8
];

const frame = (line: number, name: string, code = program[line - 1]!.trim(), file = '/export/app/net.py') =>
  `  File "${file}", line ${line}, in ${name}\n    ${code}`;

function from(made: Node, ...frames: readonly string[]): Node {
  return { ...made, metadata: [['pkg.torch.onnx.stack_trace', frames.join('\n')]] };
}

/** Two nodes made by the block that line 7 calls, one by line 8 itself. */
function net(): Model {
  const call = frame(7, 'forward');
  const nodes = [
    from(node('MatMul', ['x', 'w'], ['m']), call, frame(3, 'block')),
    from(node('Relu', ['m'], ['r']), call, frame(4, 'block')),
    from(node('MatMul', ['r', 'w'], ['y']), frame(8, 'forward')),
  ];
  const inputs = [float('x', 256, 256), float('w', 256, 256)];
  return modelOf({ inputs, outputs: [float('y', 256, 256)], nodes });
}

const costs = (analysis: Analysis, path: string, lines: readonly string[]) =>
  runThrough(sourceCosts(analysis, { path, text: lines.join('\n') }, 'en'));

/** Seconds as a label says them. */
function secondsOf(label: string): number {
  const [, number, unit] = /([\d.,]+) (ns|µs|ms|s)/.exec(label)!;
  return Number(number) * { ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1 }[unit as 'ns'];
}

describe('costs of the lines of a program', () => {
  it('are those of all nodes that a line made, also by what it called', async () => {
    const { analysis } = await analysed(net(), chip);
    const { hints } = costs(analysis, '/home/me/app/net.py', program);
    const seconds = analysis.chips[0]!.cost.nodes.map((one) => one.seconds!.value);
    const at = new Map(hints.map(({ line, label }) => [line, secondsOf(label)]));
    // Lines 3, 7 and 8: the first product, that with its Relu, the second product. Labels have three digits.
    expect(at.get(2)! / seconds[0]!).toBeCloseTo(1, 2);
    expect(at.get(6)! / (seconds[0]! + seconds[1]!)).toBeCloseTo(1, 2);
    expect(at.get(7)! / seconds[2]!).toBeCloseTo(1, 2);
    expect(hints.find(({ line }) => line === 7)!.hover).toContain('[MatMul](command:siliconlens.revealLine?');
  });

  it('are summed for functions and classes, each node once', async () => {
    const { analysis, text } = await analysed(net(), chip);
    const { lenses } = costs(analysis, '/home/me/app/net.py', program);
    expect(lenses.map(({ line, title }) => [line, title.split(':')[0]])).toEqual([
      [0, expect.stringContaining(' on ')],
      [0, 'Net'],
      [1, 'block'],
      [5, 'forward'],
    ]);
    expect(lenses[1]!.title).toMatch(/100%$/);
    expect(lenses[3]!.title).toMatch(/100%$/);
    // The costliest of the block is the first product.
    expect(text.split('\n')[lenses[2]!.target]).toContain('MatMul');
  });

  it('are shown where the text is that of the export, and what changed is counted', async () => {
    const { analysis } = await analysed(net(), chip);
    const changed = program.with(2, '        x = x @ self.other');
    const { hints, lenses } = costs(analysis, '/home/me/app/net.py', changed);
    expect(hints.map(({ line }) => line)).not.toContain(2);
    // Of lines 3, 4, 7 and 8 one reads otherwise.
    expect(lenses[0]!.title).toContain('1 of 4 lines changed');
    expect(costs(analysis, '/home/me/app/net.py', ['nothing', 'alike'])).toEqual({ hints: [], lenses: [] });
    expect(costs(analysis, '/home/me/app/other.py', program).hints).toEqual([]);
  });

  it('go by the longest common end of the paths', async () => {
    const twin = { ...net(), graph: { ...net().graph } };
    const other = frame(3, 'block', program[2]!.trim(), '/export/old/net.py');
    const nodes = [...twin.graph.nodes, from(node('Relu', ['y'], ['z']), other)];
    const model = { ...twin, graph: { ...twin.graph, nodes, outputs: [float('z', 256, 256)] } };
    const { analysis } = await analysed(model, chip);
    expect(runThrough(sourceNames(analysis))).toEqual(['net.py']);
    expect(costs(analysis, 'C:\\work\\old\\net.py', program).hints.map(({ line }) => line)).not.toContain(6);
    expect(costs(analysis, 'C:\\work\\app\\net.py', program).hints.map(({ line }) => line)).toContain(6);
  });

  it('say nothing of traces that are none', async () => {
    const model = net();
    const nodes = model.graph.nodes.map((one) =>
      from(one, 'File "x', 'File "a.py", line x, in f', '\n'.repeat(9)),
    );
    const { analysis } = await analysed({ ...model, graph: { ...model.graph, nodes } }, chip);
    expect(runThrough(sourceNames(analysis))).toEqual([]);
  });

  it('lead back from a node, the innermost line first', async () => {
    const { analysis, text } = await analysed(net(), chip);
    const line = text.split('\n').findIndex((one) => one.includes('Relu'));
    expect(sourceOfNode(analysis, line).frames).toEqual([
      { file: '/export/app/net.py', line: 3 },
      { file: '/export/app/net.py', line: 6 },
    ]);
    expect(sourceOfNode(analysis, 0).frames).toEqual([]);
  });
});
