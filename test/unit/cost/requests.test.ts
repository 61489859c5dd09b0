import { describe, expect, it } from 'vitest';
import { requestOf } from '../../../server/engine/cost/requests';
import { exact } from '../../../server/engine/cost/interval';
import type { Estimate } from '../../../server/engine/cost/types';

const between = (value: number, low: number, high: number): Estimate => ({
  value,
  low,
  high,
  basis: 'class',
});
const run = (seconds: number, joules: number) => ({
  seconds: exact(seconds, 'class'),
  joules: exact(joules, 'class'),
});
const sizes = { prompt: 10, answer: 5, batch: 1, accepted: 1 };

describe('a request of a prompt and an answer', () => {
  it('is a prefill and a step for each token but the first', () => {
    const runs = { prefill: run(2, 100), first: run(0.1, 4), last: run(0.3, 10) };
    // Four steps of 0.2 s and 7 J in the mean: 2 + 0.8 s, 100 + 28 J.
    expect(requestOf(runs, sizes)).toMatchObject({
      promptTokens: 10,
      answerTokens: 5,
      seconds: { value: 2.8 },
      joules: { value: 128 },
    });
    // One token comes with the prefill.
    expect(requestOf(runs, { ...sizes, answer: 1 })).toMatchObject({
      seconds: { value: 2 },
      joules: { value: 100 },
    });
  });

  it('waits for all that run with it and has its share of their energy; speculation saves steps', () => {
    const runs = { prefill: run(2, 100), first: run(0.2, 8), last: run(0.2, 8) };
    // Four tokens in two steps: 2 + 0.4 s; (100 + 16) / 4 J.
    expect(requestOf(runs, { ...sizes, batch: 4, accepted: 2 })).toMatchObject({
      seconds: { value: 2.4 },
      joules: { value: 29 },
    });
  });

  it('has the ranges of its parts, off alike, and is as sure as the least sure', () => {
    const prefill = { seconds: between(2, 1, 4), joules: null };
    const step = { seconds: { ...between(0.5, 0.25, 1), basis: 'peak' as const }, joules: null };
    expect(requestOf({ prefill, first: step, last: step }, sizes)).toMatchObject({
      seconds: { value: 4, low: 2, high: 8, basis: 'peak' },
      joules: null,
    });
  });

  it('is unknown without a cache, where a step is', () => {
    const runs = { prefill: run(2, 100), first: null, last: null };
    expect(requestOf(runs, sizes)).toMatchObject({ seconds: null, joules: null });
  });
});
