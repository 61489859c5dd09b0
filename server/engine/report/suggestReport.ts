import type { ChipAnalysis } from '../analyse';
import type { PrecisionChoice, TotalEstimate } from '../cost/types';
import { shareGained } from '../mapping/suggest/trial';
import type { Suggestion } from '../mapping/suggest/types';
import type { Workload } from '../workload';
import { column, type Section } from './print/section';
import { targetName } from './targetName';
import { totalText } from './print/texts';
import { known, type PrintName, type Words } from './print/words';
import {
  changeText,
  explanation,
  gainRange,
  otherText,
  riskText,
  savingText,
  signed,
  suggestionTitle,
} from './suggestTexts';

/** What to do next with a model, by chip. */
export interface SuggestReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  readonly chips: readonly ChipSuggestions[];
}

export interface ChipSuggestions {
  readonly id: string;
  readonly name: string;
  readonly runtime: string;
  readonly precision: PrecisionChoice['compute'];
  readonly latencySeconds: TotalEstimate | null;
  /** What saves most first. */
  readonly suggestions: readonly (Suggestion & {
    /** The command that shows the gain, as it is typed. */
    readonly verify: string;
    /** Names of the first nodes that it is about. */
    readonly nodeNames: readonly string[];
  })[];
}

/** One chip's part of the report, without what only the edge can write. */
export function chipSuggestions(
  analysis: ChipAnalysis,
  suggestions: ChipSuggestions['suggestions'],
): ChipSuggestions {
  const { chip, cost } = analysis;
  const { runtime, precision, total } = cost;
  const { latencySeconds } = total;
  return {
    id: chip.id,
    name: targetName(analysis),
    runtime,
    precision: precision.compute,
    latencySeconds,
    suggestions,
  };
}

/** The report as tables: of each chip the suggestions, then what stands behind each. */
export function suggestSections({ path, chips }: SuggestReport, words: Words): Section[] {
  const found = chips.flatMap((chip) => sectionsOf(chip, words));
  const [first, ...others] = found;
  return first ? [{ ...first, title: `${path}: ${first.title}` }, ...others] : [];
}

function sectionsOf(chip: ChipSuggestions, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { id, runtime, precision, latencySeconds, suggestions } = chip;
  const time = totalText(latencySeconds, words.seconds, words);
  const overview: Section = {
    title: words.text('print.suggest.of', { chip: id, runtime, precision, time }),
    columns: [
      column(text('suggest.number'), 'right'),
      column(text('suggest.code')),
      column(text('suggest.change')),
      column(text('suggest.saves'), 'right'),
      column(text('range'), 'right'),
      column(text('suggest.after'), 'right'),
      column(text('suggest.memory'), 'right'),
      column(text('suggest.energy'), 'right'),
      column(text('suggest.confidence')),
    ],
    rows: suggestions.map((one, index) => [
      String(index + 1),
      one.code,
      changeText(one.change, words),
      savingText(one, words),
      gainRange(one, words),
      known(one.seconds.after, words.seconds, words),
      known(one.gain.bytes, (bytes) => signed(bytes, words.bytes), words),
      known(one.gain.joules, ({ value }) => signed(value, words.joules), words),
      words.text(`print.suggest.confidence.${one.confidence}`),
    ]),
    ...(suggestions.length === 0 && { note: words.text('print.suggest.none') }),
  };
  if (suggestions.length === 0) return [overview];
  const details: Section = {
    title: words.text('print.suggest.details', { chip: id }),
    columns: [column(text('suggest.number'), 'right'), column(text('what')), column(text('value'))],
    rows: suggestions.flatMap((one, index) => detailRows(one, String(index + 1), words)),
  };
  return [overview, details];
}

function detailRows(one: ChipSuggestions['suggestions'][number], number: string, words: Words): string[][] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const rows: [PrintName, string][] = [
    ['suggest.code', suggestionTitle(one, words)],
    ...explanation(one, words).map((line): [PrintName, string] => ['suggest.why', line]),
    ['suggest.risk', riskText(one, words)],
    ...one.others.map((other): [PrintName, string] => ['suggest.instead', otherText(other, words)]),
    ['suggest.nodes', nodesText(one, words)],
    ['suggest.verify', one.verify],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([key, value], at) => [at === 0 ? number : '', text(key), value]);
}

/** The first nodes by name, and how many there are. */
function nodesText({ nodeNames, nodes }: ChipSuggestions['suggestions'][number], words: Words): string {
  if (nodes.length === 0) return '';
  const names = nodeNames.join(', ');
  return nodes.length > nodeNames.length
    ? words.text('print.suggest.nodesMore', { names, count: words.count(nodes.length) })
    : names;
}

const csvColumns = [
  'chip',
  'code',
  'change',
  'value',
  'secondsBefore',
  'secondsAfter',
  'secondsGained',
  'secondsGainedLow',
  'secondsGainedHigh',
  'share',
  'bytesGained',
  'joulesGained',
  'risk',
  'confidence',
  'verify',
] as const;

/** The rows of the report, the first of which names the columns; unknown cells are empty. */
export function suggestRows({ chips }: SuggestReport): readonly (readonly (string | number | null)[])[] {
  const rows = chips.flatMap(({ id, suggestions }) =>
    suggestions.map((one) => [
      id,
      one.code,
      one.change.kind,
      typeof one.change.value === 'string' ? one.change.value : JSON.stringify(one.change.value),
      one.seconds.before,
      one.seconds.after,
      one.gain.seconds?.value ?? null,
      one.gain.seconds?.low ?? null,
      one.gain.seconds?.high ?? null,
      shareGained(one),
      one.gain.bytes,
      one.gain.joules?.value ?? null,
      one.risk,
      one.confidence,
      one.verify,
    ]),
  );
  return [csvColumns, ...rows];
}
