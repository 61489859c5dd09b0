// From the table and the graphs to scores.
import { readGraph } from './graphs';
import { isScored, scoreAll, type ReadGraph, type Scored } from './estimate';
import { chipById } from '../../../server/engine/chips/catalogue';
import { familyOf, interpretAll, isExcluded, reasons, type Asked, type Excluded } from './interpret';
import { publishedNames } from './names';
import { placing } from './place';
import { readFigures, textOf, type Data } from './published';
import { groupOf, summaryOf, type Group, type Split, type Summary } from './scores';
import { fits, scoreSplit } from './splits';

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

/** @param pattern only figures whose family, chip, model, software or source matches */
export async function scoreData(data: Data, pattern?: string): Promise<Run> {
  // Asked for on the command line of a tool of the project.
  const only = pattern === undefined ? null : new RegExp(pattern, 'iu');
  const names = publishedNames();
  const asked = interpretAll(readFigures(data), names).filter((one) => isWanted(one, only));
  const read = readingOnce((id) => readGraph(data.graphs, id));
  const results = await scoreAll(asked, read);
  const scored = results.filter(isScored);
  const excluded = results.filter((one): one is Excluded => !isScored(one));
  const splits = await splitsOf(asked, results, read);
  return { scored, excluded, summary: summaryOf(results, splits, placing(results, names)) };
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
async function splitsOf(
  list: readonly (Asked | Excluded)[],
  plain: readonly (Scored | Excluded)[],
  read: ReadGraph,
): Promise<Split[]> {
  const kinds: [string, (one: Asked) => string][] = [
    ['chip left out', ({ chip }) => chip],
    ['model left out', ({ graph }) => graph.name ?? graph.id],
  ];
  const fitted = fits.length > 0;
  const asked = list.filter((one): one is Asked => !isExcluded(one));
  const splits: Split[] = [];
  for (const [name, key] of kinds) {
    const results = fitted ? await scoreSplit(asked, key, (part) => scoreAll(part, read)) : plain;
    splits.push({ fitted, group: groupOf(name, results) });
  }
  return splits;
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
    ...(['families', 'classes', 'sources', 'chips', 'models', 'terciles'] as const).flatMap((kind) => [
      `— ${kind}`,
      ...summary[kind].map(groupLine),
      '',
    ]),
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
