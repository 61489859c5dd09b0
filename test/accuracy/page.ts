import type { Score } from '../../server/engine/cost/calibrate/score';
import { table } from './table';

export interface PublishedTable {
  readonly date: string;
  readonly groups: readonly {
    readonly chip: string;
    readonly group: string;
    readonly precision: string;
    readonly kind: 'calibrated' | 'left-out';
    readonly score: Score;
    readonly inside: number;
    readonly width: number;
    readonly bins: readonly { readonly name: string; readonly score: Score }[];
  }[];
}

export interface OwnTable {
  readonly machines: readonly {
    readonly machine: string;
    readonly date: string;
    readonly onnxruntime: string;
    readonly threads: number;
    /** Median over the models of median ÷ minimum − 1. */
    readonly noiseFloor: number;
    /** Seconds of one call of the runtime besides its nodes. */
    readonly callSeconds: number;
    readonly groups: readonly { readonly group: string; readonly score: Score }[];
    readonly models: readonly {
      readonly model: string;
      readonly predicted: number;
      readonly measured: number;
      readonly baseline: number;
    }[];
    readonly modelScore: Score;
    readonly baselineScore: Score;
    readonly nodeScore: Score;
    readonly spearman: number;
  }[];
}

/** What is aimed at, in per cent: median and 90th percentile of the error, calibrated and left out. */
const targets: Readonly<
  Record<string, { calibrated: [number, number | null]; leftOut: [number, number | null] }>
> = {
  'gemm bf16': { calibrated: [10, 30], leftOut: [20, 50] },
  'gemm fp8': { calibrated: [15, 50], leftOut: [22, 60] },
  'gemm fp32': { calibrated: [15, null], leftOut: [25, null] },
  'attention-prefill bf16': { calibrated: [12, 45], leftOut: [20, 55] },
  'attention-decode bf16': { calibrated: [12, 30], leftOut: [20, 55] },
  'elementwise fp32': { calibrated: [15, null], leftOut: [25, null] },
  'normalization fp32': { calibrated: [15, null], leftOut: [25, null] },
  'softmax fp32': { calibrated: [15, null], leftOut: [25, null] },
};

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** Largest median width of a range that still says something. */
const widestRange = { calibrated: 1.8, 'left-out': 2.6 } as const;

/** "met", or by how much not. */
function verdict(group: PublishedTable['groups'][number]): string {
  const aim = targets[`${group.group} ${group.precision}`];
  if (!aim) return '–';
  const [median, p90] = group.kind === 'calibrated' ? aim.calibrated : aim.leftOut;
  const width = widestRange[group.kind];
  const misses = [
    group.score.median * 100 > median ? `median above ${median} %` : '',
    p90 !== null && group.score.p90 * 100 > p90 ? `p90 above ${p90} %` : '',
    group.inside < 0.85 ? 'inside below 85 %' : '',
    group.width > width ? `width above ${width}` : '',
  ].filter((text) => text !== '');
  return misses.length === 0 ? 'met' : `**${misses.join(', ')}**`;
}

function scored(list: PublishedTable['groups']): string[] {
  return table(
    [
      'operators',
      'precision',
      'chip',
      'rows',
      'median',
      'p90',
      '&#124;p/m − 1&#124; median, p90',
      'bias',
      'inside',
      'width',
      'aim',
    ],
    list.map((group) => [
      group.group,
      group.precision,
      group.chip,
      String(group.score.rows),
      percent(group.score.median),
      percent(group.score.p90),
      `${percent(group.score.plainMedian)}, ${percent(group.score.plainP90)}`,
      percent(group.score.bias),
      percent(group.inside),
      group.width.toFixed(2),
      verdict(group),
    ]),
  );
}

function details(list: PublishedTable['groups']): string[] {
  return table(
    ['operators', 'precision', 'chip', 'part', 'rows', 'median', 'p90', 'bias'],
    list.flatMap((group) =>
      group.bins.map(({ name, score }) => [
        group.group,
        group.precision,
        `${group.chip}${group.kind === 'left-out' ? ', left out' : ''}`,
        name,
        String(score.rows),
        percent(score.median),
        percent(score.p90),
        percent(score.bias),
      ]),
    ),
  );
}

const introduction = `# How far the estimates are off

Made by \`npm run accuracy\`; do not edit. The error of an estimate p of a measurement m is max(p/m, m/p) − 1, because
|p/m − 1| rewards guessing low. Bias is the median of p/m − 1: below zero means too fast. *Inside* is the share of
measurements within the stated range, *width* the median of its upper end ÷ its lower end.

Constants (at most 12 per chip, operator class and precision) live in \`server/engine/cost/\`, each group with its
source. *Calibrated* rows are scored out of fold: five folds, matrix products split by (n, k), attention by (heads, key
heads), row operators by row length, so that no row is estimated by constants that have seen its shape. *Left out* rows are
those of a chip whose measurements were not used at all; their constants are what chips that were never measured get. A
few constants that carry over between chips (energy of an operation, share of the cache that stays warm, cost of joining
parts) are held there at one value that was chosen once with all measured chips in view. Ranges of that kind are shared by
all chips, so they hold more than 97 % of the rows of some.

Origin of the rows: matrix products and fused attention from ai-dynamo/aiconfigurator (SGLang 0.5.10 tables, Apache-2.0);
FP32 operators of T4, V100 PCIe and A100 PCIe from sitar-lab/NeuSight (MIT). They are not part of this repository. Rows of
our own lie in \`test/accuracy/measurements/\` with machine, versions and date.

How they were taken matters: the matrix products took turns with six sets of operands and one result, replayed as a CUDA
graph, so that a set returns from the cache only where all six fit; attention ran over and over on one set, with three
launches a call (cache, schedule, attention: FlashAttention 3 on all three chips); the FP32 operators ran on one set, those
of T4 at a clock that depended on what had run before (between 1 and 20 ms some are twice as fast as long ones).

What they cannot teach: convolutions, pooling and data movement on GPUs, FP16 and INT8, elementwise operators under about
50 µs, heads of other sizes than 128, and any GPU that is not NVIDIA's. Estimates there say \`class\` or \`peak\`.
`;

export function accuracyPage(
  published: PublishedTable | null,
  own: OwnTable | null,
  world: readonly string[],
): string {
  const lines = [introduction];
  if (published) {
    const calibrated = published.groups.filter(({ kind }) => kind === 'calibrated');
    const leftOut = published.groups.filter(({ kind }) => kind === 'left-out');
    lines.push(
      `Fitted on ${published.date}.`,
      '',
      '## GPUs, calibrated (out of fold)',
      '',
      ...scored(calibrated),
      '## GPUs, one chip left out',
      '',
      ...scored(leftOut),
      '## By size, operator and cached length',
      '',
      ...details(published.groups),
    );
  }
  if (own) lines.push(...own.machines.flatMap(ownMachine));
  lines.push(...world);
  lines.push(
    '## TPU v1 against its paper',
    '',
    'Rooflines of the six applications of Jouppi et al. (ISCA 2017) within 1 %; measured rates of MLP0, MLP1, LSTM0 and CNN0',
    'within 20 %; MLP0 on the processor and the GPU of its day within 2×: `test/unit/cost/tpu.test.ts`. LSTM1 has its',
    'measurement in its range (600 × 600 matrices fill 0.61 of nine tiles; the rest is gate arithmetic). CNN1 is not',
    'estimated: its average intensity hides four fully connected layers at batch 32 and shallow features that fill about',
    'half of the array, and its layers are not published.',
    '',
  );
  return lines.join('\n');
}

function ownMachine(machine: OwnTable['machines'][number]): string[] {
  const named = (name: string, { rows, median, p90, bias }: Score) => [
    name,
    String(rows),
    percent(median),
    percent(p90),
    percent(bias),
  ];
  const milliseconds = (seconds: number) => `${(seconds * 1e3).toPrecision(3)} ms`;
  return [
    `## ${machine.machine}: ONNX Runtime on the fixtures, one model left out`,
    '',
    `Measured ${machine.date} with ONNX Runtime ${machine.onnxruntime}, ${machine.threads} threads; noise floor (median over the`,
    `models of median ÷ minimum − 1) ${percent(machine.noiseFloor)}. Times are minima of 30 runs (12 where a run takes over a`,
    'second). Kernels of equal work in one model are one row. Estimates of whole models include the time of one call from',
    `the measuring script (${(machine.callSeconds * 1e6).toFixed(1)} µs). The detector is not scored as a whole: two of its sizes are decided by its data.`,
    'Other processors get these constants as those of their class, their ranges widened by what leaving a chip out costs.',
    '',
    ...table(
      ['what', 'rows', 'median', 'p90', 'bias'],
      [
        ...machine.groups.map(({ group, score }) => named(group, score)),
        named('all kernels of 10 µs and more', machine.nodeScore),
        named('whole models', machine.modelScore),
        named('baseline: operations ÷ one constant', machine.baselineScore),
      ],
    ),
    `Aims: whole models 15 % and 35 %, at most half the error of the baseline; kernels 30 %; rank correlation of achieved rates`,
    `of kernels at least 0.9 (here ${machine.spearman.toFixed(3)}).`,
    '',
    ...table(
      ['model', 'estimated', 'measured', 'baseline'],
      machine.models.map(({ model, predicted, measured, baseline }) => [
        model,
        milliseconds(predicted),
        milliseconds(measured),
        milliseconds(baseline),
      ]),
    ),
  ];
}
