import type { Policy, StepModel, Traffic } from './types';

/** What caches have room for. */
export interface CacheRoom {
  /** Tokens of all sequences together; Infinity where a model keeps no cache. */
  readonly tokens: number;
  /** Sequences that are half answered on average; at least 0. */
  readonly batch: number;
  /** Sequences that are answered to the end at the same time: none is ever put back. */
  readonly wholeBatch: number;
  /** The longest sequence alone, prompt and answer; null: nothing bounds it. */
  readonly context: number | null;
}

/** How many tokens, sequences and which context fit beside the model. Pages are filled but for half of the last on average. */
export function cacheRoom(model: StepModel, traffic: Traffic, policy: Policy): CacheRoom {
  const tokens =
    model.kvBytesPerToken > 0 ? Math.max(0, Math.floor(model.freeBytes / model.kvBytesPerToken)) : Infinity;
  const paged = (length: number): number => length + policy.pageTokens / 2;
  const { promptTokens, outputTokens } = traffic;
  const fits = (length: number): number => Math.floor(tokens / paged(length));
  const context = Math.min(tokens, model.mostContext ?? Infinity);
  return {
    tokens,
    batch: Math.min(policy.mostBatch, fits(promptTokens + outputTokens / 2)),
    wholeBatch: Math.min(policy.mostBatch, fits(promptTokens + outputTokens)),
    context: Number.isFinite(context) ? context : null,
  };
}

/** Tokens of a prompt that have to be read, at least 1: the last one makes the first token. */
export function newTokens({ promptTokens, prefixShare }: Traffic): number {
  return Math.max(1, Math.round(promptTokens * (1 - prefixShare)));
}

/** Mean tokens behind which a token of an answer is made. */
export function meanContext({ promptTokens, outputTokens }: Traffic): number {
  return promptTokens + outputTokens / 2;
}
