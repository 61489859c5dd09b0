import { smallest } from '../lists';
import type { Collective, CollectiveLaw, Protocol, Shape } from './types';

/** A call on one link. */
export interface LinkCall {
  readonly collective: Collective;
  /** At least 2. */
  readonly members: number;
  /** Whole tensor, as {@link CollectiveCall} says. */
  readonly bytes: number;
  /** Of one member in one direction, bytes per second. */
  readonly rate: number;
  /** Start and step are multiplied by it; left out: 1. */
  readonly slower?: number;
  /** What a step takes at least, seconds; left out: 0. */
  readonly latency?: number;
  /** Axes of a torus. */
  readonly dimensions?: number;
}

/** Passes over the tensor: an all-reduce is a reduce-scatter and an all-gather. */
const passes = (collective: Collective): number => (collective === 'all_reduce' ? 2 : 1);

/** Collectives after which every byte of the tensor has left a member, or come to it. */
const whole: ReadonlySet<Collective> = new Set(['broadcast', 'send']);

/**
 * Bytes that each member sends over its link in one direction (nccl-tests, doc/PERFORMANCE.md):
 * bytes (n - 1) / n, of an all-reduce twice that; all of them where one member has the tensor.
 */
export function wireBytes(collective: Collective, members: number, bytes: number): number {
  return whole.has(collective) ? bytes : (passes(collective) * bytes * (members - 1)) / members;
}

/** Members behind one switch up to which calls were measured. */
const longestRing = 8;

/**
 * Steps that follow each other, twice as many for an all-reduce: members - 1 along a ring, the height of a tree, half of
 * each axis of a torus, since data goes both ways around.
 */
export function stepsOf(
  collective: Collective,
  members: number,
  shape: Shape = 'ring',
  dimensions = 1,
): number {
  if (collective === 'send') return 1;
  const height = Math.ceil(Math.log2(members));
  const along: Readonly<Record<Shape, number>> = {
    ring: members - 1,
    switch: members <= longestRing ? members - 1 : Math.max(longestRing - 1, height),
    tree: height,
    torus: Math.ceil((dimensions * members ** (1 / dimensions)) / 2 - 1e-9),
  };
  return passes(collective) * along[shape];
}

/** Seconds of a call under a law: those of its quickest protocol. */
export function lawSeconds(law: CollectiveLaw, call: LinkCall): number {
  return smallest(
    law.protocols
      .filter(({ least = 0 }) => call.members >= least)
      .map((protocol) => protocolSeconds(protocol, call)),
  );
}

/** start + steps x step + bytes on the wire / (share x rate) + bytes that stay / (own x rate). */
function protocolSeconds(protocol: Protocol, call: LinkCall): number {
  const { collective, members, bytes, rate, slower = 1, latency = 0 } = call;
  const { start, step, share, steps, own, inSwitch = false } = protocol;
  const count = inSwitch ? 1 : stepsOf(collective, members, steps, call.dimensions);
  const wire = inSwitch ? bytes : wireBytes(collective, members, bytes);
  const kept = own === undefined || whole.has(collective) ? 0 : bytes / members / (own * rate);
  return slower * start + Math.max(slower * step, latency) * count + wire / (share * rate) + kept;
}
