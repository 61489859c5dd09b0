// The part of docs/accuracy.md on published figures of whole models, made of the scores that are kept.
import { table } from '../table';
import { reasons, rules } from './interpret';
import type { Kept, SavedScores } from './saved';
import type { Group, Summary } from './scores';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function cells({ name, chips, excluded, scores, insideRange }: Group): string[] {
  if (!scores) return [name, '0', String(excluded), ...Array<string>(7).fill('–')];
  const range = insideRange ? ` (${insideRange.map((share) => (100 * share).toFixed(0)).join('–')})` : '';
  return [
    name,
    String(scores.rows),
    percent(excluded / (excluded + scores.rows)),
    String(chips),
    percent(scores.median),
    percent(scores.p90),
    scores.bias.toFixed(2),
    `${percent(scores.inside)}${range}`,
    scores.width.toFixed(1),
    scores.interval.toFixed(2),
  ];
}

function groupTable(head: string, groups: readonly Group[]): string[] {
  const columns = ['rows', 'left out', 'chips', 'median', 'p90', 'bias', 'inside', 'width', 'interval'];
  return table([head, ...columns], groups.map(cells));
}

/** What the rules assume where a figure does not say it. */
function assumptions(): string[] {
  const { precision, batch, sequence, past, runtime, includes } = rules;
  const whys = [precision, batch, sequence, past, runtime, includes].flatMap((list) =>
    list.map(({ why }) => why),
  );
  return whys.filter((why) => why !== undefined).map((why) => `- ${why}`);
}

function introduction({ date, graphs, summary }: SavedScores): string[] {
  const scored = summary.families.find(({ name }) => name === 'all')?.scores?.rows ?? 0;
  return [
    '## Published figures of whole models, scored',
    '',
    `${summary.total.toLocaleString('en')} published figures of whole models (MLPerf Inference, Power and Tiny, Qualcomm AI Hub, Hailo Model Zoo, timm, OpenVINO, Coral,`,
    'TensorRT, AWS Neuron, llama.cpp, ncnn, OpenCV Zoo, Vitis AI, Tenstorrent, Ultralytics, ST) against the estimates. The figures',
    'lie outside this repository, and so do the graphs that they are scored with; this page has sums over them alone, of no fewer',
    `than five. ${scored.toLocaleString('en')} are scored (${percent(scored / summary.total)}), on ${Object.keys(graphs).length} graphs; the others have one of the reasons below. Scored on ${date}.`,
    '',
    'The error is that of the head of this page; *bias* is the median of estimated ÷ published: below 1 is too fast. *Inside* has',
    'the share of figures in the stated 90 % range and, in brackets, its 95 % interval if chips are drawn anew (2,000 draws with a',
    'fixed seed; rows of one chip err together). *Width* is the median of upper ÷ lower end. *Interval* is the mean of Winkler’s score of the',
    'range in logarithms: its width, and twenty times the distance of what lies outside; less is better, and neither endless nor narrow',
    'ranges win. *Left out* is the share of figures without a score.',
    '',
    'How a figure is read (precision, software, batch, lengths, what a clock saw) is data: `test/accuracy/whole/rules.json`. Texts that no rule',
    'knows have a reason and are not guessed. What is assumed where a figure does not say it:',
    '',
    ...assumptions(),
    '',
  ];
}

function leftOut({ reasons: rows, total }: Summary): string[] {
  return [
    '### Left out',
    '',
    ...table(
      ['reason', 'figures', 'share'],
      rows.map(({ reason, rows: count }) => [reasons[reason], String(count), percent(count / total)]),
    ),
  ];
}

function orders({ rankings, correlations, tasks }: Summary): string[] {
  return [
    '### Order of chips and of models',
    '',
    'All pairs of chips that have figures of the same model, size, length and kind (throughput, or latency at one batch), of each chip',
    'its fastest, where at least five chips do and the two figures differ by a factor of 1.2 to 3. A tie counts half: the range of the estimated',
    'ratio contains 1 (errors of the two taken as independent). Rank correlations (Spearman) are medians over series of at least five.',
    '',
    ...table(
      ['pairs of chips', 'pairs', 'right order', 'ties among them'],
      rankings.map(({ name, pairs, right, ties }) => [
        name,
        String(pairs),
        pairs === 0 ? '–' : percent(right),
        String(ties),
      ]),
    ),
    ...table(
      ['task', 'chips', 'rank correlation', 'pairs', 'right order', 'ties among them'],
      tasks.map(({ name, chips, correlation, pairs, right, ties }) => [
        name,
        String(chips),
        correlation.toFixed(2),
        String(pairs),
        pairs === 0 ? '–' : percent(right),
        String(ties),
      ]),
    ),
    ...table(
      ['rank correlation', 'series', 'median'],
      correlations.map(({ name, series, median }) => [
        name,
        String(series),
        series === 0 ? '–' : median.toFixed(2),
      ]),
    ),
  ];
}

function splits({ splits: list }: Summary): string[] {
  if (list.length === 0) return [];
  return [
    '### Chips and models that no constant has seen',
    '',
    'The ranges of totals are fitted to these figures: a part that all kernels of a run have in common, by class of chip and kind of net',
    '(`server/engine/cost/classes/totals.json`). They are fitted anew here without a fifth of the chips, or of the models, and score on those.',
    'Laws and class constants were written with these figures in view where their source says so; those stay as they are.',
    '',
    ...groupTable('left out', list),
  ];
}

/** Scores of families as they were, the oldest first, and as they are. */
function changes(before: readonly Kept[], { date, summary }: SavedScores): string[] {
  if (before.length === 0) return [];
  const kept = [...before, { label: 'now', date, families: summary.families }];
  const names = [...new Set(kept.flatMap(({ families }) => families.map(({ name }) => name)))];
  const rows = names.flatMap((name) =>
    kept.flatMap(({ label, families }) => {
      const scores = families.find((family) => family.name === name)?.scores;
      if (!scores) return [];
      const { rows: count, median, p90, bias, inside, width, interval } = scores;
      const figures = [percent(median), percent(p90), bias.toFixed(2), percent(inside), width.toFixed(1)];
      return [[name, label, String(count), ...figures, interval.toFixed(2)]];
    }),
  );
  return [
    '### What has changed',
    '',
    'Since the first of these, laws and constants of classes were mended with these figures in view: what stands under *now* tells how',
    'well these are met, and only in part how well others will be.',
    '',
    ...before.map(({ label, date: of }) => `- ${label}: ${of}`),
    '',
    ...table(['family', 'scores of', 'rows', 'median', 'p90', 'bias', 'inside', 'width', 'interval'], rows),
  ];
}

/** The section of docs/accuracy.md; empty where nothing was scored yet. */
export function wholeSection(saved: SavedScores | null, before: readonly Kept[]): string[] {
  if (!saved) return [];
  const { summary } = saved;
  return [
    ...introduction(saved),
    ...groupTable('family', summary.families),
    ...changes(before, saved),
    ...splits(summary),
    ...leftOut(summary),
    ...orders(summary),
    '### By width of the range',
    '',
    ...groupTable('third', summary.terciles),
    '### By class of chip, source, chip and model',
    '',
    ...groupTable('class', summary.classes),
    ...groupTable('source', summary.sources),
    ...groupTable('chip', summary.chips),
    ...groupTable('graph', summary.models),
  ];
}
