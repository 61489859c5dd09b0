import { withoutExtension } from '../../modelFormats/names';
import { csvRow } from '../../outside/csv';
import { hasHidden } from '../../outside/hidden';
import { commandText } from '../../outside/shell';
import type { Language } from '../../l10n/language';
import type { ChipAnalysis, Prepared } from '../engine/analyse';
import { verifyWords } from '../engine/mapping/suggest/command';
import { suggest as suggestionsFor } from '../engine/mapping/suggest/suggest';
import { suggestionCodes, type Suggestion, type SuggestionCode } from '../engine/mapping/suggest/types';
import { bindingsInForce } from '../engine/report/build';
import {
  chipSuggestions,
  suggestRows,
  suggestSections,
  type ChipSuggestions,
  type SuggestReport,
} from '../engine/report/suggestReport';
import { uninterrupted } from '../engine/scheduler';
import { costsAsked } from '../engine/whatFits';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { mappedTask, taskNotes, type MappedTask } from './mappedTask';
import { pricesIn } from './prices';
import { inFormat, tableFormats } from './tableFormats';
import { prepareAsked } from './workload';

/** Nodes that are named. */
const namedNodes = 3;

/** `siliconlens suggest MODEL`: what to do next, what saves most first, each with what it gains and how to see that. */
export async function suggest(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const named = codesOff(words.texts('off'));
  const task = await mappedTask(words, language, heapBytes);
  const { path, asked, choice, choices, opened, chips, places } = task;
  const off = new Set([...named, ...choices.suggestions.off]);
  const known = await prepareAsked(opened.model, asked);
  const { prepared } = known;
  const found: ChipSuggestions[] = [];
  const chosen: ChipAnalysis[] = [];
  for (const chip of chips) chosen.push(await costsAsked(places, prepared, chip, uninterrupted));
  const prices = { ...choices.prices, ...(await pricesIn(words, choice)) };
  for (const analysis of chosen) found.push(await onChip(task, { prepared, analysis, chosen, prices, off }));
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report: SuggestReport = { schemaVersion: 1, path, workload, chips: found };
  return {
    text: inFormat(
      format,
      report,
      () => suggestSections(report, reportWords(language)),
      () => `${suggestRows(report).map(csvRow).join('\r\n')}\r\n`,
    ),
    failure: opened.failure,
    notes: taskNotes(words, language, known, task),
    inputs: await otherInputs(words, [opened], choice),
  };
}

interface OnChip {
  readonly prepared: Prepared;
  readonly analysis: ChipAnalysis;
  /** All that are asked about. */
  readonly chosen: readonly ChipAnalysis[];
  readonly prices: Readonly<Record<string, number>>;
  readonly off: ReadonlySet<SuggestionCode>;
}

async function onChip(
  { path, host, mapped, places }: MappedTask,
  { off, ...of }: OnChip,
): Promise<ChipSuggestions> {
  const { prepared, analysis } = of;
  const situation = { ...of, scheduler: uninterrupted, ...places };
  const suggestions = await suggestionsFor(situation, off);
  const asked = { ...(host && { host: host.id }), ...(mapped && { mapping: mapped.path }) };
  const commandOf = ({ change }: Suggestion): string => {
    const file = change.kind === 'graph' ? editedPath(path) : path;
    const words = verifyWords({ path: file, chip: analysis.chip.id, prepared, ...asked }, change);
    // A name with letters that nobody sees is not to be typed.
    return words.some(hasHidden) ? '' : commandText('posix', { words });
  };
  const names = (nodes: readonly number[]): string[] =>
    nodes.slice(0, namedNodes).map((index) => {
      const { node } = prepared.inference.nodes[index]!;
      return node.name || (node.outputs[0] ?? '');
    });
  return chipSuggestions(
    analysis,
    suggestions.map((one) => ({ ...one, verify: commandOf(one), nodeNames: names(one.nodes) })),
  );
}

/** Where an edited model would lie, beside the one that was edited. */
function editedPath(path: string): string {
  const plain = withoutExtension(path);
  return `${plain}.edited${path.slice(plain.length)}`;
}

/** `--off CODE`, which may be repeated. */
function codesOff(texts: readonly string[]): ReadonlySet<SuggestionCode> {
  return new Set(
    texts.map((value) => {
      const code = suggestionCodes.find((one) => one === value);
      if (!code)
        throw usage('cli.error.choice', { option: '--off', value, allowed: suggestionCodes.join(', ') });
      return code;
    }),
  );
}
