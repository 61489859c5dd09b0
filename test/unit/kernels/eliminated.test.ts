import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Graph, Model, ModelFunction, Node } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById, runtimeProfiles } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fixture, fixtureNames } from '../formats/fixtures';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** Runtimes, each on a chip that it drives. */
const driven: readonly (readonly [runtime: string, chip: string])[] = [
  ['none', 'nvidia-t4'],
  ['onnxruntime-cpu', 'generic-x86-avx2-desktop'],
  ['onnxruntime-cuda', 'nvidia-t4'],
  ['tensorrt', 'nvidia-t4'],
  ['openvino', 'generic-x86-avx2-desktop'],
  ['xla', 'google-tpu-v5e'],
  ['coreml', 'apple-m4-ane'],
];

/** A body of nodes: the main graph, a subgraph or a function's. */
interface Body {
  readonly nodes: readonly Node[];
  readonly outputs: readonly string[];
}

/** Which nodes outputs depend on, found by names in the model alone. Nodes are called by their places: `2/0` is the first of the body held by the third. */
class Liveness {
  readonly live = new Set<string>();

  constructor(private readonly model: Model) {
    this.follow(bodyOf(model.graph), new Set(bodyOf(model.graph).outputs), '');
  }

  /** Marks what the wanted names need; answers all names that turned out to be wanted, those of outside too. */
  private follow({ nodes }: Body, wanted: Set<string>, place: string): Set<string> {
    for (let size = -1; size !== wanted.size;) {
      size = wanted.size;
      nodes.forEach((node, at) => {
        if (!node.outputs.some((name) => name !== '' && wanted.has(name))) return;
        this.live.add(`${place}${at}`);
        for (const name of this.needs(node, wanted, `${place}${at}/`)) if (name !== '') wanted.add(name);
      });
    }
    return wanted;
  }

  private needs(node: Node, wanted: ReadonlySet<string>, place: string): readonly string[] {
    const called = this.model.functions.find((one) => isCall(node, one));
    if (called) {
      const results = called.outputs.filter((_, i) => wanted.has(node.outputs[i] ?? ''));
      const needed = this.follow(called, new Set(results), place);
      return node.inputs.filter((_, i) => needed.has(called.inputs[i] ?? ''));
    }
    const graphs = node.attributes.flatMap(({ kind, value }) => (kind === 'graph' ? [value] : []));
    const bodies = graphs.map(bodyOf);
    // Places count through the bodies of a node; its own names hide those of outside, which have others here.
    const captured = bodies.flatMap((body, i) => [
      ...this.follow(body, new Set(body.outputs), `${place}${graphs.length > 1 ? `${i}:` : ''}`),
    ]);
    return [...node.inputs, ...captured];
  }
}

function isCall(node: Node, { name, domain, overload }: ModelFunction): boolean {
  return node.operator === name && node.domain === domain && node.overload === overload;
}

function bodyOf({ nodes, outputs }: Graph): Body {
  return { nodes, outputs: outputs.map(({ name }) => name) };
}

/** The places of an inference's nodes, as {@link Liveness} names them. */
function placesOf(inference: Inference): string[] {
  const places: string[] = [];
  const counts = new Map<number, number>();
  for (const { index, parent, scope } of inference.nodes) {
    const at = counts.get(scope) ?? 0;
    counts.set(scope, at + 1);
    const siblings = inference.scopes.filter(({ holder }) => holder !== null && holder === parent);
    const body = siblings.length > 1 ? `${siblings.findIndex((one) => one.index === scope)}:` : '';
    places[index] = parent === null ? `${at}` : `${places[parent]}/${body}${at}`;
  }
  return places;
}

/** What a value is made of, as text: equal texts are equal values, however they are named. */
class Structure {
  private readonly known = new Map<number, string>();

  constructor(private readonly inference: Inference) {}

  /** Whether a node needs no input of a run: what it reads are constants, shapes, or made from such alone. */
  isKnown(index: number): boolean {
    const { inputs, outputs } = this.inference.nodes[index]!;
    const isKnown = (id: number | null): boolean => {
      if (id === null) return true;
      const { producer, isConstant, elements } = this.inference.values[id]!;
      return isConstant || elements !== undefined || (producer !== null && this.isKnown(producer));
    };
    const content = outputs.every((id) => id !== null && this.inference.values[id]!.elements !== undefined);
    return content || (inputs.length > 0 && inputs.every(isKnown));
  }

  /** Whether all that read a node are known at load time, as who asks for its shape alone is, or read by such alone. */
  isForLoadOnly(index: number): boolean {
    const { scopes, values, nodes } = this.inference;
    return nodes[index]!.outputs.every((id) => {
      if (id === null) return true;
      const leaves = scopes.some(({ outputs }) => outputs.includes(id));
      return !leaves && values[id]!.consumers.every((one) => this.isKnown(one) || this.isForLoadOnly(one));
    });
  }

  of(id: number): string {
    let text = this.known.get(id);
    if (text === undefined) {
      const { producer, elements, isConstant } = this.inference.values[id]!;
      // Whoever computes the same from constants of the same content computes the same.
      if (isConstant && elements) text = `[${elements.map(String).join()}]`;
      else text = producer === null ? `value ${id}` : this.ofNode(producer, id);
      text = createHash('sha256').update(text).digest('hex').slice(0, 24);
      this.known.set(id, text);
    }
    return text;
  }

  ofNode(index: number, output?: number): string {
    const { node, inputs, outputs } = this.inference.nodes[index]!;
    const parts = inputs.map((id) => (id === null ? '' : this.of(id)));
    const attributes = node.attributes.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
    const at = output === undefined ? '' : outputs.indexOf(output);
    return `${node.domain}.${node.operator}(${parts.join()})<${attributes.join()}>${at}`;
  }
}

/** A node among the values that it reads and makes. */
class Placed {
  readonly keepsType: boolean;
  private readonly node: Inference['nodes'][number];

  constructor(
    private readonly inference: Inference,
    index: number,
  ) {
    this.node = inference.nodes[index]!;
    const made = this.typeOf(this.node.outputs[0]);
    this.keepsType = this.typeOf(this.node.inputs[0]) === made || this.typeOf(this.node.inputs[1]) === made;
  }

  /** Whether an input is this number everywhere. */
  reads(value: number): boolean {
    return this.node.inputs.some((id) => {
      const elements = id === null ? undefined : this.inference.values[id]!.elements;
      return elements !== undefined && elements.length > 0 && elements.every((one) => one === value);
    });
  }

  readsFloats(): boolean {
    return /^float/.test(this.typeOf(this.node.inputs[0]));
  }

  /** Whether the axes that are longer than one stay in their order, and there are such. */
  keepsOrder(): boolean {
    const type = this.inference.values[this.node.inputs[0] ?? -1]?.type;
    const shape = type?.kind === 'tensor' ? (type.shape ?? []) : [];
    const perm = this.node.node.attributes.find(({ name }) => name === 'perm')?.value as
      readonly number[] | undefined;
    const moved = (perm ?? []).filter((axis) => shape[axis] !== 1);
    return moved.length > 0 && moved.join() === [...moved].sort((a, b) => a - b).join();
  }

  private typeOf(id: number | null | undefined): string {
    const type = typeof id === 'number' ? this.inference.values[id]!.type : undefined;
    return type?.kind === 'tensor' ? `${type.dtype}${JSON.stringify(type.shape)}` : '?';
  }
}

const always = (): boolean => true;
const adds = (placed: Placed): boolean => placed.keepsType && placed.reads(0);
const multiplies = (placed: Placed): boolean => placed.keepsType && placed.reads(1);
const reshapes = ({ keepsType }: Placed): boolean => keepsType;

/** When a node of the operator changes nothing, by its definition. */
const identities: ReadonlyMap<string, (placed: Placed) => boolean> = new Map([
  ['Identity', always],
  ['Dropout', always],
  ['Add', adds],
  ['Sub', adds],
  ['Mul', multiplies],
  ['Div', multiplies],
  // Half precision is computed in single on processors: such a pair of casts goes with it.
  ['Cast', (placed) => placed.keepsType || placed.readsFloats()],
  // Moving an axis of one moves nothing.
  ['Transpose', (placed) => placed.keepsOrder()],
  ...['Expand', 'Reshape', 'Slice', 'Pad', 'Concat', 'Tile'].map((name) => [name, reshapes] as const),
]);

/** Whether the node changes nothing, by the definition of its operator. */
function isIdentity(inference: Inference, index: number): boolean {
  const changesNothing = identities.get(inference.nodes[index]!.node.operator);
  return changesNothing?.(new Placed(inference, index)) ?? false;
}

/** Reasons other than being unread for which a runtime may leave a node out. */
function mayBeLeftOut(inference: Inference, structure: Structure, twins: Twins, index: number): boolean {
  const { folded, view } = inference.nodes[index]!;
  if (folded || view || structure.isKnown(index) || structure.isForLoadOnly(index)) return true;
  return isIdentity(inference, index) || (twins.get(structure.ofNode(index)) ?? 0) > 1;
}

/** PyTorch's tensors have strides: other orders and parts of an axis are views (torch.permute, torch.chunk). */
const isStrided = (runtime: string, operator: string): boolean =>
  ['pytorch-eager', 'torch-compile'].includes(runtime) && ['Transpose', 'Split'].includes(operator);

/** How many nodes compute the same, by their structure. */
type Twins = ReadonlyMap<string, number>;

/** Whether every runtime keeps what outputs need, and those that drop what is unused drop just that. */
async function check(model: Model): Promise<number> {
  const inference = await infer(model, workload);
  const { live } = new Liveness(model);
  const places = placesOf(inference);
  const structure = new Structure(inference);
  const twins = new Map<string, number>();
  for (const { index } of inference.nodes) {
    const text = structure.ofNode(index);
    twins.set(text, (twins.get(text) ?? 0) + 1);
  }
  const holders = new Set(inference.scopes.map(({ holder }) => holder));
  let unused = 0;
  for (const profile of runtimeProfiles) {
    const plan = await planKernels(inference, profile, uninterrupted);
    const drops = profile.passes.some(({ pass }) => pass === 'drop-unused');
    for (const { index, node } of inference.nodes) {
      const name = `${profile.id}: ${places[index]} ${node.operator} ${node.outputs.join()}`;
      const runs = plan.kernelOfNode[index] !== -1;
      const isLive = live.has(places[index]!);
      if (!isLive && drops) {
        unused++;
        expect(runs, `${name} is unused but runs`).toBe(false);
      }
      if ((isLive || !drops) && !holders.has(index) && !runs)
        expect(
          mayBeLeftOut(inference, structure, twins, index) || isStrided(profile.id, node.operator),
          name,
        ).toBe(true);
    }
  }
  return unused;
}

async function parsed(text: string): Promise<Model> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

const head = '<ir_version: 10, opset_import: ["" : 18, "loc" : 1]>';
const weight = 'float[64, 64] W = ["location": "w.bin"]';

describe('what outputs need is kept by every runtime, what they do not need is dropped', () => {
  it.each(fixtureNames)('in %s', async (name) => {
    const { value } = await readOnnx(memorySource(fixture(name)), uninterrupted);
    await check(value!);
  });

  it.each(fixtureNames)('so that all runtimes have the same work with %s, run or left out', async (name) => {
    const { value } = await readOnnx(memorySource(fixture(name)), uninterrupted);
    const sums = new Set<number>();
    for (const [runtime, chip] of driven) {
      const prepared = await prepare(value!, { ...workload, runtime }, uninterrupted);
      const { cost } = await costsOn(prepared, chipById(chip)!, uninterrupted);
      expect(cost.runtime).toBe(runtime);
      const { operations, eliminatedOperations } = cost.total;
      // Nodes whose work is unknown are left out on both sides: the known part agrees too.
      sums.add((operations.value ?? 0) + (eliminatedOperations.value ?? 0));
    }
    expect(sums.size).toBe(1);
  });

  it('and what is computed at load time counts as left out, or as run where a runtime does not do that', async () => {
    const model = await parsed(`${head}
g (float[4, 64] x) => (float[4, 64] y) <float[64, 64] W = ["location": "w.bin"], float[64, 64] V = ["location": "v.bin"]> {
  p = MatMul (W, V)
  y = MatMul (x, p)
}
`);
    // 2 x 64·64·64 operations of the weights among themselves, 2 x 4·64·64 of the input with them.
    const [ahead, each] = [524_288, 32_768];
    for (const [runtime, chip] of driven) {
      const prepared = await prepare(model, { ...workload, runtime }, uninterrupted);
      const { operations, eliminatedOperations } = (await costsOn(prepared, chipById(chip)!, uninterrupted))
        .cost.total;
      const isFolding = profileById(runtime)!.folding.constants;
      expect([runtime, operations.value, eliminatedOperations.value]).toEqual(
        isFolding ? [runtime, each, ahead] : [runtime, each + ahead, 0],
      );
    }
  });

  it('before calls of functions, with attributes', async () => {
    const model = await parsed(`${head}
g (float[4, 64] x) => (float[4, 64] y) <${weight}> {
  h = MatMul (x, W)
  y = loc.Lin <axis = 1> (h, W)
}
<domain: "loc", opset_import: ["" : 18]>
Lin <axis> (x, w) => (y) { p = MatMul (x, w) y = Softmax <axis: int = @axis> (p) }
`);
    expect(await check(model)).toBe(0);
  });

  it('before nested calls, of which one result and one argument go unread', async () => {
    const model = await parsed(`${head}
g (float[4, 64] x) => (float[4, 64] y) <${weight}> {
  h = MatMul (x, W)
  k = Exp (x)
  y, z = loc.Outer (h, W, k)
  u = Tanh (z)
}
<domain: "loc", opset_import: ["" : 18, "loc" : 1]>
Outer (x, w, k) => (y, z) { a = MatMul (x, w) y = loc.Inner (a) z = Sigmoid (k) }
<domain: "loc", opset_import: ["" : 18]>
Inner (x) => (y) { b = Sqrt (x) y = Relu (b) }
`);
    // Of the graph Exp, Tanh; of Outer its Sigmoid: three nodes on each runtime that drops.
    const dropping = runtimeProfiles.filter(({ passes }) =>
      passes.some(({ pass }) => pass === 'drop-unused'),
    );
    expect(dropping.length).toBeGreaterThan(1);
    expect(await check(model)).toBe(3 * dropping.length);
  });

  it('before calls inside of branches and loops, and of overloads', async () => {
    const model = await parsed(`${head}
g (bool c, float[4, 64] x) => (float[4, 64] y) <${weight}> {
  h = MatMul (x, W)
  d = Exp (h)
  y = If (c) <
    then_branch = t () => (float[4, 64] a) { a = loc.Lin:wide (h, W) b = loc.Lin:thin (d) },
    else_branch = e () => (float[4, 64] a) { a = loc.Lin:thin (h) }
  >
  q = If (c) <
    then_branch = t2 () => (float[4, 64] a) { a = loc.Lin:wide (h, W) },
    else_branch = e2 () => (float[4, 64] a) { a = loc.Lin:thin (h) }
  >
}
<domain: "loc", overload: "wide", opset_import: ["" : 18]>
Lin (x, w) => (y) { y = MatMul (x, w) }
<domain: "loc", overload: "thin", opset_import: ["" : 18]>
Lin (x) => (y) { y = Relu (x) }
`);
    expect(await check(model)).toBeGreaterThan(0);
  });

  it('in a loop inside of a function, of which one scanned result goes unread', async () => {
    const model = await parsed(`${head}
g (int64 n, bool c, float[4, 64] x) => (float[4, 64] y) <${weight}> {
  h = MatMul (x, W)
  k = Exp (x)
  y, s = loc.Repeat (n, c, h, k)
}
<domain: "loc", opset_import: ["" : 18]>
Repeat (n, c, x, k) => (y, s) {
  y, s = Loop (n, c, x) <body = b (int64 i, bool go, float[4, 64] v) => (bool on, float[4, 64] w, float[4, 64] t) {
    on = Identity (go)
    w = Relu (v)
    t = Tanh (w)
  }>
  u = Sigmoid (k)
}
`);
    // Exp feeds Sigmoid alone, which nobody reads; the body of the loop runs as it is written.
    const dropping = runtimeProfiles.filter(({ passes }) =>
      passes.some(({ pass }) => pass === 'drop-unused'),
    );
    expect(await check(model)).toBe(2 * dropping.length);
  });
});
