import { basename } from 'node:path';
import manifest from '../../package.json';
import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { costsMapped, costsOn, type ChipAnalysis, type Prepared } from '../engine/analyse';
import type { Chip } from '../engine/chips/chip';
import { isOpen } from '../engine/inference/infer';
import { inferSymbolic } from '../engine/inference/symbolic';
import type { ReportInput } from '../engine/report/build';
import { appendAll } from '../engine/lists';
import { pinNodes } from '../engine/mapping/pinned/pinNodes';
import { runThrough, uninterrupted } from '../engine/scheduler';
import { spreadOver } from '../engine/spreadOver';
import { printReport, reportFormats } from '../printReport';
import { layOver } from '../workspace/measured';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import { batteryIn, carbonIn } from './energy';
import { failed, usage, type Failure, type Outcome } from './failure';
import { otherInputs } from './inputs';
import type { Mapped } from './mapping';
import { mappedTask } from './mappedTask';
import { lineIn, type OpenedModel } from './openModel';
import { readProfiles, type ReadFile } from './profiles';
import { prepareAsked, settingsNotes } from './workload';

/** `siliconlens analyze MODEL`: the report as text. */
export async function analyze(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', reportFormats) ?? 'table';
  const { input, ...outcome } = await analysed(words, language, heapBytes, format === 'json');
  return { ...outcome, text: printReport(input, format, language, uninterrupted) };
}

/**
 * What `analyze` reports of a model, before it is text.
 * @param withNames shapes by the names of dimensions, too
 */
export async function analysed(
  words: Arguments,
  language: Language,
  heapBytes: number,
  withNames: boolean,
): Promise<Omit<Outcome, 'text'> & { readonly input: ReportInput }> {
  const carbon = carbonIn(words, 'carbon');
  const battery = batteryIn(words);
  const task = await mappedTask(words, language, heapBytes);
  const { path, choices, asked, choice, host, opened, mapped, chips } = task;
  const carbonIntensity = carbon ?? choices.carbonIntensity;
  const batteryWattHours = battery ?? choices.batteryWattHours;
  const { files, notes } = await readProfiles(words, language);
  if (files.length > chips.length)
    throw usage('cli.analyze.profiles', { profiles: files.length, chips: chips.length });
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  appendAll(notes, settingsNotes(words, remarks, language));
  const surroundings = { chips, host, choice, mapped, carbonIntensity, batteryWattHours, files };
  const input = await inputOf(opened, prepared, surroundings, language, withNames);
  const inputs = await otherInputs(words, [opened], choice);
  return { input, failure: opened.failure ?? partOf(path, prepared), notes: notes.join('\n'), inputs };
}

/** Why a script must not take the totals for those of the model; null where they are. */
function partOf(path: string, { inference, operations }: Prepared): Failure | null {
  // A file of weights alone runs nothing.
  if (inference.nodes.length === 0) return null;
  if (isOpen(inference)) return failed('cli.error.part', { path });
  // A size that nobody gave is none of these: the call can give it.
  const isUnknown = inference.problems.some(
    ({ code }) => code === 'operator.unmodelled' || code === 'operator.unknown',
  );
  return isUnknown ? failed('cli.error.partNodes', { path, count: operations.unknownNodes }) : null;
}

interface Surroundings {
  readonly chips: readonly Chip[];
  readonly host: Chip | undefined;
  readonly choice: ChipChoice;
  /** Where nodes run, instead of on each chip by itself. */
  readonly mapped: Mapped | undefined;
  readonly carbonIntensity: number | null;
  readonly batteryWattHours: number | null;
  /** Profiles in the order of the chips that they were measured on. */
  readonly files: readonly ReadFile[];
}

async function inputOf(
  opened: OpenedModel,
  prepared: Prepared,
  { chips, host, choice, mapped, carbonIntensity, batteryWattHours, files }: Surroundings,
  language: Language,
  withNames: boolean,
): Promise<ReportInput> {
  const analyses: ChipAnalysis[] = [];
  if (mapped) analyses.push(await onMapping(prepared, mapped, { host, choice }, language));
  else for (const chip of chips) analyses.push(await costsOn(prepared, chip, uninterrupted, host));
  const { nodes } = prepared.inference;
  return {
    tool: { version: manifest.version, catalogueVersion: manifest.version },
    path: opened.path,
    prepared,
    chips: analyses,
    carbonIntensity,
    batteryWattHours,
    ...(withNames && {
      symbolic: await inferSymbolic(opened.model, prepared.workload.bindings, uninterrupted),
    }),
    problems: opened.problems,
    measuredOn: (analysis) => {
      const file = files[analyses.indexOf(analysis)];
      return file ? layOver(prepared, analysis, file.profile, basename(file.path)).report : null;
    },
    lineOf: (index) => lineIn(opened, nodes[index]!.node),
    textOf: (problem) => problemMessage(language, problem),
  };
}

/** A model where its nodes run, or devices share it, as a mapping says. Throws where they cannot. */
async function onMapping(
  prepared: Prepared,
  mapped: Mapped,
  { host, choice }: Pick<Surroundings, 'host' | 'choice'>,
  language: Language,
): Promise<ChipAnalysis> {
  if (mapped.kind === 'split') {
    const { devices, path } = mapped;
    const question = { prepared, devices, host, lookUp: (id: string) => choice.byId(id) };
    const found = await spreadOver(question, uninterrupted);
    if ('cost' in found) return found;
    throw failed('cli.error.model', { path, message: problemMessage(language, found) });
  }
  const pinned = runThrough(pinNodes(mapped.mapping, mapped.units, prepared.inference));
  const analysis = await costsMapped(prepared, pinned.pinned, uninterrupted, host);
  return { ...analysis, problems: [...mapped.problems, ...pinned.problems, ...analysis.problems] };
}
