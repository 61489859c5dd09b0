import { problem } from '../problem';
import type { ArgsOf, ProblemCode, Severity } from '../problem';
import { visible } from '../../../outside/hidden';
import { chipById, chips } from './catalogue';
import { findChips } from './search';
import type { Chip, Source } from './chip';
import type { Path } from '../json';
import { type Doubt, doubtsAsProblems, lintChip } from './lint';
import { nearest } from '../nearest';
import { merge } from './merge';
import { chipSchema, defaultsOf } from './schema';
import { type ChipProblem, checkSchema, isObject } from './schemaCheck';

type Json = Readonly<Record<string, unknown>>;

/** A chip file as somebody wrote it: whole, or only what differs from the chip it extends. */
export interface UserChip {
  /** Null when the file cannot become a chip; the problems say why. */
  readonly chip: Chip | null;
  readonly problems: readonly ChipProblem[];
}

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
  if (!isObject(json))
    return { chip: null, problems: [{ ...chipProblem('chip.not-an-object', [], {}), bySchema: true }] };
  const problems = [...checkSchema(json)];
  const extended = json['extends'];
  const base = typeof extended === 'string' ? lookUp(extended) : undefined;
  if (typeof extended === 'string') {
    if (extended === json['id']) problems.push(chipProblem('chip.extends-itself', ['extends'], {}));
    else if (!base) problems.push(unknownBase(extended));
  }
  if (problems.some(({ severity }) => severity === 'error')) return { chip: null, problems };
  const chip = derive(json, base, file);
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

/** What is wrong at a place of a chip file. */
export function chipProblem<C extends ProblemCode>(
  code: C,
  path: Path,
  args: ArgsOf<C>,
  severity: Severity = 'error',
): ChipProblem {
  return { ...problem(severity, code, args), path, ofKey: false };
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
  const start = base ? inherited(base, json['id']) : defaultsOf(chipSchema);
  const before = base?.sources.length ?? 0;
  const given = Array.isArray(json['sources']) ? json['sources'].length : 0;
  const places = { shift: before, stated: before + given };
  const merged = merge(chipSchema, start, json, places) as Record<string, unknown>;
  const named = { name: spelt(merged['name']), vendor: spelt(merged['vendor']) };
  const sources = [...(merged['sources'] as readonly Source[]), { title: file, url: null, basis: 'stated' }];
  return { ...merged, ...named, sources } as unknown as Chip;
}

/** What a chip has of the one that it extends: not what is that one's own, and its measured constants as a relative's. */
function inherited(base: Chip, name: unknown): Json {
  const fields = Object.entries(chipSchema.properties ?? {});
  const own = fields.filter(([, { merge }]) => merge === 'own').map(([field]) => field);
  const { calibration = [], lineage = [], inheritedCalibration = [] } = base;
  return {
    ...defaultsOf(chipSchema),
    ...omit(base, own),
    name,
    lineage: [base.id, ...lineage],
    inheritedCalibration: [...calibration, ...inheritedCalibration],
  };
}

/** On one line, with letters that nobody can see spelt out. */
function spelt(text: unknown): string {
  return visible(String(text)).trim();
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

/** The place in the file of a figure of the whole chip: memory levels are numbered as the file has them. */
function inFile(path: Path, json: Json): Path {
  if (path[0] !== 'memory' || path.length < 2) return path;
  const levels = Array.isArray(json['memory']) ? (json['memory'] as readonly unknown[]) : [];
  const at = levels.findIndex((level) => isObject(level) && level['name'] === path[1]);
  return at < 0 ? ['memory'] : ['memory', at, ...path.slice(2)];
}

function omit(object: object, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
