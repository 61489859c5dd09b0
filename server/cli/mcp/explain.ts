import type { LazyChip, LazyReport, ReportNode } from '../../engine/report/types';

/** Nodes of a kernel that are named. */
const mostNames = 20;

/** What a report says of one node: its work, and on each chip its share and its whole kernel; null for an unknown name. */
export function explained({ workload, nodes, chips }: LazyReport, name: string): string | null {
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
  return JSON.stringify({ workload, node, chips: chips.map((chip) => onChip(chip, index, names)) }, null, 1);
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

function found<T extends { readonly index: number }>(items: Iterable<T>, index: number): T | null {
  for (const item of items) if (item.index === index) return item;
  return null;
}
