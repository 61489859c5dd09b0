import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { dropUnused } from '../../../server/engine/kernels/liveness';
import { planKernels } from '../../../server/engine/kernels/plan';
import { runtimeProfiles } from '../../../server/engine/kernels/profile';
import { WorkGraph } from '../../../server/engine/kernels/workGraph';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { fixtureNames, readFixture } from '../inference/fixtures';

const defaultWorkload: Workload = { bindings: {}, phase: 'prefill', precision: 'as-stored', runtime: null };
const head = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>';
const domain = '<domain: "local", opset_import: ["" : 21, "local" : 1]>';

/** Each with the nodes that are dead by hand, named by what they make. */
const written: Readonly<Record<string, { readonly text: string; readonly dead: readonly string[] }>> = {
  'a nested call with one argument and one output unused': {
    text: `${head} g (float[4, 8] x) => (float[4, 8] y) {
      fed = Tanh (x)
      unused = Sigmoid (x)
      y, spare = local.outer (fed, unused)
    }
    ${domain} outer (a, b) => (c, d) { m = Exp (a) c = local.inner (m) d = Log (b) }
    ${domain} inner (p) => (q) { q = Relu (p) }`,
    dead: ['unused', 'd'],
  },
  'a call that nobody reads': {
    text: `${head} g (float[4, 8] x) => (float[4, 8] y) {
      fed = Tanh (x)
      lost = local.f (fed)
      y = Relu (x)
    }
    ${domain} f (a) => (b) { b = Exp (a) }`,
    dead: ['fed', 'b'],
  },
  'attributes and overloads': {
    text: `${head} g (float[4, 8] x) => (float[4, 8] y) {
      m = Tanh (x)
      n = local.f:soft <axis = 1> (m)
      y = local.f:hard (n)
    }
    <domain: "local", overload: "soft", opset_import: ["" : 21]>
    f <axis> (a) => (b) { b = Softmax <axis: int = @axis> (a) }
    <domain: "local", overload: "hard", opset_import: ["" : 21]> f (a) => (b) { side = Exp (a) b = Relu (a) }`,
    dead: ['side'],
  },
  'a call inside a branch, a branch inside a function': {
    text: `${head} g (float[4, 8] x, bool t) => (float[4, 8] y) {
      outer = Tanh (x)
      dead_here = Exp (x)
      y = If (t) <
        then_branch = one () => (float[4, 8] o) { o = local.f (outer, t) },
        else_branch = two () => (float[4, 8] p) { p = Relu (x) waste = Abs (x) }
      >
      z = If (t) <
        then_branch = three () => (float[4, 8] r) { r = Neg (dead_here) },
        else_branch = four () => (float[4, 8] s) { s = Ceil (x) }
      >
    }
    ${domain} f (a, c) => (b) {
      inside = Sigmoid (a)
      b = If (c) <
        then_branch = five () => (float[4, 8] u) { u = Floor (inside) },
        else_branch = six () => (float[4, 8] v) { v = Round (a) }
      >
    }`,
    dead: ['dead_here', 'waste', 'z', 'r', 's'],
  },
};

async function parsed(text: string): Promise<Model> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

/**
 * Nodes that no output of the model needs, found on the inference alone by asking again until nothing changes: no
 * code of the engine's. A call is needed where an output of its body is.
 */
function deadNodes(inference: Inference): Set<number> {
  const { nodes, scopes } = inference;
  const wanted = new Set<number>(scopes[0]!.outputs.filter((id) => id !== null));
  const isCall = (index: number): boolean =>
    scopes.some((scope) => scope.holder === index && scope.arguments !== null);
  const backwards = [...nodes].reverse();
  for (let before = -1; before !== wanted.size;) {
    before = wanted.size;
    for (const node of backwards) {
      const isWanted = node.outputs.some((id) => id !== null && wanted.has(id));
      if (!isWanted || isCall(node.index)) continue;
      for (const id of node.inputs) if (id !== null) wanted.add(id);
      for (const scope of scopes.filter(({ holder }) => holder === node.index))
        for (const id of scope.outputs) if (id !== null) wanted.add(id);
    }
    for (const scope of scopes) {
      if (scope.arguments === null) continue;
      nodes[scope.holder!]!.outputs.forEach((id, i) => {
        const made = scope.outputs[i];
        if (id !== null && wanted.has(id) && typeof made === 'number') wanted.add(made);
      });
      scope.inputs.forEach((id, i) => {
        const passed = scope.arguments![i];
        if (wanted.has(id) && typeof passed === 'number') wanted.add(passed);
      });
    }
  }
  const dead = nodes.filter(
    ({ index, outputs }) => !isCall(index) && !outputs.some((id) => id !== null && wanted.has(id)),
  );
  return new Set(dead.map(({ index }) => index));
}

/** Sum over all nodes of the model. */
function operationsOf(inference: Inference): number {
  return inference.nodes.reduce((sum, { work, repeat }) => {
    const { matrix, vector, special } = work?.operations ?? { matrix: 0, vector: 0, special: 0 };
    return sum + (matrix + vector + special) * (repeat ?? 0);
  }, 0);
}

function checkDropping(inference: Inference): void {
  const graph = new WorkGraph(inference);
  const calls = new Set(inference.scopes.flatMap((scope) => (scope.arguments ? [scope.holder] : [])));
  const added = inference.nodes.filter(({ index }) => !calls.has(index));
  for (const node of added) graph.add(node);
  runThrough(dropUnused(graph));
  const gone = added.filter(({ index }) => graph.holder(index) === -1).map(({ index }) => index);
  expect(gone).toEqual([...deadNodes(inference)].sort((one, other) => one - other));
}

describe('what nobody reads', () => {
  it.each(Object.keys(written))('is what a walk of its own finds: %s', async (name) => {
    const inference = await infer(await parsed(written[name]!.text), defaultWorkload);
    const made = [...deadNodes(inference)].map((index) => inference.nodes[index]!.node.outputs[0]);
    expect(made.sort()).toEqual([...written[name]!.dead].sort());
    checkDropping(inference);
  });

  it.each(fixtureNames)(
    'is what a walk of its own finds: %s',
    async (name) => {
      checkDropping(await infer(await readFixture(name), defaultWorkload));
    },
    60_000,
  );

  it('leaves all work to a model whose nodes are all read, with every runtime', async () => {
    const model = await parsed(`${head} g (float[16, 32] x, float[32, 32] w) => (float[16, 32] y) {
      fed = MatMul (x, w)
      y = local.f (fed, w)
    }
    ${domain} f (a, b) => (c) { c = MatMul (a, b) }`);
    const inference = await infer(model, defaultWorkload);
    // Twice 2 · 16 · 32 · 32.
    expect(operationsOf(inference)).toBe(65_536);
    for (const profile of runtimeProfiles) {
      const { kernels } = await planKernels(inference, profile, uninterrupted);
      expect(
        kernels.reduce((sum, { operations }) => sum + operations!.matrix, 0),
        profile.id,
      ).toBe(65_536);
    }
  });
});
