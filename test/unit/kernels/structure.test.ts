import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { movedBytes, readsOf, sumByRole } from '../../../server/engine/kernels/operands';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById, runtimeProfiles } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { expectedRuns, fixtureNames, readFixture } from '../inference/fixtures';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

async function prepared(text: string) {
  const { value } = await parseOnnxText(text, uninterrupted);
  return prepare(value!, workload, uninterrupted);
}

const loop = `<ir_version: 9, opset_import: ["" : 20]>
main (float[4,8] x, float[8,8] w) => (float[4,8] y) {
  trips = Constant <value = int64 {5}> ()
  yes = Constant <value = bool {1}> ()
  z = Loop (trips, yes, x) <body = step (int64 i, bool go, float[4,8] h) => (bool again, float[4,8] next) {
    again = Identity (go)
    m = MatMul (h, w)
    next = Relu (m)
  }>
  y = Relu (z)
}
`;

const call = `<ir_version: 9, opset_import: ["" : 20, "own" : 1]>
main (float[4,8] x, float[8,8] w) => (float[4,8] y) {
  y = own.dense (x, w)
}
<domain: "own", opset_import: ["" : 20]>
dense (a, b) => (c) {
  m = MatMul (a, b)
  c = Relu (m)
}
`;

describe('subgraphs and functions', () => {
  it('repeats the kernels of a loop body and never fuses across its border', async () => {
    const model = await prepared(loop);
    const { nodes } = model.inference;
    const plan = await planKernels(model.inference, profileById('tensorrt')!, uninterrupted);
    const named = plan.kernels.map((kernel) => [
      kernel.nodes.map((node) => nodes[node]!.node.operator).join('+'),
      kernel.repeat,
    ]);
    expect(named).toContainEqual(['MatMul+Relu', 5]);
    expect(named).toContainEqual(['Relu', 1]);
    expect(named).toContainEqual(['Loop', 1]);
    const { cost } = await costsOn(model, chipById('nvidia-t4')!, uninterrupted);
    // 5 runs of 2·4·8·8 and a Relu of 32 in the body, one Relu outside.
    expect(cost.total.operations.value).toBe(5 * (2 * 4 * 8 * 8 + 32) + 32);
  });

  it('runs the body of a function in the place of its call', async () => {
    const { inference } = await prepared(call);
    const plan = await planKernels(inference, profileById('tensorrt')!, uninterrupted);
    expect(plan.kernels).toHaveLength(1);
    expect(plan.kernels[0]!.nodes.map((node) => inference.nodes[node]!.node.operator)).toEqual([
      'MatMul',
      'Relu',
    ]);
    expect(plan.kernelOfNode[0]).toBe(-1);
    expect(sumByRole(plan.kernels[0]!)).toEqual({ inputs: 4 * (32 + 64), weights: 0, outputs: 4 * 32 });
  });
});

describe('every profile on every fixture', () => {
  it.each(fixtureNames)('%s: plans keep nodes, order and operations', async (name) => {
    const { bindings } = expectedRuns(name)[0]!;
    const { inference } = await prepare(await readFixture(name), { ...workload, bindings }, uninterrupted);
    for (const profile of runtimeProfiles) {
      const plan = await planKernels(inference, profile, uninterrupted);
      const seen = new Set<number>();
      let matrix = 0;
      for (const kernel of plan.kernels) {
        expect([...kernel.nodes].sort((a, b) => a - b)).toEqual(kernel.nodes);
        // What a runtime puts in has no nodes and no work, and stands by a node that runs.
        if (kernel.nodes.length === 0) {
          expect(plan.kernelOfNode[kernel.anchor]).toBeGreaterThanOrEqual(0);
          expect(kernel.operations).toEqual({ matrix: 0, vector: 0, special: 0 });
          continue;
        }
        expect(kernel.nodes).toContain(kernel.anchor);
        for (const node of kernel.nodes) {
          expect(seen.has(node)).toBe(false);
          seen.add(node);
        }
        matrix += kernel.operations?.matrix ?? 0;
        // What a kernel moves is never more than what its nodes would move alone.
        const alone = kernel.nodes.map((node) => inference.nodes[node]!.work?.bytes);
        const own = movedBytes(kernel);
        if (own === null || alone.some((bytes) => !bytes)) continue;
        // Behind a removed cast the wider value itself is read.
        const named = new Set(kernel.nodes.flatMap((node) => inference.nodes[node]!.inputs));
        const wider = readsOf(kernel).filter((id) => !named.has(id));
        const more = wider.reduce((all, id) => all + (inference.values[id]!.bytes ?? 0), 0);
        const sum = alone.reduce((all, bytes) => all + bytes!.inputs + bytes!.weights + bytes!.outputs, 0);
        expect(own, `${profile.id} ${kernel.fusion}`).toBeLessThanOrEqual(sum + more + 1e-6);
        if (sum > 0) expect(own, `${profile.id} ${kernel.fusion}`).toBeGreaterThan(0);
      }
      // No fusion makes matrix work appear or vanish.
      const all = inference.nodes.reduce((sum, node) => sum + (node.work?.operations.matrix ?? 0), 0);
      expect(Math.abs(matrix - all), profile.id).toBeLessThanOrEqual(1e-9 * all);
    }
  });
});

describe('graphs that make no sense', () => {
  const operators = [
    'Relu',
    'Identity',
    'Flatten',
    'Transpose',
    'Add',
    'MatMul',
    'Softmax',
    'Erf',
    'Dropout',
  ];
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const line = fc
    .tuple(fc.constantFrom(...operators), name, name, name)
    .map(([operator, left, right, output]) => {
      const inputs = ['Add', 'MatMul'].includes(operator) ? `${left}, ${right}` : left;
      return `  ${output} = ${operator} (${inputs})`;
    });

  it('with cycles and names given twice are planned and costed to the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
        const head = '<ir_version: 9, opset_import: ["" : 20]>\nmain (float[4,4] x) => (float[4,4] a) {';
        const model = await prepared([head, ...lines, '}', ''].join('\n'));
        for (const profile of runtimeProfiles) await planKernels(model.inference, profile, uninterrupted);
        const { cost } = await costsOn(model, chipById('nvidia-t4')!, uninterrupted);
        expect(cost.nodes.length).toBe(lines.length);
      }),
      { numRuns: 300 },
    );
  });

  it('with thousands of views in a row are planned', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `  v${i + 1} = Flatten (v${i})`);
    const head = '<ir_version: 9, opset_import: ["" : 20]>\nmain (float[4,4] v0) => (float[4,4] y) {';
    const model = await prepared([head, ...lines, '  y = Relu (v5000)', '}', ''].join('\n'));
    const plan = await planKernels(model.inference, profileById('none')!, uninterrupted);
    expect(plan.kernels.at(-1)?.nodes).toEqual([5000]);
  });
});
