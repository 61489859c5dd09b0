import { message, type CliKey } from '../../l10n/cli';
import type { Language } from '../../l10n/language';
import type { MessageArgs } from '../../l10n/messages';
import type { ChipAnalysis, Prepared } from '../engine/analyse';
import type { Chip } from '../engine/chips/chip';
import type { MatchedProfile } from '../engine/cost/calibrate/matchProfile';
import type { GroupFit } from '../engine/cost/calibrate/fromProfile';
import type { ChipOverlay } from '../engine/cost/calibrate/overlay';
import { wholeTotal } from '../engine/cost/totals';
import { column, type Section } from '../engine/report/print/section';
import { tableOf } from '../engine/report/print/table';
import { known, type Words } from '../engine/report/print/words';
import { reportWords } from '../reportWords';
import type { OpenedModel } from './openModel';
import type { ReadFile } from './profiles';

/** A profile laid over its model on the chip. */
export interface MeasuredOnChip extends ReadFile {
  readonly model: string;
  readonly opened: OpenedModel;
  readonly prepared: Prepared;
  readonly analysis: ChipAnalysis;
  readonly matched: MatchedProfile;
}

/** A measured model with what it costs under the new constants. */
export interface Before {
  readonly measured: MeasuredOnChip;
  readonly after: ChipAnalysis;
}

interface Calibrated {
  readonly chip: Chip;
  readonly overlay: ChipOverlay;
  readonly fits: readonly GroupFit[];
  /** Those of the fits that went into the overlay. */
  readonly kept: readonly GroupFit[];
  readonly changes: readonly Before[];
  /** Rows of tables that no fit could use. */
  readonly unused: number;
}

type Name<K> = K extends `cli.calibrate.${infer N}` ? N : never;
/** Says a text of `cli.calibrate`. */
type Say = (key: Name<CliKey>, args?: MessageArgs) => string;

/** What was fitted, how far off the estimates were before and after, and what of the profile has no place. */
export function calibrationSummary(done: Calibrated, language: Language): string {
  const words = reportWords(language);
  const say: Say = (key, args) => message(language, `cli.calibrate.${key}`, args);
  const sections = [groupsSection(done, words, say)];
  if (done.changes.length > 0)
    sections.push(modelsSection(done.changes, words, say), matchSection(done.changes, words, say));
  return tableOf(sections);
}

/** Errors per operator class and precision. */
function groupsSection({ chip, overlay, fits, kept, unused }: Calibrated, words: Words, say: Say): Section {
  const rows = fits.map((fit) => {
    const { operatorClass, precision, before, after, calibration } = fit;
    const state = fit.reason !== null ? fit.reason : kept.includes(fit) ? 'fitted' : 'noBetter';
    return [
      operatorClass,
      precision,
      words.count(fit.rows),
      calibration ? words.count(Object.keys(calibration.constants).length) : '0',
      words.percent(before.median),
      words.percent(before.p90),
      known(after?.median, words.percent, words),
      known(after?.p90, words.percent, words),
      say(state),
    ];
  });
  return {
    title: say('title', { chip: chip.id, overlay: overlay.id }),
    columns: [
      column(words.text('print.class')),
      column(words.text('print.precision')),
      ...(['rows', 'constants', 'medianBefore', 'p90Before', 'medianAfter', 'p90After'] as const).map((key) =>
        column(say(key), 'right'),
      ),
      column(''),
    ],
    rows,
    note: [say('errorNote'), ...(unused > 0 ? [say('unused', { count: words.count(unused) })] : [])].join(
      ' ',
    ),
  };
}

/** Measured and estimated time of each model, before and after. */
function modelsSection(changes: readonly Before[], words: Words, say: Say): Section {
  const rows = changes.flatMap(({ measured, after }) => {
    const kernels = sumsOf(measured, after);
    const { wholeSeconds } = measured.profile;
    // A time of which only a part is known is not held against a measured one.
    const estimated = [measured.analysis, after].map(
      ({ cost }) => wholeTotal(cost.total.latencySeconds)?.value ?? null,
    );
    return [
      rowOf(`${measured.model}: ${say('kernels')}`, kernels.measured, kernels.before, kernels.after, words),
      rowOf(`${measured.model}: ${say('whole')}`, wholeSeconds, estimated[0]!, estimated[1]!, words),
    ];
  });
  return {
    title: say('models'),
    columns: [
      column(words.text('print.what')),
      ...(['measured', 'estimateBefore', 'estimateAfter', 'ratioBefore', 'ratioAfter'] as const).map((key) =>
        column(say(key), 'right'),
      ),
    ],
    rows,
  };
}

function rowOf(
  what: string,
  measured: number | null,
  before: number | null,
  after: number | null,
  words: Words,
): string[] {
  const ratio = (estimate: number | null): string =>
    estimate === null || !measured ? words.text('print.unknown') : `×${words.decimal(estimate / measured)}`;
  return [
    what,
    known(measured, words.seconds, words),
    known(before, words.seconds, words),
    known(after, words.seconds, words),
    ratio(before),
    ratio(after),
  ];
}

/** Sums over the kernels that were measured, per run of the model. */
function sumsOf({ matched, analysis }: MeasuredOnChip, after: ChipAnalysis) {
  const sum = ({ cost, plan }: ChipAnalysis): number =>
    matched.groups
      .flatMap(({ kernels }) => kernels)
      .reduce(
        (all, kernel) =>
          all + (cost.kernels[kernel]!.seconds?.value ?? 0) * (plan.kernels[kernel]!.repeat ?? 0),
        0,
      );
  const measured = matched.groups.reduce((all, { seconds }) => all + seconds, 0);
  return { measured, before: sum(analysis), after: sum(after) };
}

/** How the profile and the plan fit together, with the costliest rows that have no place. */
function matchSection(changes: readonly Before[], words: Words, say: Say): Section {
  const rows = changes.flatMap(({ measured }) => {
    const { matched, profile, analysis } = measured;
    const costliest = [...matched.unmatchedRows]
      .sort((a, b) => profile.rows[b]!.seconds - profile.rows[a]!.seconds)
      .slice(0, 3)
      .map((row) => profile.rows[row]!.name || (profile.rows[row]!.operator ?? ''));
    const more = matched.unmatchedRows.length > costliest.length ? ', …' : '';
    const lost = { count: words.count(matched.unmatchedRows.length), names: costliest.join(', ') + more };
    const kernels = analysis.plan.kernels.length - matched.unmatchedKernels.length;
    return [
      [
        measured.path,
        say('matchedRows', { share: words.percent(matched.share) }),
        say('matchedKernels', {
          kernels: words.count(kernels),
          all: words.count(analysis.plan.kernels.length),
        }),
        matched.unmatchedRows.length > 0 ? say('unmatchedRows', lost) : '',
      ],
    ];
  });
  return {
    title: say('matching'),
    columns: [column(say('profile')), column(''), column(''), column('')],
    rows,
  };
}
