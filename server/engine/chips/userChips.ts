import { visible } from '../../../outside/hidden';
import { entryOf, setEntry } from '../../../outside/table';
import { chipById, chips, findChips } from './catalogue';
import type { Chip } from './chip';
import type { Path } from '../json';
import { type Doubt, doubtsAsProblems, lintChip } from './lint';
import { nearest } from '../nearest';
import { type ChipProblem, checkSchema, isObject } from './schemaCheck';

type Json = Readonly<Record<string, unknown>>;

/** A chip file as somebody wrote it: whole, or only what differs from the chip it extends. */
export interface UserChip {
  /** Null when the file cannot become a chip; the problems say why. */
  readonly chip: Chip | null;
  readonly problems: readonly ChipProblem[];
}

/** What a chip of the user's own has when its file says nothing else. */
const defaults: Partial<Record<keyof Chip, unknown>> = {
  schemaVersion: 1,
  aliases: [],
  scope: 'chip',
  devices: 1,
  status: 'own',
  confidence: 'medium',
  onnxTarget: true,
  peakOpsPerSecond: {},
  vectorOpsPerSecond: {},
  memory: [],
  power: {},
  software: { stack: [], executionProviders: [], sources: [] },
  defaultRuntime: 'none',
  notes: [],
  sources: [],
};

/**
 * A chip from a file of the workspace or from the settings. Plain numbers become figures with basis `stated` whose
 * source is the file; memory levels are matched by name.
 * @param file what the source is called to readers, usually the file's path
 * @param lookUp other chips that can be extended, the user's own before the catalogue's
 */
export function resolveUserChip(
  json: unknown,
  file: string,
  lookUp: (id: string) => Chip | undefined = chipById,
): UserChip {
  if (!isObject(json)) return { chip: null, problems: [chipProblem('chip.not-an-object', [])] };
  const problems = [...checkSchema(json)];
  const extended = json['extends'];
  const base = typeof extended === 'string' ? lookUp(extended) : undefined;
  if (typeof extended === 'string') {
    if (extended === json['id']) problems.push(chipProblem('chip.extends-itself', ['extends']));
    else if (!base) problems.push(unknownBase(extended));
  }
  if (problems.some(({ severity }) => severity === 'error')) return { chip: null, problems };
  const chip = derive(known(json, problems), base, file);
  // Doubts about the chip it extends were looked into there.
  const nameOf = ({ rule, figure }: Doubt): string => `${rule} ${figure}`;
  const old = new Set(base ? lintChip(base).map(nameOf) : []);
  const doubts = lintChip(chip).filter((doubt) => !isOwners(doubt) && !old.has(nameOf(doubt)));
  const own = doubtsAsProblems(doubts).map((doubt) => ({ ...doubt, path: inFile(doubt.path, json) }));
  return { chip, problems: [...problems, ...addedLevels(json, base), ...own] };
}

/** Who writes a chip for themselves may list sources that no figure names, and figures without one. */
function isOwners({ rule, detail }: Doubt): boolean {
  return rule === 'unused-source' || (rule === 'missing-source' && !('index' in detail));
}

export function chipProblem(
  code: string,
  path: Path,
  args: ChipProblem['args'] = {},
  severity: ChipProblem['severity'] = 'error',
): ChipProblem {
  return { severity, code, args, node: null, path, ofKey: false };
}

function unknownBase(id: string): ChipProblem {
  // A slip of the pen first: the search also finds what merely holds the letters.
  const ids = chips.map((chip) => chip.id);
  const near = nearest(id, ids, 1)[0] ?? findChips(id)[0]?.id;
  return near === undefined
    ? chipProblem('chip.extends-unknown', ['extends'], { extends: id })
    : chipProblem('chip.extends-near', ['extends'], { extends: id, near });
}

function derive(json: Json, base: Chip | undefined, file: string): Chip {
  const { calibration, calibrated, lineage, inheritedCalibration, aliases, ...inherited } =
    base ?? ({} as Partial<Chip>);
  // When the other chip was measured says nothing of this one, and its names are its own.
  void [calibrated, aliases];
  const start = base ? { ...inherited, aliases: [], name: json['id'] } : defaults;
  const own = start.sources as readonly unknown[];
  const given = (json['sources'] as readonly unknown[] | undefined) ?? [];
  const sources = [...own, ...given, { title: file, url: null, basis: 'stated' }];
  const context: Context = { shift: own.length, stated: sources.length - 1 };
  const merged = merge(start, omit(json, ['extends', 'sources', '$schema']), context) as Record<
    string,
    unknown
  >;
  for (const field of ['name', 'vendor'] as const) merged[field] = visible(String(merged[field])).trim();
  const status = json['status'] ?? 'own';
  if (!base) return { ...merged, sources, status } as unknown as Chip;
  const line = { lineage: [base.id, ...(lineage ?? [])] };
  const measured = { inheritedCalibration: [...(calibration ?? []), ...(inheritedCalibration ?? [])] };
  return { ...merged, ...line, ...measured, sources, status } as unknown as Chip;
}

/** Levels are matched by name: one that the extended chip lacks is another level, perhaps by a slip of the keyboard. */
function addedLevels(json: Json, base: Chip | undefined): ChipProblem[] {
  const levels = Array.isArray(json['memory']) ? (json['memory'] as readonly Json[]) : [];
  const known = base?.memory.map(({ name }) => name) ?? [];
  if (known.length === 0) return [];
  return levels.flatMap(({ name }, index) => {
    if (typeof name !== 'string' || known.includes(name)) return [];
    const args = { name, known: known.join(', ') };
    return [chipProblem('chip.memory-added', ['memory', index, 'name'], args, 'information')];
  });
}

/** Without the fields that the schema does not know: nobody reads them. */
function known(json: Json, problems: readonly ChipProblem[]): Json {
  const unknown = problems.filter(
    ({ ofKey, path, severity }) => ofKey && path.length === 1 && severity === 'warning',
  );
  return omit(
    json,
    unknown.map(({ path }) => String(path[0])),
  );
}

/** The place in the file of a figure of the whole chip: memory levels are numbered as the file has them. */
function inFile(path: Path, json: Json): Path {
  if (path[0] !== 'memory' || path.length < 2) return path;
  const levels = Array.isArray(json['memory']) ? (json['memory'] as readonly unknown[]) : [];
  const at = levels.findIndex((level) => isObject(level) && level['name'] === path[1]);
  return at < 0 ? ['memory'] : ['memory', at, ...path.slice(2)];
}

interface Context {
  /** Places that the file's own source numbers move by, after those of the extended chip. */
  readonly shift: number;
  /** Place of the source that stands for the file. */
  readonly stated: number;
}

/** Fields that are numbers or texts by themselves, never figures. */
const plain = new Set([
  'schemaVersion',
  'id',
  'name',
  'vendor',
  'class',
  'scope',
  'devices',
  'status',
  'confidence',
]);
const plainToo = new Set([
  'kind',
  'managed',
  'direction',
  'deployPrecision',
  'defaultRuntime',
  'note',
  'pattern',
  'modality',
]);
/** Lists that are taken as they are, and the fitted constants, whose numbers are no figures. */
const whole = new Set([
  'place',
  'phase',
  'aliases',
  'notes',
  'array',
  'calibration',
  'calibrated',
  'stack',
  'executionProviders',
]);

function merge(base: unknown, given: unknown, context: Context, key = ''): unknown {
  if (given === undefined) return base;
  if (key === 'memory' && Array.isArray(given)) return mergeLevels(base, given, context);
  if (whole.has(key) || plain.has(key) || plainToo.has(key)) return given;
  if (typeof given === 'number' || (typeof given === 'string' && key === 'processNode')) {
    return { value: given, sources: [context.stated], basis: 'stated' };
  }
  if (key === 'sources' && Array.isArray(given)) return given.map((index) => Number(index) + context.shift);
  if (!isObject(given)) return given;
  // A figure replaces a figure; everything else is merged field by field.
  if (Object.hasOwn(given, 'value')) {
    const indices = (given['sources'] as readonly number[] | undefined)?.map(
      (index) => index + context.shift,
    );
    return { basis: 'stated', ...given, sources: indices ?? [context.stated] };
  }
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(given))
    setEntry(result, name, merge(entryOf(result, name), value, context, name));
  return result;
}

function mergeLevels(base: unknown, given: readonly unknown[], context: Context): unknown[] {
  const levels: unknown[] = Array.isArray(base) ? [...(base as unknown[])] : [];
  for (const item of given) {
    if (!isObject(item)) continue;
    const at = levels.findIndex((level) => isObject(level) && level['name'] === item['name']);
    const complete = { onChip: false, kind: 'unknown', scope: 'chip', managed: 'hardware' };
    if (at >= 0) levels[at] = merge(levels[at], item, context);
    else levels.push(merge(complete, item, context));
  }
  return levels;
}

function omit(object: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
