import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { lineAt, parseJson } from '../engine/json';
import { loadMapping, mostMappingBytes } from '../engine/mapping/pinned/load';
import type { MappingFile } from '../engine/mapping/pinned/mappingFacts';
import { unitsOf } from '../engine/mapping/pinned/units';
import type { Units } from '../engine/cost/units';
import { problem, type Problem } from '../engine/problem';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import { failed, usage, type Failure } from './failure';
import { readText } from './openModel';
import type { SystemChoice } from './systemChoice';

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

/** The units of a mapping, with what there is to say of their runtimes. Throws where it names what there is not. */
export function unitsIn(
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
