import type { Basis, Estimate } from '../cost/types';
import { added, estimate, exact, weaker } from '../cost/interval';
import { chipById } from '../chips/catalogue';
import type { ChipLookUp } from '../systems/load';
import { problem } from '../problem';
import type { System } from '../systems/system';
import { lawSeconds } from './law';
import { familyOf, lawOf } from './laws';
import { axesOf, linksOf, reachable, type SystemLink } from './topology';
import type { Collective, CollectiveCall, CollectiveTime } from './types';

/** Where a call runs. */
interface Place {
  readonly system: System;
  /** Clock of the chips of the group; null where nobody says. */
  readonly clockHz: number | null;
}

/**
 * How long a collective takes in a system.
 *
 * With a link's id the group talks over that link alone, one device of each node where it joins nodes. With a device's id it talks over the quickest link of that device,
 * and a group that is larger than a node goes over the link between nodes as well: an all-reduce is then a reduce-scatter
 * within each node, an all-reduce of each part between nodes, and an all-gather within nodes; every device of a node has its
 * share of the node's adapters, since all groups of a step talk at once.
 *
 * @param place id of a link or of a device of the system
 * @returns null with a problem where the system states no such link, no rate of it, or fewer devices
 */
export function collectiveTime(
  system: System,
  place: string,
  call: CollectiveCall,
  lookUp: ChipLookUp = chipById,
): CollectiveTime {
  if (call.members < 2 || !(call.bytes > 0)) return { seconds: exact(0, 'calibrated'), problem: null };
  const link = system.links.find(({ id }) => id === place);
  const device = system.devices.find(({ id }) => id === (link ? link.between[0] : place));
  const at: Place = { system, clockHz: clockOf(device?.chip, lookUp) };
  if (link) return link.nodes ? overNodes(at, null, link, call) : overLink(at, link, call);
  const { inside, between } = linksOf(system, place);
  const spread = call.perNode !== undefined && call.perNode < call.members;
  if (between && (spread || !inside || call.members > inside.members))
    return overNodes(at, inside, between, call);
  if (!inside) return unknown(problem('information', 'collective.no-link', { device: place }));
  return overLink(at, inside, call);
}

function clockOf(chip: string | undefined, lookUp: ChipLookUp): number | null {
  return (chip === undefined ? undefined : lookUp(chip))?.clockHz?.value ?? null;
}

const unknown = (of: NonNullable<CollectiveTime['problem']>): CollectiveTime => ({
  seconds: null,
  problem: of,
});

/** A group within one node. */
function overLink(at: Place, link: SystemLink, call: CollectiveCall): CollectiveTime {
  const { members } = call;
  if (members > link.members)
    return unknown(
      problem('information', 'collective.too-many', { link: link.id, members, most: link.members }),
    );
  const rate = link.bytesPerSecondPerDirection?.value;
  if (rate === undefined) return unknown(problem('information', 'collective.no-rate', { link: link.id }));
  return { seconds: timed(at, link, call, rate * reachable(link, members)), problem: null };
}

/** A group of several nodes. */
function overNodes(
  at: Place,
  inside: SystemLink | null,
  between: SystemLink,
  call: CollectiveCall,
): CollectiveTime {
  const { members } = call;
  const { devices, adapters } = between.nodes!;
  const perNode = inside ? Math.min(call.perNode ?? devices, devices, members) : 1;
  if (members > between.members)
    return unknown(
      problem('information', 'collective.too-many', { link: between.id, members, most: between.members }),
    );
  const rate = between.bytesPerSecondPerDirection?.value;
  if (rate === undefined) return unknown(problem('information', 'collective.no-rate', { link: between.id }));
  const share = (rate * adapters) / devices;
  const parts: Part[] = [];
  for (const stage of stages(call, Math.ceil(members / perNode), perNode)) {
    if (stage.members < 2) continue;
    const of = (bytes: number): CollectiveTime => {
      const part = { ...stage, bytes };
      if (stage.isBetween) return { seconds: timed(at, between, part, share), problem: null };
      return overLink(at, inside!, part);
    };
    const whole = of(stage.bytes);
    if (!whole.seconds) return whole;
    const start = of(0).seconds ?? whole.seconds;
    parts.push({ isBetween: stage.isBetween, whole: whole.seconds, start: start.value });
  }
  return { seconds: pipelined(parts), problem: null };
}

/** One stage of a call of several nodes. */
interface Part {
  readonly isBetween: boolean;
  readonly whole: Estimate;
  /** Its time for nothing at all. */
  readonly start: number;
}

/**
 * Libraries cut a tensor in pieces that follow each other: each stage starts after the other, and while one piece is
 * between nodes another moves within them. So starts add, and of the transfers the slower side counts.
 */
function pipelined(parts: readonly Part[]): Estimate {
  const moving = (isBetween: boolean): number =>
    parts.reduce((sum, part) => sum + (part.isBetween === isBetween ? part.whole.value - part.start : 0), 0);
  const value = parts.reduce((sum, { start }) => sum + start, 0) + Math.max(moving(true), moving(false));
  // All are off by what software does with the links: together.
  const all = parts.map(({ whole }) => whole).reduce(added, exact(0, 'calibrated'));
  const basis = parts.reduce<Basis>((sum, { whole }) => weaker(sum, whole.basis), 'calibrated');
  const serial = all.value || 1;
  return estimate(value, (value * all.low) / serial, (value * all.high) / serial, basis);
}

interface Stage extends CollectiveCall {
  readonly isBetween: boolean;
}

/** What a call of several nodes does one after the other. */
function stages({ collective, bytes }: CollectiveCall, nodes: number, perNode: number): Stage[] {
  const within = (what: Collective, of: number): Stage => ({
    ...{ collective: what, members: perNode, bytes: of, isBetween: false },
  });
  const between = (what: Collective, of: number): Stage => ({
    ...{ collective: what, members: nodes, bytes: of, isBetween: true },
  });
  switch (collective) {
    case 'all_reduce':
      return [
        within('reduce_scatter', bytes),
        between('all_reduce', bytes / perNode),
        within('all_gather', bytes),
      ];
    case 'all_gather':
      return [between(collective, bytes / perNode), within(collective, bytes)];
    case 'reduce_scatter':
      return [within(collective, bytes), between(collective, bytes / perNode)];
    // To the device of the own node that has the place of the receiver in its node, then to that node.
    case 'alltoall':
      return [within(collective, bytes), between(collective, bytes)];
    case 'broadcast':
      return [between(collective, bytes), within(collective, bytes)];
    case 'send':
      return [between(collective, bytes)];
  }
}

function timed(at: Place, link: SystemLink, call: CollectiveCall, rate: number): Estimate {
  const law = lawOf(familyOf(link.kind), call.collective);
  const slower = law.clockHz && at.clockHz ? law.clockHz / at.clockHz : 1;
  const latency = link.latencySeconds?.value ?? 0;
  const { collective, members, bytes } = call;
  const dimensions = axesOf(link, members) ?? 1;
  const value = lawSeconds(law, { collective, members, bytes, rate, slower, latency, dimensions });
  return estimate(value, value * law.low, value * law.high, law.basis);
}
