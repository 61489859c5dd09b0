import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import manifest from '../../../package.json';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { plainJson } from '../../../outside/json';
import { placeKey, type Place } from '../../engine/budgets/baseline';
import type { Budget, Target } from '../../engine/budgets/load';
import { judge, placesOf } from '../../engine/budgets/snapshot';
import { checkJunit } from '../../engine/report/check/junit';
import { checkMarkdown } from '../../engine/report/check/markdown';
import { checkSarif } from '../../engine/report/check/sarif';
import { movedTo } from '../../engine/report/check/moved';
import { checkSections, judgedIn } from '../../engine/report/check/sections';
import type { CheckModel, CheckPlace, CheckReport } from '../../engine/report/check/types';
import { tableOf } from '../../engine/report/print/table';
import { FileError } from '../../platform';
import { reportWords } from '../../reportWords';
import type { Arguments } from '../arguments';
import { exitCodes, failed, Failure, type Outcome } from '../failure';
import { budgetsOf, type GivenBudgets } from './budgetFile';
import { baselineOf, type Baseline, type Before } from './compared';
import { costedModel, type Costed } from './costed';
import { globMatches } from '../../workspace/budgetPaths';
import { matchedModels, type MatchedModel } from './matched';

const formats = ['table', 'json', 'markdown', 'sarif', 'junit'] as const;

/** Dearest nodes that a report lists of each place. */
const mostDearest = 20;

/** `siliconlens check --budget FILE [PATH…]`: whether models keep their budgets, and what moved against a baseline. */
export async function check(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', formats) ?? 'table';
  const given = await budgetsOf(words, language);
  for (const path of words.positionals)
    await stat(path).catch(() => {
      throw new FileError('missing', path);
    });
  const models = await matchedModels(given.root, given.budgets, words.positionals);
  const baseline = await baselineOf(words, given, language, heapBytes);
  try {
    const checked: CheckModel[] = [];
    for (const model of models)
      checked.push(await checkedModel(model, { given, baseline, language, heapBytes }));
    const report = reportOf(words, given, baseline, models, checked);
    return {
      text: printed(report, format, language),
      failure: failureOf(report),
      inputs: [
        ...(baseline?.inputs ?? []),
        ...given.chips.read,
        ...models.map(({ path }) => join(given.root, path)),
      ],
    };
  } finally {
    await baseline?.dispose();
  }
}

function printed(report: CheckReport, format: (typeof formats)[number], language: Language): string {
  const words = reportWords(language);
  switch (format) {
    case 'table':
      return tableOf(checkSections(report, words));
    case 'json':
      return `${plainJson(JSON.stringify(report, null, 2))}\n`;
    case 'markdown':
      return checkMarkdown(report, words);
    case 'sarif':
      return checkSarif(report, words);
    case 'junit':
      return checkJunit(report, words);
  }
}

/** What could not be done weighs more than what does not hold. */
function failureOf(report: CheckReport): Failure | null {
  const unread = report.models.filter(({ error }) => error !== null);
  if (unread.length > 0)
    return failed('cli.check.unread', { count: unread.length, message: unread[0]!.error! });
  if (report.holds) return null;
  const count =
    judgedIn(report).filter(({ verdict }) => verdict.fails).length +
    report.unmatched.filter(({ fails }) => fails).length;
  return new Failure(exitCodes.unmet, (language) => message(language, 'cli.check.unmet', { count }));
}

function reportOf(
  words: Arguments,
  given: GivenBudgets,
  baseline: Baseline | null,
  matched: readonly MatchedModel[],
  models: readonly CheckModel[],
): CheckReport {
  // With paths only some of the models are looked for.
  const unmatched = words.positionals.length > 0 ? [] : unmatchedIn(given, matched);
  const holds =
    models.every(({ error, places }) => error === null && places.every(isKept)) &&
    unmatched.every(({ fails }) => !fails);
  return {
    schemaVersion: 1,
    tool: { version: manifest.version },
    budget: given.path,
    baseline: baseline?.about ?? null,
    holds,
    models,
    unmatched,
  };
}

function isKept({ verdicts }: CheckPlace): boolean {
  return verdicts.every(({ fails }) => !fails);
}

function unmatchedIn(
  { budgets, placeOf }: GivenBudgets,
  matched: readonly MatchedModel[],
): CheckReport['unmatched'] {
  return budgets.flatMap(({ index, models, unknownFails }) =>
    models
      .map((glob, at) => ({ glob, ...placeOf(['budgets', index, 'models', at]), fails: unknownFails }))
      .filter(({ glob }) => !matched.some(({ path }) => globMatches(glob, path))),
  );
}

interface Surroundings {
  readonly given: GivenBudgets;
  readonly baseline: Baseline | null;
  readonly language: Language;
  readonly heapBytes: number;
}

/** A model that cannot be read is told with the others, and does not end the check. */
async function checkedModel(model: MatchedModel, around: Surroundings): Promise<CheckModel> {
  const { given, baseline, language, heapBytes } = around;
  const path = join(given.root, model.path);
  const head = { path: model.path, file: relative(process.cwd(), path) };
  try {
    const costed = await costedModel(path, model, language, heapBytes);
    const before = baseline && (await baseline.of(model));
    const places = model.budgets.flatMap((budget) =>
      placesOf(budget).map((target) => placeIn(model, { budget, target }, { costed, before }, given)),
    );
    return {
      ...head,
      contentHash: costed.contentHash,
      contentHashBefore: before?.contentHash ?? null,
      error: costed.error,
      baselineError: before?.error ?? null,
      remarks: costed.remarks,
      places,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const nothing = {
      contentHash: null,
      contentHashBefore: null,
      baselineError: null,
      remarks: [],
      places: [],
    };
    return { ...head, ...nothing, error: error.say(language) };
  }
}

function placeIn(
  { path }: MatchedModel,
  { budget, target }: { readonly budget: Budget; readonly target: Target | null },
  { costed, before }: { readonly costed: Costed; readonly before: Before | null },
  { placeOf }: GivenBudgets,
): CheckPlace {
  const place: Place = { model: path, target, workload: budget.workload };
  const now = costed.snapshots.get(placeKey(place))!;
  const then = before && before.at(place);
  return {
    budget: budget.name ?? `${budget.index + 1}`,
    chip: target?.chip.id ?? null,
    system: target?.system ?? null,
    runtime: now.runtime,
    workload: budget.workload,
    verdicts: judge(budget, target, now, then).map(({ of, ...verdict }) => ({
      metric: of.name,
      level: of.level,
      ...verdict,
      isUpper: budget.isUpper,
      ...placeOf(of.path),
    })),
    ...movedTo(now, then ?? null),
    dearest: now.nodes.rows.slice(0, mostDearest),
  };
}
