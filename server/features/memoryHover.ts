import { markdownCode, markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { ChipAnalysis } from '../engine/analyse';
import { liveAt } from '../engine/memory/live';
import type { Analysis } from '../workspace/analysis';

/** Of the values that are alive. */
const shownValues = 5;

/** On which chips memory is highest while a node runs, how high, and what is alive then. */
export function memoryLines(analysis: Analysis, index: number, language: Language): string[] {
  return analysis.chips
    .filter(({ fit }) => fit.highWaterBytes !== null && fit.highWaterNode === index)
    .flatMap((chip) => [peakLine(analysis, chip, language), '']);
}

function peakLine(
  { inference }: Analysis,
  { chip, fit, timeline }: ChipAnalysis,
  language: Language,
): string {
  const { bytes } = formatterOf(language);
  const peak = message(language, 'hover.memory.peak', {
    chip: markdownText(chip.name),
    bytes: bytes(fit.highWaterBytes!),
    weights: bytes(timeline.weights.known),
  });
  const at = timeline.points.findIndex(({ node }) => node === fit.highWaterNode);
  const [live = []] = timeline.buffers ? liveAt(timeline.buffers, [at], shownValues + 1) : [];
  if (live.length === 0) return peak;
  const shown = live.slice(0, shownValues).map((buffer) => {
    const name = inference.values[buffer.value]?.name ?? '';
    const size = bytes(buffer.bytes);
    return buffer.role === 'workspace'
      ? message(language, 'hover.memory.workspace', { name: markdownCode(name), bytes: size })
      : `${markdownCode(name)} ${size}`;
  });
  const list = [...shown, ...(live.length > shownValues ? ['…'] : [])].join(', ');
  return `${peak} ${message(language, 'hover.memory.alive', { list })}`;
}
