import type { CollectiveCall } from '../../collectives/types';
import type { CallGroup } from './calls';
import type { Split } from './splits';

/** Groups from the devices that lie side by side to those that lie far apart. */
const inside: Readonly<Record<'inference' | 'training', readonly Exclude<CallGroup, 'ep'>[]>> = {
  // Copies that serve say nothing to each other (vLLM); those that train exchange gradients (Megatron-LM, order tp-cp-ep-dp-pp).
  inference: ['tp', 'cp', 'pp', 'dp'],
  training: ['tp', 'cp', 'dp', 'pp'],
};

/** Where the devices of a split lie. */
export interface Layout {
  readonly split: Split;
  readonly isTraining: boolean;
  /** Devices of a node; the whole system where it is one. */
  readonly node: number;
}

/** A call of a group with as many of its members in each node as lie there. */
export function placedCall(
  { group, collective, bytes }: { readonly group: CallGroup } & Pick<CollectiveCall, 'collective' | 'bytes'>,
  layout: Layout,
): CollectiveCall {
  const { split, node } = layout;
  const members = group === 'pp' ? Math.min(2, split.pp) : split[group];
  const stride = strideOf(group, layout);
  // Of the hops of a pipeline the one between two nodes is the slowest, where there is one.
  const reach = group === 'pp' ? split.pp : members;
  if (stride * reach <= node) return { collective, members, bytes };
  const perNode = group === 'pp' ? 1 : Math.max(1, Math.floor(node / stride));
  return { collective, members, bytes, perNode: Math.min(perNode, members) };
}

/** Devices between two neighbours of a group. */
function strideOf(group: CallGroup, { split, isTraining }: Layout): number {
  let stride = 1;
  for (const one of inside[isTraining ? 'training' : 'inference']) {
    if (one === group || group === 'ep') return stride;
    stride *= split[one];
  }
  return stride;
}
