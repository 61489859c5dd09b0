import { largest } from '../../lists';
import { problem } from '../../problem';
import type { Source } from '../../chips/chip';
import { column, type Section } from '../print/section';
import { known, rangeText, type PrintName, type Words } from '../print/words';
import type { Derivation, Law } from './derivation';
import type { Rated } from './rates';

/** Nodes of a kernel that are named. */
const mostNames = 8;
const mostLetters = 40;

/** What the page needs of the model besides the derivation. */
export interface Named {
  /** The operator and the name of a node. */
  readonly nodeName: (node: number) => string;
}

type Say = (key: PrintName, args?: Readonly<Record<string, string | number>>) => string;
const sayer =
  (words: Words): Say =>
  (key, args) =>
    words.text(`print.${key}`, args);

/** How the time of a node comes about, step by step, each figure with where it comes from. */
export function derivationSections(derivation: Derivation, named: Named, words: Words): Section[] {
  const { law, chip } = derivation;
  const numbers = new SourceList();
  const steps = law
    ? [
        rateSection('compute', law.compute, derivation, { numbers, words }),
        rateSection('memory', law.memory, derivation, { numbers, words }),
      ]
    : [];
  return [
    headSection(derivation, named, words),
    ...steps.filter(({ rows }) => rows.length > 0),
    sumSection(derivation, words),
    ...(law ? [constantsSection(law, chip.class, words), accuracySection(derivation, law, words)] : []),
    ...numbers.sections(words),
  ];
}

function headSection(derivation: Derivation, { nodeName }: Named, words: Words): Section {
  const say = sayer(words);
  const { node, chip, runtime, kernel, cost, law, seconds } = derivation;
  const names = kernel.nodes.slice(0, mostNames).map((one) => shortened(nodeName(one)));
  const more = kernel.nodes.length - names.length;
  const all = more > 0 ? [...names, say('more', { count: more })] : names;
  return {
    title: say('derive.title', {
      time: known(seconds?.value, words.seconds, words),
      node: nodeName(node),
      chip: chip.name,
    }),
    columns: [column(say('derive.what')), column(say('derive.value'))],
    rows: [
      [say('derive.kernel'), all.join(', ')],
      ...(law ? [[say('derive.group'), law.group]] : []),
      [say('precision'), cost.precision],
      [say('runtime'), runtime],
      [say('range'), rangeText(seconds, words.seconds, words)],
      [say('bound'), say(`bound.${cost.bound}`)],
    ],
    ...(law === null && { note: say('derive.noLaw') }),
  };
}

/** The end of a long name tells nodes apart. */
function shortened(name: string): string {
  return name.length <= mostLetters ? name : `…${name.slice(1 - mostLetters)}`;
}

interface Edge {
  readonly numbers: SourceList;
  readonly words: Words;
}

/** Operations or bytes ÷ the peak, and the share of the peak that the law expects. */
function rateSection(
  part: 'compute' | 'memory',
  rates: readonly Rated[],
  { chip, cost, law }: Derivation,
  { numbers, words }: Edge,
): Section {
  const say = sayer(words);
  const isCompute = part === 'compute';
  const [amount, rate] = isCompute
    ? [words.operations, words.operationsPerSecond]
    : [words.bytes, words.bytesPerSecond];
  const times = rates.map(({ seconds }) => seconds ?? NaN);
  const isSum = isCompute && law!.isSerial;
  const ideal = isSum ? times.reduce((sum, time) => sum + time, 0) : largest(times, 0);
  const said = cost.parts?.[part] ?? null;
  const isKnown = Number.isFinite(ideal) && said !== null && said > 0;
  return {
    title: say(`derive.${part}`),
    columns: [
      column(say(isCompute ? 'derive.unit' : 'derive.level')),
      column(say(isCompute ? 'derive.operations' : 'derive.bytes'), 'right'),
      column(say(isCompute ? 'derive.peak' : 'derive.bandwidth'), 'right'),
      column(say('derive.atPeak'), 'right'),
      column(say('derive.source')),
    ],
    rows: rates.map((one) => [
      isCompute ? say(`derive.unit.${one.name as 'matrix' | 'vector' | 'special'}`) : one.name,
      amount(one.amount),
      known(one.peak, rate, words),
      known(one.seconds, words.seconds, words),
      originText(one, numbers, words),
    ]),
    note: [
      ...(isKnown
        ? [
            say(isSum ? 'derive.sumOf' : 'derive.longest', {
              ideal: words.seconds(ideal),
              law: words.seconds(said),
              share: words.percent(ideal / said),
            }),
          ]
        : []),
      ...(isKnown && ideal > said * 1.0005 ? [say('derive.above')] : []),
      ...(chip.devices > 1 ? [say('derive.devices', { count: chip.devices })] : []),
      ...(isCompute ? [] : standinTexts(law!, chip.name, words)),
    ].join(' '),
  };
}

function originText({ origin }: Rated, numbers: SourceList, words: Words): string {
  const say = sayer(words);
  if (origin === null) return say('derive.standin');
  const places = origin.sources.map((source) => `[${numbers.of(source)}]`).join(' ');
  const said = `${say(`figure.${origin.basis}`)} ${places}`.trim();
  return origin.derivation === null ? said : `${said}, ${origin.derivation}`;
}

/** What stands in for facts that the chip's file lacks. */
function standinTexts({ standins }: Law, chip: string, words: Words): string[] {
  return standins.map(({ fact, standin }) =>
    words.problem(problem('information', 'chip.stand-in', { chip, fact, standin })),
  );
}

/** From the parts of a kernel to the time of the node. */
function sumSection(derivation: Derivation, words: Words): Section {
  const say = sayer(words);
  const { kernel, cost, seconds, transferSeconds, dispatch } = derivation;
  const { parts } = cost;
  const rows: string[][] = [];
  const row = (name: string, value: number | null | undefined, how = ''): void => {
    rows.push([name, known(value, words.seconds, words), how]);
  };
  const whole = cost.seconds?.value ?? null;
  if (parts && whole !== null) {
    const work = whole - parts.overhead;
    const rest = work - Math.max(parts.compute, parts.memory);
    row(say('derive.part.compute'), parts.compute);
    row(say('derive.part.memory'), parts.memory);
    const isShown = rest > 0.001 * work;
    const how = isShown ? say('derive.how.beyond', { rest: words.seconds(rest) }) : say('derive.how.longer');
    row(say('derive.part.work'), work, how);
    row(say('derive.part.overhead'), parts.overhead, overheadText(derivation, words));
  }
  row(say('derive.part.kernel'), whole, say('derive.how.sum'));
  const repeat = kernel.repeat ?? null;
  if (repeat !== 1)
    row(
      say('derive.part.runs'),
      repeat === null || whole === null ? null : whole * repeat,
      runsText(repeat, words),
    );
  if (transferSeconds !== null) row(say('derive.part.transfer'), transferSeconds, say('derive.how.transfer'));
  row(say('derive.part.node'), seconds?.value, shareText(derivation, words));
  return {
    title: say('derive.together'),
    columns: [column(say('derive.what')), column(say('latency'), 'right'), column(say('derive.how'))],
    rows,
    ...(dispatch.source !== null &&
      dispatch.basis !== null && {
        note: say('derive.dispatchSource', {
          basis: say(`derive.basis.${dispatch.basis}`),
          source: dispatch.source,
        }),
      }),
  };
}

function runsText(repeat: number | null, words: Words): string {
  return sayer(words)('derive.how.runs', { count: known(repeat, words.count, words) });
}

function overheadText({ dispatch, law }: Derivation, words: Words): string {
  const args = {
    dispatch: words.seconds(dispatch.seconds),
    fixed: known(law?.fixedSeconds, words.seconds, words),
  };
  return sayer(words)(dispatch.isQueued ? 'derive.how.queued' : 'derive.how.larger', args);
}

/** Which part of its kernel's time a node has. */
function shareText({ kernel, cost, seconds, transferSeconds }: Derivation, words: Words): string {
  const say = sayer(words);
  if (kernel.nodes.length < 2) return say('derive.how.all');
  const whole = cost.seconds && kernel.repeat !== null ? cost.seconds.value * kernel.repeat : null;
  if (!seconds || !whole || transferSeconds !== null) return say('derive.how.share');
  return say('derive.how.shareOf', { share: words.percent(seconds.value / whole) });
}

function constantsSection({ group, constants, source }: Law, chipClass: string, words: Words): Section {
  const say = sayer(words);
  return {
    title: say('derive.constants', { group }),
    columns: [column(say('derive.constant')), column(say('derive.value'), 'right')],
    rows: constants.map(([name, value]) => [name, String(value)]),
    note: say('derive.constantsSource', { source, class: chipClass }),
  };
}

/** What the range stands on, and how far such estimates were off where somebody measured. */
function accuracySection({ cost, models, chip }: Derivation, law: Law, words: Words): Section {
  const say = sayer(words);
  const { seconds } = cost;
  const range = seconds && {
    low: words.decimal(seconds.low / seconds.value),
    high: words.decimal(seconds.high / seconds.value),
    basis: say(`basis.${seconds.basis}`),
  };
  const errors = (one: {
    readonly median: number;
    readonly p90: number;
    readonly inside: number;
  }): string[] => [words.percent(one.median), words.percent(one.p90), words.percent(one.inside)];
  return {
    title: say('derive.accuracy'),
    columns: [
      column(say('chip')),
      column(say('derive.of')),
      column(say('derive.rows'), 'right'),
      column(say('measured.median'), 'right'),
      column(say('measured.p90'), 'right'),
      column(say('measured.inside'), 'right'),
    ],
    rows: [
      ...law.kernels.map((one) => [
        one.chip,
        say(one.isLeftOut ? 'derive.kernelsLeftOut' : 'derive.kernels', {
          group: one.group,
          precision: one.precision,
        }),
        words.count(one.rows),
        ...errors(one),
      ]),
      ...(models
        ? [
            [
              say('derive.classOf', { class: chip.class }),
              say('derive.models'),
              words.count(models.rows),
              ...errors(models),
            ],
          ]
        : []),
    ],
    note: [
      ...(range ? [say('derive.rangeOf', range)] : []),
      say(law.kernels.length > 0 ? 'derive.accuracyNote' : 'derive.notMeasured'),
    ].join(' '),
  };
}

/** Sources by number, each once. */
class SourceList {
  private readonly all: Source[] = [];

  of(source: Source): number {
    const at = this.all.indexOf(source);
    return at < 0 ? this.all.push(source) : at + 1;
  }

  sections(words: Words): Section[] {
    if (this.all.length === 0) return [];
    const say = sayer(words);
    return [
      {
        title: say('derive.sources'),
        columns: [column('#', 'right'), column(say('derive.source')), column(say('derive.address'))],
        rows: this.all.map(({ title, url }, at) => [`[${at + 1}]`, title, url ?? say('none')]),
      },
    ];
  }
}
