import { basename } from 'node:path';
import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/cli';
import { problemMessage } from '../../l10n/problems';
import type { Measurement } from '../engine/cost/calibrate/measurement';
import { readProfile } from '../engine/cost/calibrate/readProfile';
import type { Problem } from '../engine/problem';
import { uninterrupted } from '../engine/scheduler';
import type { Arguments } from './arguments';
import { failed, usage } from './failure';
import { readText } from './openModel';

/** A profile as it was read from its file. */
export interface ReadFile {
  readonly path: string;
  readonly profile: Measurement;
}

/** The profiles that the options name, and what there is to say about them. Throws a `Failure` for one that is none. */
export async function readProfiles(
  words: Arguments,
  language: Language,
): Promise<{ files: readonly ReadFile[]; notes: string[] }> {
  const paths = words.texts('profile');
  const layersPath = words.text('layers');
  if (layersPath !== undefined && paths.length === 0) throw usage('cli.error.layersAlone');
  const layers = layersPath === undefined ? undefined : await readText(layersPath);
  const files: ReadFile[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const options = { origin: basename(path), ...(layers === undefined ? {} : { layers }) };
    const { profile, problems } = await readProfile(await readText(path), options, uninterrupted);
    const [first] = problems;
    if (!profile) throw failed('cli.error.model', { path, message: first ? textOf(first, language) : '' });
    for (const problem of problems) notes.push(`${path}: ${textOf(problem, language)}`);
    if (profile.profilerSeconds) {
      const args = { path, seconds: formatterOf(language).seconds(profile.profilerSeconds) };
      notes.push(message(language, 'cli.profile.net', args));
    }
    files.push({ path, profile });
  }
  return { files, notes };
}

const textOf = (problem: Problem, language: Language): string => problemMessage(language, problem);
