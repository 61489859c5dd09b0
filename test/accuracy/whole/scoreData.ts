// From the table and the graphs to scores.
import { readFileSync } from 'node:fs';
import { saveJson } from '../save';
import { readGraph } from './graphs';
import { fittedRanges, rangesFile } from './fitRanges';
import { isScored, scoreAll, type ReadGraph, type Scored } from './estimate';
import { chipById } from '../../../server/engine/chips/catalogue';
import { familyOf, interpretAll, isExcluded, reasons, type Asked, type Excluded } from './interpret';
import { publishedNames } from './names';
import { placing } from './place';
import { readFigures, textOf, type Data } from './published';
import { groupOf, summaryOf, type Group, type Summary } from './scores';
import { scoreSplit } from './splits';

export interface Run {
  readonly scored: readonly Scored[];
  readonly excluded: readonly Excluded[];
  readonly summary: Summary;
}

/** Whether a figure is among those asked for: by chip, model, software, source or family. */
function isWanted(one: Asked | Excluded, only: RegExp | null): boolean {
  if (!only) return true;
  if (isExcluded(one)) return false;
  const { figure, chip, graph, precision, runtime, quantity, phase } = one;
  const texts = ['chip', 'model', 'software', 'source'].map((column) => textOf(figure, column));
  // Of which kind a network is, only its graph tells: it may be of both.
  const families = ['transformer', 'convolution'].map((net) =>
    familyOf(figure, { class: chipById(chip)?.class ?? '', net, quantity, phase }),
  );
  return only.test([chip, graph.id, precision, runtime, ...texts, ...families].join(' '));
}

export interface ScoreOptions {
  /** Only figures whose chip, model, software or source matches. */
  readonly pattern?: string | undefined;
  /** Scores of what was left out of the fits too, which takes minutes. */
  readonly splits?: boolean | undefined;
}

export async function scoreData(data: Data, { pattern, splits: isSplit }: ScoreOptions = {}): Promise<Run> {
  // Asked for on the command line of a tool of the project.
  const only = pattern === undefined ? null : new RegExp(pattern, 'iu');
  const names = publishedNames();
  const asked = interpretAll(readFigures(data), names).filter((one) => isWanted(one, only));
  const read = readingOnce((id) => readGraph(data.graphs, id));
  const results = await scoreAll(asked, read);
  const scored = results.filter(isScored);
  const excluded = results.filter((one): one is Excluded => !isScored(one));
  const splits = isSplit ? await splitsOf(asked, read) : [];
  return { scored, excluded, summary: summaryOf(results, splits, placing(results, names)) };
}

/** Fits the ranges of totals to all figures and writes them where the engine has them. */
export async function writeRanges(data: Data): Promise<void> {
  const asked = interpretAll(readFigures(data), publishedNames()).filter(
    (one): one is Asked => !isExcluded(one),
  );
  const read = readingOnce((id) => readGraph(data.graphs, id));
  const entries = await fittedRanges(asked, (list) => scoreAll(list, read));
  const { comment } = JSON.parse(readFileSync(rangesFile, 'utf8')) as { comment: string };
  saveJson(rangesFile, { comment, entries });
}

/** Keeps the last graph: figures come graph by graph. */
function readingOnce(read: ReadGraph): ReadGraph {
  let last: { readonly id: string; readonly model: ReturnType<ReadGraph> } | null = null;
  return (id) => {
    if (last?.id !== id) last = { id, model: read(id) };
    return last.model;
  };
}

/** Chips left out, and models left out. */
async function splitsOf(list: readonly (Asked | Excluded)[], read: ReadGraph): Promise<Group[]> {
  const kinds: [string, (one: Asked) => string][] = [
    ['chip left out', ({ chip }) => chip],
    ['model left out', ({ graph }) => graph.name ?? graph.id],
  ];
  const asked = list.filter((one): one is Asked => !isExcluded(one));
  const splits: Group[] = [];
  for (const [name, key] of kinds) {
    const results = await scoreSplit(asked, key, (part) => scoreAll(part, read));
    splits.push(groupOf(name, results), ...familiesOf(name, results.filter(isScored)));
  }
  return splits;
}

function familiesOf(split: string, scored: readonly Scored[]): Group[] {
  const families = [...new Set(scored.map(({ family }) => family))].sort();
  return families.map((family) =>
    groupOf(
      `${split}, ${family}`,
      scored.filter((one) => one.family === family),
    ),
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function groupLine({ name, chips, excluded, scores, insideRange }: Group): string {
  if (!scores) return name;
  const range = insideRange ? ` [${insideRange.map((share) => (100 * share).toFixed(0)).join('–')}]` : '';
  return (
    `${name.slice(0, 40).padEnd(41)}${String(scores.rows).padStart(5)} rows ${String(chips).padStart(3)} chips` +
    `${percent(scores.median).padStart(8)}${percent(scores.p90).padStart(8)}  bias ${scores.bias.toFixed(2)}` +
    `  inside ${percent(scores.inside)}${range}  width ${scores.width.toFixed(1)}` +
    `  interval ${scores.interval.toFixed(2)}  left out ${excluded}`
  );
}

/** The scores as text for a terminal, and the texts that no rule knows. */
export function summaryLines({ summary, excluded }: Run): string[] {
  const unknown = excluded.filter(({ reason }) => /^unknown|^no-/.test(reason));
  const details = new Map<string, number>();
  for (const { reason, detail } of unknown) {
    const key = `${reason}: ${detail}`;
    details.set(key, (details.get(key) ?? 0) + 1);
  }
  return [
    ...[...details].sort((a, b) => b[1] - a[1]).map(([text, rows]) => `${String(rows).padStart(5)} ${text}`),
    '',
    ...summary.reasons.map(({ reason, rows }) => `${String(rows).padStart(5)} ${reason}: ${reasons[reason]}`),
    '',
    ...(['families', 'splits', 'classes', 'sources', 'chips', 'models', 'terciles'] as const).flatMap(
      (kind) => [`— ${kind}`, ...summary[kind].map(groupLine), ''],
    ),
    ...summary.rankings.map(
      ({ name, pairs, right, ties }) =>
        `order of chips, ${name}: ${pairs === 0 ? '–' : percent(right)} of ${pairs} pairs, ${ties} ties`,
    ),
    ...summary.tasks.map(
      ({ name, chips, correlation, pairs, right }) =>
        `${name.padEnd(60)} ${chips} chips, rank correlation ${correlation.toFixed(2)}, ${percent(right)} of ${pairs} pairs`,
    ),
    ...summary.correlations.map(
      ({ name, series, median }) => `rank correlation of ${name}: ${median.toFixed(2)} (median of ${series})`,
    ),
  ];
}
