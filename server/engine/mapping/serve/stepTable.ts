import type { StepModel } from './types';

/** Seconds of a step of decoding at a batch and a context. */
export interface DecodePoint {
  readonly batch: number;
  readonly context: number;
  readonly seconds: number;
}

/** Seconds of a prefill of so many tokens. */
export interface PrefillPoint {
  readonly tokens: number;
  readonly seconds: number;
}

/** What was estimated of a replica; all batches have all contexts. */
export interface StepTable {
  readonly decode: readonly DecodePoint[];
  readonly prefill: readonly PrefillPoint[];
}

/**
 * A step model between the points of a table, straight from one to the next. Prompts behind a cache cost what a longer prompt costs more
 * than a shorter one, and at least a step that reads the weights.
 */
export function stepModelOf(
  { decode, prefill }: StepTable,
  facts: Pick<StepModel, 'kvBytesPerToken' | 'freeBytes' | 'devices' | 'mostContext'>,
): StepModel {
  const batches = [...new Set(decode.map(({ batch }) => batch))].sort((a, b) => a - b);
  const rows = batches.map((batch) => {
    const row = decode.filter((point) => point.batch === batch).sort((a, b) => a.context - b.context);
    return { at: row.map(({ context }) => context), values: row.map(({ seconds }) => seconds) };
  });
  const prompts = [...prefill].sort((a, b) => a.tokens - b.tokens);
  const lengths = prompts.map(({ tokens }) => tokens);
  const times = prompts.map(({ seconds }) => seconds);
  const decodeSeconds = (batch: number, context: number): number =>
    between(
      batches,
      rows.map(({ at, values }) => between(at, values, context)),
      batch,
    );
  const whole = (tokens: number): number => (tokens <= 0 ? 0 : between(lengths, times, tokens));
  return {
    ...facts,
    decodeSeconds,
    prefillSeconds: (tokens, context) => {
      if (context <= 0) return whole(tokens);
      return Math.max(decodeSeconds(1, context), whole(context + tokens) - whole(context));
    },
  };
}

/** Caches in another format, of so many times the bytes: steps read as much less, as a shorter context would. */
export function withCache(model: StepModel, share: number): StepModel {
  return {
    ...model,
    kvBytesPerToken: model.kvBytesPerToken * share,
    decodeSeconds: (batch, context) => model.decodeSeconds(batch, context * share),
  };
}

/** A value between points that rise, along the line through the two beside it; beyond the ends along the last line, and never below 0. */
function between(at: readonly number[], values: readonly number[], wanted: number): number {
  if (at.length === 1) return values[0]!;
  const found = at.findIndex((one) => one >= wanted);
  const upper = found === -1 ? at.length - 1 : Math.max(1, found);
  const [a, b] = [at[upper - 1]!, at[upper]!];
  const [from, to] = [values[upper - 1]!, values[upper]!];
  const line = from + ((to - from) * (wanted - a)) / (b - a);
  return wanted < at[0]! ? Math.max(line, 0) : line;
}
