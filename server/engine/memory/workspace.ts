import type { Inference } from '../inference/types';
import type { Workspace } from '../kernels/profile';
import type { Kernel } from '../kernels/types';

/** Bytes that a value (by id) takes; null when unknown. */
export type SizeOf = (value: number) => number | null;

/** Bytes that a kernel needs beside what it reads and writes; 0 where nothing is known of any, null while a size is open. */
export function workspaceBytes(
  inference: Inference,
  kernel: Kernel,
  table: readonly Workspace[],
  sizeOf: SizeOf,
): number | null {
  const { operator } = inference.nodes[kernel.anchor]!.node;
  const entry = table.find(({ fusions, operators }) =>
    kernel.fusion === null ? operators?.includes(operator) : fusions?.includes(kernel.fusion),
  );
  if (!entry) return 0;
  const written = kernel.operands.find(({ role }) => role === 'output');
  const bytes = written ? sizeOf(written.value) : 0;
  return bytes === null ? null : entry.outputs * bytes;
}
