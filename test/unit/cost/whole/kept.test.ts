import { expect, it } from 'vitest';
import { changeDetector } from '../../../changeDetector';
import { graphHash } from '../../../accuracy/whole/graphs';
import { dataAt } from '../../../accuracy/whole/published';
import { savedScores } from '../../../accuracy/whole/saved';
import { scoreData } from '../../../accuracy/whole/scoreData';

const data = dataAt();
const why = data
  ? ''
  : ' (skipped: published figures and graphs are not here, SILICONLENS_GRAPHS names no folder)';

changeDetector('kept scores of published figures', () => {
  it.skipIf(!data)(
    `are those that the program gives${why}`,
    async () => {
      const kept = savedScores()!;
      const changed = Object.entries(kept.graphs).filter(
        ([id, hash]) => graphHash(data!.graphs, id) !== hash,
      );
      expect(
        changed.map(([id]) => id),
        'graphs that are not those of the kept scores',
      ).toEqual([]);
      const { summary } = await scoreData(data!);
      expect(summary.reasons).toEqual(kept.summary.reasons);
      for (const [i, { name, scores }] of kept.summary.families.entries()) {
        const now = summary.families[i]!;
        expect(now.name).toBe(name);
        expect(now.scores!.rows).toBe(scores!.rows);
        // `npm run accuracy` with the data keeps the scores anew.
        expect(now.scores!.median, name).toBeCloseTo(scores!.median, 2);
        expect(now.scores!.inside, name).toBeCloseTo(scores!.inside, 2);
      }
    },
    900_000,
  );
});
