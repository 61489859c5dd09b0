import { newTokens } from './room';
import type { Policy, StepModel, Traffic } from './types';

/** What reading one prompt takes. */
export interface PromptWork {
  /** Seconds in which nothing else is done: what decoding is delayed by. */
  readonly seconds: number;
  /** Steps of decoding that go by meanwhile, because a chunk of the prompt is read beside each. */
  readonly steps: number;
  /** As many in which nothing else has room; chunks of several short prompts share a step. */
  readonly fullSteps: number;
}

/**
 * The work of a prompt. Read alone it takes its prefill. In chunks, each is read in a step of decoding, and the weights once for both:
 * it costs what it takes beyond a step that reads the weights for one token.
 */
export function promptWork(model: StepModel, traffic: Traffic, policy: Policy): PromptWork {
  const tokens = newTokens(traffic);
  const cached = Math.max(0, traffic.promptTokens - tokens);
  const { chunkTokens } = policy;
  if (chunkTokens === null || policy.prefillReplicas !== null)
    return { seconds: model.prefillSeconds(tokens, cached), steps: 0, fullSteps: 0 };
  let seconds = 0;
  let steps = 0;
  for (let at = 0; at < tokens; at += chunkTokens) {
    seconds += chunkSeconds(model, Math.min(chunkTokens, tokens - at), cached + at);
    steps++;
  }
  return { seconds, steps, fullSteps: tokens / chunkTokens };
}

/** What a chunk adds to a step of decoding. */
export function chunkSeconds(model: StepModel, tokens: number, context: number): number {
  return Math.max(0, model.prefillSeconds(tokens, context) - model.decodeSeconds(1, 1));
}
