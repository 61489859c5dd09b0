import { plainJson } from '../../outside/json';
import { basename } from 'node:path';
import manifest from '../../package.json';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/cli';
import { costsOn } from '../engine/analyse';
import type { Calibration, Chip } from '../engine/chips/chip';
import { resolveUserChip } from '../engine/chips/userChips';
import { calibrateProfiles, rowsPerConstant, type GroupFit } from '../engine/cost/calibrate/fromProfile';
import { calibrateTable } from '../engine/cost/calibrate/fromTable';
import { matchProfile } from '../engine/cost/calibrate/matchProfile';
import { overlayOf, type ChipOverlay } from '../engine/cost/calibrate/overlay';
import { argOf } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { uninterrupted } from '../engine/scheduler';
import type { Arguments } from './arguments';
import { calibrationSummary, type Before, type MeasuredOnChip } from './calibrationSummary';
import { ChipChoice } from './chipChoice';
import { failed, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { readProfiles, type ReadFile } from './profiles';
import { askedFor, prepareKnown, refuseNames, refuseRuntime, settingsFor, settingsNotes } from './workload';
import { appendAll, largest } from '../engine/lists';

/** Share of the measured time below which a profile is not one of this model. */
const leastShare = 0.5;
/** Share of the rows that may be of other sizes before the bindings are doubted. */
const mostConflicts = 0.1;

/**
 * `siliconlens calibrate [MODEL…] --profile FILE… --chip C`: fits the chip's constants to what was measured. The result
 * is a chip file; what was fitted and how far off estimates were before and after goes to standard error.
 */
export async function calibrate(
  words: Arguments,
  language: Language,
  heapBytes = Infinity,
): Promise<Outcome> {
  const name = words.text('chip');
  if (name === undefined) throw usage('cli.error.needs', { command: words.command, option: '--chip' });
  const { customChips } = await settingsFor(words, words.positionals[0] ?? '.');
  const choice = await ChipChoice.here(language, customChips);
  const chip = await choice.named(name);
  refuseRuntime(words, [chip]);
  if (words.texts('profile').length === 0)
    throw usage('cli.error.needs', { command: words.command, option: '--profile' });
  const { files, notes } = await readProfiles(words, language);
  const tables = files.filter(({ profile }) => profile.kind === 'kernel-table');
  const ofModels = files.filter(({ profile }) => profile.kind !== 'kernel-table');
  const measured = await measuredOn(words, ofModels, { chip, heapBytes }, language, notes);
  const { fits, unused } = await fitAll(words, measured, tables, chip);
  const kept = keep(fits, chip);
  const overlay = recorded(overlayFor(words, chip, fits, kept), files, measured, words.texts('tool'));
  const { chip: after } = resolveUserChip(overlay, '', (id) => (id === chip.id ? chip : undefined));
  if (!after) throw failed('cli.error.internal', { detail: overlay.id });
  const changes: Before[] = [];
  for (const one of measured)
    changes.push({ measured: one, after: await costsOn(one.prepared, after, uninterrupted) });
  const summary = calibrationSummary({ chip, overlay, fits, kept, changes, unused }, language);
  const text = [...notes, summary].join('\n');
  const opened = measured.map((one) => one.opened);
  const inputs = await otherInputs(words, opened, choice);
  return { text: `${plainJson(JSON.stringify(overlay, null, 2))}\n`, failure: null, notes: text, inputs };
}

/** Each profile over its model: one model for all of them, or one for each in the same order. */
async function measuredOn(
  words: Arguments,
  files: readonly ReadFile[],
  { chip, heapBytes }: { readonly chip: Chip; readonly heapBytes: number },
  language: Language,
  notes: string[],
): Promise<readonly MeasuredOnChip[]> {
  const models = words.positionals;
  if (files.length > 0 && models.length === 0) throw usage('cli.error.noModel', { command: words.command });
  if (models.length > 1 && models.length !== files.length)
    throw usage('cli.calibrate.pairs', { models: models.length, profiles: files.length });
  if (files.length === 0 && models.length > 0) throw usage('cli.error.tooMany', { argument: models[0]! });
  const result: MeasuredOnChip[] = [];
  const paths = files.map((_, at) => models[models.length === 1 ? 0 : at]!);
  const all = await preparedModels(words, new Set(paths), language, notes, heapBytes);
  for (const [at, file] of files.entries()) {
    const model = paths[at]!;
    const { opened, prepared } = all.get(model)!;
    const analysis = await costsOn(prepared, chip, uninterrupted);
    const { plan, cost } = analysis;
    const precisionOf = (kernel: number): string => cost.kernels[kernel]!.precision;
    const matched = matchProfile(prepared.inference, plan, file.profile, { precisionOf });
    const one: MeasuredOnChip = { ...file, model, opened, prepared, analysis, matched };
    check(one);
    const launched = file.profile.places.join(', ');
    if (launched !== '')
      notes.push(message(language, 'cli.calibrate.places', { path: file.path, places: launched }));
    result.push(one);
  }
  return result;
}

/** The models of one call by path, each read once; it may give a number to a name that only some of them have. */
async function preparedModels(
  words: Arguments,
  paths: ReadonlySet<string>,
  language: Language,
  notes: string[],
  heapBytes: number,
): Promise<ReadonlyMap<string, Pick<MeasuredOnChip, 'opened' | 'prepared'>>> {
  const result = new Map<string, Pick<MeasuredOnChip, 'opened' | 'prepared'>>();
  let unknown: readonly Problem[] | undefined;
  let held = 0;
  for (const path of paths) {
    const opened = await openModel(path, language, roomIn(heapBytes, held));
    if (opened.failure) throw opened.failure;
    // On the chip as it was and as it is calibrated.
    held = refuseTooMuch(opened, 2, heapBytes, 2, held);
    const asked = askedFor(words, await settingsFor(words, path));
    const { prepared, problems, remarks } = await prepareKnown(opened.model, asked);
    for (const note of settingsNotes(words, remarks, language)) if (!notes.includes(note)) notes.push(note);
    const here = problems.filter(({ severity }) => severity === 'information');
    refuseNames(problems.filter((problem) => !here.includes(problem)));
    const names = new Set(here.map((one) => argOf(one, 'name')));
    unknown = unknown?.filter((one) => names.has(argOf(one, 'name'))) ?? here;
    result.set(path, { opened, prepared });
  }
  refuseNames(unknown ?? []);
  return result;
}

/** A profile of another model or of other sizes teaches nothing. */
function check({ path, model, profile, prepared, matched }: MeasuredOnChip): void {
  const { conflicts, share } = matched;
  const [first] = conflicts;
  if (first && conflicts.length > mostConflicts * profile.rows.length) {
    throw failed('cli.calibrate.conflict', {
      ...{ path, count: conflicts.length, node: profile.rows[first.row]!.name },
      ...{ measured: first.measured.join('×'), expected: first.expected.join('×') },
      symbols: prepared.inference.symbols
        .map(({ name, value }) => `--bind ${name}=${value ?? 'N'}`)
        .join(' '),
    });
  }
  if (share < leastShare) {
    const known = profile.rows.length - matched.unmatchedRows.length;
    throw failed('cli.calibrate.noMatch', { path, model, known, rows: profile.rows.length });
  }
}

async function fitAll(
  words: Arguments,
  measured: readonly MeasuredOnChip[],
  tables: readonly ReadFile[],
  chip: Chip,
): Promise<{ fits: readonly GroupFit[]; unused: number }> {
  const origin = measured.map(({ path }) => basename(path)).join(', ');
  const models = measured.map(({ prepared, analysis, matched, profile: { profilerSeconds } }) => ({
    ...{ inference: prepared.inference, workload: prepared.workload },
    ...{ plan: analysis.plan, profile: analysis.profile, matched, profilerSeconds },
  }));
  const fits = [...calibrateProfiles(models, chip, origin)];
  let unused = 0;
  for (const { path, profile } of tables) {
    const own = profile.rows.filter(({ kernel }) => kernel?.chip === chip.id || kernel?.chip === '');
    // A table of one chip may call it what it likes; of several only the rows of this one count.
    const rows = profile.places.length <= 1 ? profile.rows : own;
    if (rows.length === 0)
      throw failed('cli.calibrate.otherChips', {
        path,
        chip: chip.id,
        chips: profile.places.slice(0, 8).join(', '),
      });
    const runtime = words.text('runtime') ?? chip.defaultRuntime;
    const table = await calibrateTable({ ...profile, rows }, chip, runtime, basename(path), uninterrupted);
    appendAll(fits, table.fits);
    unused += table.unused + profile.rows.length - rows.length;
  }
  return { fits, unused };
}

/** One figure for how far off estimates are: the median and the tail, as factors. */
const sizeOf = ({ median, p90 }: { readonly median: number; readonly p90: number }): number =>
  (1 + median) * (1 + p90);

/** What improved on rows that were left out, once per operator class and precision. */
function keep(fits: readonly GroupFit[], chip: Chip): readonly GroupFit[] {
  if (fits.every(({ calibration }) => calibration === null)) {
    const most = largest(
      fits.map(({ rows }) => rows),
      0,
    );
    const fit = fits.find(({ reason }) => reason === 'noConstant');
    if (fit && most >= rowsPerConstant) {
      const { operatorClass, precision, rows } = fit;
      throw failed('cli.calibrate.nothingTold', {
        chip: chip.id,
        rows,
        group: `${operatorClass} ${precision}`,
      });
    }
    throw failed('cli.calibrate.tooFew', { chip: chip.id, rows: most, needed: rowsPerConstant });
  }
  const better = fits.filter(({ before, after }) => after !== null && sizeOf(after) < sizeOf(before));
  if (better.length === 0) throw failed('cli.calibrate.noGain', { chip: chip.id });
  const best = new Map<string, GroupFit>();
  for (const fit of better) {
    const key = `${fit.operatorClass} ${fit.precision}`;
    if ((best.get(key)?.rows ?? 0) < fit.rows) best.set(key, fit);
  }
  return [...best.values()];
}

function overlayFor(
  words: Arguments,
  chip: Chip,
  fits: readonly GroupFit[],
  kept: readonly GroupFit[],
): ChipOverlay {
  const id = words.text('id') ?? `${chip.id}-measured`;
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(id)) throw usage('cli.calibrate.id', { id });
  if (id === chip.id) throw usage('cli.calibrate.sameId', { id });
  const fitted = kept.flatMap(({ calibration }) => (calibration ? [calibration] : []));
  const keyOf = ({ operatorClass, precision }: Calibration | GroupFit): string =>
    `${operatorClass} ${precision}`;
  const keys = new Set(fitted.map(keyOf));
  const left = fits.filter((fit) => !keys.has(keyOf(fit))).map(({ unchanged }) => unchanged);
  const rows = fitted.reduce((sum, calibration) => sum + calibration.rows, 0);
  const overlay = overlayOf(chip, id, [...fitted, ...left], `Constants fitted to ${rows} measured kernels.`);
  const name = words.text('name');
  return name === undefined ? overlay : { ...overlay, name };
}

function recorded(
  overlay: ChipOverlay,
  files: readonly ReadFile[],
  measured: readonly MeasuredOnChip[],
  tools: readonly string[],
): ChipOverlay {
  return {
    ...overlay,
    calibrated: {
      date: new Date().toISOString().slice(0, 10),
      tools: [`siliconlens ${manifest.version}`, ...tools],
      profiles: files.map(({ path, profile }) => ({
        file: basename(path),
        model: basename(measured.find((one) => one.path === path)?.model ?? '') || null,
        runs: profile.runs,
        rows: profile.rows.length,
      })),
    },
  };
}
