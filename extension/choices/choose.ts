import type { ChoicesResult, QuestionChange } from '../../server/protocol';
import { writeDimensions, writeModelChoices, writeSetting } from './settings';
import { chipFirst } from './useChip';
import { phases, precisions } from './workload';

/** Arguments: the listing's URI, then a list of {@link QuestionChange}. In no palette: the report's fields call it. */
export const chooseCommand = 'siliconlens.choose';

type Choices = Pick<ChoicesResult, 'key' | 'dimensions' | 'runtimes' | 'chips' | 'chosen'>;

/** Writes changes that a page asks for, those that are of this model. */
export async function choose(choices: Choices, changes: readonly unknown[]): Promise<void> {
  for (const change of changes) await write(choices, change as QuestionChange);
}

async function write(choices: Choices, change: QuestionChange): Promise<void> {
  const { key, dimensions, runtimes, chips, chosen } = choices;
  switch (change.kind) {
    case 'dimension': {
      const names = dimensions.find(({ name }) => name === change.name);
      const { value } = change;
      if (names && (value === null || (Number.isSafeInteger(value) && value >= 0)))
        await writeDimensions(key, [{ names, value }]);
      return;
    }
    case 'phase':
      if (Object.hasOwn(phases, change.value)) await writeModelChoices(key, { phase: change.value });
      return;
    case 'precision':
      if (Object.hasOwn(precisions, change.value)) await writeModelChoices(key, { precision: change.value });
      return;
    case 'runtime':
      if (change.value === null || runtimes.some(({ id }) => id === change.value))
        await writeModelChoices(key, { runtime: change.value ?? undefined });
      return;
    case 'chip':
      if (chips.some(({ id }) => id === change.value))
        await writeSetting('chips', chipFirst(change.value, chosen));
  }
}
