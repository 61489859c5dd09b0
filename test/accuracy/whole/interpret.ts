// What a published figure asks the estimate for, by the rules of rules.json, or why it cannot be asked.
import type { PrecisionPolicy, Phase } from '../../../server/engine/workload';
import { textOf, type Figure } from './published';
import reasonTexts from './reasons.json';
import ruleTable from './rules.json';

export type Reason = keyof typeof reasonTexts;
type Quantity = 'latency' | 'throughput' | 'energy';
type Include = 'transfers' | 'start';

/** Regular expressions by column, all of which must match. */
type When = Readonly<Record<string, string>>;

/** The first rule that matches sets a value: as it stands, or the number in a column. */
interface Rule<T> {
  readonly when: When;
  readonly is?: T | null;
  readonly from?: string;
  readonly pattern?: string;
  readonly scale?: number;
  readonly why?: string;
}

/** rules.json. */
export interface Rules {
  readonly exclusions: readonly { readonly reason: Reason; readonly when: When; readonly why?: string }[];
  readonly precision: readonly Rule<PrecisionPolicy>[];
  readonly runtime: readonly Rule<string>[];
  readonly quantity: readonly Rule<Quantity>[];
  readonly batch: readonly Rule<number>[];
  readonly sequence: readonly Rule<number>[];
  readonly past: readonly Rule<number>[];
  readonly phase: readonly Rule<Phase>[];
  readonly cores: readonly Rule<number>[];
  readonly includes: readonly Rule<readonly Include[]>[];
  readonly family: readonly Rule<string>[];
}

export const rules = ruleTable as unknown as Rules;
export const reasons: Readonly<Record<Reason, string>> = reasonTexts;

/** An entry of models.json: a graph with the names that figures give it. */
export interface GraphEntry {
  readonly id: string;
  readonly from?: string;
  readonly name?: string;
  readonly size?: readonly number[];
  readonly noGraph?: string;
  readonly published: readonly string[];
  readonly sources: readonly string[];
  readonly shapes?: readonly string[];
}

/** What the rules are held against: names of chips and of models. */
export interface Names {
  /** Ids of the catalogue by published name. */
  readonly chips: Readonly<Record<string, string | { readonly chip: string; readonly host?: string }>>;
  readonly models: readonly GraphEntry[];
}

/** A figure as a question to the estimate. */
export interface Asked {
  readonly figure: Figure;
  readonly chip: string;
  readonly host: string | null;
  readonly graph: GraphEntry;
  readonly bindings: Readonly<Record<string, number>>;
  readonly phase: Phase;
  readonly precision: PrecisionPolicy;
  /** Null: the chip's default. */
  readonly runtime: string | null;
  /** Cores that worked; null: all. */
  readonly cores: number | null;
  readonly quantity: Quantity;
  readonly includes: readonly Include[];
  /** Seconds of one run, or seconds or joules per sample and chip (throughput, energy). */
  readonly measured: number;
}

/** A figure without a score. */
export interface Excluded {
  readonly figure: Figure;
  readonly reason: Reason;
  /** The text that no rule knows, or what is missing. */
  readonly detail: string;
}

export const isExcluded = (result: Asked | Excluded): result is Excluded => 'reason' in result;

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  // The patterns are those of rules.json, which is part of the program.
  if (!pattern) patterns.set(source, (pattern = new RegExp(source, 'u')));
  return pattern;
}

function matches(figure: Figure, when: When): boolean {
  return Object.entries(when).every(([column, source]) => patternOf(source).test(textOf(figure, column)));
}

/** What the first matching rule says; undefined: none matches. */
export function settingOf<T>(figure: Figure, list: readonly Rule<T>[]): T | null | undefined {
  const rule = list.find(({ when }) => matches(figure, when));
  if (!rule) return undefined;
  if (rule.from === undefined) return rule.is;
  const text = textOf(figure, rule.from);
  return Number(rule.pattern ? patternOf(rule.pattern).exec(text)?.[1] : text) as T;
}

export function graphFor(figure: Figure, models: readonly GraphEntry[]): GraphEntry | undefined {
  const [model, source, shape] = [
    textOf(figure, 'model'),
    textOf(figure, 'source'),
    textOf(figure, 'input_shape'),
  ];
  return models.find(
    ({ published, sources, shapes }) =>
      published.includes(model) &&
      sources.some((start) => source.startsWith(start)) &&
      (shapes?.some((part) => shape.includes(part)) ?? true),
  );
}

/** What several entries have in common that state one run under two limits of accuracy. */
function identity({ columns }: Figure): string {
  const model = (columns.get('model') ?? '').replace(/-99(\.9)?$/, '');
  const names = ['chip', 'chip_count', 'metric', 'value', 'software', 'source'];
  return [model, ...names.map((name) => columns.get(name))].join('|');
}

/** Figures of which an earlier one is the same run under another limit of accuracy. */
function repeated(figures: readonly Figure[]): ReadonlySet<Figure> {
  const seen = new Map<string, string>();
  return new Set(
    figures.filter((figure) => {
      const key = identity(figure);
      const model = textOf(figure, 'model');
      const first = seen.get(key);
      if (first === undefined) seen.set(key, model);
      return first !== undefined && first !== model;
    }),
  );
}

/** Every figure as a question, or with the reason why it is none. */
export function interpretAll(
  figures: readonly Figure[],
  names: Names,
  table: Rules = rules,
): (Asked | Excluded)[] {
  const repeats = repeated(figures);
  return figures.map((figure) =>
    repeats.has(figure)
      ? { figure, reason: 'repeats', detail: textOf(figure, 'model') }
      : interpret(figure, names, table),
  );
}

/** What the rules say of a figure, undefined where none says anything. */
function settingsOf(figure: Figure, table: Rules) {
  return {
    quantity: settingOf(figure, table.quantity),
    precision: settingOf(figure, table.precision),
    runtime: settingOf(figure, table.runtime),
    batch: settingOf(figure, table.batch),
  };
}

/** Sizes of the model, of which only those without an image take a sequence; null: its length is not known. */
function bindingsOf(
  figure: Figure,
  graph: GraphEntry,
  batch: number,
  table: Rules,
): Asked['bindings'] | null {
  if (graph.size) return { batch };
  const sequence = settingOf(figure, table.sequence);
  const past = settingOf(figure, table.past);
  return sequence ? { batch, sequence, ...(past ? { past } : {}) } : null;
}

/** A figure as a question, or with the reason why it is none. */
function interpret(figure: Figure, names: Names, table: Rules): Asked | Excluded {
  const none = (reason: Reason, ...columns: string[]): Excluded => ({
    figure,
    reason,
    detail: columns.map((column) => textOf(figure, column)).join(' · '),
  });
  const exclusion = table.exclusions.find(({ when }) => matches(figure, when));
  if (exclusion) return none(exclusion.reason, 'model');
  const { quantity, precision, runtime, batch } = settingsOf(figure, table);
  const measured = quantity ? measuredOf(figure, quantity, table) : NaN;
  if (!quantity || !(measured > 0)) return none('unknown-quantity', 'metric', 'unit', 'value');
  if (!precision) return none('unknown-precision', 'precision', 'software');
  if (runtime === undefined) return none('unknown-software', 'software', 'chip');
  if (!batch) return none('unknown-batch', 'batch');
  const chip = chipOf(figure, names);
  if (!chip) return none('no-chip', 'chip');
  const graph = graphFor(figure, names.models);
  if (!graph || graph.noGraph !== undefined) return none('no-graph', 'model', 'input_shape');
  const bindings = bindingsOf(figure, graph, batch, table);
  if (!bindings) return none('no-sequence', 'model', 'input_shape');
  return {
    ...{ figure, ...chip, graph, bindings, precision, runtime, quantity, measured },
    phase: settingOf(figure, table.phase) ?? 'inference',
    cores: settingOf(figure, table.cores) ?? null,
    includes: settingOf(figure, table.includes) ?? [],
  };
}

export function chipOf(figure: Figure, { chips }: Names): Pick<Asked, 'chip' | 'host'> | null {
  const named = new Map(Object.entries(chips)).get(textOf(figure, 'chip'));
  if (named === undefined) return null;
  return typeof named === 'string'
    ? { chip: named, host: null }
    : { chip: named.chip, host: named.host ?? null };
}

/**
 * The figure in seconds or joules. A throughput is of all chips of the entry together; a latency is that of one chip, however
 * many there are.
 */
function measuredOf(figure: Figure, quantity: Quantity, table: Rules): number {
  const scale = table.quantity.find(({ when }) => matches(figure, when))?.scale ?? 1;
  const value = Number(textOf(figure, 'value')) * scale;
  return quantity === 'throughput' ? Number(textOf(figure, 'chip_count') || '1') / value : value;
}

/** By what a figure is grouped: its kind of chip, software and network. `more` are columns beyond the figure's own. */
export function familyOf(
  figure: Figure,
  more: Readonly<Record<string, string>>,
  table: Rules = rules,
): string {
  const columns = new Map([...figure.columns, ...Object.entries(more)]);
  return settingOf({ line: figure.line, columns }, table.family) ?? 'other';
}
