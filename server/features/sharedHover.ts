import { markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import type { Analysis } from '../workspace/analysis';
import { timeRange } from './format';

/** Where a node runs of a model that devices share: its stage with the devices, and what they exchange behind it. */
export function sharedLines({ chips: [first] }: Analysis, index: number, language: Language): string[] {
  const spread = first?.spread;
  const at = spread?.nodes.stageOf[index] ?? -1;
  const stage = spread?.stages[at];
  if (!spread || !stage) return [];
  const { count, bytes } = formatterOf(language);
  const lines = [
    message(language, 'hover.shared', {
      system: markdownText(spread.system.name),
      split: spread.label,
      devices: stage.devices[0] === stage.devices[1] ? count(stage.devices[0]) : stage.devices.join('–'),
      stage: count(at + 1),
      stages: count(spread.stages.length),
      runs: count(spread.microBatches),
      batch: count(spread.microBatch),
    }),
    '',
  ];
  for (const exchange of spread.nodes.exchanges.get(index) ?? []) {
    const { collective, members, seconds } = exchange;
    const said = message(language, 'hover.shared.exchange', {
      what: message(language, `hover.collective.${collective}`),
      members: count(members),
      bytes: bytes(exchange.bytes),
      time: timeRange(seconds, language),
    });
    lines.push(said, '');
  }
  return lines;
}
