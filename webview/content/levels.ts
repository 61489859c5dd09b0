import type { SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import type { TableData } from './table';
import { termed } from './terms';

/** Shares from here on are read more easily as multiples. */
const mostAsPercent = 10;

type Level = SummaryChip['memory']['levels'][number];

/** What becomes of the model in each memory of the chip; null where nothing is known of any. */
export function levelsData({ name, memory: { levels } }: SummaryChip): TableData | null {
  if (levels.length === 0) return null;
  return {
    caption: text('webview.levels.title', { chip: name }),
    columns: [
      termed('webview.levels.memory'),
      termed('webview.levels.verdict'),
      termed('webview.levels.needed'),
      termed('webview.levels.traffic'),
      termed('webview.levels.achieved'),
    ],
    numeric: [2, 3, 4],
    wide: [4],
    rows: levels.map((level) => ({
      cells: [
        level.name,
        verdictOf(level),
        neededOf(level),
        show.bytes(level.trafficBytes),
        achievedOf(level),
      ],
    })),
  };
}

/** A bar for a memory: how much of it the model needs. */
export interface LevelBar {
  readonly name: string;
  /** 0..1; null: no bar. */
  readonly value: number | null;
  /** A cache that the model is larger than does its work: only what has to hold the model can be too full. */
  readonly isAlarming: boolean;
  readonly text: string;
}

/** A bar for each memory of the chip that the model uses. */
export function levelBars({ memory: { levels } }: SummaryChip): LevelBar[] {
  return levels
    .filter(({ verdict }) => verdict !== null && verdict !== 'unused')
    .map((level) => {
      const share = shareOf(level);
      return {
        name: level.name,
        value: share === null ? null : Math.min(1, share),
        isAlarming: level.verdict === 'tight' || level.verdict === 'too-small',
        text: verdictOf(level),
      };
    });
}

function shareOf({ neededBytes, capacityBytes }: Level): number | null {
  return neededBytes === null || !capacityBytes ? null : neededBytes / capacityBytes;
}

/** What happens there, in a few words. */
function verdictOf(level: Level): string {
  const { verdict, streamedBytes, spilledBytes } = level;
  if (verdict === null) return text('webview.unknown');
  const share = shareOf(level);
  return text(`webview.levels.${verdict}`, {
    streamed: show.bytes(streamedBytes),
    spilled: show.bytes(spilledBytes),
    times: share === null ? text('webview.unknown') : show.decimal(share),
  });
}

function neededOf(level: Level): string {
  const { neededBytes, capacityBytes } = level;
  const share = shareOf(level);
  const said = `${show.bytes(neededBytes)} / ${show.bytes(capacityBytes)}`;
  if (share === null) return said;
  return `${said} (${share < mostAsPercent ? show.percent(share) : `${show.decimal(share)}×`})`;
}

function achievedOf({ bytesPerSecond, peakBytesPerSecond }: Level): string {
  const said = show.bytesPerSecond(bytesPerSecond);
  if (bytesPerSecond === null || !peakBytesPerSecond) return said;
  return text('webview.levels.ofPeak', {
    rate: said,
    peak: show.bytesPerSecond(peakBytesPerSecond),
    share: show.percent(bytesPerSecond / peakBytesPerSecond),
  });
}
