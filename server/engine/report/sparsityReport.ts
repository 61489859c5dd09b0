import { csvText } from '../../../outside/csv';
import type { TensorSparsity } from '../cost/sparsity/scan';
import type { TotalEstimate } from '../cost/types';
import type { Problem } from '../problem';
import { column, type Section } from './print/sections';
import type { PrintName, Words } from './print/words';

/** Zeros in the weights of a model, and what they are worth. */
export interface SparsityReport {
  readonly path: string;
  readonly bytesRead: number;
  /** Tensors that could not be read; nothing that is said of zeros holds for them. */
  readonly unreadTensors: number;
  readonly tensors: readonly TensorSparsity[];
  readonly chips: readonly {
    readonly id: string;
    readonly name: string;
    /** How much faster matrix units are on 2:4 weights; null: the chip does not know the pattern. */
    readonly speedup: number | null;
    readonly dense: TotalEstimate | null;
    /** With the zeros of tensors in the pattern left out; null where there is nothing to gain. */
    readonly sparse: TotalEstimate | null;
  }[];
  readonly problems: readonly Problem[];
}

/** Tensors that the printed table shows, those with the most zeros first. */
const shownTensors = 40;

/** The report as tables. */
export function sparsitySections(report: SparsityReport, words: Words): Section[] {
  return [
    summarySection(report, words),
    tensorSection(report, words),
    chipSection(report, words),
    ...problemSection(report, words),
  ];
}

function problemSection({ problems }: SparsityReport, words: Words): Section[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, shownTensors);
  const rest = problems.length - shown.length;
  return [
    {
      title: words.text('print.section.problems'),
      columns: [column(words.text('print.message'))],
      rows: shown.map((problem) => [words.problem(problem)]),
      ...(rest > 0 ? { note: words.text('print.more', { count: words.count(rest) }) } : {}),
    },
  ];
}

function summarySection({ path, bytesRead, unreadTensors, tensors }: SparsityReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const weights = tensors.filter(({ operator }) => operator !== null);
  const sum = (of: (one: TensorSparsity) => number): number => weights.reduce((all, one) => all + of(one), 0);
  const elements = sum((one) => one.elements);
  const inPattern = sum((one) => (one.isTwoOfFour ? one.elements : 0));
  return {
    title: path,
    columns: [column(text('what')), column(text('value'))],
    rows: [
      [text('sparsity.read'), words.bytes(bytesRead)],
      [text('sparsity.tensors'), words.count(weights.length)],
      ...(unreadTensors > 0 ? [[text('sparsity.unread'), words.count(unreadTensors)]] : []),
      [
        text('sparsity.zeros'),
        elements === 0 ? text('none') : words.percent(sum((one) => one.zeros) / elements),
      ],
      [text('sparsity.inPattern'), elements === 0 ? text('none') : words.percent(inPattern / elements)],
    ],
  };
}

function tensorSection({ tensors }: SparsityReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const share = (one: TensorSparsity): number => one.zeros / Math.max(1, one.elements);
  const sorted = [...tensors].sort(
    (a, b) =>
      Number(b.operator !== null) - Number(a.operator !== null) ||
      Number(b.isTwoOfFour) - Number(a.isTwoOfFour) ||
      share(b) - share(a) ||
      b.elements - a.elements,
  );
  const shown = sorted.slice(0, shownTensors);
  const rest = sorted.length - shown.length;
  return {
    title: text('section.sparsity'),
    columns: [
      column(text('sparsity.zeroShare'), 'right'),
      column(text('sparsity.groups'), 'right'),
      column(text('sparsity.pattern')),
      column(text('operator')),
      column(text('sparsity.shape')),
      column(text('sparsity.axis'), 'right'),
      column(text('name')),
    ],
    rows: shown.map((one) => [
      words.percent(share(one)),
      one.groups ? words.percent((one.sparseGroups ?? 0) / one.groups) : text('none'),
      text(one.isTwoOfFour ? 'yes' : one.groups ? 'no' : 'none'),
      one.operator ?? text('none'),
      `${one.type}[${one.dims.join(',')}]`,
      one.axis === null ? text('none') : String(one.axis),
      one.name,
    ]),
    ...(rest > 0 ? { note: words.text('print.more', { count: words.count(rest) }) } : {}),
  };
}

function chipSection({ chips, tensors, unreadTensors }: SparsityReport, words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const any = tensors.some(({ isTwoOfFour }) => isTwoOfFour);
  const verdict = ({ speedup, sparse }: SparsityReport['chips'][number]): string => {
    if (speedup === null) return text('sparsity.chipWithout');
    if (!any) return text(unreadTensors > 0 ? 'sparsity.notRead' : 'sparsity.noTensor');
    return sparse ? text('sparsity.gains') : text('unknown');
  };
  return {
    title: text('section.sparsityChips'),
    columns: [
      column(text('chip')),
      column(text('sparsity.dense'), 'right'),
      column(text('sparsity.sparse'), 'right'),
      column(text('sparsity.verdict')),
    ],
    rows: chips.map((chip) => [
      chip.id,
      words.total(chip.dense, words.seconds) ?? text('unknown'),
      words.total(chip.sparse, words.seconds) ?? text('none'),
      verdict(chip),
    ]),
  };
}

/** One row per tensor, RFC 4180, raw numbers. */
export function sparsityCsv({ tensors }: SparsityReport): string {
  const head = 'name,operator,type,shape,axis,elements,zeros,groups,sparse_groups,two_of_four'.split(',');
  const rows = tensors.map((one) => [
    one.name,
    one.operator,
    one.type,
    one.dims.join('x'),
    one.axis,
    one.elements,
    one.zeros,
    one.groups,
    one.sparseGroups,
    String(one.isTwoOfFour),
  ]);
  return csvText([head, ...rows]);
}
