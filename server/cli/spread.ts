import { basename, dirname } from 'node:path';
import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import type { Prepared } from '../engine/analyse';
import { isOnnx } from '../engine/graph/origin';
import { howMany, nodeSize, type HowMany, type HowManyQuestion } from '../engine/howMany';
import { symbolsOfRole } from '../engine/inference/bindingNames';
import { launchesOf, type Launch } from '../engine/mapping/parallel/launch';
import { splitMappingOf } from '../engine/mapping/pinned/shared';
import { splitObjectives } from '../engine/mapping/parallel/search';
import { bindingsInForce } from '../engine/report/build';
import { parallelReport, parallelRows } from '../engine/report/parallelReport';
import { parallelSections } from '../engine/report/parallelSections';
import { uninterrupted } from '../engine/scheduler';
import { chipsOf } from '../engine/systems/chosen';
import type { EqualDevices } from '../engine/systems/equal';
import type { System } from '../engine/systems/system';
import { trainingOf } from '../engine/workload';
import { reportWords } from '../reportWords';
import { parseAmount, parseCount, type Arguments } from './arguments';
import { failed, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { sizesIn } from './sizes';
import { inFormat, tableFormats } from './tableFormats';
import type { Task } from './task';
import { trainIn } from './training';
import { prepareAsked, settingsNotes } from './workload';

/** How the program was called. */
export interface Call {
  readonly words: Arguments;
  readonly language: Language;
  readonly heapBytes: number;
}

/** `siliconlens map MODEL --system S`, where the system has several equal devices: how they share the model. */
export async function spread(
  { words, language, heapBytes }: Call,
  task: Task,
  { system, ...devices }: EqualDevices & { readonly system: System },
): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const objective = words.choice('objective', splitObjectives) ?? 'latency';
  const count = countIn(words, system, devices.count);
  const { path, asked, choice, host } = task;
  const opened = await openModel(path, language, roomIn(heapBytes));
  refuseTooMuch(opened, 1, heapBytes);
  const options = { ...sizesIn(words, asked.phase), ...asked.options };
  const training = { ...asked.training, ...trainIn(words, asked.phase) };
  const given = { ...asked, options, ...(Object.keys(training).length > 0 && { training }) };
  const { prepared, remarks } = await prepareAsked(opened.model, given);
  const lookUp = (id: string) => choice.byId(id);
  const own = chipsOf(system, lookUp).host;
  const question: HowManyQuestion = {
    ...devices,
    ...{ prepared, system, objective, lookUp, count },
    host: host ?? (own === null ? undefined : choice.byId(own)),
  };
  const found = await howMany(question, uninterrupted);
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const launch = launchOf(found, question, path);
  const tokens = tokensIn(words, found);
  const report = parallelReport(found, question, { path, workload, launch, tokens });
  return {
    text: inFormat(
      format,
      report,
      () => parallelSections(report, reportWords(language)),
      () => csvText(parallelRows(report)),
    ),
    failure: opened.failure,
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
    ...savedIn(words, found, system),
  };
}

/** The best split as a mapping file, where it is asked for. Throws where none fits. */
function savedIn(words: Arguments, { ranked }: HowMany, system: System): Pick<Outcome, 'saved'> {
  const path = words.text('save');
  if (path === undefined) return {};
  const [best] = ranked;
  if (!best) throw failed('cli.map.save', { system: system.id });
  return { saved: { path, text: `${JSON.stringify(splitMappingOf(system.id, best.split), null, 2)}\n` } };
}

/** Tokens that a training run reads, as `15e12`; null where nobody says. Throws where steps have none, or nothing is trained. */
function tokensIn(words: Arguments, { step, unit }: HowMany): number | null {
  const tokens = parseAmount('tokens', words.text('tokens'));
  if (tokens === undefined) return null;
  if (step !== 'training' || unit.name !== 'tokens') throw usage('cli.map.tokens');
  return tokens;
}

/** Devices that are shared among where nobody says how many, and at the most. */
const usualDevices = 64;
const mostDevices = 4096;

/** How many devices share the model. */
function countIn(words: Arguments, system: System, count: number): number {
  const asked = parseCount('use', words.text('use'));
  if (asked === undefined) return count > 2 * usualDevices ? usualDevices : count;
  const most = Math.min(count, mostDevices);
  if (asked > most) throw usage('cli.map.use', { system: system.id, count, most });
  return asked;
}

/** Commands that start the best split; none for an exported graph, which these frameworks do not take. */
function launchOf(found: HowMany, question: HowManyQuestion, path: string): readonly Launch[] {
  const { prepared, system, device, count } = question;
  const [best] = found.ranked;
  if (!best || isOnnx(prepared.model.origin)) return [];
  const { split, schedule, microBatch, stages } = best;
  const training = trainingOf(prepared.workload);
  const used = split.tp * split.pp * split.dp * split.cp;
  const node = Math.min(used, nodeSize(system, device, count));
  const layers = stages.map(({ from, to }) =>
    best.places.subarray(from, to).reduce((sum, at) => sum + Number(found.short.repeats[at]), 0),
  );
  return launchesOf({
    ...split,
    phase: prepared.workload.phase,
    model: basename(path) === 'config.json' ? dirname(path) : path,
    batch: found.batch,
    microBatch,
    accumulation: schedule.microBatches,
    chunks: schedule.chunks,
    tokens: tokensOf(prepared),
    layers: layers.every((own) => own === layers[0]) ? null : layers,
    perNode: node,
    nodes: Math.ceil(used / node),
    zero: training?.zero ?? 0,
    recompute: training?.recompute ?? 'none',
    lora: training?.loraRank ?? null,
  });
}

/** The longest sequence after the step: cached tokens and new ones; null where the model has no such dimension. */
function tokensOf({ model, inference }: Prepared): number | null {
  const sizes = ['past', 'sequence'].map((role) => symbolsOfRole(model.graph, inference, role)[0]?.value);
  const known = sizes.filter((size) => typeof size === 'number');
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}
