import type { ChoicesResult, QuestionChange } from '../../server/protocol';
import { writeModelChoices, writeSetting, type DimensionChange, type ModelChoices } from './settings';
import { chipFirst } from './useChip';
import { phases, precisions } from './workload';

/** Arguments: the listing's URI, then a list of {@link QuestionChange}. In no palette: the report's fields call it. */
export const chooseCommand = 'siliconlens.choose';

type Choices = Pick<ChoicesResult, 'key' | 'dimensions' | 'runtimes' | 'chips' | 'chosen'>;

/**
 * Writes changes that a page asks for, those that are of this model: all of its entry in one, since each writing is followed by
 * an analysis.
 */
export async function choose(choices: Choices, changes: readonly unknown[]): Promise<void> {
  const { key, chips, chosen } = choices;
  const asked = changes as readonly QuestionChange[];
  const sizes = asked.flatMap((change) => sizeOf(choices, change));
  const others = asked.map((change) => choiceOf(choices, change)).filter((one) => one !== undefined);
  const merged = others.reduce<ModelChoices>((all, one) => ({ ...all, ...one }), {});
  if (sizes.length + others.length > 0) await writeModelChoices(key, merged, sizes);
  for (const { kind, value } of asked)
    if (kind === 'chip' && chips.some(({ id }) => id === value))
      await writeSetting('chips', chipFirst(value, chosen));
}

function sizeOf({ dimensions }: Choices, change: QuestionChange): DimensionChange[] {
  if (change.kind !== 'dimension') return [];
  const { value } = change;
  const names = dimensions.find(({ name }) => name === change.name);
  return names && (value === null || (Number.isSafeInteger(value) && value >= 0)) ? [{ names, value }] : [];
}

function choiceOf({ runtimes }: Choices, change: QuestionChange): ModelChoices | undefined {
  switch (change.kind) {
    case 'phase':
      return Object.hasOwn(phases, change.value) ? { phase: change.value } : undefined;
    case 'precision':
      return Object.hasOwn(precisions, change.value) ? { precision: change.value } : undefined;
    case 'runtime': {
      const isKnown = change.value === null || runtimes.some(({ id }) => id === change.value);
      return isKnown ? { runtime: change.value ?? undefined } : undefined;
    }
    case 'chip':
    case 'dimension':
      return undefined;
  }
}
