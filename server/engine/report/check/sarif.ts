import type { Location, Log, Result } from 'sarif';
import { plainJson } from '../../../../outside/json';
import { metrics } from '../../budgets/metrics';
import type { Words } from '../print/words';
import { judgedIn, type Judged } from './sections';
import { changeText, nodeText, nodeWriter, placeText, verdictText } from './texts';
import type { CheckModel, CheckPlace, CheckReport } from './types';

/** Nodes that are told of each place where a budget is not kept. */
const mostNodes = 5;

/** The report as SARIF 2.1.0: what is not kept at the lines of the budget file, and the nodes behind it at those of the listing. */
export function checkSarif(report: CheckReport, words: Words): string {
  const results = [
    ...judgedIn(report)
      .filter(({ verdict }) => verdict.status === 'exceeded' || verdict.status === 'unknown')
      .map((judged) => verdictResult(report, judged, words)),
    ...report.models.flatMap((model) =>
      model.places
        .filter(({ verdicts }) => verdicts.some(({ fails }) => fails))
        .flatMap((place) => nodeResults(model, place, words)),
    ),
    ...faultResults(report, words),
  ];
  const names = [...metrics.map((name) => `budget/${name}`), 'budget/models', 'node', 'model'];
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Siliconlens',
            version: report.tool.version,
            informationUri: 'https://github.com/siliconlens/siliconlens',
            rules: names.map((id) => ({ id, shortDescription: { text: ruleText(id, words) } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return `${plainJson(JSON.stringify(log, null, 2))}\n`;
}

function ruleText(id: string, words: Words): string {
  const metric = metrics.find((name) => id === `budget/${name}`);
  if (metric) return words.text(`print.check.metric.${metric}`);
  return words.text(id === 'node' ? 'print.node' : 'print.check.path');
}

function verdictResult(report: CheckReport, { model, place, verdict }: Judged, words: Words): Result {
  return {
    ruleId: `budget/${verdict.metric}`,
    level: verdict.fails ? 'error' : 'warning',
    message: { text: verdictText(model, place, verdict, words) },
    locations: [placeIn(report.budget, verdict.line, verdict.column)],
    relatedLocations: [placeIn(model.file)],
  };
}

/** The nodes that changed most; without a change the dearest. */
function nodeResults(model: CheckModel, place: CheckPlace, words: Words): Result[] {
  const write = nodeWriter(place, words);
  const result = (line: number | null, text: string): Result => ({
    ruleId: 'node',
    level: 'note',
    message: { text },
    locations: [placeIn(model.file, line ?? undefined)],
  });
  const common = { place: placeText(place, words) };
  if (place.changes.length > 0)
    return place.changes.slice(0, mostNodes).map((change) => {
      const args = { ...common, node: nodeText(change), operator: change.operator };
      const moved = changeText(change, write);
      return result(change.line, words.text(`print.check.node.${change.kind}`, { ...args, change: moved }));
    });
  return place.dearest.slice(0, mostNodes).flatMap((row) => {
    if (row.cost === null) return [];
    const args = { ...common, node: nodeText(row), operator: row.operator, cost: write(row.cost) };
    return [result(row.line, words.text('print.check.node.cost', args))];
  });
}

function faultResults(report: CheckReport, words: Words): Result[] {
  return [
    ...report.models.flatMap(({ file, error }) =>
      error === null
        ? []
        : [
            {
              ruleId: 'model',
              level: 'error' as const,
              message: { text: error },
              locations: [placeIn(file)],
            },
          ],
    ),
    ...report.unmatched.map(({ glob, line, column, fails }) => ({
      ruleId: 'budget/models',
      level: fails ? ('error' as const) : ('warning' as const),
      message: { text: words.text('print.check.unmatched', { glob }) },
      locations: [placeIn(report.budget, line, column)],
    })),
  ];
}

/** A place of a file, whose path becomes a relative reference. */
function placeIn(path: string, startLine?: number, startColumn?: number): Location {
  const uri = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return {
    physicalLocation: {
      artifactLocation: { uri },
      ...(startLine !== undefined && {
        region: { startLine, ...(startColumn !== undefined && { startColumn }) },
      }),
    },
  };
}
