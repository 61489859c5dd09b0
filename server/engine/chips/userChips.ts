import type { Problem } from '../problem';
import { chipById } from './catalogue';
import type { Chip, ChipClass } from './chip';
import { chipClasses } from './chip';
import { doubtsAsProblems, lintChip } from './lint';

type Json = Readonly<Record<string, unknown>>;

/** A chip file as somebody wrote it: whole, or only what differs from the chip it extends. */
export interface UserChip {
  /** Null when the file cannot become a chip; the problems say why. */
  readonly chip: Chip | null;
  readonly problems: readonly Problem[];
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
 * @param text what the source is called to readers, usually the file's path
 * @param lookUp other chips that can be extended, the user's own before the catalogue's
 */
export function resolveUserChip(
  json: unknown,
  text: string,
  lookUp: (id: string) => Chip | undefined = chipById,
): UserChip {
  const problems: Problem[] = [];
  const fail = (code: string, args: Record<string, string | number>): UserChip => ({
    chip: null,
    problems: [...problems, { severity: 'error', code, args: { file: text, ...args }, node: null }],
  });
  if (!isObject(json)) return fail('chip.not-an-object', {});
  const id = json['id'];
  if (typeof id !== 'string' || id === '') return fail('chip.no-id', {});
  const extended = json['extends'];
  const base = typeof extended === 'string' ? lookUp(extended) : undefined;
  if (extended !== undefined && !base) return fail('chip.extends-unknown', { extends: String(extended) });
  if (base?.id === id) return fail('chip.extends-itself', { id });
  const start = (base ?? defaults) as Json;
  const own = start['sources'] as readonly unknown[];
  const given = (json['sources'] as readonly unknown[] | undefined) ?? [];
  const sources = [...own, ...given, { title: text, url: null, basis: 'stated' }];
  const context: Context = { shift: own.length, stated: sources.length - 1 };
  const merged = merge(start, omit(json, ['extends', 'sources', '$schema']), context) as Json;
  const chip = { ...merged, sources, status: json['status'] ?? 'own' } as unknown as Chip;
  if (typeof chip.name !== 'string') return fail('chip.no-name', { id });
  if (!chipClasses.includes(chip.class as ChipClass))
    return fail('chip.no-class', { id, classes: chipClasses.join(', ') });
  const place = chip.place ?? ['cloud'];
  const complete: Chip = { ...chip, place, phase: chip.phase ?? ['inference'], vendor: chip.vendor ?? '' };
  const doubts = lintChip(complete).filter(({ rule }) => rule !== 'unused-source');
  return { chip: complete, problems: [...problems, ...doubtsAsProblems(doubts)] };
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
  if ('value' in given) {
    const indices = (given['sources'] as readonly number[] | undefined)?.map(
      (index) => index + context.shift,
    );
    return { basis: 'stated', ...given, sources: indices ?? [context.stated] };
  }
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(given)) result[name] = merge(result[name], value, context, name);
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

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function omit(object: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
