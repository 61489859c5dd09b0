import type { System } from '../systems/system';

export type SystemLink = System['links'][number];

const axes: Readonly<Partial<Record<SystemLink['topology'], number>>> = { torus2d: 2, torus3d: 3 };

/** Axes of a torus that a group lies along, as few as it can; null where the link is no torus. */
export function axesOf({ topology, members: all }: SystemLink, members: number): number | null {
  const dimensions = axes[topology];
  if (dimensions === undefined) return null;
  const ofAxis = all ** (1 / dimensions);
  return Math.min(dimensions, Math.ceil(Math.log(members) / Math.log(ofAxis) - 1e-9));
}

/**
 * Share of a device's rate that a group uses of a link: all of it through a switch. In a mesh a member has one cable to each
 * other device, so that a group has those to its own members, and in a torus those of the axes along which it lies.
 */
export function reachable(link: SystemLink, members: number): number {
  if (link.topology === 'mesh') return (members - 1) / (link.members - 1);
  const used = axesOf(link, members);
  return used === null ? 1 : used / axes[link.topology]!;
}

/** The links of a system that a device has: the quickest within a node, and the quickest between nodes. */
export function linksOf(
  { links }: System,
  device: string,
): { readonly inside: SystemLink | null; readonly between: SystemLink | null } {
  const own = links.filter(({ between }) => between.includes(device));
  return {
    inside: quickest(own.filter((link) => !link.nodes)),
    between: quickest(own.filter((link) => link.nodes)),
  };
}

/** One without a rate only where no other has one. */
function quickest(links: readonly SystemLink[]): SystemLink | null {
  return links.reduce<SystemLink | null>((best, link) => {
    return best === null || rateOf(link) > rateOf(best) ? link : best;
  }, null);
}

const rateOf = (link: SystemLink): number => link.bytesPerSecondPerDirection?.value ?? 0;
