import type { Inference, InferredNode } from '../inference/types';
import { addTo } from '../lists';
import { isRepeated, schemaAt, type OperatorSchema } from '../operators/schema';
import { isStepDue, type Steps } from '../scheduler';
import joins from './cacheJoins.json';
import type { CachePolicy } from '../workload';
import type { Cache, Caches, Kernel, KernelPlan, Operand } from './types';
import type { WorkGraph } from './workGraph';

/** Operators that put what is new behind what is there, and compute nothing. */
const joinOperators: ReadonlySet<string> = new Set(joins.operators);

/**
 * The caches of a model: an input and an output between which one node stands, that joins the input with something else or
 * has parameters for the two, which schemas call `past…` and `present…`.
 */
export function* findCaches(inference: Inference): Steps<Cache[]> {
  const main = inference.scopes[0];
  const given = new Set((main?.inputs ?? []).filter((id) => !inference.values[id]!.isConstant));
  const asked = new Set(main?.outputs ?? []);
  const found: Cache[] = [];
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (!node.outputs.some((id) => id !== null && asked.has(id))) continue;
    for (const [input, output] of pairsOf(node, given)) {
      const [past, present] = [node.inputs[input], node.outputs[output]];
      if (typeof past !== 'number' || typeof present !== 'number') continue;
      if (given.has(past) && asked.has(present) && isGrown(inference, past, present))
        found.push({ past, present, node: node.index, isJoin: isJoin(node) });
    }
  }
  return found;
}

function isJoin({ node }: InferredNode): boolean {
  return node.domain === '' && joinOperators.has(node.operator);
}

/** Places of inputs and outputs that may be a cache before and after. */
function* pairsOf(
  node: InferredNode,
  given: ReadonlySet<number>,
): Generator<readonly [input: number, output: number]> {
  if (isJoin(node)) {
    // What is new comes behind what is there.
    const first = node.inputs.findIndex((id) => id !== null && given.has(id));
    if (first !== -1) yield [first, 0];
    return;
  }
  const schema = schemaAt(node.node.domain, node.node.operator, Infinity);
  if (schema) yield* namedPairs(schema);
}

function* namedPairs({ inputs, outputs }: OperatorSchema): Generator<readonly [number, number]> {
  for (const [input, { name }] of inputs.entries()) {
    if (!name.startsWith('past')) continue;
    const output = outputs.findIndex(
      (one) => !isRepeated(one) && one.name === name.replace('past', 'present'),
    );
    if (output !== -1) yield [input, output];
  }
}

/** Both have three or more dimensions, and the second is at least as large. */
function isGrown({ values }: Inference, past: number, present: number): boolean {
  const [before, after] = [values[past]!, values[present]!];
  const rank = before.type?.kind === 'tensor' ? (before.type.shape?.length ?? 0) : 0;
  return rank >= 3 && before.bytes !== null && after.bytes !== null && after.bytes >= before.bytes;
}

/** The policy of a plan; null where the model has no caches. */
export function cachePolicyIn({ caches }: KernelPlan): CachePolicy | null {
  return caches.list.length > 0 ? caches.policy : null;
}

/** Where the buffer is shared, joins run with the kernel of attention that alone reads what they make. */
export function* joinCaches(graph: WorkGraph, { policy, list }: Caches): Steps<void> {
  if (policy === 'exported') return;
  for (const { node, present, isJoin } of list) {
    yield;
    const at = graph.holder(node);
    if (!isJoin || at === -1 || !graph.isReadOnce(present)) continue;
    const [reader] = graph.consumers(present);
    const kernel = graph.nodes[reader!]!;
    if (kernel.operatorClass === 'attention') graph.fuse([at, reader!], { ...kernel });
  }
}

/** Caches in shared buffers by the node that adds to them. */
export function sharedCaches({ policy, list }: Caches): ReadonlyMap<number, readonly Cache[]> {
  const shared = new Map<number, Cache[]>();
  if (policy !== 'exported') for (const cache of list) addTo(shared, cache.node, cache);
  return shared;
}

/** A kernel with what it really moves of caches in shared buffers: it adds new rows, and a join alone reads no others. */
export function withSharedCaches(
  inference: Inference,
  kernel: Kernel,
  shared: ReadonlyMap<number, readonly Cache[]>,
): Kernel {
  const own = shared.size === 0 ? [] : kernel.nodes.flatMap((node) => shared.get(node) ?? []);
  if (own.length === 0) return kernel;
  const joinsOnly = kernel.nodes.every((node) => own.some((one) => one.node === node && one.isJoin));
  const moved = (operand: Operand): Operand => {
    const cache = own.find(({ past, present }) =>
      operand.role === 'output' ? operand.value === present : operand.value === past,
    );
    if (!cache || operand.bytes === null) return operand;
    if (operand.role !== 'output') return joinsOnly ? { ...operand, bytes: 0 } : operand;
    const { values } = inference;
    const added = values[cache.present]!.bytes! - values[cache.past]!.bytes!;
    // A buffer that is as long before as after is one already, and its rule says what is added.
    return { ...operand, bytes: added > 0 ? Math.min(operand.bytes, added) : operand.bytes };
  };
  return { ...kernel, operands: kernel.operands.map(moved) };
}
