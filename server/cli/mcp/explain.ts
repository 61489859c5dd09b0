interface ReportNode {
  readonly index: number;
  readonly name: string;
  readonly outputs: readonly { readonly name: string }[];
}

interface ReportChip {
  readonly id: string;
  readonly runtime: string;
  readonly precision: unknown;
  readonly nodes: readonly { readonly index: number; readonly kernel: number | null }[];
  readonly kernels: readonly { readonly index: number; readonly nodes: readonly number[] }[];
}

/** The part of a JSON report that is used. */
interface Report {
  readonly workload: unknown;
  readonly nodes: readonly ReportNode[];
  readonly chips: readonly ReportChip[];
}

/** Nodes of a kernel that are named. */
const mostNames = 20;

/** What a JSON report says of one node: its work, and on each chip its share and its whole kernel; null for an unknown name. */
export function explained(reportText: string, name: string): string | null {
  const { workload, nodes, chips } = JSON.parse(reportText) as Report;
  const node =
    nodes.find((one) => one.name === name) ??
    nodes.find(({ outputs }) => outputs.some((one) => one.name === name));
  if (!node) return null;
  const names = new Map(nodes.map((one) => [one.index, one.name]));
  return JSON.stringify(
    { workload, node, chips: chips.map((chip) => onChip(chip, node.index, names)) },
    null,
    1,
  );
}

function onChip(
  { id, runtime, precision, nodes, kernels }: ReportChip,
  index: number,
  names: ReadonlyMap<number, string>,
): object {
  const share = nodes.find((one) => one.index === index) ?? null;
  const kernel = share && kernels.find((one) => one.index === share.kernel);
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
