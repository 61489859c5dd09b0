import { isStored } from '../../inference/stored/tensors';
import type { Inference, InferredValue } from '../../inference/types';
import { fact, suggestionOf } from './make';
import { optionOf, underInference, type Situation } from './trial';
import { withoutNodes } from './edit';
import type { Gain, Suggestion } from './types';

/** Less than this share of the memory is not worth an edit. */
const leastShare = 0.01;

/**
 * Weights that lie at the same place of one file under several names: they are equal whatever they hold, and a runtime that loads each
 * by its name holds them twice. Of others nothing is claimed, since weights are not read.
 */
export async function duplicateWeights(situation: Situation): Promise<Suggestion[]> {
  const { prepared, analysis } = situation;
  const groups = sameData(prepared.inference);
  const instead = new Map<number, number>();
  for (const [first, ...others] of groups) for (const { id } of others) instead.set(id, first!.id);
  const before = analysis.fit.highWaterBytes;
  if (instead.size === 0 || before === null) return [];
  const nodes = readersOf(prepared.inference, instead.keys());
  const merged = withoutNodes(prepared.inference, { nodes: new Set(), instead });
  // Nobody reads them any more, and nothing is stored under their names.
  const values = merged.values.map((value) => (instead.has(value.id) ? { ...value, bytes: 0 } : value));
  const trial = await underInference(situation, { ...merged, values });
  const { gain: all, ...rest } = optionOf(situation, trial, { kind: 'graph', value: 'merge' }, 'none');
  // It is room that is gained: as long as the weights are read, they are read twice.
  const gain: Gain = { ...all, seconds: null, joules: null };
  if ((gain.bytes ?? 0) < leastShare * before) return [];
  const facts = {
    count: fact.count(instead.size + groups.length),
    groups: fact.count(groups.length),
    saved: fact.bytes(gain.bytes!),
    before: fact.bytes(before),
    after: fact.bytes(before - gain.bytes!),
  };
  return [suggestionOf({ ...rest, gain }, { code: 'duplicate-weight', nodes, facts })];
}

/** Initializers of the same bytes, two or more together. */
function sameData(inference: Inference): readonly (readonly InferredValue[])[] {
  const byPlace = new Map<string, InferredValue[]>();
  for (const value of inference.values) {
    const { tensor, scope, bytes } = value;
    // A nested graph may have names of its own for what the main graph holds.
    if (!tensor || tensor.data.place !== 'external' || scope !== 0 || bytes === null) continue;
    const { location, offset = 0, length } = tensor.data;
    if (length === undefined || !isStored(inference, value)) continue;
    const key = JSON.stringify([location, offset, length, tensor.dtype, tensor.dims]);
    const same = byPlace.get(key);
    if (same) same.push(value);
    else byPlace.set(key, [value]);
  }
  return [...byPlace.values()].filter(({ length }) => length > 1);
}

function readersOf({ values }: Inference, ids: Iterable<number>): number[] {
  const readers = new Set<number>();
  for (const id of ids) for (const reader of values[id]!.consumers) readers.add(reader);
  return [...readers].sort((a, b) => a - b);
}
