import { describe, expect, it } from 'vitest';
import { Replica, type Finished } from '../../../../server/engine/mapping/serve/replica';
import type { Policy, StepModel } from '../../../../server/engine/mapping/serve/types';
import { policy, rateOf } from './models';

/** A step takes 10 s for each sequence and a second for each token before it; a prompt 100 s a token and as much for those before. */
const model: StepModel = {
  decodeSeconds: (batch, context) => 10 * batch + context,
  prefillSeconds: (tokens, context) => 100 * tokens + context,
  kvBytesPerToken: 1,
  freeBytes: 1000,
  devices: 1,
  mostContext: null,
};

interface Asked {
  readonly output: number;
  readonly prefixShare?: number;
  readonly how?: Partial<Policy>;
  readonly freeBytes?: number;
}

/** Prompts of four tokens, in pages of four. */
function replicaOf({ output, prefixShare = 0, how = {}, freeBytes = 1000 }: Asked): Replica {
  const traffic = { ...rateOf(1, 4, output), prefixShare };
  return new Replica({ ...model, freeBytes }, traffic, { ...policy, pageTokens: 4, ...how });
}

/** The clock after each of some steps, and who was answered. */
function run(replica: Replica, steps: number): { clock: number[]; done: Finished[] } {
  const clock: number[] = [];
  const done: Finished[] = [];
  for (let i = 0; i < steps; i++) {
    done.push(...replica.advance()!);
    clock.push(replica.now);
  }
  return { clock, done };
}

describe('one replica', () => {
  it('reads what is not cached of a prompt, then makes the answer', () => {
    const replica = replicaOf({ output: 3, prefixShare: 0.5 });
    replica.ask(0);
    // Two tokens behind two: 202 s, and the first token. Two steps behind 4 + 1: 15 s each.
    expect(run(replica, 2)).toEqual({ clock: [202, 232], done: [{ asked: 0, first: 202, end: 232 }] });
    expect(replica.means()).toEqual({ batch: 30 / 232, inside: 1, preempted: 0 });
  });

  it('stops for one that comes, and reads its prompt while the others wait', () => {
    const replica = replicaOf({ output: 10 });
    replica.ask(0);
    replica.ask(440);
    // 400 s of prompt; steps of 15 s until the third ends behind 440; the other prompt.
    expect(run(replica, 3).clock).toEqual([400, 445, 845]);
    // Both are decoded: 4 + 4 and 4 + 1 tokens are 6.5 on average, in steps of 26.5 s, until six more make ten.
    expect(run(replica, 1)).toEqual({ clock: [845 + 6 * 26.5], done: [{ asked: 0, first: 400, end: 1004 }] });
  });

  it('takes 32 steps as one at the most, since the context grows', () => {
    const replica = replicaOf({ output: 100 });
    replica.ask(0);
    // 15 s behind 5 tokens, then 47 s behind 37.
    expect(run(replica, 3).clock).toEqual([400, 400 + 32 * 15, 400 + 32 * 15 + 32 * 47]);
  });

  it('takes as many requests as the policy allows', () => {
    const replica = replicaOf({ output: 2, how: { mostBatch: 1 } });
    replica.ask(0);
    replica.ask(0);
    // 400 s and a step of 15 s, one after the other.
    const { done } = run(replica, 4);
    expect(done).toEqual([
      { asked: 0, first: 400, end: 415 },
      { asked: 0, first: 815, end: 830 },
    ]);
    // While the second waits it is inside too.
    expect(replica.means().inside).toBeCloseTo((2 * 415 + 415) / 830, 12);
  });

  it('waits until something comes', () => {
    const replica = replicaOf({ output: 2 });
    expect(replica.advance()).toEqual([]);
    replica.ask(100);
    expect(replica.askedLast).toBe(100);
    expect(run(replica, 1).clock).toEqual([100]);
    expect(replica.means()).toMatchObject({ batch: 0, inside: 0 });
    replica.countAnew();
    run(replica, 1);
    expect(replica.means()).toMatchObject({ batch: 0, inside: 1 });
  });
});

describe('prompts in chunks', () => {
  it('are read beside steps of decoding, of several where there is room', () => {
    const replica = replicaOf({ output: 2, how: { chunkTokens: 3 } });
    replica.ask(0);
    replica.ask(0);
    const { clock, done } = run(replica, 4);
    // A chunk costs its prefill less a step for one token, 11 s.
    // 1: three tokens of the first, 300 - 11, beside a step of 10.
    // 2: its last one behind three, 103 - 11, and two of the second, 200 - 11, beside 10.
    // 3: two more behind two, 202 - 11, beside a step of the first behind 5 tokens, 15.
    // 4: the second behind 5 tokens.
    expect(clock).toEqual([299, 299 + 291, 590 + 206, 796 + 15]);
    expect(done).toEqual([
      { asked: 0, first: 590, end: 796 },
      { asked: 0, first: 796, end: 811 },
    ]);
  });
});

describe('the room for caches', () => {
  it('takes one more only where each that runs has another page', () => {
    // Five pages: of four tokens each two have their page and one more, a third would need six.
    const replica = replicaOf({ output: 2, freeBytes: 20 });
    for (let i = 0; i < 3; i++) replica.ask(0);
    // Two prompts, then one step for both behind five tokens, 25 s; the third prompt comes after them.
    expect(run(replica, 4).clock).toEqual([400, 800, 825, 1225]);
  });

  it('puts the last one back when it is full, and reads prompt and answer of it anew', () => {
    const replica = replicaOf({ output: 9, freeBytes: 20 });
    replica.ask(0);
    replica.ask(0);
    const { clock, done } = run(replica, 9);
    expect(clock).toEqual([
      ...[400, 800],
      // Both behind 5, 6, 7 and 8 tokens on average; with 9 each they need three pages each, six of five.
      ...[825, 851, 878, 906],
      // The first alone makes its last four behind 9 tokens, 19 s each.
      982,
      // The second reads its 4 + 5 tokens, which makes its sixth, and makes three more behind 10 tokens, 20 s each.
      ...[1882, 1942],
    ]);
    expect(done).toEqual([
      { asked: 0, first: 400, end: 982 },
      { asked: 0, first: 800, end: 1942 },
    ]);
    expect(replica.means().preempted).toBe(1);
  });

  it('never takes what never fits', () => {
    const replica = replicaOf({ output: 2, freeBytes: 7 });
    replica.ask(0);
    expect(replica.advance()).toBeNull();
  });
});

describe('requests whose prompt another replica reads', () => {
  const how = { replicas: 2, prefillReplicas: 1 };

  it('have their first token when they are ready, and are inside before', () => {
    const replica = replicaOf({ output: 2, how });
    replica.ask(0, 50);
    expect(run(replica, 2)).toEqual({ clock: [50, 65], done: [{ asked: 0, first: 50, end: 65 }] });
    expect(replica.means()).toEqual({ batch: 15 / 65, inside: 1, preempted: 0 });
  });

  it('are taken in the order in which they are ready', () => {
    const replica = replicaOf({ output: 2, how });
    replica.ask(0, 80);
    replica.ask(10, 20);
    // The second is there first and done at 35.
    expect(run(replica, 4).done).toEqual([
      { asked: 10, first: 20, end: 35 },
      { asked: 0, first: 80, end: 95 },
    ]);
  });
});
