import { prepare, type Prepared } from '../../../../server/engine/analyse';
import type { Model } from '../../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../../server/engine/lower/lowerConfiguration';
import { shardOf } from '../../../../server/engine/mapping/parallel/shard';
import type { Shard, ShardSplit } from '../../../../server/engine/mapping/parallel/shard/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';
import { published } from '../../lower/published';

export const [batch, sequence] = [2, 16];

/** The model of a published configuration, with other fields where they are given. */
export function configured(name: string, more: Readonly<Record<string, unknown>> = {}): Model {
  const known = published.find((one) => one.name === name)!;
  const configuration = { ...known.configuration, ...more };
  return lowerConfiguration({ name, configuration, tensors: [], facts: { docString: '', metadata: [] } })
    .value;
}

/** Under the sizes above. */
export function prepared(
  model: Model,
  phase: Workload['phase'] = 'inference',
  positions = sequence,
): Promise<Prepared> {
  const bindings = { batch, sequence: positions, past_sequence: 0 };
  return prepare(model, { bindings, phase, precision: 'as-stored', runtime: null }, uninterrupted);
}

/** One device's part; a refusal is an error. */
export async function shard(whole: Prepared, split: ShardSplit): Promise<Shard> {
  const found = await shardOf(whole, split, uninterrupted);
  if (found.kind === 'refused') throw new Error(`${found.reason} at ${found.node}`);
  return found;
}

/** How often what is exchanged: `32 all_reduce tp 4096`. */
export function exchanged({ collectives }: Shard, pass: 'forward' | 'backward' = 'forward'): string[] {
  const counts = new Map<string, number>();
  for (const one of collectives.filter((each) => each.pass === pass)) {
    const key = `${one.collective} ${one.group} ${one.bytes}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${count} ${key}`).sort();
}
