import { setEntry } from '../../outside/table';
import { gridCountries, gridIntensityOf } from '../engine/cost/grids';
import type { Bindings } from '../engine/graph/dim';
import { valueOfJson } from '../engine/inference/values/parse';
import { lineAt, parseJsonWithComments } from '../engine/json';
import { suggestionCodes, type SuggestionCode } from '../engine/mapping/suggest/types';
import { cachePolicies, cacheTypeNames, phases, precisionPolicies } from '../engine/workload';
import type {
  CachePolicy,
  CacheType,
  Phase,
  PrecisionPolicy,
  Training,
  Values,
  Workload,
} from '../engine/workload';
import { isPattern, matchesGlob } from './glob';
import { appendAll } from '../engine/lists';
import { isPlain, nested, SettingsReader, type SettingProblem } from './settingsReader';
import { trainingIn } from './trainingSettings';

/** What a model of the setting `siliconlens.models` may say; what it leaves out comes from the other settings. */
interface ModelSettings {
  readonly dimensions: Readonly<Record<string, number>>;
  readonly values?: Values;
  readonly precision?: PrecisionPolicy;
  readonly phase?: Phase;
  readonly runtime?: string;
  readonly cache?: CachePolicy;
  readonly cacheType?: CacheType;
  readonly flashAttention?: boolean;
  readonly gpuLayers?: number;
  readonly training?: Partial<Training>;
  readonly mapping?: string;
}

/** Where a shape stands: behind the name of its output, or at the end of the line. */
const shapePlaces = ['name', 'line'] as const;
type ShapePlace = (typeof shapePlaces)[number];

/** The section `siliconlens` of the settings, checked. Names are those of the manifest. */
export interface Settings {
  /** Empty: the catalogue's default chips. */
  readonly chips: readonly string[];
  /** Chips of the user's own by id, as they are written. */
  readonly customChips: Readonly<Record<string, unknown>>;
  /** In the order written; later entries win. */
  readonly models: readonly (readonly [glob: string, settings: ModelSettings])[];
  readonly precision: PrecisionPolicy;
  readonly phase: Phase;
  /** Null: the default of each chip. */
  readonly runtime: string | null;
  /** Null: what the runtime does. */
  readonly cache: CachePolicy | null;
  /** Null: as the model has it. */
  readonly cacheType: CacheType | null;
  /** Null: as the runtime does. */
  readonly flashAttention: boolean | null;
  /** Null: the whole model is on the chip. */
  readonly gpuLayers: number | null;
  /** How it is trained, as far as it is not by default. */
  readonly training: Partial<Training>;
  /** Name of a mapping of nodes to units; null: each chip runs the model by itself. */
  readonly mapping: string | null;
  /** Chip that runs what the chosen chip can't; null: the engine's default. */
  readonly host: string | null;
  /** Grid intensity in g CO2e/kWh; null: not given, carbon is unknown. */
  readonly carbonIntensity: number | null;
  /** What a charge of the device holds, watt-hours; null: nobody says. */
  readonly batteryWattHours: number | null;
  /** What an hour of chips costs by id, in any currency. */
  readonly prices: Readonly<Record<string, number>>;
  readonly hints: {
    readonly enable: boolean;
    readonly cost: boolean;
    readonly shape: boolean;
    readonly shapePlace: ShapePlace;
    readonly modules: boolean;
    /** Share of the total time, 0..1, below which a node has no cost hint. */
    readonly threshold: number;
  };
  readonly heat: boolean;
  readonly codeLens: boolean;
  readonly suggestions: {
    readonly enable: boolean;
    /** Codes that nobody wants to see. */
    readonly off: readonly SuggestionCode[];
  };
}

/** What is in force for one model. */
export interface Choices extends Omit<
  Settings,
  | 'models'
  | 'precision'
  | 'phase'
  | 'runtime'
  | 'cache'
  | 'cacheType'
  | 'flashAttention'
  | 'gpuLayers'
  | 'training'
> {
  readonly workload: Workload;
  /** The numbers behind the workload's bindings, entry by entry in ascending order of their rank. */
  readonly dimensions: readonly Bindings[];
}

/** Settings come with a repository, and each letter of a pattern is held against each letter of a model's path. */
export const patternLetters = 8192;

export const defaultSettings: Settings = {
  chips: [],
  customChips: {},
  models: [],
  precision: 'as-stored',
  phase: 'inference',
  runtime: null,
  cache: null,
  cacheType: null,
  flashAttention: null,
  gpuLayers: null,
  training: {},
  mapping: null,
  host: null,
  carbonIntensity: null,
  batteryWattHours: null,
  prices: {},
  hints: { enable: true, cost: true, shape: true, shapePlace: 'name', modules: true, threshold: 0 },
  heat: true,
  codeLens: true,
  suggestions: { enable: true, off: [] },
};

/**
 * Checks the section `siliconlens`, as an editor hands it over (nested) or as a settings file has it
 * (`"siliconlens.hints.threshold": 0.01`). Whatever is wrong is left aside and named; it never throws.
 */
export function parseSettings(section: unknown): {
  readonly value: Settings;
  readonly problems: readonly SettingProblem[];
} {
  const reader = new SettingsReader(nested(section));
  const value: Settings = {
    chips: reader.strings('chips'),
    customChips: reader.object('customChips'),
    models: modelEntries(reader),
    precision: reader.oneOf('precision', precisionPolicies) ?? defaultSettings.precision,
    phase: reader.oneOf('phase', phases) ?? defaultSettings.phase,
    runtime: reader.text('runtime'),
    cache: cacheIn(reader) ?? null,
    cacheType: cacheTypeIn(reader) ?? null,
    flashAttention: flashAttentionIn(reader) ?? null,
    gpuLayers: reader.whole('gpuLayers') ?? null,
    training: trainingIn(reader),
    mapping: reader.text('mapping'),
    host: reader.text('host'),
    carbonIntensity: reader.amount('carbonIntensity') ?? gridOf(reader),
    batteryWattHours: reader.amount('batteryWattHours'),
    prices: reader.amounts('prices'),
    hints: {
      enable: reader.flag('hints.enable', defaultSettings.hints.enable),
      cost: reader.flag('hints.cost.enable', defaultSettings.hints.cost),
      shape: reader.flag('hints.shape.enable', defaultSettings.hints.shape),
      shapePlace: reader.oneOf('hints.shape.place', shapePlaces) ?? defaultSettings.hints.shapePlace,
      modules: reader.flag('hints.modules.enable', defaultSettings.hints.modules),
      threshold: reader.share('hints.threshold', defaultSettings.hints.threshold),
    },
    heat: reader.flag('heat.enable', defaultSettings.heat),
    codeLens: reader.flag('codeLens.enable', defaultSettings.codeLens),
    suggestions: {
      enable: reader.flag('suggestions.enable', defaultSettings.suggestions.enable),
      off: reader.someOf('suggestions.off', suggestionCodes),
    },
  };
  return { value, problems: reader.problems };
}

/**
 * As {@link parseSettings}, for the text of a settings file: JSON with comments and trailing commas. A text that is none
 * is one problem, whose value is the line of the mistake.
 */
export function parseSettingsText(text: string): ReturnType<typeof parseSettings> {
  const parsed = parseJsonWithComments(text);
  if (parsed.ok) return parseSettings(parsed.json.value);
  const value = String(lineAt(text, parsed.at));
  return { value: defaultSettings, problems: [{ setting: '', value, expected: parsed.fault }] };
}

/**
 * What the settings say for one model.
 * @param key the model's key: its path in the workspace, else its whole path, with `/`
 */
export function choicesFor(settings: Settings, key: string): Choices {
  const entries = settings.models.filter(([glob]) => glob !== key && matchesGlob(glob, key));
  // An entry that names the model itself wins over every pattern, wherever it stands.
  appendAll(
    entries,
    settings.models.filter(([glob]) => glob === key),
  );
  let bindings: Record<string, number> = {};
  let values: Values = {};
  let { precision, phase, runtime, cache, cacheType, flashAttention, gpuLayers, training, mapping } =
    settings;
  for (const [, entry] of entries) {
    bindings = { ...bindings, ...entry.dimensions };
    values = { ...values, ...entry.values };
    precision = entry.precision ?? precision;
    phase = entry.phase ?? phase;
    runtime = entry.runtime ?? runtime;
    cache = entry.cache ?? cache;
    cacheType = entry.cacheType ?? cacheType;
    flashAttention = entry.flashAttention ?? flashAttention;
    gpuLayers = entry.gpuLayers ?? gpuLayers;
    training = { ...training, ...entry.training };
    mapping = entry.mapping ?? mapping;
  }
  const { chips, customChips, host, hints, heat, codeLens, suggestions } = settings;
  const { carbonIntensity, batteryWattHours, prices } = settings;
  const rates = { carbonIntensity, batteryWattHours, prices };
  const named = { ...given(values), ...withTraining(training) };
  // A mapping says of every node where it runs.
  const kept = {
    ...(cacheType && { cacheType }),
    ...(flashAttention !== null && { flashAttention }),
    ...(gpuLayers !== null && mapping === null && { gpuLayers }),
  };
  const workload = { bindings, ...named, phase, precision, runtime, cache, ...kept };
  const dimensions = entries.map(([, entry]) => entry.dimensions);
  const shown = { hints, heat, codeLens, suggestions };
  return { chips, customChips, mapping, host, ...rates, ...shown, workload, dimensions };
}

/** The mean grid intensity of the country that is set; null where none is. */
function gridOf(reader: SettingsReader): number | null {
  const country = reader.oneOf('country', gridCountries);
  return country === undefined ? null : gridIntensityOf(country);
}

/** As {@link given}, of what is said about training. */
function withTraining(training: Partial<Training>): { readonly training?: Partial<Training> } {
  return Object.keys(training).length > 0 ? { training } : {};
}

/** Values as part of something that has none where nothing is given. */
function given(values: Values): { readonly values?: Values } {
  return Object.keys(values).length > 0 ? { values } : {};
}

/** The model's key in `siliconlens.models`: its path inside the innermost workspace folder, else its whole path. */
export function modelKey(modelUri: string, folders: readonly string[]): string {
  const end = modelUri.search(/[?#]/);
  const uri = end === -1 ? modelUri : modelUri.slice(0, end);
  const slashed = folders.map((folder) => (folder.endsWith('/') ? folder : `${folder}/`));
  const path = pathOf(uri);
  // A file at an earlier commit (`git:/w/a.onnx`) has no authority and the path of the file: it shares its settings.
  const isSamePlace = /^git:\/(?!\/)/.test(uri);
  const holder = slashed
    .filter((folder) => uri.startsWith(folder) || (isSamePlace && path.startsWith(pathOf(folder))))
    .sort((a, b) => b.length - a.length)[0];
  return decode(holder === undefined ? path : path.slice(pathOf(holder).length));
}

/** What stands behind scheme and authority. */
function pathOf(uri: string): string {
  return uri.replace(/^[a-z][a-z0-9+.-]*:(\/\/[^/]*)?/i, '');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function modelEntries(reader: SettingsReader): Settings['models'] {
  const models = reader.object('models');
  let letters = 0;
  return Object.entries(models).flatMap(([glob, value]): Settings['models'][number][] => {
    const name = `models.${glob}`;
    if (isPattern(glob) && (letters += glob.length) > patternLetters) {
      reader.reject(name, letters, 'patterns');
      return [];
    }
    if (!isPlain(value)) {
      reader.reject(name, value, 'object');
      return [];
    }
    const entry = new SettingsReader(value, `${name}.`, reader.problems);
    const dimensions: Record<string, number> = {};
    for (const [symbol, size] of Object.entries(entry.object('dimensions'))) {
      if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
        setEntry(dimensions, symbol, size);
      else reader.reject(`${name}.dimensions.${symbol}`, size, 'integer >= 0');
    }
    const values: Record<string, readonly number[]> = {};
    for (const [input, content] of Object.entries(entry.object('values'))) {
      const numbers = valueOfJson(content);
      if (numbers) setEntry(values, input, numbers);
      else reader.reject(`${name}.values.${input}`, content, 'number | boolean | list of them');
    }
    const precision = entry.oneOf('precision', precisionPolicies);
    const phase = entry.oneOf('phase', phases);
    const runtime = entry.text('runtime') ?? undefined;
    const cache = cacheIn(entry);
    const cacheType = cacheTypeIn(entry);
    const flashAttention = flashAttentionIn(entry);
    const gpuLayers = entry.whole('gpuLayers');
    const mapping = entry.text('mapping') ?? undefined;
    const named = { ...given(values), ...withTraining(trainingIn(entry)) };
    const runs = { precision, phase, runtime, cache, cacheType, flashAttention, gpuLayers, mapping };
    return [[glob, { dimensions, ...named, ...runs }]];
  });
}

/** Undefined where the model decides, which a setting may say too. */
function cacheTypeIn(reader: SettingsReader): CacheType | undefined {
  const type = reader.oneOf('cacheType', ['default', ...cacheTypeNames] as const);
  return type === 'default' ? undefined : type;
}

/** As {@link cacheIn}. */
function flashAttentionIn(reader: SettingsReader): boolean | undefined {
  const wanted = reader.oneOf('flashAttention', ['default', 'on', 'off']);
  return wanted === undefined || wanted === 'default' ? undefined : wanted === 'on';
}

/** Undefined where the runtime decides, which a setting may say too. */
function cacheIn(reader: SettingsReader): CachePolicy | undefined {
  const cache = reader.oneOf('cache', ['default', ...cachePolicies] as const);
  return cache === 'default' ? undefined : cache;
}
