import { labelText } from '../../outside/label';
import type { CodeLens, Command } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { linkedCommands } from '../protocol';
import type { ChipAnalysis } from '../engine/analyse';
import { cachePolicyIn } from '../engine/kernels/caches';
import { targetName } from '../engine/report/targetName';
import { profileById, type RuntimeProfile } from '../engine/kernels/profile';
import type { Analysis } from '../workspace/analysis';
import type { Choices } from '../workspace/choices';
import { branchLenses } from './branches';
import { cutLenses } from './cutLens';
import { problemText } from './diagnostics';
import { dimensionsText, dimensionTexts } from './dimensions';
import { known, memoryText, summed, totalTime } from './format';
import { joined, placed } from './lensRows';
import { suggestionLens } from './suggestions';

const chipLenses = 8;
const dimensionLenses = 4;

/**
 * Over the first lines: what is missing, then totals on each chosen chip with the sizes they stand on, then how the model is taken
 * to run, then what to do next; over nodes, which branch counts and where the model is best cut.
 * @param runs the editor runs our commands; else lenses only tell, and those that tell nothing are left out
 */
export function codeLenses(analysis: Analysis, language: Language, runs = true): CodeLens[] {
  if (analysis.listing.state === 'unreadable' || !analysis.choices.codeLens) return [];
  const groups = [
    runs ? missing(analysis, language) : [],
    totals(analysis, language),
    [runs ? sizesLens(analysis, language) : null, workloadLens(analysis, language)],
    [suggestionLens(analysis, language), ...(runs ? doings(analysis, language) : [])],
  ].map((group) => group.filter((command) => command !== null));
  const shown = runs ? groups : groups.map((group) => group.map(tellsOnly));
  return [
    ...placed(shown, analysis.listing),
    ...branchLenses(analysis, language, runs),
    ...cutLenses(analysis, language, runs),
  ];
}

function tellsOnly(command: Command): Command {
  return { ...command, command: '', arguments: [] };
}

/** What a run takes on each chosen chip, then the numbers in force; or why nothing is told. */
function totals(analysis: Analysis, language: Language): (Command | null)[] {
  const { uri } = analysis.listing;
  const sizes = joined(dimensionTexts(analysis, language));
  return [
    analysis.refusal && {
      title: message(language, 'lens.memory'),
      tooltip: problemText(analysis.refusal, language),
      command: linkedCommands.chooseChips,
      arguments: [uri],
    },
    ...analysis.chips.slice(0, chipLenses).map((chip) => ({
      title: `${labelText(targetName(chip))} ${timeOf(chip, language)}${measuredText(analysis, chip, language)}${misfit(chip, language)}`,
      tooltip: withSizes(totalTooltip(chip, analysis.choices, language), analysis, language),
      command: linkedCommands.openReport,
      arguments: [uri],
    })),
    ...sharedLenses(analysis, language),
    ...sizes.map((title) => ({ title, command: linkedCommands.setDimensions, arguments: [uri] })),
  ];
}

/** What each of the devices has that share the model, and how much they do together. */
function sharedLenses({ chips: [first], listing: { uri } }: Analysis, language: Language): Command[] {
  const { spread, fit } = first ?? {};
  if (!spread || !fit) return [];
  const format = formatterOf(language);
  const title = message(language, 'lens.shared', {
    rate: format.count(Math.round(spread.perSecond)),
    unit: message(language, `lens.shared.${spread.unit}`),
    memory: memoryText(fit, language),
    capacity: known(fit.capacityBytes, format.bytes, language),
  });
  return [{ title, command: linkedCommands.openReport, arguments: [uri] }];
}

/** Ways to give the numbers that nobody gave. */
function missing({ inference, listing: { uri } }: Analysis, language: Language): Command[] {
  const { symbols, contents } = inference;
  const open = symbols.filter((one) => one.origin === 'unbound');
  // Of what the data decide the first stands for all.
  const unbound = [
    ...contents.filter((one) => one.origin === 'unset'),
    ...open.filter(({ isOfData }) => !isOfData),
    ...open.filter(({ isOfData }) => isOfData).slice(0, 1),
  ];
  return unbound.slice(0, dimensionLenses).map(({ name }) => ({
    title: message(language, 'lens.setDimension', { name }),
    command: linkedCommands.setDimensions,
    arguments: [uri, name],
  }));
}

/** Where sizes are assumed, the way to give them. */
function sizesLens({ inference, listing: { uri } }: Analysis, language: Language): Command | null {
  if (!inference.symbols.some(({ origin }) => origin === 'default')) return null;
  return { title: message(language, 'lens.setSizes'), command: linkedCommands.setSizes, arguments: [uri] };
}

/** How the model is taken to run: phase, precision, runtime. */
function workloadLens({ choices: { workload }, listing: { uri } }: Analysis, language: Language): Command {
  const { phase, precision, runtime, cacheType, flashAttention, gpuLayers = null } = workload;
  const runs = message(language, 'lens.workload', {
    phase: message(language, `lens.phase.${phase}`),
    precision: precision === 'as-stored' ? message(language, 'lens.asStored') : precision,
    runtime: runtime === null ? message(language, 'lens.runtimeByChip') : labelText(nameOfRuntime(runtime)),
  });
  const parts = [runs];
  if (cacheType) parts.push(message(language, 'lens.cacheType', { type: cacheType }));
  if (flashAttention === false) parts.push(message(language, 'lens.scores'));
  if (gpuLayers !== null) parts.push(message(language, 'lens.gpuLayers', { count: gpuLayers }));
  return { title: parts.join(' · '), command: linkedCommands.showChoices, arguments: [uri] };
}

/** Settings may name a runtime that nobody knows. */
function nameOfRuntime(id: string): string {
  return profileById(id)?.name ?? id;
}

function doings({ listing: { uri } }: Analysis, language: Language): Command[] {
  return (['chooseChips', 'findChip', 'openReport'] as const).map((name) => ({
    title: message(language, `lens.${name}`),
    command: linkedCommands[name],
    arguments: [uri],
  }));
}

function timeOf({ cost }: ChipAnalysis, language: Language): string {
  return summed(cost.total.latencySeconds, formatterOf(language).seconds, language);
}

/** The measured time of a whole run where a profile was imported, with what stands before it. */
function measuredText(analysis: Analysis, { chip }: ChipAnalysis, language: Language): string {
  const profile = analysis.profiles.find((one) => one.chip === chip.id)?.profile;
  if (!profile || profile.seconds === null) return '';
  return message(language, 'lens.measured', { time: formatterOf(language).seconds(profile.seconds) });
}

/** One run in full: range, throughput, memory against capacity. */
function totalTooltip(
  { cost, fit, plan, profile, training }: ChipAnalysis,
  { workload }: Choices,
  language: Language,
): string {
  const { throughput } = cost.total;
  const format = formatterOf(language);
  const cache = cachePolicyIn(plan);
  const whole = message(language, 'lens.total', {
    time: totalTime(cost.total, language),
    rate: known(throughput, (one) => format.perSecond(one.samplesPerSecond), language),
    memory: memoryText(fit, language),
    capacity: known(fit.capacityBytes, format.bytes, language),
    runtime: runtimeText(profile, workload.runtime, language),
    precision: cost.precision.compute,
  });
  const withCache = cache
    ? message(language, 'lens.totalCache', { total: whole, cache: message(language, `cache.${cache}`) })
    : whole;
  if (!training) return withCache;
  return message(language, 'lens.totalTraining', { total: withCache, how: training.label });
}

/** Said of a chip whose memory is too small, and of no other. */
function misfit({ fit }: ChipAnalysis, language: Language): string {
  return fit.fits === false ? message(language, 'lens.misfit') : '';
}

/** A total with the sizes that it stands on. */
function withSizes(total: string, analysis: Analysis, language: Language): string {
  const sizes = dimensionsText(analysis, language);
  return sizes === '' ? total : message(language, 'lens.totalSizes', { total, sizes });
}

/** The runtime in force, and whether it is what the chip has by default. */
function runtimeText({ id, name }: RuntimeProfile, chosen: string | null, language: Language): string {
  return id === chosen ? name : message(language, 'lens.runtimeDefault', { runtime: name });
}
