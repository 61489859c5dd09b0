import type { OwnOrder, Summary, SummaryChip } from '../../server/protocol';
import { range, show, summed, text } from '../text';
import { fits, memoryUse, mostly } from './chips';

/** The answer in sentences: how long it takes on the first chip and whether it fits, then which chip is the fastest. */
export function answerLines({ chips, own }: Pick<Summary, 'chips' | 'own'>): string[] {
  const [first] = chips;
  if (!first) return [];
  return [ofChip(first), ...(chips.length > 1 ? fastest(own) : [])];
}

function ofChip(chip: SummaryChip): string {
  const { latencySeconds } = chip.total;
  const told = { chip: chip.name, memory: memoryUse(chip), fits: fits(chip.memory) };
  const time = summed(latencySeconds, show.seconds);
  if (!latencySeconds) return text('webview.answer.unknown', told);
  if (latencySeconds.isLowerBound) return text('webview.answer.least', { ...told, time });
  return text('webview.answer.first', { ...told, time, range: range(latencySeconds), bound: mostly(chip) });
}

/** The chips that may be the fastest: one where its range ends before all others begin. */
function fastest({ best }: OwnOrder): string[] {
  const may = best.filter(({ place }) => place.best === 1);
  const [first, ...others] = may;
  if (!first) return [];
  if (others.length === 0)
    return [text('webview.answer.fastest', { chip: first.name, time: show.seconds(first.seconds.value) })];
  const count = Math.max(first.place.worst, may.length);
  return [text('webview.answer.tied', { count, chips: may.map(({ name }) => name).join(', ') })];
}
