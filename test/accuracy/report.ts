// Prints how far the estimates are off and writes docs/accuracy.md: `npm run accuracy`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { accuracyPage, type OwnTable, type PublishedTable } from './page';
import { predict } from '../../server/engine/cost/classes/gpu/fit';
import { probesOf } from './probes';
import { publishedRows } from './rows';
import { saveJson } from './save';
import { shownAccuracy, shownPath } from './shown';
import { readScored, scoreWorld, worldSection, writeScored } from './world';
import { memoryRows, memorySection } from './memory/compare';
import { dataAt } from './whole/published';
import { saveScores, savedScores, scoresBefore } from './whole/saved';
import { scoreData } from './whole/scoreData';
import { wholeSection } from './whole/section';
import { score } from '../../server/engine/cost/calibrate/score';
import { constantsFor } from '../../server/engine/cost/constants';
import { chipById } from '../../server/engine/chips/catalogue';

const read = <T>(path: string): T | null =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null;
const published = read<PublishedTable>('test/accuracy/published.json');
const own = read<OwnTable>('test/accuracy/own.json');
writeScored(await scoreWorld());
const data = dataAt();
if (data) saveScores(await scoreData(data, { splits: true }), data);
else console.log('Published figures or their graphs are not here: their scores are those that were kept.');
const page = accuracyPage(published, own, [
  ...wholeSection(savedScores(), scoresBefore()),
  ...worldSection(readScored()),
  ...memorySection(await memoryRows()),
]);
writeFileSync('docs/accuracy.md', page);
writeFileSync(shownPath, `${JSON.stringify(shownAccuracy(page), null, 2)}\n`);
console.log(page);

// With the measurements at hand, the committed constants are applied to all rows once more.
const rows = publishedRows();
if (rows.length === 0)
  console.log('The published measurements are not here: the tables above are those of the last fit.');
const groups = new Set(
  rows.filter(({ chip }) => chipById(chip)).map((row) => `${row.chip} ${row.group} ${row.precision}`),
);
// The scores that are committed hold for what is shipped as long as these don't move.
if (rows.length > 0 && published) saveJson('test/accuracy/probes.json', probesOf(published));
for (const key of groups) {
  const [id, group, precision] = key.split(' ') as [string, string, string];
  const chip = chipById(id);
  if (!chip) continue;
  const constants = constantsFor(chip, group, precision).value;
  const own = rows.filter((row) => `${row.chip} ${row.group} ${row.precision}` === key);
  const result = score(
    own.map((row) => ({ predicted: predict(row, constants, chip), measured: row.seconds })),
  );
  console.log(
    `${key.padEnd(52)} as shipped: n ${result.rows}  median ${(100 * result.median).toFixed(1)} %  p90 ${(100 * result.p90).toFixed(1)} %  bias ${(100 * result.bias).toFixed(1)} %`,
  );
}
