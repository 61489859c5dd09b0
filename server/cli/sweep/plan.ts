import { dirname, resolve } from 'node:path';
import type { Language } from '../../../l10n/language';
import { problemMessage } from '../../../l10n/problems';
import { message, type CliKey } from '../../../l10n/cli';
import type { MessageArgs } from '../../../l10n/messages';
import { chipsOf } from '../../engine/systems/chosen';
import { checkSchema, isObject } from '../../engine/chips/schemaCheck';
import type { Bindings } from '../../engine/graph/dim';
import { lineAt, parseJson, type JsonText, type Path } from '../../engine/json';
import { runtimeProfiles } from '../../engine/kernels/profile';
import { nearest } from '../../engine/nearest';
import { problem } from '../../engine/problem';
import { chosenChips } from '../../workspace/chosenChips';
import { setEntry } from '../../../outside/table';
import { ChipChoice } from '../chipChoice';
import { failed, Failure } from '../failure';
import { readText } from '../openModel';
import { SystemChoice } from '../systemChoice';
import { isDriven, type JobSpec, type Target } from './job';
import { modelsOf, type FoundModel } from './models';
import type { PlanFile } from './planFacts';
import schema from './plan.schema.json';

/** Bytes of a plan: ten thousand models by paths of a hundred letters. */
const mostPlanBytes = 4 * 1024 * 1024;
/** Rows of one model at the most. */
const mostRows = 1_000_000;
const fields = Object.keys(schema.properties).filter((name) => name !== '$schema');
/** Stands for all chips. */
const allChips = 'all';

/** A plan with everything that it names found. */
export interface Plan {
  /** In the order of their names, each once. */
  readonly models: readonly FoundModel[];
  readonly spec: Omit<JobSpec, 'toolVersion' | 'language' | 'heapBytes'>;
  /** Files of one's own that its chips and systems come from. */
  readonly read: readonly string[];
}

/** Reads a plan and finds what it names. Throws what is wrong with it as a `Failure` with its place. */
export async function readPlan(path: string, language: Language): Promise<Plan> {
  const text = (await readText(path, mostPlanBytes)).replace(/^\uFEFF/, '');
  const parsed = parseJson(text);
  const broken = (line: number, words: string): Failure =>
    failed('cli.error.model', { path: `${path}:${line}`, message: words });
  if (!parsed.ok) {
    const fault = problem('error', `chip.${parsed.fault}`, {});
    throw broken(lineAt(text, parsed.at), problemMessage(language, fault));
  }
  const { json } = parsed;
  const at = new Places(path, text, json, language);
  const [fault] = checkSchema(json.value, schema);
  // Elsewhere a field that is not known is ignored; here it would make a thousand wrong rows.
  if (fault?.severity === 'warning')
    throw at.said(fault.path, 'cli.sweep.field', { field: fault.path.join('.'), fields: fields.join(', ') });
  if (fault) throw at.failure(fault.path, problemMessage(language, fault), fault.ofKey);
  if (!isObject(json.value)) throw broken(1, '');
  const plan = json.value as unknown as PlanFile;
  const folder = dirname(resolve(path));
  const choice = await ChipChoice.here(language);
  const runtimes = runtimesIn(plan, at);
  const targets = await targetsIn(plan, { folder, choice, runtimes, language }, at);
  const spec: Plan['spec'] = {
    targets,
    precisions: plan.precisions ?? ['as-stored'],
    runtimes,
    phases: plan.phases ?? ['inference'],
    bindings: bindingsIn(plan, at),
  };
  refuseMany(spec, at);
  return { models: await modelsIn(plan, folder, at), spec, read: [...choice.read] };
}

/** Says what is wrong at a place of a plan. */
class Places {
  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly json: JsonText,
    private readonly language: Language,
  ) {}

  failure(path: Path, words: string, ofKey = false): Failure {
    const line = lineAt(this.text, this.json.spanOf(path, ofKey));
    return failed('cli.error.model', { path: `${this.path}:${line}`, message: words });
  }

  said(path: Path, key: CliKey, args: MessageArgs): Failure {
    return this.failure(path, message(this.language, key, args));
  }

  /** What is thrown while something is looked up, with its place. */
  async around<T>(path: Path, look: () => T | Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      throw error instanceof Failure ? this.failure(path, error.say(this.language)) : error;
    }
  }
}

function runtimesIn({ runtimes }: PlanFile, at: Places): readonly (string | null)[] {
  if (!runtimes) return [null];
  const ids = runtimeProfiles.map(({ id }) => id);
  runtimes.forEach((runtime, index) => {
    if (ids.includes(runtime)) return;
    const near = nearest(runtime, ids, 3);
    const names = (near.length > 0 ? near : ids).join(', ');
    throw at.said(['runtimes', index], 'cli.sweep.runtime', { runtime, names });
  });
  return runtimes;
}

interface Surroundings {
  readonly folder: string;
  readonly choice: ChipChoice;
  readonly runtimes: readonly (string | null)[];
  readonly language: Language;
}

/** Chips in the order of the plan, then those of its systems, each once. */
async function targetsIn(plan: PlanFile, around: Surroundings, at: Places): Promise<readonly Target[]> {
  const { choice, runtimes } = around;
  const alone = (chip: Target['chip']): Target => ({ chip, host: null, system: null });
  const targets = new Map<string, Target>();
  const isAny = (chip: Target['chip']): boolean => runtimes.some((runtime) => isDriven(runtime, chip));
  for (const [index, name] of (plan.chips ?? []).entries()) {
    if (name === allChips) {
      for (const chip of choice.all) if (isAny(chip)) targets.set(chip.id, alone(chip));
      continue;
    }
    const path = ['chips', index];
    const word = name.endsWith('.json') ? resolve(around.folder, name) : name;
    const chip = await at.around(path, () => choice.named(word, [allChips]));
    if (!isAny(chip)) throw at.said(path, 'cli.sweep.runtimeOfChip', { chip: chip.id });
    targets.set(chip.id, alone(chip));
  }
  for (const target of await ofSystems(plan, around, at))
    if (isAny(target.chip)) targets.set(`${target.system} ${target.chip.id}`, target);
  const isLeftOut = !plan.chips && !plan.systems;
  if (isLeftOut) for (const chip of chosenChips([]).chips) if (isAny(chip)) targets.set(chip.id, alone(chip));
  if (targets.size === 0) throw at.said(['runtimes'], 'cli.sweep.noChips', {});
  return [...targets.values()];
}

async function ofSystems(
  { systems: names = [] }: PlanFile,
  { choice, language }: Surroundings,
  at: Places,
): Promise<readonly Target[]> {
  if (names.length === 0) return [];
  const systems = await SystemChoice.here(language, choice);
  const targets: Target[] = [];
  for (const [index, name] of names.entries()) {
    const system = await at.around(['systems', index], () => systems.named(name));
    const { chips, host } = chipsOf(system, systems.lookUp);
    for (const id of chips) {
      const chip = choice.byId(id);
      if (chip)
        targets.push({
          chip,
          host: (host === null ? undefined : choice.byId(host)) ?? null,
          system: system.id,
        });
    }
  }
  return targets;
}

/** Every combination of the numbers, the last name changing first. */
function bindingsIn({ bindings = {} }: PlanFile, at: Places): readonly Bindings[] {
  let all: readonly Bindings[] = [{}];
  for (const [name, numbers] of Object.entries(bindings)) {
    if (all.length * numbers.length > mostRows)
      throw at.said(['bindings', name], 'cli.sweep.rows', { limit: mostRows });
    all = all.flatMap((one) => numbers.map((number) => withNumber(one, name, number)));
  }
  return all;
}

function withNumber(bindings: Bindings, name: string, number: number): Bindings {
  const more = { ...bindings };
  setEntry(more, name, number);
  return more;
}

function refuseMany(spec: Plan['spec'], at: Places): void {
  const { targets, precisions, runtimes, phases, bindings } = spec;
  const most = targets.length * precisions.length * runtimes.length * phases.length * bindings.length;
  if (most > mostRows) throw at.said([], 'cli.sweep.rows', { limit: mostRows });
}

async function modelsIn({ models }: PlanFile, folder: string, at: Places): Promise<readonly FoundModel[]> {
  const found = new Map<string, FoundModel>();
  for (const [index, entry] of models.entries()) {
    const some = await modelsOf(entry, folder);
    if (some.length === 0) throw at.said(['models', index], 'cli.sweep.noModel', { entry });
    for (const model of some) found.set(model.name, model);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
