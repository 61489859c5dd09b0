import type { Chip } from '../chips/chip';
import { checkSchema, isObject, type ChipProblem } from '../chips/schemaCheck';
import type { Path } from '../json';
import { runtimesOf } from '../cost/runtimes';
import { profileById } from '../kernels/profile';
import { appendAll } from '../lists';
import { parseQuantity } from '../mapping/parseLimits';
import { argsWith, problem, type ArgsBut, type ProblemCode } from '../problem';
import { chipsOf } from '../systems/chosen';
import type { System } from '../systems/system';
import type { Workload } from '../workload';
import schema from './budget.schema.json';
import type { BudgetFile } from './budgetFacts';
import { metricFacts, type Metric, type MetricName } from './metrics';

/** Bytes of a budget file: two hundred budgets of a hundred globs each. */
export const mostBudgetBytes = 2 * 1024 * 1024;

/** Where a budget holds: a chip, with what runs beside it where a system says so. */
export interface Target {
  readonly chip: Chip;
  /** Undefined: the host that belongs to the chip. */
  readonly host?: Chip;
  /** Id of the system that chose it; null where the budget names the chip. */
  readonly system: string | null;
}

/** The most of a metric, in SI units. */
export interface Limit extends Metric {
  readonly most: number;
  /** Its place in the file. */
  readonly path: Path;
}

/** How much more than in the baseline a metric may be: a share of that, or an amount in SI units. */
export interface Tolerance extends Metric {
  readonly by: { readonly share: number } | { readonly amount: number };
  readonly path: Path;
}

/** One budget of a file, with everything in it looked up. */
export interface Budget {
  /** Its number in the file, from 0. */
  readonly index: number;
  /** Null where it has none. */
  readonly name: string | null;
  /** Paths and globs, from the root of the file. */
  readonly models: readonly string[];
  /** None: only figures of the model itself are asked for. */
  readonly targets: readonly Target[];
  readonly workload: Workload;
  readonly limits: readonly Limit[];
  readonly tolerances: readonly Tolerance[];
  /** The upper end of a range has to hold, not the estimated value. */
  readonly isUpper: boolean;
  readonly unknownFails: boolean;
}

/** What a budget file can name. */
export interface Nameable {
  chip(id: string): Chip | undefined;
  system(id: string): System | undefined;
}

/** A budget file that was read. */
export interface LoadedBudgets {
  /** Null where the file has errors: a budget that is half understood guards nothing. */
  readonly budgets: readonly Budget[] | null;
  readonly baseline: BudgetFile['baseline'] | null;
  readonly problems: readonly ChipProblem[];
}

type Entry = BudgetFile['budgets'][number];
type Figures = NonNullable<Entry['limits']>;

/** Holds a budget file against its schema, and looks up what it names. */
export function loadBudgets(json: unknown, known: Nameable): LoadedBudgets {
  // A limit with a slip in its name would hold whatever happens.
  const form = checkSchema(json, schema).map((one) => ({ ...one, severity: 'error' as const }));
  if (!isObject(json) || form.length > 0) return { budgets: null, baseline: null, problems: form };
  const file = json as unknown as BudgetFile;
  const problems: ChipProblem[] = [];
  const { baseline } = file;
  if (baseline && (baseline.file === undefined) === (baseline.revision === undefined))
    problems.push(fault('budget.baseline', ['baseline'], {}));
  const budgets = file.budgets.map((entry, index) => budgetOf(entry, index, known, problems));
  return { budgets: problems.length > 0 ? null : budgets, baseline: baseline ?? null, problems };
}

function budgetOf(entry: Entry, index: number, known: Nameable, problems: ChipProblem[]): Budget {
  const at: Path = ['budgets', index];
  const targets = [
    ...(entry.chips ?? []).flatMap((id, i) => chipNamed(id, [...at, 'chips', i], known, problems)),
    ...(entry.systems ?? []).flatMap((id, i) => systemNamed(id, [...at, 'systems', i], known, problems)),
  ];
  refuseRuntime(entry, targets, at, problems);
  const limits = figuresIn(entry.limits).flatMap(({ metric, text, way }): Limit[] => {
    const path = [...at, 'limits', ...way];
    const most = amountIn(metric, text, path, problems);
    return most === null ? [] : [{ ...metric, most, path }];
  });
  const tolerances = figuresIn(entry.tolerance).flatMap(({ metric, text, way }): Tolerance[] => {
    const path = [...at, 'tolerance', ...way];
    const share = shareIn(text);
    if (share !== null) return [{ ...metric, by: { share }, path }];
    const amount = amountIn(metric, text, path, problems);
    return amount === null ? [] : [{ ...metric, by: { amount }, path }];
  });
  for (const one of [...limits, ...tolerances]) appendAll(problems, placeFaults(one, targets));
  return {
    index,
    name: entry.name ?? null,
    models: entry.models,
    targets,
    workload: {
      bindings: entry.bindings ?? {},
      phase: entry.phase ?? 'inference',
      precision: entry.precision ?? 'as-stored',
      runtime: entry.runtime ?? null,
    },
    limits,
    tolerances,
    isUpper: entry.estimate === 'upper',
    unknownFails: entry.unknown !== 'pass',
  };
}

function chipNamed(id: string, path: Path, known: Nameable, problems: ChipProblem[]): Target[] {
  const chip = known.chip(id);
  if (chip) return [{ chip, system: null }];
  problems.push(fault('budget.no-chip', path, { chip: id }));
  return [];
}

function systemNamed(id: string, path: Path, known: Nameable, problems: ChipProblem[]): Target[] {
  const system = known.system(id);
  if (!system) {
    problems.push(fault('mapping.no-system', path, { system: id }));
    return [];
  }
  const { chips, host } = chipsOf(system, (one) => known.chip(one));
  const beside = host === null ? undefined : known.chip(host);
  return chips.map((one) => ({ chip: known.chip(one)!, ...(beside && { host: beside }), system: id }));
}

function refuseRuntime(
  { runtime }: Entry,
  targets: readonly Target[],
  at: Path,
  problems: ChipProblem[],
): void {
  if (runtime === undefined) return;
  const path = [...at, 'runtime'];
  if (!profileById(runtime)) return void problems.push(fault('budget.no-runtime', path, { runtime }));
  for (const { chip } of targets) {
    const able = runtimesOf(chip).map(({ id }) => id);
    if (!able.includes(runtime))
      problems.push(fault('budget.runtime', path, { runtime, chip: chip.id, able: able.join(', ') }));
  }
}

/** What is written of a metric, and the way to it in a block of metrics. */
interface Written {
  readonly metric: Metric;
  readonly text: number | string;
  readonly way: Path;
}

/** The metrics of a block; of traffic one for each level. */
function figuresIn(figures: Figures = {}): Written[] {
  return Object.entries(figures).flatMap(([key, given]): Written[] => {
    const name = key as MetricName;
    if (typeof given !== 'object') return [{ metric: { name, level: null }, text: given, way: [name] }];
    return Object.entries(given).map(([level, text]): Written => {
      return { metric: { name, level }, text, way: [name, level] };
    });
  });
}

/** `5 %` as 0.05; null for anything else. */
function shareIn(text: number | string): number | null {
  const [, number] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(String(text)) ?? [];
  return number === undefined ? null : Number(number) / 100;
}

/** A quantity in SI units; null, and a problem, where the text is none. */
function amountIn(
  { name }: Metric,
  text: number | string,
  path: Path,
  problems: ChipProblem[],
): number | null {
  if (typeof text === 'number') return text;
  const { value, units } = parseQuantity(metricFacts[name].quantity, text);
  if (value === null)
    problems.push(
      units.length > 0
        ? fault('budget.quantity', path, { value: text, units: units.join(', ') })
        : fault('chip.schema-number', path, {}),
    );
  return value;
}

/** Traffic over the link to the host, and that of a memory that stands in for one that no chip file states. */
const besideLevels: ReadonlySet<string> = new Set(['host link', 'On-chip memory (assumed)']);

/** Figures of chips need a chip, and those of memory levels one that has the level. */
function placeFaults(
  { name, level, path }: Metric & { readonly path: Path },
  targets: readonly Target[],
): ChipProblem[] {
  if (!metricFacts[name].isOfChip) return [];
  if (targets.length === 0) return [fault('budget.chips', path, {})];
  if (level === null || targets.some(({ chip }) => hasLevel(chip, level))) return [];
  const levels = [...new Set(targets.flatMap(({ chip }) => chip.memory.map((one) => one.name)))];
  return [fault('budget.level', path, { level, levels: levels.join(', ') })];
}

/** Whether a chip has a memory level of this name. */
export function hasLevel({ memory }: Chip, level: string): boolean {
  return besideLevels.has(level) || memory.some(({ name }) => name === level);
}

function fault<C extends ProblemCode>(code: C, path: Path, args: ArgsBut<C, 'field'>): ChipProblem {
  const all = argsWith<C, 'field'>({ field: path.join('.') }, args);
  return { ...problem('error', code, all), path, ofKey: false };
}
