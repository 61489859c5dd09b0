import { pathToFileURL } from 'node:url';
import type { Chip } from '../engine/chips/chip';
import { drives, runtimesOf } from '../engine/cost/runtimes';
import { profileById, runtimeProfiles } from '../engine/kernels/profile';
import { phases, precisionPolicies, type Workload } from '../engine/workload';
import { choicesFor, defaultSettings, modelKey, parseSettingsText, type Choices } from '../workspace/choices';
import { parseBindings, type Arguments } from './arguments';
import { usage } from './failure';
import { readText } from './openModel';

/** What the settings file that was named says of a model; the defaults where none was named. */
export async function settingsFor(words: Arguments, path: string): Promise<Choices> {
  const file = words.text('settings');
  const key = modelKey(pathToFileURL(path).href, [pathToFileURL(process.cwd()).href]);
  if (file === undefined) return choicesFor(defaultSettings, key);
  const { value, problems } = parseSettingsText(await readText(file));
  const [problem] = problems;
  if (problem) {
    const key = problem.setting === '' ? 'cli.error.settingsJson' : 'cli.error.settings';
    throw usage(key, { path: file, ...problem });
  }
  return choicesFor(value, key);
}

/** The workload that the options ask for; settings fill what they leave open. */
export function workloadFor(words: Arguments, choices: Choices): Workload {
  return {
    bindings: { ...choices.workload.bindings, ...parseBindings(words.texts('bind')) },
    phase: words.choice('phase', phases) ?? choices.workload.phase,
    precision: words.choice('precision', precisionPolicies) ?? choices.workload.precision,
    runtime: runtimeOption(words) ?? choices.workload.runtime,
  };
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
