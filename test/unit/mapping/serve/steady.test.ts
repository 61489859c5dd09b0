import { describe, expect, it } from 'vitest';
import { cacheRoom } from '../../../../server/engine/mapping/serve/room';
import { promptWork } from '../../../../server/engine/mapping/serve/prompt';
import { steadyState } from '../../../../server/engine/mapping/serve/steady';
import { plain, policy, rateOf, usersOf } from './models';

describe('room for caches', () => {
  it('counts tokens, sequences and the longest context', () => {
    // 60 GB / 100 kB = 600,000 tokens; 600,000 / (1000 + 201 + half a page of 8) = 496 sequences at their end.
    const room = cacheRoom(plain, rateOf(1), { ...policy, mostBatch: 1000 });
    expect(room).toEqual({ tokens: 600_000, wholeBatch: 496, batch: 541, context: 600_000 });
    // In the middle: 600,000 / (1000 + 100.5 + 8) = 541.3. The policy and the model bound both.
    expect(cacheRoom(plain, rateOf(1), policy).batch).toBe(256);
    expect(cacheRoom({ ...plain, mostContext: 8192 }, rateOf(1), policy).context).toBe(8192);
    expect(cacheRoom({ ...plain, freeBytes: -1 }, rateOf(1), policy)).toMatchObject({ tokens: 0, batch: 0 });
  });
});

describe('the work of a prompt', () => {
  it('is its prefill, less what is cached', () => {
    expect(promptWork(plain, rateOf(1), policy)).toEqual({ seconds: 0.02, steps: 0, fullSteps: 0 });
    const cached = promptWork(plain, { ...rateOf(1), prefixShare: 0.75 }, policy);
    expect(cached.seconds).toBeCloseTo(250 * 20e-6, 12);
  });

  it('is in chunks what they add to steps that read the weights anyhow', () => {
    // 400 + 400 + 200 tokens: 8 + 8 + 4 ms, of which 5.1 ms each are those of a step for one token: 2.9 + 2.9 + 0.
    const work = promptWork(plain, rateOf(1), { ...policy, chunkTokens: 400 });
    expect(work.seconds).toBeCloseTo(5.8e-3, 12);
    expect(work).toMatchObject({ steps: 3, fullSteps: 2.5 });
  });
});

describe('a service in closed form', () => {
  it('is M/D/1 where answers are one token', () => {
    // Prompts of 20 ms, 30 in a second: 60 % busy. Pollaczek and Khinchine: 20 ms + 0.6 x 20 ms / (2 x 0.4) = 35 ms.
    const state = steadyState(plain, rateOf(30, 1000, 1), policy);
    expect(state.ttft).toBeCloseTo(0.035, 12);
    expect(state).toMatchObject({ saturated: null, batch: 0, prefillShare: 0.6 });
  });

  it('has as many sequences as come during an answer, where a step takes as long for all', () => {
    // 2 requests/s x 200 steps x 5 ms = 2 sequences (M/G/infinity), and every step 5 ms.
    const state = steadyState(
      { ...plain, decodeSeconds: () => 5e-3, prefillSeconds: () => 0 },
      rateOf(2),
      policy,
    );
    expect(state.batch).toBeCloseTo(2, 9);
    expect(state.tpot).toBeCloseTo(5e-3, 12);
  });

  it('shares a processor, where a step takes as long as its sequences one after the other', () => {
    // M/G/1 with processor sharing: 1 request/s x 200 steps x 3 ms = 60 % busy; 0.6 / 0.4 sequences; a step takes 3 ms / 0.4.
    const one = { ...plain, decodeSeconds: (batch: number) => 3e-3 * batch, prefillSeconds: () => 0 };
    const state = steadyState(one, rateOf(1), policy);
    expect(state.batch).toBeCloseTo(1.5, 6);
    expect(state.tpot).toBeCloseTo(7.5e-3, 9);
  });

  it('is M/M/1 where only one sequence has room', () => {
    // 60 % busy: 0.6 x 0.6 / 0.4 = 0.9 wait, which is 0.9 s at 1 request/s; half a step before.
    const one = { ...plain, decodeSeconds: () => 3e-3, prefillSeconds: () => 0 };
    const state = steadyState(one, rateOf(1), { ...policy, mostBatch: 1 });
    expect(state.ttft).toBeCloseTo(0.9 + (0.6 * 3e-3) / 2, 9);
    expect(state.batch).toBeCloseTo(0.6, 9);
  });

  it('slows steps by the share of the time that prompts take', () => {
    // 10 requests/s x 20 ms = 20 %: a step of one takes 5.1 ms / 0.8; sequences are at least 10 x 200 x that.
    const state = steadyState(plain, rateOf(10), policy);
    expect(state.prefillShare).toBeCloseTo(0.2, 12);
    expect(state.tpot).toBeGreaterThan(5.1e-3 / 0.8);
    expect(state.batch! / (10 * 200)).toBeCloseTo(state.tpot!, 12);
    expect(state.latency).toBeCloseTo(state.ttft! + 200 * state.tpot!, 12);
    expect(state.tokensPerSecond).toBeCloseTo(2010, 9);
  });

  it('says what is saturated', () => {
    // 50 x 20 ms is all of the time.
    expect(steadyState(plain, rateOf(50, 1000, 1), policy)).toMatchObject({
      saturated: 'prefill',
      ttft: null,
    });
    // 256 sequences make 256 / 30.6 ms = 8,366 tokens/s at the most; 45 x 200 = 9,000 are asked for.
    const free = { ...plain, prefillSeconds: () => 0 };
    expect(steadyState(free, rateOf(45), policy).saturated).toBe('decode');
    expect(steadyState(free, rateOf(40), policy).saturated).toBeNull();
    // With room for 50 sequences 50 / 10 ms = 5,000 tokens/s: it is memory that lacks.
    const small = { ...free, freeBytes: 50 * 1108.5 * 100_000 };
    expect(steadyState(small, rateOf(26), policy).saturated).toBe('memory');
    expect(steadyState({ ...plain, freeBytes: 1e6 }, rateOf(0.001), policy).saturated).toBe('memory');
  });

  it('keeps the roles apart', () => {
    const apart = { ...policy, replicas: 3, prefillReplicas: 2, transferBytesPerSecond: 50e9 };
    const state = steadyState(plain, rateOf(30, 1000, 2), apart);
    // Two of three read prompts, 15 a second each: 30 %. 20 ms + 0.3 x 20 ms / 1.4, and 100 MB at 50 GB/s: 2 ms.
    expect(state.ttft).toBeCloseTo(0.02 + 0.006 / 1.4 + 0.002, 9);
    // Steps are not slowed: 30 x 1 step x about 5.1 ms.
    expect(state.tpot).toBeGreaterThan(5.1e-3);
    expect(state.tpot).toBeLessThan(5.13e-3);
    expect(state.tokensPerSecondPerDevice).toBeCloseTo(20, 9);
  });

  it('has users who wait for their answer and ask again', () => {
    // One user: 20 ms + 200 x 5.1 ms = 1.04 s for 201 tokens.
    const one = steadyState(plain, usersOf(1), policy);
    expect(one).toMatchObject({ batch: 1, tpot: 5.1e-3 });
    expect(one.tokensPerSecond).toBeCloseTo(201 / 1.04, 9);
    // Ten: 10 prompts of 20 ms and 200 steps of 6 ms = 1.4 s, 10 answers meanwhile.
    const ten = steadyState(plain, usersOf(10), policy);
    expect(ten.requestsPerSecond).toBeCloseTo(10 / 1.4, 9);
    expect(ten.latency).toBeCloseTo(1.4, 9);
    // Little: as many inside as users, those who wait too.
    const many = steadyState(plain, usersOf(1000), policy);
    expect(many.requestsPerSecond * many.latency!).toBeCloseTo(1000, 6);
    expect(many.batch).toBe(256);
  });

  it('reads prompts of users in chunks, of which a step has room for one', () => {
    // Chunks of 250: 4 steps per prompt, each 5 ms - 5.1 ms < 0 beyond reading the weights. (200 + 4) / 4 = 51 are decoded at the most.
    const many = steadyState(plain, usersOf(1000), { ...policy, chunkTokens: 250 });
    expect(many.batch).toBe(51);
    expect(many.tpot).toBeCloseTo(5e-3 + 51e-4, 9);
  });
});
