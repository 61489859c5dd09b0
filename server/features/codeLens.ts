import { labelText } from '../../outside/label';
import type { CodeLens, Command } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { linkedCommands } from '../protocol';
import type { ChipAnalysis } from '../engine/analyse';
import { cachePolicyIn } from '../engine/kernels/caches';
import { targetName } from '../engine/report/targetName';
import type { RuntimeProfile } from '../engine/kernels/profile';
import type { Analysis } from '../workspace/analysis';
import type { Choices } from '../workspace/choices';
import { headingOf } from '../workspace/nodeIndex';
import { branchLenses } from './branches';
import { problemText } from './diagnostics';
import { dimensionsText } from './dimensions';
import { known, memoryText, summed, totalTime } from './format';
import { suggestionLens } from './suggestions';

const chipLenses = 8;
const dimensionLenses = 4;

/**
 * Over the graph: totals on each chosen chip, what is missing, and the ways to change it; over nodes, which branch counts.
 * @param runs the editor runs our commands; else lenses only tell, and those that tell nothing are left out
 */
export function codeLenses(analysis: Analysis, language: Language, runs = true): CodeLens[] {
  if (analysis.listing.state === 'unreadable' || !analysis.choices.codeLens) return [];
  const { uri } = analysis.listing;
  const commands: Command[] = [];
  if (analysis.refusal) {
    const title = message(language, 'lens.memory');
    const tooltip = problemText(analysis.refusal, language);
    commands.push({ title, tooltip, command: linkedCommands.chooseChips, arguments: [uri] });
  }
  const { symbols, contents } = analysis.inference;
  const open = symbols.filter((one) => one.origin === 'unbound');
  // Of what the data decide the first stands for all.
  const unbound = [
    ...contents.filter((one) => one.origin === 'unset'),
    ...open.filter(({ isOfData }) => !isOfData),
    ...open.filter(({ isOfData }) => isOfData).slice(0, 1),
  ];
  for (const symbol of runs ? unbound.slice(0, dimensionLenses) : []) {
    const title = message(language, 'lens.setDimension', { name: symbol.name });
    commands.push({ title, command: linkedCommands.setDimensions, arguments: [uri, symbol.name] });
  }
  for (const chip of analysis.chips.slice(0, chipLenses)) {
    commands.push({
      title: `${labelText(targetName(chip))} ${timeOf(chip, language)}${measuredText(analysis, chip, language)}${misfit(chip, language)}`,
      tooltip: withSizes(totalTooltip(chip, analysis.choices, language), analysis, language),
      command: linkedCommands.openReport,
      arguments: [uri],
    });
  }
  const next = suggestionLens(analysis, language);
  if (next) commands.push(next);
  commands.push({
    title: dimensionsText(analysis, language),
    command: linkedCommands.setDimensions,
    arguments: [uri],
  });
  const isAssumed = analysis.inference.symbols.some(({ origin }) => origin === 'default');
  const sizes = isAssumed ? (['setSizes'] as const) : [];
  const offered = [...sizes, 'chooseChips', 'findChip', 'openReport'] as const;
  for (const name of runs ? offered : []) {
    commands.push({
      title: message(language, `lens.${name}`),
      command: linkedCommands[name],
      arguments: [uri],
    });
  }
  const range = headingOf(analysis);
  const lenses = commands
    .filter((command) => command.title !== '')
    .map((command) => ({ range, command: runs ? command : { ...command, command: '', arguments: [] } }));
  return [...lenses, ...branchLenses(analysis, language, runs)];
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
