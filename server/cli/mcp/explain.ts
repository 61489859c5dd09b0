import type { ReportInput } from '../../engine/report/build';
import { derivationOf, type Derivation } from '../../engine/report/derivation/derivation';
import type { LazyChip, LazyReport, ReportNode } from '../../engine/report/types';
import { runThrough } from '../../engine/scheduler';

/** Nodes of a kernel that are named. */
const mostNames = 20;

/**
 * What a report says of one node: its work, and on each chip its share, its whole kernel and how that time comes about; null
 * for an unknown name.
 */
export function explained(
  { workload, nodes, chips }: LazyReport,
  { prepared, chips: analyses }: ReportInput,
  name: string,
): string | null {
  const names = new Map<number, string>();
  let byOutput: ReportNode | undefined;
  let node: ReportNode | undefined;
  for (const one of nodes) {
    names.set(one.index, one.name);
    if (one.name === name) node ??= one;
    else if (one.outputs.some((output) => output.name === name)) byOutput ??= one;
  }
  node ??= byOutput;
  if (!node) return null;
  const { index } = node;
  const onChips = chips.map((chip, at) => {
    const { plan, cost } = analyses[at]!;
    const derived = runThrough(derivationOf({ ...prepared, plan, cost }, index));
    return { ...onChip(chip, index, names), how: derived && steps(derived) };
  });
  return JSON.stringify({ workload, node, chips: onChips }, null, 1);
}

function onChip(
  { id, runtime, precision, nodes, kernels }: LazyChip,
  index: number,
  names: ReadonlyMap<number, string>,
): object {
  const share = found(nodes, index);
  const kernel = share && share.kernel !== null ? found(kernels, share.kernel) : null;
  return {
    chip: id,
    runtime,
    precision,
    share,
    kernel: kernel && {
      ...kernel,
      nodes: kernel.nodes.slice(0, mostNames).map((one) => names.get(one) ?? one),
    },
  };
}

/** How the time of a kernel comes about, in SI units; null where it is not told apart. */
function steps({ law, dispatch, cost, transferSeconds, models }: Derivation): object | null {
  if (!law) return null;
  const { fixedSeconds, constants, source, kernels } = law;
  return {
    compute: { seconds: cost.parts?.compute ?? null, unitsInTurn: law.isSerial, atPeak: law.compute },
    memory: { seconds: cost.parts?.memory ?? null, atPeak: law.memory },
    overhead: { seconds: cost.parts?.overhead ?? null, dispatch, leastOfLaw: fixedSeconds },
    transferSeconds,
    law: { group: law.group, constants, source },
    accuracy: { kernels, models },
  };
}

function found<T extends { readonly index: number }>(items: Iterable<T>, index: number): T | null {
  for (const item of items) if (item.index === index) return item;
  return null;
}
