import { describe, expect, it } from 'vitest';
import { simulate, usualSimulation, type Simulated } from '../../../../server/engine/mapping/serve/simulate';
import { steadyState } from '../../../../server/engine/mapping/serve/steady';
import type { Policy, StepModel, Traffic } from '../../../../server/engine/mapping/serve/types';
import { runThrough } from '../../../../server/engine/scheduler';
import { plain, policy, rateOf, usersOf } from './models';

function simulated(model: StepModel, traffic: Traffic, how: Policy = policy, seed = 1): Simulated {
  const found = runThrough(simulate(model, traffic, how, { ...usualSimulation, requests: 4000, seed }));
  if (!found) throw new Error('nothing was simulated');
  return found;
}

/** Ratio of what was counted to the closed form. */
function ratios(
  traffic: Traffic,
  how: Policy = policy,
  model = plain,
): { ttft: number; tpot: number; rate: number } {
  const state = steadyState(model, traffic, how);
  const found = simulated(model, traffic, how);
  return {
    ttft: found.ttft.mean / state.ttft!,
    tpot: found.tpot.mean / state.tpot!,
    rate: found.tokensPerSecond / state.tokensPerSecond,
  };
}

const within = (ratio: number, share: number): void => {
  expect(ratio).toBeGreaterThan(1 - share);
  expect(ratio).toBeLessThan(1 + share);
};

describe('a simulated service', () => {
  it('is the same for the same seed', () => {
    const first = simulated(plain, rateOf(4));
    expect(simulated(plain, rateOf(4))).toEqual(first);
    expect(simulated(plain, rateOf(4), policy, 2)).not.toEqual(first);
  });

  it('waits as M/D/1 does where answers are one token', () => {
    // 60 % busy: 35 ms on average (Pollaczek and Khinchine), and half of them hardly wait.
    const { ttft } = simulated(plain, rateOf(30, 1000, 1));
    within(ttft.mean / 0.035, 0.08);
    expect(ttft.p50).toBeGreaterThan(0.02);
    expect(ttft.p50).toBeLessThan(ttft.mean);
    expect(ttft.p99).toBeGreaterThan(2 * ttft.mean);
  });

  it('has as many requests inside as come in the time that each stays (Little)', () => {
    for (const [traffic, how] of [
      [rateOf(2), policy],
      [rateOf(15), policy],
      [rateOf(15), { ...policy, chunkTokens: 512 }],
      [rateOf(20), { ...policy, replicas: 3, prefillReplicas: 1 }],
    ] as const) {
      const found = simulated(plain, traffic, how);
      const decoders = how.replicas - (how.prefillReplicas ?? 0);
      const perReplica = found.tokensPerSecond / traffic.outputTokens / decoders;
      within(found.inside / (perReplica * found.latency.mean), 0.03);
    }
  });

  it('agrees with the closed form at low load, and at high load', () => {
    for (const how of [
      policy,
      { ...policy, chunkTokens: 512 },
      { ...policy, replicas: 3, prefillReplicas: 1 },
    ]) {
      const low = ratios(rateOf(0.5), how);
      within(low.ttft, 0.03);
      within(low.tpot, 0.01);
      const middle = ratios(rateOf(12), how);
      within(middle.ttft, 0.1);
      within(middle.tpot, 0.05);
    }
    // 22.8 requests/s are the most: 256 sequences make 8,366 tokens/s in the time that prompts leave, 1 - 22.8 x 20 ms.
    const high = ratios(rateOf(20));
    within(high.ttft, 0.15);
    within(high.tpot, 0.15);
  });

  it('agrees with the closed form for users who ask again', () => {
    for (const users of [1, 8, 40]) {
      const { tpot, rate } = ratios(usersOf(users));
      within(tpot, 0.03);
      within(rate, 0.03);
      within(ratios(usersOf(users), { ...policy, chunkTokens: 512 }).rate, 0.03);
      within(ratios(usersOf(users), { ...policy, replicas: 4, prefillReplicas: 2 }).rate, 0.03);
    }
  });

  it('lets decoding wait for whole prompts, and less for chunks', () => {
    const long = { ...rateOf(2, 8000, 51) };
    const whole = simulated(plain, long);
    const chunks = simulated(plain, long, { ...policy, chunkTokens: 512 });
    expect(chunks.tpot.p99).toBeLessThan(whole.tpot.p99);
  });

  it('puts requests back where the cache is full, and loses none', () => {
    // Room for 4,000 tokens: three answers to the end; four begin.
    const small = { ...plain, freeBytes: 4000 * 100_000 };
    const found = simulated(small, usersOf(8, 800, 400));
    expect(found.preempted).toBeGreaterThan(0);
    expect(found.batch).toBeLessThan(5);
    expect(found.requests).toBe(4000);
    within(((found.tokensPerSecond / 400) * found.latency.mean) / 8, 0.03);
  });

  it('is none where an answer never fits, or nothing is answered in the steps that it may take', () => {
    const tiny = { ...plain, freeBytes: 1000 * 100_000 };
    expect(runThrough(simulate(tiny, rateOf(1), policy))).toBeNull();
    const short = { ...usualSimulation, mostSteps: 10 };
    expect(runThrough(simulate(plain, rateOf(1), policy, short))).toBeNull();
  });
});
