import { added, scale, weaker } from './interval';
import type { Estimate } from './types';

/** Time and energy of one run. */
export interface RunCost {
  readonly seconds: Estimate | null;
  readonly joules: Estimate | null;
}

/** What a request to a language model takes: a prompt that is read and an answer that is written. */
export interface RequestCost extends RunCost {
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** The runs that the cost of a request is made of. */
export interface RequestRuns {
  readonly prefill: RunCost;
  /** Steps of decoding behind the prompt, and for the last token of the answer; null where the model has no cache. */
  readonly first: RunCost | null;
  readonly last: RunCost | null;
}

/** Tokens of a request, how many requests run together, and the tokens that a step yields for each. */
export interface RequestSizes {
  readonly prompt: number;
  readonly answer: number;
  readonly batch: number;
  readonly accepted: number;
}

/**
 * Time of a request, and its share of the energy of all that run together. The prefill makes the first token of the answer,
 * each other one takes a step. What a step takes grows with the tokens behind it as a straight line, so that all of them take as
 * much as their number times the mean of the first and the last. Unknown where a part is.
 */
export function requestOf({ prefill, first, last }: RequestRuns, sizes: RequestSizes): RequestCost {
  const { prompt, answer, batch, accepted } = sizes;
  const steps = (answer - 1) / accepted;
  const sum = (of: keyof RunCost): Estimate | null => {
    const [read, begin, end] = [prefill[of], first?.[of], last?.[of]];
    if (steps === 0 || !read) return read;
    if (!begin || !end) return null;
    const all = added(read, scale(added(begin, end), steps / 2));
    return { ...all, basis: weaker(read.basis, weaker(begin.basis, end.basis)) };
  };
  const joules = sum('joules');
  return {
    promptTokens: prompt,
    answerTokens: answer,
    seconds: sum('seconds'),
    joules: joules && scale(joules, 1 / batch),
  };
}
