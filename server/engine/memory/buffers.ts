import type { Inference, InferredValue } from '../inference/types';
import type { MemoryModel } from '../kernels/profile';
import type { Caches, Kernel, KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';
import { blockShares } from './cacheBuffers';
import { executionSteps, type Step } from './steps';
import { workspaceBytes, type SizeOf } from './workspace';

/** What a buffer is for. */
export const bufferRoles = ['input', 'output', 'cache', 'activation', 'workspace'] as const;
export type BufferRole = (typeof bufferRoles)[number];

/** A stretch of memory that is in use from one step to another. */
export interface Buffer {
  /** The value that it was made for, by id; of a workspace the first that its kernel writes. */
  readonly value: number;
  readonly role: BufferRole;
  /** First and last step, inclusive. */
  readonly from: number;
  readonly to: number;
  /** Null while a dimension is unknown. */
  readonly bytes: number | null;
}

/** All buffers but the weights', by the step at which they begin, and the steps. */
export interface Buffers {
  readonly steps: readonly Step[];
  readonly list: readonly Buffer[];
}

/** Whether a kernel runs where a memory is looked at; undefined: all do. */
export type RunsHere = ((kernel: Kernel) => boolean) | undefined;

/**
 * The buffers of a run. A value lives from the kernel that writes it to the last that reads it, graph inputs, where the
 * caller holds them, all the time, graph outputs to the end; a view shares the buffer of its input, and so do a cache that is
 * not copied and what the runtime writes over an input that nobody reads any more. Values inside kernels take no memory.
 * Of one of several units those are listed that its kernels touch, from the first to the last of these.
 */
export function* buffersOf(
  inference: Inference,
  plan: KernelPlan,
  sizeOf: SizeOf,
  model: MemoryModel,
  runsHere: RunsHere = undefined,
): Steps<Buffers> {
  const owners = yield* bufferOwners(inference, plan.caches);
  const steps = yield* executionSteps(inference, plan, model.order);
  const lifetimes = yield* lifetimesOf(inference, owners, steps, { runsHere, inputs: model.inputs });
  if (model.inPlace)
    yield* writeOver(inference, { owners, steps, lifetimes, sizeOf, inPlace: model.inPlace });
  const shares = blockShares(inference, plan.caches);
  const roleOf = roles(inference, plan.caches, owners);
  const list: Buffer[] = [];
  for (const { value, from, to } of new Set(lifetimes.values())) {
    if (isStepDue(list.length)) yield;
    const bytes = sizeOf(value);
    const held = bytes === null ? null : Math.ceil(bytes * (shares.get(value) ?? 1));
    list.push({ value, role: roleOf(value), from, to, bytes: held });
  }
  for (const [at, { kernel, writes }] of steps.entries()) {
    if (isStepDue(at)) yield;
    const isHere = runsHere?.(kernel) ?? true;
    const bytes = isHere ? workspaceBytes(inference, kernel, model.workspace, sizeOf) : 0;
    if (bytes !== 0) list.push({ value: writes[0] ?? -1, role: 'workspace', from: at, to: at, bytes });
  }
  return { steps, list: list.sort((a, b) => a.from - b.from) };
}

/** The role of a buffer by its value. */
function roles(
  inference: Inference,
  { list }: Caches,
  owners: Int32Array,
): (value: number) => Exclude<BufferRole, 'workspace'> {
  const ownersOf = (ids: readonly (number | null)[]): ReadonlySet<number> =>
    new Set(ids.flatMap((id) => (id === null ? [] : [owners[id]!])));
  const caches = ownersOf(list.flatMap(({ past, present }) => [past, present]));
  const [scope] = inference.scopes;
  const inputs = ownersOf(scope?.inputs ?? []);
  const outputs = ownersOf(scope?.outputs ?? []);
  return (value) =>
    caches.has(value) ? 'cache' : inputs.has(value) ? 'input' : outputs.has(value) ? 'output' : 'activation';
}

interface Lifetime {
  /** The value whose buffer it is. */
  readonly value: number;
  readonly from: number;
  to: number;
}

/** Lifetimes of all buffers but the weights', by the value whose buffer it is. */
function* lifetimesOf(
  inference: Inference,
  owners: Int32Array,
  steps: readonly Step[],
  { runsHere, inputs }: { readonly runsHere: RunsHere; readonly inputs: MemoryModel['inputs'] },
): Steps<Map<number, Lifetime>> {
  const found = new Map<number, Lifetime>();
  const last = Math.max(0, steps.length - 1);
  const touched = runsHere && (yield* touchedBy(owners, steps, runsHere));
  for (const id of inference.scopes[0]?.inputs ?? []) {
    const owner = owners[id]!;
    if (touched && !touched.has(owner)) continue;
    const to = inputs === 'until-read' ? 0 : last;
    if (!inference.values[id]!.isConstant) found.set(owner, { value: owner, from: 0, to });
  }
  const touch = (id: number, at: number, writes: boolean): void => {
    const owner = owners[id]!;
    const known = found.get(owner);
    if (known) known.to = Math.max(known.to, at);
    // What nobody writes is a weight or folded; formal inputs of a body start with their first reader, and so does what
    // another unit wrote.
    else if (
      writes ||
      isFormalInput(inference.values[owner]!) ||
      (runsHere && isMade(inference.values[owner]!))
    ) {
      found.set(owner, { value: owner, from: at, to: at });
    }
  };
  for (let at = 0; at < steps.length; at++) {
    if (isStepDue(at)) yield;
    if (runsHere?.(steps[at]!.kernel) === false) continue;
    for (const id of steps[at]!.reads) touch(id, at, false);
    for (const id of steps[at]!.writes) touch(id, at, true);
  }
  for (const output of inference.scopes[0]?.outputs ?? []) {
    const lifetime = output === null ? undefined : found.get(owners[output]!);
    if (lifetime) lifetime.to = last;
  }
  return found;
}

/** Values in whose buffers kernels of a unit read or write. */
function* touchedBy(
  owners: Int32Array,
  steps: readonly Step[],
  runsHere: (kernel: Kernel) => boolean,
): Steps<ReadonlySet<number>> {
  const touched = new Set<number>();
  for (const [at, { kernel, reads, writes }] of steps.entries()) {
    if (isStepDue(at)) yield;
    if (runsHere(kernel)) for (const id of [...reads, ...writes]) touched.add(owners[id]!);
  }
  return touched;
}

/** Computed in the run. */
function isMade({ producer, isConstant }: InferredValue): boolean {
  return producer !== null && !isConstant;
}

function isFormalInput(value: InferredValue): boolean {
  return value.origin === 'input' && value.scope !== 0 && !value.isConstant;
}

/** The value in whose buffer each value lies: its own, or that of an input that it is a view of or that is changed in place. */
function* bufferOwners(inference: Inference, { policy, list }: Caches): Steps<Int32Array> {
  const owners = new Int32Array(inference.values.length);
  for (let id = 0; id < owners.length; id++) owners[id] = id;
  if (policy !== 'exported') for (const { past, present } of list) owners[past] = present;
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    const [input, output] = [node.inputs[0], node.outputs[0]];
    if (node.view && !node.folded && typeof input === 'number' && typeof output === 'number') {
      owners[output] = owners[input]!;
    }
    for (const [place, from] of Object.entries(node.work?.inPlace ?? {})) {
      const [own, source] = [node.outputs[Number(place)], node.inputs[from]];
      if (typeof own === 'number' && typeof source === 'number') owners[own] = owners[source]!;
    }
  }
  return owners;
}

interface Run {
  readonly owners: Int32Array;
  readonly steps: readonly Step[];
  readonly lifetimes: Map<number, Lifetime>;
  readonly sizeOf: SizeOf;
  readonly inPlace: NonNullable<MemoryModel['inPlace']>;
}

/** Gives what a kernel writes the buffer of an equally large input that nobody reads later, where its operator allows it. */
function* writeOver(inference: Inference, run: Run): Steps<void> {
  const { owners, steps, lifetimes, sizeOf, inPlace } = run;
  const operators = new Set(inPlace.operators);
  const held = new Set((inference.scopes[0]?.inputs ?? []).map((id) => owners[id]!));
  const mayTake = (id: number, { kernel }: Step): boolean => {
    if (kernel.fusion !== null && !inPlace.fusions.includes(kernel.fusion)) return false;
    const readers = kernel.nodes.filter((index) =>
      inference.nodes[index]!.inputs.some((input) => input !== null && owners[input] === owners[id]),
    );
    // A name that the plan replaced has no reader here.
    return (
      readers.length > 0 && readers.every((index) => operators.has(inference.nodes[index]!.node.operator))
    );
  };
  for (const [at, step] of steps.entries()) {
    if (isStepDue(at)) yield;
    const [output] = step.writes;
    const target = output === undefined ? undefined : lifetimes.get(owners[output]!);
    if (!target || target.from !== at || target.value !== owners[output!]) continue;
    const source = step.reads.find((id) => {
      const own = lifetimes.get(owners[id]!);
      if (!own || own === target || own.to !== at || held.has(own.value)) return false;
      return sizeOf(own.value) === sizeOf(target.value) && mayTake(id, step);
    });
    if (source === undefined) continue;
    const taken = lifetimes.get(owners[source]!)!;
    taken.to = target.to;
    lifetimes.set(target.value, taken);
  }
}
