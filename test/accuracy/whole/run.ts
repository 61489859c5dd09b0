// Scores published figures of whole models: `npm run accuracy:whole -- --published FILE --graphs DIR`.
//   --rows FILE      every row with its estimate, JSON or CSV; keep it outside the repository
//   --only REGEX     rows whose family, chip or model matches; writes nothing into the repository
//   --explain LINE   the costliest kernels of one row of the table
//   --splits         scores of what was left out of the fits too, which takes minutes
//   --fit-ranges     writes the ranges of totals, server/engine/cost/classes/totals.json, before it scores
//   --keep LABEL     adds the scores of families to history.json, so that the page shows what has changed since
//   --write          keeps the scores, of which docs/accuracy.md is made
import { parseArgs } from 'node:util';
import { dataAt } from './published';
import { explain } from './explain';
import { rowLine, writeRows } from './rowTable';
import { scoreData, summaryLines, writeRanges } from './scoreData';
import { keepScores, saveScores } from './saved';

const { values } = parseArgs({
  options: {
    published: { type: 'string' },
    graphs: { type: 'string' },
    rows: { type: 'string' },
    only: { type: 'string' },
    explain: { type: 'string' },
    'fit-ranges': { type: 'boolean' },
    splits: { type: 'boolean' },
    keep: { type: 'string' },
    write: { type: 'boolean' },
  },
});
const data = dataAt(values.published, values.graphs);
if (!data) {
  console.error(
    'Give the table by --published (or SILICONLENS_PUBLISHED) and the folder of graphs by --graphs (or SILICONLENS_GRAPHS).',
  );
  process.exit(1);
}
if (values.explain !== undefined) console.log(await explain(data, Number(values.explain)));
else {
  const started = performance.now();
  if (values['fit-ranges']) await writeRanges(data);
  const run = await scoreData(data, { pattern: values.only, splits: values.splits ?? values.write });
  if (values.only !== undefined) for (const one of run.scored) console.log(rowLine(one));
  console.log(summaryLines(run).join('\n'));
  if (values.rows !== undefined) writeRows(values.rows, run.scored);
  if (values.write) saveScores(run, data);
  if (values.keep !== undefined) keepScores(run, values.keep);
  console.log(`${((performance.now() - started) / 1e3).toFixed(1)} s`);
}
