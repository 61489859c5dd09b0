import { lowerConfiguration } from '../../../../server/engine/lower/lowerConfiguration';
import { prepare, type Prepared } from '../../../../server/engine/analyse';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';
import { publishedConfiguration } from '../../lower/published';

/** Published configurations by the names of aiconfigurator's measurements; that of Llama 3 has the sizes of 3.1. */
export const configurations = {
  'llama-3-8b': publishedConfiguration('Llama-3.1-8B'),
  'llama-3-70b': publishedConfiguration('Llama-3.1-70B'),
  'qwen3-32b': publishedConfiguration('Qwen3-32B'),
  'mixtral-8x7b': publishedConfiguration('Mixtral-8x7B'),
} as const;

/** A configuration under a workload. */
export async function configured(
  configuration: Readonly<Record<string, unknown>>,
  workload: Partial<Workload>,
): Promise<Prepared> {
  const { value } = lowerConfiguration({
    name: 'm',
    configuration,
    tensors: [],
    facts: { docString: '', metadata: [] },
  });
  const usual = { bindings: {}, phase: 'decode', precision: 'as-stored', runtime: null } as const;
  return prepare(value, { ...usual, ...workload }, uninterrupted);
}
