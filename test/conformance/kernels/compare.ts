/** Our kernel plans against the kernels that ONNX Runtime runs (answers.py): what a kernel is, and how many agree. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { evaluate } from '../../../server/engine/graph/dim';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Graph, Model, ValueInfo, ValueType } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import { inferFile } from '../../../server/engine/inference/symbolic';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Kernel } from '../../../server/engine/kernels/types';
import { uninterrupted } from '../../../server/engine/scheduler';

/** A kernel of ONNX Runtime: operator, original nodes by place in the file, and for one without any, makers of what it reads. */
type Answer = readonly [operator: string, nodes: readonly number[], from?: readonly number[]];

/** As answers.py writes it. */
export interface Answers {
  readonly model: string;
  readonly onnxruntime: string;
  readonly date: string;
  /** Sizes that the file leaves open, with the number that `fixed` has in their place. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, Readonly<Record<string, readonly Answer[]>>>>;
}

export interface Agreement {
  readonly ours: number;
  readonly theirs: number;
  /** Kernels that both have. */
  readonly same: number;
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
}

const answersFolder = 'test/conformance/kernels/answers';
const modelFolders = ['test/fixtures/models', 'test/conformance/kernels/models'];

/** Names of the models that ONNX Runtime was asked about. */
export function answeredModels(): string[] {
  return readdirSync(answersFolder).map((file) => file.replace(/\.json\.gz$/, ''));
}

export function readAnswers(name: string): Answers {
  return JSON.parse(gunzipSync(readFileSync(join(answersFolder, `${name}.json.gz`))).toString()) as Answers;
}

async function readModelOf(name: string): Promise<Model> {
  for (const folder of modelFolders) {
    const plain = join(folder, `${name}.onnx`);
    const packed = `${plain}.gz`;
    if (!existsSync(plain) && !existsSync(packed)) continue;
    const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(packed));
    const { value } = await readOnnx(memorySource(bytes), uninterrupted);
    if (value) return value;
  }
  throw new Error(`${name} cannot be read`);
}

/** Kernels that agree, of a model at one level; `fixed` has numbers in the place of open sizes. */
export async function compareAt(answers: Answers, sizes: string, level: string): Promise<Agreement> {
  const file = await readModelOf(answers.model);
  const model = sizes === 'fixed' ? withSizes(file, answers.sizes) : file;
  const workload = {
    bindings: bindingsOf(answers.sizes),
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  } as const;
  const inference = await infer(model, workload, {}, uninterrupted);
  const options = { file: await inferFile(model, {}, uninterrupted), level };
  const { kernels } = await planKernels(inference, profileById('onnxruntime-cpu')!, uninterrupted, options);
  const theirs = answers.answers[sizes]![level]!;
  const twin = twinsOf(inference);
  const named = (nodes: readonly number[]): number[] =>
    nodes.map((node) => twin[node] ?? node).sort((a, b) => a - b);
  const own = kernels.map((kernel) => named(mainNodes(inference, kernel)));
  const given = theirs.map(([, nodes]) => named(nodes));
  const places = placesOf(own, given);
  const ownInserted = kernels
    .filter(({ nodes }) => !isAny(nodes))
    .map(({ operands, fusion }) => {
      const { producer, isConstant } = inference.values[operands[0]!.value]!;
      return insertedKey(fusion!, producer === null && isConstant ? [] : named([producer ?? -1]), places);
    });
  const givenInserted = theirs.filter(([, nodes]) => !isAny(nodes));
  return agreementOf(
    [...withoutGone(own.filter(isAny), given), ...ownInserted],
    [
      ...withoutGone(given.filter(isAny), own),
      ...givenInserted.map(([operator, , from]) => insertedKey(operator, named(from ?? []), places)),
    ],
  );
}

/** Sums of symbols follow from their parts. */
function bindingsOf(sizes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => /^\w+$/.test(name)));
}

const isAny = (nodes: readonly number[]): boolean => nodes.length > 0;

function mainNodes(inference: Inference, { nodes }: Kernel): readonly number[] {
  return nodes.filter((node) => inference.nodes[node]!.scope === 0);
}

/**
 * One node for all that one side runs as one and of which the other has some: what is quantised within a kernel is in none
 * of ONNX Runtime's, so that what is put in behind it there is behind another node.
 */
function placesOf(
  own: readonly (readonly number[])[],
  given: readonly (readonly number[])[],
): Map<number, number> {
  const there = new Set(given.flat());
  const places = new Map<number, number>();
  for (const nodes of own) {
    const place = nodes.find((node) => there.has(node));
    for (const node of nodes) if (place !== undefined) places.set(node, place);
  }
  return places;
}

/** What a kernel without nodes was put in for: the makers of what it reads. */
function insertedKey(
  operator: string,
  makers: readonly number[],
  places: ReadonlyMap<number, number>,
): string {
  return `${operator.replace(/^.*::/, '')} of ${makers.map((maker) => places.get(maker) ?? maker).join()}`;
}

/** For each node the first one that computes the same: which of them a runtime keeps does not matter. */
function twinsOf({ nodes, values }: Inference): number[] {
  const first = new Map<string, number>();
  const twin: number[] = [];
  for (const { index, node, inputs } of nodes) {
    const read = inputs.map((id) => {
      const value = id === null ? undefined : values[id]!;
      if (value?.isConstant && value.elements && value.elements.length <= 8) return value.elements;
      if (!value || value.producer === null) return id;
      return `${twin[value.producer]}/${nodes[value.producer]!.outputs.indexOf(value.id)}`;
    });
    const key = JSON.stringify([node.operator, node.attributes, node.outputs.length, read]);
    if (!first.has(key) || inputs.length === 0) first.set(key, index);
    twin[index] = first.get(key)!;
  }
  return twin;
}

/** Numbers in the place of the open sizes of a model's inputs. */
function withSizes(model: Model, sizes: Readonly<Record<string, number>>): Model {
  const sized = (type: ValueType | undefined): ValueType | undefined =>
    type?.kind === 'tensor' && type.shape
      ? {
          ...type,
          shape: type.shape.map((dim) => (typeof dim === 'number' ? dim : (evaluate(dim, sizes) ?? dim))),
        }
      : type;
  const inputs = model.graph.inputs.map((input): ValueInfo => ({ ...input, type: sized(input.type) }));
  return { ...model, graph: { ...model.graph, inputs } satisfies Graph };
}

/**
 * Nodes that one side has in no kernel are left out of the other's: a node that is gone (a Relu before a Clip, the twin of
 * another) counts with the kernel that makes up for it or with none, which the graphs do not say.
 */
function withoutGone(
  kernels: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
): string[] {
  const there = new Set(others.flat());
  return kernels.map((nodes) => {
    const left = nodes.filter((node) => there.has(node));
    return (left.length > 0 ? left : nodes).join();
  });
}

function agreementOf(ours: readonly string[], theirs: readonly string[]): Agreement {
  const left = new Map<string, number>();
  for (const key of theirs) left.set(key, (left.get(key) ?? 0) + 1);
  const onlyOurs: string[] = [];
  for (const key of ours) {
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    else onlyOurs.push(key);
  }
  const onlyTheirs = [...left].flatMap(([key, count]) => Array.from({ length: count }, () => key));
  return {
    ours: ours.length,
    theirs: theirs.length,
    same: ours.length - onlyOurs.length,
    onlyOurs,
    onlyTheirs,
  };
}

/** Share of the kernels of whoever has more. */
export function shareOf({ ours, theirs, same }: Agreement): number {
  return same / Math.max(ours, theirs, 1);
}
