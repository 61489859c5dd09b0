import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { terminalText } from '../../outside/terminal';
import type { Prepared } from '../engine/analyse';
import type { Chip } from '../engine/chips/chip';
import type { Inference } from '../engine/inference/types';
import { lineAt, parseJson } from '../engine/json';
import type { PinnedNodes } from '../engine/mapping/pinned/assign';
import { pinNodes } from '../engine/mapping/pinned/pinNodes';
import { loadMapping, mostMappingBytes } from '../engine/mapping/pinned/load';
import type { MappingFile } from '../engine/mapping/pinned/mappingFacts';
import { unitsOf } from '../engine/mapping/pinned/units';
import type { Units } from '../engine/cost/units';
import { problem, type Problem } from '../engine/problem';
import { runThrough } from '../engine/scheduler';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import { failed, usage, type Failure } from './failure';
import { readText } from './openModel';
import { SystemChoice } from './systemChoice';
import type { Task } from './task';

/** A mapping file that an option names. */
export interface GivenMapping {
  readonly path: string;
  readonly mapping: MappingFile;
}

/** What the option `--mapping` names; undefined without it. Throws what is wrong with the file. */
export async function mappingOf(words: Arguments, language: Language): Promise<GivenMapping | undefined> {
  const path = words.text('mapping');
  if (path === undefined) return undefined;
  for (const option of ['chip', 'system'])
    if (words.texts(option).length > 0) throw usage('cli.mapping.with', { option: `--${option}` });
  if (words.text('gpu-layers') !== undefined) throw usage('cli.mapping.with', { option: '--gpu-layers' });
  const text = (await readText(path, mostMappingBytes)).replace(/^\uFEFF/, '');
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const fault = problem('error', `chip.${parsed.fault}`, {});
    throw broken(`${path}:${lineAt(text, parsed.at)}`, fault, language);
  }
  const { mapping, problems } = loadMapping(parsed.json.value);
  const fault = problems.find(({ severity }) => severity === 'error');
  if (mapping) return { path, mapping };
  throw broken(`${path}:${lineAt(text, parsed.json.spanOf(fault?.path ?? []))}`, fault, language);
}

/** A mapping with the units that it names. */
export interface Mapped extends GivenMapping {
  readonly units: Units;
  /** What there is to say of their runtimes. */
  readonly problems: readonly Problem[];
  /** The chip whose runtime makes the kernels: the one that is asked about. */
  readonly chips: readonly Chip[];
  /** The nodes of a model on the units. */
  readonly pinnedOn: (inference: Inference) => PinnedNodes;
}

/**
 * A mapping with its units: chips and systems of the project, and those of the catalogue. Throws where it names what there is not.
 * @param format of the model
 */
export async function mappedIn(
  given: GivenMapping,
  { choice, asked }: Task,
  format: string,
  language: Language,
): Promise<Mapped> {
  if (asked.phase === 'training') throw usage('cli.mapping.training');
  const systems = await SystemChoice.here(language, choice);
  const found = unitsIn(given, { chips: choice, systems }, { runtime: asked.runtime, format }, language);
  const { units } = found;
  return {
    ...given,
    ...found,
    chips: units.list.slice(0, 1).map(({ chip }) => chip),
    pinnedOn: (inference) => runThrough(pinNodes(given.mapping, units, inference)).pinned,
  };
}

/** What there is to say of a mapping on a model, line by line; nothing without one. */
export function mappingNotes(
  mapped: Mapped | undefined,
  { inference }: Pick<Prepared, 'inference'>,
  language: Language,
): string[] {
  if (!mapped) return [];
  const { path, problems, units, mapping } = mapped;
  const all = [...problems, ...runThrough(pinNodes(mapping, units, inference)).problems];
  return all.map((one) => `${terminalText(path)}: ${terminalText(problemMessage(language, one), Infinity)}`);
}

function unitsIn(
  { path, mapping }: GivenMapping,
  choice: { readonly chips: ChipChoice; readonly systems: SystemChoice },
  wanted: { readonly runtime: string | null; readonly format: string },
  language: Language,
): { readonly units: Units; readonly problems: readonly Problem[] } {
  const known = {
    chip: (id: string) => choice.chips.byId(id),
    system: (id: string) => choice.systems.all.find((system) => system.id === id),
  };
  const found = unitsOf(mapping, known, wanted);
  if ('units' in found) return found;
  throw broken(path, found.faults[0], language);
}

function broken(path: string, fault: Problem | undefined, language: Language): Failure {
  return failed('cli.error.model', { path, message: fault ? problemMessage(language, fault) : '' });
}
