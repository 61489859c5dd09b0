import { attributeNamed } from '../../graph/attributes';
import { entryOf } from '../../../../outside/table';
import type { Attribute, Tensor } from '../../graph/model';
import type { Inference, InferredNode, InferredValue } from '../../inference/types';

/** A tensor of weights and how a matrix operator reads it. */
export interface WeightTensor {
  readonly name: string;
  readonly tensor: Tensor;
  /** Operator that multiplies by it; null where none does. */
  readonly operator: string | null;
  /** Axis of the tensor that the product sums over; null where none is known or its uses differ. */
  readonly axis: number | null;
  /** The number that stands for zero: a zero point where the tensor is quantised; null where channels differ. */
  readonly zero: number | null;
  /** Ids of the values through which matrix operators read it: the tensor's own and what is folded from it. */
  readonly values: readonly number[];
}

interface MatrixOperand {
  /** Axis that is summed over, of the operand as the operator sees it. */
  axis(rank: number, node: InferredNode): number | null;
  /** Input that holds the operand's zero point. */
  readonly zeroPoint?: number;
}

const flag = (node: InferredNode, name: string): boolean =>
  node.node.attributes.some((attribute) => attribute.name === name && attribute.value === 1);
const product = (axis: (rank: number) => number, zeroPoint?: number): MatrixOperand => ({
  axis: (rank) => (rank >= 2 ? axis(rank) : rank === 1 ? 0 : null),
  zeroPoint,
});
const left = product((rank) => rank - 1);
const right = product((rank) => rank - 2);
const gemmLeft: MatrixOperand = { axis: (_rank, node) => (flag(node, 'transA') ? 0 : 1) };
const gemmRight: MatrixOperand = { axis: (_rank, node) => (flag(node, 'transB') ? 1 : 0) };
const kernel = (axis: number, zeroPoint?: number): MatrixOperand => ({ axis: () => axis, zeroPoint });
const gates = kernel(2);

/** Operands of matrix operators that may be weights, by operator and input: ONNX's operator pages, layouts of inputs. */
const operands: Readonly<Record<string, Readonly<Record<number, MatrixOperand>>>> = {
  MatMul: { 0: left, 1: right },
  MatMulInteger: { 1: product((rank) => rank - 2, 3) },
  QLinearMatMul: { 3: product((rank) => rank - 2, 5) },
  FusedMatMul: { 1: { axis: (rank, node) => (flag(node, 'transB') ? rank - 1 : rank - 2) } },
  Gemm: { 0: gemmLeft, 1: gemmRight },
  FusedGemm: { 0: gemmLeft, 1: gemmRight },
  Conv: { 1: kernel(1) },
  FusedConv: { 1: kernel(1) },
  ConvInteger: { 1: kernel(1, 3) },
  QLinearConv: { 3: kernel(1, 5) },
  ConvTranspose: { 1: kernel(0) },
  LSTM: { 1: gates, 2: gates },
  GRU: { 1: gates, 2: gates },
  RNN: { 1: gates, 2: gates },
};

/** Operators between a stored tensor and its use that keep zeros where they are: the axis in front of each. */
const passing: Readonly<Record<string, (axis: number, node: InferredNode, rank: number) => number | null>> = {
  Identity: (axis) => axis,
  Cast: (axis) => axis,
  DequantizeLinear: (axis) => axis,
  Transpose: (axis, node, rank) => {
    const found = attributeNamed(node.node, 'perm');
    return found?.kind === 'ints' ? (found.value[axis] ?? null) : rank - 1 - axis;
  },
};

/** Exporters put two or three such operators behind a tensor; chains without end would be walked once for each reader. */
const mostPassed = 16;

/** What has been found of one tensor so far. */
interface Entry {
  readonly name: string;
  operator: string | null;
  axis: number | null;
  zero: number | null;
  readonly values: Set<number>;
}

/** All stored tensors of a model, each once, with their use as weights. */
export function weightTensors(inference: Inference): WeightTensor[] {
  const found = new Map<Tensor, Entry>();
  for (const value of inference.values) {
    if (value.tensor && !found.has(value.tensor)) {
      found.set(value.tensor, { name: value.name, operator: null, axis: null, zero: 0, values: new Set() });
    }
  }
  for (const node of inference.nodes) {
    for (const [input, operand] of Object.entries(entryOf(operands, node.node.operator) ?? {})) {
      const id = node.inputs[Number(input)];
      if (typeof id === 'number') takeUse(inference, node, id, operand, found);
    }
  }
  return [...found].map(([tensor, entry]) => ({ ...entry, tensor, values: [...entry.values] }));
}

function takeUse(
  inference: Inference,
  node: InferredNode,
  id: number,
  operand: MatrixOperand,
  found: Map<Tensor, Entry>,
): void {
  const passed: number[] = [];
  let value: InferredValue = inference.values[id]!;
  let axis = operand.axis(rankOf(value), node);
  let zero = zeroPointOf(inference, node, operand.zeroPoint);
  while (passed.length < mostPassed) {
    passed.push(value.id);
    const tensor = value.tensor ?? constantOf(inference, value);
    if (tensor) {
      const entry = found.get(tensor) ?? { name: value.name, operator: null, axis, zero, values: new Set() };
      found.set(tensor, entry);
      // Two uses that sum over different axes leave no pattern that both could profit from.
      const first = entry.operator === null;
      entry.axis = first || entry.axis === axis ? axis : null;
      entry.zero = first || entry.zero === zero ? zero : null;
      entry.operator ??= node.node.operator;
      for (const one of passed) entry.values.add(one);
      return;
    }
    const producer = value.producer === null ? undefined : inference.nodes[value.producer];
    const source = producer?.inputs[0];
    const step = producer && entryOf(passing, producer.node.operator);
    if (!step || typeof source !== 'number') return;
    axis = axis === null ? null : step(axis, producer, rankOf(value));
    if (producer.inputs.length > 1) zero = zeroPointOf(inference, producer, 2);
    value = inference.values[source]!;
  }
}

/** The tensor that a node without inputs makes (a Constant). */
function constantOf(inference: Inference, value: InferredValue): Tensor | undefined {
  const node = value.producer === null ? undefined : inference.nodes[value.producer];
  if (!node || node.inputs.length > 0) return undefined;
  const held = node.node.attributes.find(
    (attribute): attribute is Attribute & { kind: 'tensor' } => attribute.kind === 'tensor',
  );
  return held?.value;
}

/** The one number that stands for zero; null where channels have different ones, or where it is not known. */
function zeroPointOf(inference: Inference, node: InferredNode, input: number | undefined): number | null {
  const id = input === undefined ? undefined : node.inputs[input];
  if (typeof id !== 'number') return 0;
  const elements = inference.values[id]!.elements ?? inference.values[id]!.tensor?.elements;
  const first = elements?.[0];
  return typeof first === 'number' && elements!.every((element) => element === first) ? first : null;
}

function rankOf(value: InferredValue): number {
  const type = value.type;
  const shape = type?.kind === 'tensor' ? type.shape : undefined;
  return shape?.length ?? value.tensor?.dims.length ?? 0;
}
