import type { Inference, InferredValue } from '../inference/types';
import { sumByRole } from '../kernels/operands';
import type { Kernel } from '../kernels/types';
import type { WorkBytes } from '../operators/rule';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import { dtypeOf, typesOf, type FormatTable } from './kernelFormat';

/**
 * How large values are on a chip, at its formats under the precision policy: the only place that says so. Chips are many and
 * formats few, so those at which all comes to the same share one, with what it has found.
 */
export class Sizing {
  private readonly movedBy = new WeakMap<Kernel, { readonly bytes: WorkBytes | null }>();
  private readonly heldBy: (number | null | undefined)[] = [];

  private constructor(
    private readonly inference: Inference,
    private readonly table: FormatTable,
    private readonly multiplied: ReadonlySet<number>,
    /** Of all sizings of the inference this one alone has it. */
    readonly key: string,
  ) {}

  static *of(inference: Inference, table: FormatTable): Steps<Sizing> {
    const multiplied = yield* matrixWeights(inference);
    const key = table.key(typesOf(inference));
    return sizings.at(inference, () => new Sizing(inference, table, multiplied, key), key);
  }

  /** Bytes that cross the border of a kernel per run, by role; null while a dimension is unknown. */
  moved(kernel: Kernel): WorkBytes | null {
    let found = this.movedBy.get(kernel);
    if (!found) this.movedBy.set(kernel, (found = { bytes: this.findMoved(kernel) }));
    return found.bytes;
  }

  private findMoved(kernel: Kernel): WorkBytes | null {
    const matrix = (kernel.operations?.matrix ?? 0) > 0;
    return sumByRole(kernel, ({ value, role, format, bytes }) => {
      if (!bytes) return bytes;
      const isMatrix = role === 'weight' ? this.multiplied.has(value) : matrix;
      const rank = rankOf(this.inference.values[value]!);
      return bytes * this.table.scale(format ?? undefined, role, isMatrix, rank);
    });
  }

  /**
   * Bytes that a value takes in memory: the precision policy's type, else the stored one, else what the chip has
   * instead. Integers that no policy touches stay as stored. Null while a dimension is unknown.
   */
  held(id: number): number | null {
    let bytes = this.heldBy[id];
    if (bytes === undefined) this.heldBy[id] = bytes = this.findHeld(id);
    return bytes;
  }

  private findHeld(id: number): number | null {
    const value = this.inference.values[id]!;
    if (value.bytes === null) return null;
    const role = value.isConstant ? 'weight' : 'output';
    return Math.ceil(
      value.bytes * this.table.scale(dtypeOf(value), role, this.multiplied.has(id), rankOf(value)),
    );
  }
}

const sizings = new Query<Inference, Sizing>(32);

function rankOf({ type }: InferredValue): number {
  return type?.kind === 'tensor' ? (type.shape?.length ?? 0) : 0;
}

const weightsOf = new Query<Inference, ReadonlySet<number>>();

/** Constants that matrix operators multiply by, also behind a fold such as a Transpose: formats for weights are theirs. */
function matrixWeights(inference: Inference): Steps<ReadonlySet<number>> {
  return weightsOf.steps(inference, () => findMatrixWeights(inference));
}

function* findMatrixWeights(inference: Inference): Steps<ReadonlySet<number>> {
  const ids = new Set<number>();
  for (let index = inference.nodes.length - 1; index >= 0; index--) {
    if (isStepDue(index)) yield;
    const { work, folded, inputs, outputs } = inference.nodes[index]!;
    const multiplies = !folded && (work?.operations.matrix ?? 0) > 0;
    const passesOn = folded && outputs.some((id) => id !== null && ids.has(id));
    if (!multiplies && !passesOn) continue;
    for (const id of inputs) if (id !== null && inference.values[id]!.isConstant) ids.add(id);
  }
  return ids;
}
