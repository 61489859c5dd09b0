import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chipFolder, systemFolder } from '../workspace/ownFolder';
import { externalPlaces } from '../workspace/externalData';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import type { OpenedModel } from './openModel';

/** Options that name files to read. */
const fileOptions = ['profile', 'layers', 'settings', 'mapping', 'budget', 'baseline'] as const;
/** Options that name a thing of a catalogue, or a file of one's own. */
const catalogueOptions = ['chip', 'with-chip', 'device', 'edge', 'cloud', 'network', 'edge-network'] as const;

/** Commands with words to search for, not files. */
const searches: ReadonlySet<string> = new Set(['chips', 'systems']);

/** The files that a command names, and the chips and systems of the project: known before anything is read. */
export async function namedInputs(words: Arguments): Promise<string[]> {
  const models = searches.has(words.command) ? [] : words.positionals;
  const all = (option: string): string[] => [...words.texts(option), words.text(option) ?? []].flat();
  const named = [
    ...fileOptions.flatMap(all),
    ...catalogueOptions.flatMap(all).filter((name) => name.endsWith('.json')),
  ];
  // A chip file of the project is what `calibrate` makes; which ones it reads is known later.
  const chips = words.command === 'calibrate' ? [] : await namesIn(chipFolder);
  return [models, named, chips, await namesIn(systemFolder)].flat();
}

/** The project's own files of a kind. */
async function namesIn(way: readonly string[]): Promise<string[]> {
  const folder = join(process.cwd(), way.join('/'));
  const names = await readdir(folder).catch((): string[] => []);
  return names.map((name) => join(folder, name));
}

/** The other files of a result: external data of its models, and what its chips come from. */
export async function otherInputs(
  words: Arguments,
  models: readonly Pick<OpenedModel, 'uri' | 'external'>[],
  choice?: ChipChoice,
): Promise<string[]> {
  // Looking for thousands of files takes time, and nothing is written that could hit them.
  if (words.out === undefined && words.text('save') === undefined) return [];
  const paths = [...(choice?.read ?? [])];
  for (const { uri, external } of models)
    for (const place of await externalPlaces(uri, external)) paths.push(fileURLToPath(place));
  return paths;
}
