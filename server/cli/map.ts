import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import type { Units } from '../engine/cost/units';
import { mostUnits, unitsAmong } from '../engine/mapping/partition/among';
import { mapObjectives } from '../engine/mapping/partition/build';
import { partition, type Partition } from '../engine/mapping/partition/partition';
import { mappingFileOf } from '../engine/mapping/pinned/save';
import type { Prepared } from '../engine/analyse';
import { bindingsInForce } from '../engine/report/build';
import { mapReport, mapRows, mapSections } from '../engine/report/mapReport';
import { uninterrupted } from '../engine/scheduler';
import { equalDevices } from '../engine/systems/equal';
import type { System } from '../engine/systems/system';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { serving } from './serving';
import { SystemChoice } from './systemChoice';
import { inFormat, tableFormats } from './tableFormats';
import { spread, type Call } from './spread';
import { taskOf, type Task } from './task';
import { prepareAsked, settingsNotes } from './workload';

/**
 * `siliconlens map MODEL`: how equal devices of a system share it, or which unit of a system of different ones, or of a chip with its host,
 * runs which node.
 */
export async function map(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const task = await taskOf(words, language);
  const system = await systemIn(words, task, language);
  if (words.text('serving') !== undefined) return serving({ words, language, heapBytes }, task, system);
  const devices = system && equalDevices(system, (id) => task.choice.byId(id));
  const isTraining = task.asked.phase === 'training';
  if (devices && (devices.count > 1 || isTraining)) {
    return spread({ words, language, heapBytes }, task, { ...devices, system });
  }
  if (isTraining) throw usage('cli.mapping.training');
  for (const option of onlySpread)
    if (words.text(option) !== undefined) throw usage('cli.map.spread', { option: `--${option}` });
  return mapUnits({ words, language, heapBytes }, task, system);
}

/** Options of equal devices. */
const onlySpread = ['batch', 'context', 'train', 'use', 'tokens'];

/** Which unit runs which node. */
async function mapUnits(
  { words, language, heapBytes }: Call,
  task: Task,
  system: System | null,
): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const objective = words.choice('objective', mapObjectives) ?? 'latency';
  const { path, asked, choice } = task;
  const opened = await openModel(path, language, roomIn(heapBytes));
  const units = unitsFor(words, task, system, opened.model.origin.format);
  refuseTooMuch(opened, units.list.length, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const found = await partition(prepared, units, objective, uninterrupted);
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report = mapReport(found, prepared.inference, { path, workload, system: system?.id ?? null });
  const save = words.text('save');
  return {
    text: inFormat(
      format,
      report,
      () => mapSections(report, reportWords(language)),
      () => csvText(mapRows(report)),
    ),
    failure: opened.failure,
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
    ...(save !== undefined && { saved: { path: save, text: mappingText(found, prepared, system) } }),
  };
}

/** The best as a mapping file. */
function mappingText({ placements }: Partition, { inference }: Prepared, system: System | null): string {
  const { units, unitOfNode } = placements.at(-1)!;
  const file = mappingFileOf(inference, units, unitOfNode, system?.id ?? null);
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The system that `--system` names; null for a chip with its host. */
async function systemIn(words: Arguments, { choice }: Task, language: Language): Promise<System | null> {
  const name = words.text('system');
  if (name === undefined) return null;
  if (words.texts('chip').length > 0) throw usage('cli.map.both');
  return (await SystemChoice.here(language, choice)).named(name);
}

/** The units that `--system`, or `--chip` and `--host`, name. */
function unitsFor(words: Arguments, task: Task, system: System | null, format: string): Units {
  const { asked, choice, chips, host } = task;
  if (!system && words.texts('chip').length !== 1) throw usage('cli.map.chip');
  const among = { of: system ? { system } : { chip: chips[0]! }, host, runtime: asked.runtime, format };
  // A system that was loaded has devices that are known.
  const units = unitsAmong(among, (id) => choice.byId(id))!;
  const { length } = units.list;
  if (length > mostUnits) throw usage('cli.map.units', { units: length, most: mostUnits });
  return units;
}
