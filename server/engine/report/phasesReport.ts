import type { RequestCost } from '../cost/requests';
import type { Bound, Estimate } from '../cost/types';
import type { Workload } from '../workload';
import { joulesPerWattHour } from './efficiency';
import { limitText, type Limit } from './fitReport';
import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';

/** Prefill and decode of a language model on chips; unknown is null. */
export interface PhasesReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  /** Tokens that a step of decoding yields for each sequence. */
  readonly acceptedTokens: number;
  readonly chips: readonly ChipPhases[];
}

export interface PhaseSizes {
  readonly batch: number;
  /** Tokens of the prompt, and of the context behind which a token is made. */
  readonly prompt: number;
  readonly context: number;
  /** Tokens of the answer to a prompt. */
  readonly answer: number;
}

/** A phase under some sizes. */
export interface PhasePoint {
  /** Of a whole prompt, or in decoding for one token of each sequence. */
  readonly seconds: number | null;
  /** Of all sequences together. */
  readonly tokensPerSecond: number | null;
  readonly bound: Bound;
  readonly fits: boolean | null;
}

export interface ChipPhases extends PhaseSizes {
  readonly id: string;
  readonly runtime: string;
  readonly precision: string;
  readonly timeToFirstToken: Estimate | null;
  readonly prefill: PhasePoint;
  /** Null where the model has no cache. */
  readonly decode: PhasePoint | null;
  /** Of decoding. */
  readonly limits: readonly Limit[];
  readonly batches: readonly (PhasePoint & { readonly size: number })[];
  readonly contexts: readonly (PhasePoint & { readonly size: number })[];
  /** A prompt with its answer: the time of one, and its share of the energy of the batch. */
  readonly request: RequestCost;
  /** The smallest batch that memory no longer bounds; null where it bounds all, or none. */
  readonly memoryBoundBelowBatch: number | null;
}

/** The report as tables: the chips, then the curves of each. */
export function phasesSections({ path, chips }: PhasesReport, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const limit = (chip: ChipPhases, wanted: Limit['dimension']): string =>
    limitText(
      chip.limits.find(({ dimension }) => dimension === wanted),
      words,
    );
  const notes = chips.flatMap((chip) => crossings(chip, words));
  const summary: Section = {
    title: path,
    columns: [
      column(text('chip')),
      column(text('runtime')),
      column(text('precision')),
      column(text('phases.sizes'), 'right'),
      column(text('phases.first'), 'right'),
      column(text('range'), 'right'),
      column(text('phases.perToken'), 'right'),
      column(text('phases.rate'), 'right'),
      column(text('bound')),
      column(text('fit.largest.batch'), 'right'),
      column(text('fit.largest.past'), 'right'),
    ],
    rows: chips.map((chip) => [
      chip.id,
      chip.runtime,
      chip.precision,
      [chip.batch, chip.prompt, chip.context].map(words.count).join(' / '),
      known(chip.timeToFirstToken, ({ value }) => words.seconds(value), words),
      rangeText(chip.timeToFirstToken, words.seconds, words),
      ...pointCells(chip.decode, words),
      limit(chip, 'batch'),
      limit(chip, 'past'),
    ]),
    ...(notes.length > 0 && { note: notes.join('. ') }),
  };
  const drawn = chips.filter(({ decode }) => decode !== null);
  return [
    summary,
    requests(chips, words),
    ...drawn.flatMap((chip) => (['batches', 'contexts'] as const).map((name) => curve(chip, name, words))),
  ];
}

/** Time, rate and bound of a phase. */
function pointCells(point: PhasePoint | null, words: Words): string[] {
  return [
    known(point?.seconds, words.seconds, words),
    known(point?.tokensPerSecond, (rate) => words.count(Math.round(rate)), words),
    words.text(`print.bound.${point?.bound ?? 'unknown'}`),
  ];
}

/** What a prompt and its answer take. */
function requests(chips: readonly ChipPhases[], words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: text('phases.requests'),
    columns: [
      column(text('chip')),
      column(text('phases.request'), 'right'),
      column(text('latency'), 'right'),
      column(text('range'), 'right'),
      column(text('energy'), 'right'),
      column(text('range'), 'right'),
    ],
    rows: chips.map(({ id, request: { promptTokens, answerTokens, seconds, joules } }) => [
      id,
      [promptTokens, answerTokens].map(words.count).join(' + '),
      known(seconds?.value, words.seconds, words),
      rangeText(seconds, words.seconds, words),
      known(joules && joules.value / joulesPerWattHour, words.wattHours, words),
      rangeText(joules, (value) => words.wattHours(value / joulesPerWattHour), words),
    ]),
    note: text('phases.requestNote'),
  };
}

/** Decoding by batch or by context. */
function curve(chip: ChipPhases, name: 'batches' | 'contexts', words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: words.text(`print.phases.${name}`, { chip: chip.id }),
    columns: [
      column(text(name === 'batches' ? 'phases.batch' : 'phases.context'), 'right'),
      column(text('phases.perToken'), 'right'),
      column(text('phases.rate'), 'right'),
      column(text('bound')),
    ],
    rows: chip[name].map((point) => [words.count(point.size), ...pointCells(point, words)]),
  };
}

/** Where something else binds, and where memory ends. */
function crossings(chip: ChipPhases, words: Words): string[] {
  const found: string[] = [];
  const { id, memoryBoundBelowBatch, limits, decode } = chip;
  if (decode === null) return [words.text('print.phases.noCache')];
  if (memoryBoundBelowBatch !== null)
    found.push(
      words.text('print.phases.memoryBound', { chip: id, batch: words.count(memoryBoundBelowBatch) }),
    );
  const context = limits.find(({ dimension, by }) => dimension === 'past' && by === 'memory');
  if (context?.value)
    found.push(words.text('print.phases.outOfMemory', { chip: id, context: words.count(context.value) }));
  return found;
}

/** The report for other programs: one row for each point, the first of which names the columns; unknown cells are empty. */
export function phasesRows({ chips }: PhasesReport): readonly (readonly (string | number | null)[])[] {
  const rows = chips.flatMap(
    ({ id, batch, prompt, context, prefill, decode, batches, contexts, request }) => {
      const row = (phase: string, sizes: readonly number[], point: PhasePoint) => [
        id,
        phase,
        ...sizes,
        point.seconds,
        point.tokensPerSecond,
        point.bound,
        point.fits === null ? null : String(point.fits),
        null,
      ];
      return [
        row('prefill', [batch, prompt], prefill),
        ...(decode ? [row('decode', [batch, context], decode)] : []),
        ...batches.map((point) => row('decode', [point.size, context], point)),
        ...contexts.map((point) => row('decode', [batch, point.size], point)),
        requestRow(id, batch, request),
      ];
    },
  );
  return [
    ['chip', 'phase', 'batch', 'tokens', 'seconds', 'tokensPerSecond', 'bound', 'fits', 'joules'],
    ...rows,
  ];
}

/** Tokens are those of prompt and answer, joules those of one request. */
function requestRow(id: string, batch: number, request: RequestCost): (string | number | null)[] {
  const { promptTokens, answerTokens, seconds, joules } = request;
  const known = [seconds?.value ?? null, null, null, null, joules?.value ?? null];
  return [id, 'request', batch, promptTokens + answerTokens, ...known];
}
