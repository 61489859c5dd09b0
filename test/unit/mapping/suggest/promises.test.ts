import { describe, expect, it } from 'vitest';
import type { Phase } from '../../../../server/engine/workload';
import { fixtureNames, readFixture } from '../../inference/fixtures';
import { judgePromises, judgedChips } from './promises';

/** Every ninth of all pairs of a fixture and a chip; `npm run conformance:suggestions` tries all of them. */
const pairs = fixtureNames
  .flatMap((name) => judgedChips.map((chip) => ({ name, chip })))
  .filter((_, at) => at % 9 === 4);
const phaseOf = (at: number): Phase => (['inference', 'decode', 'training'] as const)[at % 3]!;

describe('a setting that is made gains what was promised', () => {
  it.each(pairs.map((pair, at) => ({ ...pair, phase: phaseOf(at) })))(
    '$name on $chip, $phase',
    async ({ name, chip, phase }) => {
      const { broken } = await judgePromises(await readFixture(name), chip, { phase });
      expect(broken).toEqual([]);
    },
  );
});
