import { pathToFileURL } from 'node:url';
import type { Language } from '../../l10n/language';
import type { MessageArgs } from '../../l10n/messages';
import { problemMessage } from '../../l10n/problems';
import { prepare, type Prepared } from '../engine/analyse';
import type { Chip } from '../engine/chips/chip';
import { drives, runtimesOf } from '../engine/cost/runtimes';
import type { Bindings } from '../engine/graph/dim';
import type { Model } from '../engine/graph/model';
import { resolveBindings, unknownBindings } from '../engine/inference/bindingNames';
import { unknownValues } from '../engine/inference/values/names';
import { profileById, runtimeProfiles } from '../engine/kernels/profile';
import type { Problem, ProblemCode } from '../engine/problem';
import { terminalText } from '../../outside/terminal';
import { uninterrupted } from '../engine/scheduler';
import {
  cachePolicies,
  cacheTypeNames,
  phases,
  precisionPolicies,
  type Values,
  type Workload,
} from '../engine/workload';
import { choicesFor, defaultSettings, modelKey, parseSettingsText, type Choices } from '../workspace/choices';
import { parseBindings, parseCount, parseValues, type Arguments } from './arguments';
import { refused, usage } from './failure';
import { trainingOptions } from './training';
import { readText } from './openModel';

/** What the settings file that was named says of a model; the defaults where none was named. */
export async function settingsFor(words: Arguments, path: string): Promise<Choices> {
  const file = words.text('settings');
  const key = modelKey(pathToFileURL(path).href, [pathToFileURL(process.cwd()).href]);
  if (file === undefined) return choicesFor(defaultSettings, key);
  const { value, problems } = parseSettingsText(await readText(file));
  const [problem] = problems;
  if (problem) {
    const broken = problem.expected === 'depth' ? 'cli.error.settings-depth' : 'cli.error.settings-syntax';
    throw usage(problem.setting === '' ? broken : 'cli.error.settings', { path: file, ...problem });
  }
  return choicesFor(value, key);
}

/** What the options ask for, settings filling what they leave open, before it is known what the model calls things. */
export interface Asked extends Omit<Workload, 'bindings' | 'values'> {
  /** Numbers of dimensions that settings give, the least binding first. */
  readonly settings: readonly Bindings[];
  /** Those that the options give, which win. */
  readonly options: Bindings;
  /** Contents that settings give. */
  readonly settingValues: Values;
  /** Those that the options give, which win. */
  readonly optionValues: Values;
}

/** A model under what was asked, and what is wrong with the names that were given numbers. */
export interface Known {
  readonly prepared: Prepared;
  /** Of options: mistakes of the call. */
  readonly problems: readonly Problem[];
  /** Of settings, which serve many models. */
  readonly remarks: readonly Problem[];
}

/** Reads the options about how a model is looked at. */
export function askedFor(words: Arguments, choices: Choices): Asked {
  const phase = words.choice('phase', phases) ?? choices.workload.phase;
  const cacheType = words.choice('cache-type', cacheTypeNames) ?? choices.workload.cacheType;
  const gpuLayers = parseCount('gpu-layers', words.text('gpu-layers'), 0) ?? choices.workload.gpuLayers;
  const flash = words.choice('flash-attention', ['on', 'off'] as const);
  const flashAttention = flash === undefined ? choices.workload.flashAttention : flash === 'on';
  const training = { ...choices.workload.training, ...trainingOptions(words, phase) };
  return {
    settings: choices.dimensions,
    options: parseBindings(words.texts('bind')),
    settingValues: choices.workload.values ?? {},
    optionValues: parseValues(words.texts('value')),
    phase,
    precision: words.choice('precision', precisionPolicies) ?? choices.workload.precision,
    runtime: runtimeOption(words) ?? choices.workload.runtime,
    cache: words.choice('cache', cachePolicies) ?? choices.workload.cache ?? null,
    ...(cacheType && { cacheType }),
    ...(flashAttention !== undefined && { flashAttention }),
    ...(gpuLayers !== undefined && { gpuLayers }),
    ...(Object.keys(training).length > 0 && { training }),
  };
}

/** A model under what was asked. Throws where an option gives a number to a name that the model does not have. */
export async function prepareAsked(model: Model, asked: Asked): Promise<Known> {
  const known = await prepareKnown(model, asked);
  refuseNames(known.problems);
  return known;
}

/** As {@link prepareAsked}, but throws nothing. */
export async function prepareKnown(
  model: Model,
  { settings, options, settingValues, optionValues, ...workload }: Asked,
): Promise<Known> {
  const calm = resolveBindings(model.graph, settings);
  const strict = resolveBindings(model.graph, [options]);
  const bindings = { ...calm.bindings, ...strict.bindings };
  const values = { ...settingValues, ...optionValues };
  const prepared = await prepare(model, { bindings, values, ...workload }, uninterrupted);
  return {
    prepared,
    problems: [
      ...strict.problems,
      ...unknownBindings(prepared.inference, strict.bindings),
      ...unknownValues(prepared.inference, optionValues),
      ...(Object.keys(strict.bindings).length > 0 ? clashes(prepared.inference.problems) : []),
    ],
    remarks: [
      ...calm.problems,
      ...unknownBindings(prepared.inference, calm.bindings),
      ...unknownValues(prepared.inference, settingValues),
    ],
  };
}

/** Numbers of the user that exclude each other by what the graph and its names say. */
function clashes(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ code }) => code === 'binding.clash');
}

/** What is to be told of settings that do not fit a model, line by line. */
export function settingsNotes(words: Arguments, remarks: readonly Problem[], language: Language): string[] {
  const file = terminalText(words.text('settings') ?? '');
  return remarks.map((remark) => `${file}: ${problemMessage(language, onTerminal(remark))}`);
}

/** Throws the first of the problems as a mistake of the call. */
export function refuseNames([problem]: readonly Problem[]): void {
  if (!problem) return;
  throw refused(onTerminal(problem));
}

/** Names are those of the model or of a settings file. */
function onTerminal({ code, args }: Problem): { readonly code: ProblemCode; readonly args: MessageArgs } {
  const texts = Object.entries(args).map(([name, text]): [string, string] => [
    name,
    terminalText(String(text)),
  ]);
  return { code, args: Object.fromEntries(texts) };
}

function runtimeOption(words: Arguments): string | undefined {
  return words.choice(
    'runtime',
    runtimeProfiles.map(({ id }) => id),
  );
}

/**
 * Throws where the option `--runtime` names a runtime that cannot drive the chips: one of those that `--chip` names, or
 * all of those that settings or the catalogue chose. Of the latter, others keep their default, and the report says so.
 */
export function refuseRuntime(words: Arguments, chips: readonly Chip[]): void {
  const profile = profileById(runtimeOption(words) ?? '');
  const refused = profile ? chips.filter((chip) => !drives(profile, chip)) : [];
  const named = words.text('chip') !== undefined || words.texts('chip').length > 0;
  if (!profile || refused.length === 0 || (!named && refused.length < chips.length)) return;
  const able = refused.map(
    (chip) =>
      `${chip.id}: ${runtimesOf(chip)
        .map(({ id }) => id)
        .join(', ')}`,
  );
  const ids = refused.map(({ id }) => id).join(', ');
  throw usage('cli.error.runtime', { runtime: profile.id, chips: ids, able: able.join('; ') });
}
