import { prepare, type Prepared } from '../../analyse';
import { isCache } from '../../cost/link';
import { numericShape } from '../../inference/work';
import type { Inference } from '../../inference/types';
import { findCaches } from '../../kernels/caches';
import { Query } from '../../query';
import { runPolitely, type Scheduler, type Steps } from '../../scheduler';
import { exchangesOf } from './shard/collectives';
import { expertFamilies, tensorFamilies, type Families } from './shard/families';
import type { Field } from './shard/family';
import { rankModel, sharesOf, type Shares } from './shard/rewrite';
import type { Padded, Shard, ShardRefusal, ShardSplit } from './shard/types';

/** Parts of a model by how it is divided: a search asks for few of them, and for these again and again. */
const known = new Query<Prepared, Shard | ShardRefusal>(16);

/**
 * The part of a model that one device of a tensor- or expert-parallel group runs under the same workload, and what the devices exchange.
 * Each device sees all tokens of the group.
 */
export function shardOf(
  prepared: Prepared,
  split: ShardSplit,
  scheduler: Scheduler,
): Promise<Shard | ShardRefusal> {
  const { tp, ep, imbalance = 1, sequence = false } = split;
  const key = `${tp} ${ep} ${imbalance} ${sequence}`;
  return known.wait(prepared, () => makeShard(prepared, split, scheduler), key);
}

async function makeShard(
  prepared: Prepared,
  split: ShardSplit,
  scheduler: Scheduler,
): Promise<Shard | ShardRefusal> {
  const { tp, ep } = split;
  if (tp % ep !== 0) return refused('experts', null);
  const experts = ep > 1 ? await divide(prepared, ep, expertFamilies, scheduler) : undivided(prepared);
  if (experts.kind === 'refused') return experts;
  if (ep > 1 && experts.found.families.length === 0)
    return refused('experts', experts.found.whole[0]?.node ?? null);
  const find = (field: Field): Steps<Families> => tensorFamilies(field, tp / ep);
  const whole = experts.prepared;
  const tensors = tp > 1 ? await divide(whole, tp, find, scheduler) : undivided(whole);
  if (tensors.kind === 'refused') return tensors;
  const [first] = tensors.found.whole;
  if (tp > 1 && tensors.found.families.every(({ partial }) => partial.size === 0))
    return refused(first?.reason ?? 'no-pair', first?.node ?? null);
  const { families, whole: replicated } = tensors.found;
  const isTraining = prepared.workload.phase === 'training';
  const exchanged = { inference: whole.inference, families, split, isTraining };
  const { forward, backward, byPosition } = exchangesOf(exchanged);
  return {
    kind: 'shard',
    prepared: tensors.prepared,
    collectives: [...forward, ...backward],
    replicated,
    copied: [experts, tensors].flatMap(copiedIn),
    padded: [experts, tensors].flatMap(paddedIn),
    byPosition,
  };
}

function undivided(prepared: Prepared): Divided {
  const found: Families = { families: [], whole: [] };
  return { kind: 'divided', prepared, inference: prepared.inference, found, shares: new Map() };
}

/** A model in which some axes of values are divided. */
interface Divided {
  readonly kind: 'divided';
  readonly prepared: Prepared;
  /** Before it was divided. */
  readonly inference: Inference;
  readonly found: Families;
  readonly shares: Shares;
}

/** Operands that are looked at for each node of a model; of published models 25. */
const mostOperands = 100;

async function divide(
  prepared: Prepared,
  ways: number,
  families: (field: Field) => Steps<Families>,
  scheduler: Scheduler,
): Promise<Divided | ShardRefusal> {
  const { model, inference, workload } = prepared;
  const budget = { operands: 500_000 + mostOperands * inference.nodes.length };
  const results = new Set(inference.scopes[0]?.outputs);
  const caches = await runPolitely(cachesOf(inference), scheduler);
  const found = await runPolitely(families({ inference, ways, caches, results, budget }), scheduler);
  const shares = sharesOf(found.families);
  if (!shares) return refused('size', null);
  if (found.families.length === 0) return { ...undivided(prepared), found };
  const sizes = inference.symbols.flatMap(({ name, value }) =>
    value === null ? [] : [[name, value] as const],
  );
  const bindings = { ...workload.bindings, ...Object.fromEntries(sizes) };
  const own = rankModel(model, inference, found.families, shares);
  const divided = await prepare(own, { ...workload, bindings }, scheduler);
  const odd = firstOdd(inference, divided.inference, shares);
  return odd === null
    ? { kind: 'divided', prepared: divided, inference, found, shares }
    : refused('shapes', odd);
}

function* cachesOf(inference: Inference): Steps<ReadonlySet<number>> {
  const found = yield* findCaches(inference);
  const caches = new Set(found.flatMap(({ past, present }) => [past, present]));
  const { inputs = [], outputs = [] } = inference.scopes[0] ?? {};
  for (const id of [...inputs, ...outputs]) if (id !== null && isCache(inference.values[id]!)) caches.add(id);
  return caches;
}

/** The first node of which a result has another shape than its share; null where all fit. */
function firstOdd(before: Inference, after: Inference, shares: Shares): number | null {
  for (const { index, outputs, scope } of before.nodes) {
    const results = after.nodes[index]?.outputs;
    if (scope !== 0) continue;
    for (const [i, id] of outputs.entries()) {
      const result = results?.[i];
      if (id === null || typeof result !== 'number') continue;
      const [from, to] = [numericShape(before.values[id]!.type), numericShape(after.values[result]!.type)];
      const share = shares.get(id);
      const fits = from?.every((size, axis) => to?.[axis] === (share?.axis === axis ? share.local : size));
      if (fits === false) return index;
    }
  }
  return null;
}

function copiedIn({ inference, shares }: Divided): Shard['copied'] {
  return [...shares].flatMap(([id, { copies }]) => {
    const { name, tensor } = inference.values[id]!;
    return tensor && copies > 1 ? [{ name, copies }] : [];
  });
}

function paddedIn({ inference, shares }: Divided): Padded[] {
  return [...shares].flatMap(([id, { whole, padded }]) => {
    const { name, tensor } = inference.values[id]!;
    return tensor && padded > whole ? [{ name, whole, padded }] : [];
  });
}

function refused(reason: ShardRefusal['reason'], node: number | null): ShardRefusal {
  return { kind: 'refused', reason, node };
}
