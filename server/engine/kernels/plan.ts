import { addTo, appendAll } from '../lists';
import type { FileFacts } from '../inference/symbolic';
import type { Inference } from '../inference/types';
import { isMatrixClass, type MatrixShape } from '../operators/rule';
import type { CachePolicy } from '../workload';
import { isStepDue, runPolitely, type Scheduler, type Steps } from '../scheduler';
import { blockChannels } from './blockChannels';
import { channelsLast } from './channelsLast';
import { copyDimensions } from './copiedDimensions';
import { attentionShape } from './attentionShape';
import { findCaches, joinCaches, sharedCaches, withSharedCaches } from './caches';
import { eliminateNoOperations, mergeEqual } from './eliminate';
import { knownAtLoad } from './folding';
import { fusePatterns } from './fuse';
import { grow } from './grow';
import { dropUnused } from './liveness';
import { perClockOf } from './plainCode';
import { isDoneAt, isOwn, type Pass, type RuntimeProfile } from './profile';
import { nodeSupport } from './support/support';
import { Seen } from './seen';
import { joinSlices } from './split';
import { fuseQuantisedParts } from './quantisedParts';
import { mostViews, operandOf, operandsOf, operationsOf, type Names } from './operands';
import type { Caches, Kernel, KernelPlan } from './types';
import { writtenScores } from './writtenScores';
import { WorkGraph, type InsertedNode, type WorkNode } from './workGraph';

export interface PlanOptions {
  /** What the file itself says of sizes, for runtimes that see no more; without it the bound sizes count as the file's. */
  readonly file?: FileFacts;
  /** One of the profile's levels of optimisation; undefined: the one that it uses. */
  readonly level?: string;
  /** What becomes of caches; undefined: what the graph says. */
  readonly cache?: CachePolicy;
}

/**
 * Groups the nodes of a model as a runtime would fuse them. Each node is in exactly one kernel, or in none when the
 * runtime folds, removes or never dispatches it.
 */
export function planKernels(
  inference: Inference,
  profile: RuntimeProfile,
  scheduler: Scheduler,
  options: PlanOptions = {},
): Promise<KernelPlan> {
  return runPolitely(planSteps(inference, profile, options), scheduler);
}

function* planSteps(
  inference: Inference,
  profile: RuntimeProfile,
  { file, level, cache = 'exported' }: PlanOptions,
): Steps<KernelPlan> {
  const seen = new Seen(inference, profile.sizes === 'file' ? file : undefined);
  const graph = new WorkGraph(inference, nodeSupport(profile, inference), seen);
  const calls = yield* functionCalls(inference);
  const known = yield* knownAtLoad(inference, profile, seen, level);
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (known[node.index] === 0 && !calls.has(node.index)) graph.add(node);
  }
  const isConverted = inference.nodes.some(({ node }) => isOwn(profile, node));
  for (const pass of isConverted ? [] : profile.passes) {
    const isHidden = pass.pass === 'fuse' && pass.hidesScores === true && inference.scores !== undefined;
    if (!isHidden && isDoneAt(profile, pass.level, level)) yield* runPass(graph, pass);
  }
  yield* writeOut(graph, profile);
  yield* adoptRecomputed(graph);
  const caches: Caches = { policy: cache, list: yield* findCaches(inference) };
  yield* joinCaches(graph, caches);
  return yield* collect(graph, profile, caches);
}

function runPass(graph: WorkGraph, pass: Pass): Steps<void> {
  switch (pass.pass) {
    case 'eliminate':
      return eliminateNoOperations(graph, pass.rules, pass.keepAtOutputs);
    case 'merge-equal':
      return mergeEqual(graph);
    case 'drop-unused':
      return dropUnused(graph);
    case 'split':
      return joinSlices(graph, pass.operators, pass.except ?? []);
    case 'fuse':
      return fusePatterns(graph, pass.patterns, pass);
    case 'copy-for-readers':
      return copyForReaders(graph, pass.operators);
    case 'block-channels':
      return blockChannels(graph, pass);
    case 'channels-last':
      return channelsLast(graph, pass);
    case 'quantised-parts':
      return fuseQuantisedParts(graph, pass.operators);
    case 'copy-dimensions':
      return copyDimensions(graph);
    case 'grow':
      return grow(graph, pass);
  }
}

/** Calls of model-local functions: their bodies run in their place. */
function* functionCalls(inference: Inference): Steps<Set<number>> {
  const calls = new Set<number>();
  for (const scope of inference.scopes) {
    yield;
    if (scope.arguments && scope.holder !== null) calls.add(scope.holder);
  }
  return calls;
}

function* copyForReaders(graph: WorkGraph, operators: readonly string[]): Steps<void> {
  for (const operator of operators) {
    for (const at of graph.withOperator(operator)) {
      yield;
      const { inputs, outputs, root, members } = graph.nodes[at]!;
      const [value, output] = [inputs[0], outputs[0]];
      if (typeof value !== 'number' || typeof output !== 'number' || members.length > 1) continue;
      const others = [...graph.consumers(output)].filter(
        (reader) => !graph.nodes[reader]!.recomputed.has(graph.resolve(output)),
      );
      const copies = others.length - (graph.leavesScope(output) ? 0 : 1);
      for (let i = 0; i < copies; i++)
        graph.insert({ operator, value, root: root.index, side: 'before', copies: true });
    }
  }
}

/** Operators without a kernel run as several: the last one makes what the node makes. */
function* writeOut(graph: WorkGraph, { writtenOut }: RuntimeProfile): Steps<void> {
  for (const [operator, first] of Object.entries(writtenOut ?? {})) {
    for (const at of graph.withOperator(operator)) {
      yield;
      const { fusion, inputs, root } = graph.nodes[at]!;
      const [value] = inputs;
      if (fusion !== null || typeof value !== 'number') continue;
      for (const one of first)
        graph.insert({ operator: one, value, root: root.index, side: 'before', copies: true });
    }
  }
}

/** A node whose readers all recompute it for themselves runs with the first of them. */
function* adoptRecomputed(graph: WorkGraph): Steps<void> {
  const recomputed = new Set<number>();
  for (let at = 0; at < graph.nodes.length; at++) {
    if (isStepDue(at)) yield;
    for (const value of graph.nodes[at]?.recomputed.keys() ?? []) recomputed.add(value);
  }
  for (let at = 0; recomputed.size > 0 && at < graph.nodes.length; at++) {
    if (isStepDue(at)) yield;
    const output = graph.nodes[at]?.outputs[0];
    if (typeof output !== 'number' || !recomputed.has(output) || graph.leavesScope(output)) continue;
    const readers = [...graph.consumers(output)];
    const first = readers[0];
    if (first === undefined || !readers.every((reader) => graph.nodes[reader]!.recomputed.has(output)))
      continue;
    const reader = graph.nodes[first]!;
    graph.fuse([at, first], { ...reader });
  }
}

function* collect(graph: WorkGraph, profile: RuntimeProfile, caches: Caches): Steps<KernelPlan> {
  const kernels: Kernel[] = [];
  const kernelOfNode = new Int32Array(graph.inference.nodes.length).fill(-1);
  const names: Names = {
    resolve: (id) => graph.resolve(id),
    isReadOutside: (id, members) => isReadOutsideOf(graph, id, members),
  };
  const shared = sharedCaches(caches);
  const insertedAt = yield* insertedByRoot(graph);
  for (const at of yield* graph.inOrder()) {
    yield;
    const node = graph.nodes[at]!;
    const inserted = insertedAt.get(node.root.index) ?? [];
    const put = (side: InsertedNode['side']): void => {
      for (const one of inserted)
        if (one.side === side && (one.copies || !profile.silentViews))
          kernels.push(insertedKernel(graph.inference, node, one, kernels.length));
    };
    put('before');
    if (!profile.silentViews || !node.members.every((member) => graph.inference.nodes[member]!.view)) {
      for (const part of knownApart(graph.inference, node)) {
        const alone = kernelOf(graph.inference, part, kernels.length, names, profile);
        const kernel = withSharedCaches(graph.inference, alone, shared);
        const passes = profile.flashAttention?.passes;
        const parts = passes ? writtenScores(graph.inference, kernel, kernels.length, passes) : [kernel];
        appendAll(kernels, parts);
        for (const member of part.members) kernelOfNode[member] = kernels.length - 1;
      }
    }
    put('after');
  }
  return { runtime: profile.id, kernels, kernelOfNode, covered: graph.covered, caches };
}

/**
 * Nodes whose work is not known run beside those that they are fused with: what the others cost is known without them,
 * and is the same whatever the runtime fuses.
 */
function knownApart({ nodes }: Inference, work: WorkNode): readonly WorkNode[] {
  const { members } = work;
  const known = members.filter((member) => nodes[member]!.work !== null);
  if (known.length === 0 || known.length === members.length) return [work];
  const unknown = members.filter((member) => nodes[member]!.work === null);
  return [known, unknown].map((part) => {
    const { operatorClass } = nodes[anchorOf({ nodes }, part)]!;
    return { ...work, members: part, fusion: null, operatorClass };
  });
}

/** What the runtime puts in, by the node that a kernel's outputs come from, which may have joined others meanwhile. */
function* insertedByRoot(graph: WorkGraph): Steps<ReadonlyMap<number, readonly InsertedNode[]>> {
  const found = new Map<number, InsertedNode[]>();
  for (const one of graph.inserted) {
    yield;
    const at = graph.holder(one.root);
    if (at === -1) continue;
    const root = graph.nodes[at]!.root.index;
    addTo(found, root, one);
  }
  return found;
}

/** It reads a value and, unless it only gives it another form, writes it anew. */
function insertedKernel(
  inference: Inference,
  { root, members }: WorkNode,
  { operator, value, copies }: InsertedNode,
  index: number,
): Kernel {
  const bytes = copies ? inference.values[value]!.bytes : 0;
  return {
    index,
    nodes: [],
    anchor: anchorOf(inference, members),
    fusion: operator,
    operatorClass: 'movement',
    operations: { matrix: 0, vector: 0, special: 0 },
    operands: [operandOf(inference, value, 'read', bytes), operandOf(inference, value, 'written', bytes)],
    repeat: root.repeat,
  };
}

function isReadOutsideOf(
  graph: WorkGraph,
  id: number,
  members: ReadonlySet<number>,
  seen: Set<number> = new Set(),
): boolean {
  if (graph.leavesScope(id)) return true;
  return graph.someConsumer(id, (at) => {
    const reader = graph.nodes[at]!;
    // A view on its own moves nothing: who reads its output decides.
    const [only] = reader.members;
    const view = reader.members.length === 1 && graph.inference.nodes[only!]!.view && !members.has(only!);
    if (view) {
      const output = reader.outputs[0];
      // Views may read each other in a cycle, and thousands one another.
      if (typeof output !== 'number' || seen.has(output)) return false;
      return seen.add(output).size > mostViews || isReadOutsideOf(graph, output, members, seen);
    }
    return !members.has(only!) && !reader.recomputed.has(graph.resolve(id));
  });
}

function kernelOf(
  inference: Inference,
  work: WorkNode,
  index: number,
  names: Names,
  { plainCode }: RuntimeProfile,
): Kernel {
  const { members } = work;
  const shape = matrixShapeOf(inference, work);
  const anchor = anchorOf(inference, members);
  const perClock = perClockOf(inference, inference.nodes[anchor]!, plainCode);
  return {
    index,
    nodes: members,
    anchor,
    fusion: work.fusion,
    operatorClass: work.operatorClass,
    operations: operationsOf(inference, members),
    ...(shape ? { matrixShape: shape } : {}),
    ...(perClock === undefined ? {} : { perClock }),
    operands: operandsOf(inference, members, names, work.recomputed),
    repeat: work.root.repeat,
  };
}

/** First matrix operator, else the first node that does something, else the first. */
function anchorOf(inference: Pick<Inference, 'nodes'>, members: readonly number[]): number {
  const nodes = members.map((member) => inference.nodes[member]!);
  const anchor =
    nodes.find((node) => isMatrixClass(node.operatorClass)) ??
    nodes.find((node) => (node.work?.operations.vector ?? 0) + (node.work?.operations.special ?? 0) > 0) ??
    nodes.find((node) => !node.view);
  return (anchor ?? nodes[0]!).index;
}

function matrixShapeOf(inference: Inference, work: WorkNode): MatrixShape | undefined {
  const shapes = work.members
    .map((member) => inference.nodes[member]!.work?.matrixShape)
    .filter((shape) => shape !== undefined);
  return shapes.length > 1 && work.operatorClass === 'attention'
    ? attentionShape(inference, work.members)
    : shapes[0];
}
