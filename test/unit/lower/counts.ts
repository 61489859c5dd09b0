import { prepare } from '../../../server/engine/analyse';
import type { Model } from '../../../server/engine/graph/model';
import type { Inference } from '../../../server/engine/inference/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';

/** What a model amounts to for so many tokens behind so many others. */
export interface Counts {
  readonly parameters: number;
  /** Matrix operations of attention operators, and of all others. */
  readonly attention: number;
  readonly weights: number;
  /** Bytes of the caches that the model takes. */
  readonly cacheBytes: number;
  readonly problems: readonly string[];
  readonly inference: Inference;
}

interface Given {
  /** Numbers of further sizes. */
  readonly more?: Readonly<Record<string, number>>;
  readonly phase?: Workload['phase'];
  readonly cacheType?: Workload['cacheType'];
}

export async function countsOf(
  model: Model,
  sequence: number,
  past: number,
  { more = {}, phase = 'inference', cacheType = null }: Given = {},
): Promise<Counts> {
  const bindings = { batch: 1, sequence, past_sequence: past, ...more };
  const workload: Workload = { bindings, phase, precision: 'as-stored', runtime: null, cacheType };
  const { inference, numbers } = await prepare(model, workload, uninterrupted);
  let [attention, weights] = [0, 0];
  for (const { work, operatorClass, node, repeat } of inference.nodes) {
    if (!work || repeat === null) throw new Error(`no work: ${node.name}`);
    const operations = repeat * work.operations.matrix;
    if (operatorClass === 'attention') attention += operations;
    else weights += operations;
  }
  const caches = inference.values.filter(({ name }) => name.startsWith('past_key_values'));
  const cacheBytes = caches.reduce((sum, { bytes }) => sum + (bytes ?? NaN), 0);
  const problems = inference.problems.map(({ code, args }) => `${code} ${JSON.stringify(args)}`);
  return { parameters: numbers.parameters, attention, weights, cacheBytes, problems, inference };
}
