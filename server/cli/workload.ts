import { pathToFileURL } from 'node:url';
import { runtimeProfiles } from '../engine/kernels/profile';
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
  const runtimes = runtimeProfiles.map((profile) => profile.id);
  return {
    bindings: { ...choices.workload.bindings, ...parseBindings(words.texts('bind')) },
    phase: words.choice('phase', phases) ?? choices.workload.phase,
    precision: words.choice('precision', precisionPolicies) ?? choices.workload.precision,
    runtime: words.choice('runtime', runtimes) ?? choices.workload.runtime,
  };
}
