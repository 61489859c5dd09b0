import {
  suggestionLevels,
  type Confidence,
  type Fact,
  type Option,
  type Suggestion,
  type SuggestionCode,
} from './types';

/** Nodes that a suggestion names at the most. */
const mostNodes = 50;

/** What a suggestion has beside its best way. */
export interface Told {
  readonly code: SuggestionCode;
  readonly nodes?: readonly number[];
  readonly others?: readonly Option[];
  readonly facts?: Suggestion['facts'];
}

/** A suggestion of its best way, with what follows from that. */
export function suggestionOf(
  option: Option,
  { code, nodes = [], others = [], facts = {} }: Told,
): Suggestion {
  const confidence = confidenceIn(option);
  const level = confidence === 'low' ? 'hint' : suggestionLevels[code].level;
  return { ...option, code, level, nodes: nodes.slice(0, mostNodes), others, confidence, facts };
}

/** Memory is counted, time is estimated: a gain in time is sure as far as its range and what it stands on say. */
function confidenceIn({ gain: { seconds, bytes } }: Option): Confidence {
  if (!seconds) return bytes === null ? 'low' : 'high';
  if (seconds.low <= 0) return 'low';
  return seconds.basis === 'calibrated' && seconds.low >= seconds.value / 2 ? 'high' : 'medium';
}

export const fact = {
  seconds: (value: number): Fact => ({ of: 'seconds', value }),
  bytes: (value: number): Fact => ({ of: 'bytes', value }),
  count: (value: number): Fact => ({ of: 'count', value }),
  share: (value: number): Fact => ({ of: 'share', value }),
  decimal: (value: number): Fact => ({ of: 'decimal', value }),
  rate: (value: number): Fact => ({ of: 'rate', value }),
  name: (value: string): Fact => ({ of: 'name', value }),
} as const;
