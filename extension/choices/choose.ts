import type { ChoicesResult, QuestionChange } from '../../server/protocol';
import { writeDimensions, writeModelChoices } from './settings';
import { phases, precisions } from './workload';

/** Arguments: the listing's URI, then a {@link QuestionChange}. In no palette: the report's fields call it. */
export const chooseCommand = 'siliconlens.choose';

/** Writes a change that a page asks for, if it is one of this model. */
export async function choose(
  choices: Pick<ChoicesResult, 'key' | 'dimensions' | 'runtimes'>,
  asked: unknown,
): Promise<void> {
  const change = asked as QuestionChange;
  const { key, dimensions, runtimes } = choices;
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
  }
}
