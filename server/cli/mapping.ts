import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { terminalText } from '../../outside/terminal';
import type { Prepared } from '../engine/analyse';
import type { Chip } from '../engine/chips/chip';
import type { Inference } from '../engine/inference/types';
import { lineAt, parseJson } from '../engine/json';
import type { PinnedNodes } from '../engine/mapping/pinned/assign';
import { pinNodes } from '../engine/mapping/pinned/pinNodes';
import {
  isSplit,
  loadMapping,
  mostMappingBytes,
  type Mapping,
  type UnitsMapping,
} from '../engine/mapping/pinned/load';
import { sharingDevices, type SharingDevices } from '../engine/mapping/pinned/shared';
import { unitsOf } from '../engine/mapping/pinned/units';
import type { Units } from '../engine/cost/units';
import { problem, type Problem } from '../engine/problem';
import { runThrough } from '../engine/scheduler';
import type { Arguments } from './arguments';
import { failed, usage, type Failure } from './failure';
import { readText } from './openModel';
import { SystemChoice } from './systemChoice';
import type { Task } from './task';

/** A mapping file that an option names. */
export interface GivenMapping {
  readonly path: string;
  readonly mapping: Mapping;
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

/** A mapping with the units that it names, or the devices that share the model. */
export type Mapped = GivenMapping & {
  /** The chip whose runtime makes the kernels: the one that is asked about. */
  readonly chips: readonly Chip[];
  /** What there is to say of runtimes. */
  readonly problems: readonly Problem[];
} & (
    | {
        readonly kind: 'units';
        readonly mapping: UnitsMapping;
        readonly units: Units;
        /** The nodes of a model on the units. */
        readonly pinnedOn: (inference: Inference) => PinnedNodes;
      }
    | { readonly kind: 'split'; readonly devices: SharingDevices }
  );

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
  const { mapping, path } = given;
  const systems = await SystemChoice.here(language, choice);
  const known = {
    chip: (id: string) => choice.byId(id),
    system: (id: string) => systems.all.find((system) => system.id === id),
  };
  if (isSplit(mapping)) {
    const found = sharingDevices(mapping, known);
    if ('faults' in found) throw broken(path, found.faults[0], language);
    const { devices } = found;
    return { ...given, kind: 'split', devices, chips: [devices.chip], problems: [] };
  }
  if (asked.phase === 'training') throw usage('cli.mapping.training');
  const found = unitsOf(mapping, known, { runtime: asked.runtime, format });
  if ('faults' in found) throw broken(path, found.faults[0], language);
  const { units } = found;
  return {
    ...given,
    ...found,
    kind: 'units',
    mapping,
    chips: units.list.slice(0, 1).map(({ chip }) => chip),
    pinnedOn: (inference) => runThrough(pinNodes(mapping, units, inference)).pinned,
  };
}

/** What there is to say of a mapping on a model, line by line; nothing without one. */
export function mappingNotes(
  mapped: Mapped | undefined,
  { inference }: Pick<Prepared, 'inference'>,
  language: Language,
): string[] {
  if (mapped?.kind !== 'units') return [];
  const { path, problems, units, mapping } = mapped;
  const all = [...problems, ...runThrough(pinNodes(mapping, units, inference)).problems];
  return all.map((one) => `${terminalText(path)}: ${terminalText(problemMessage(language, one), Infinity)}`);
}

function broken(path: string, fault: Problem | undefined, language: Language): Failure {
  return failed('cli.error.model', { path, message: fault ? problemMessage(language, fault) : '' });
}
