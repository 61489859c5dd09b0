import type { Inference, InferredNode, InferredValue } from '../../../server/engine/inference/types';
import type { Kernel, KernelPlan, Operand } from '../../../server/engine/kernels/types';
import type { MatrixShape, OperatorClass, Operations } from '../../../server/engine/operators/rule';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import type { Measurement, MeasuredRow } from '../../../server/engine/cost/calibrate/measurement';
import { byteLength } from '../../../server/engine/graph/dataTypes';

/** One kernel of a made-up chain: what it does, the shape of its output, its weights. */
export interface Layer {
  readonly operator: string;
  readonly operatorClass: OperatorClass;
  readonly operations: Operations;
  readonly matrixShape?: MatrixShape;
  readonly weightElements: number;
  readonly outputShape: readonly number[];
  readonly dtype?: DataType;
}

/** A fully connected layer of a batch. */
export function dense(batch: number, k: number, n: number, dtype: DataType = 'float'): Layer {
  return {
    operator: 'MatMul',
    operatorClass: 'gemm',
    operations: { matrix: 2 * batch * k * n, vector: 0, special: 0 },
    matrixShape: { kind: 'gemm', batch: 1, m: batch, n, k, weights: 'b' },
    weightElements: k * n,
    outputShape: [batch, n],
    dtype,
  };
}

/** A chain of layers, each a node and a kernel of its own, as inference and kernel planning would give it. */
export function chain(
  inputShape: readonly number[],
  layers: readonly Layer[],
  inputType: DataType = 'float',
): { inference: Inference; plan: KernelPlan } {
  const values: InferredValue[] = [];
  const value = (
    name: string,
    dtype: DataType,
    shape: readonly number[],
    origin: InferredValue['origin'],
    producer: number | null,
  ): number => {
    const elements = shape.reduce((a, b) => a * b, 1);
    values.push({
      id: values.length,
      name,
      scope: 0,
      type: { kind: 'tensor', dtype, shape },
      origin,
      producer,
      consumers: [],
      isConstant: origin === 'initializer',
      bytes: byteLength(dtype, elements),
    });
    return values.length - 1;
  };
  const operand = (id: number, role: Operand['role']): Operand => {
    const { bytes, type } = values[id]!;
    const { dtype, shape } = type as { dtype: DataType; shape: readonly number[] };
    return { value: id, role, format: dtype, elements: shape.reduce((all, dim) => all * dim, 1), bytes };
  };
  const nodes: InferredNode[] = [];
  const kernels: Kernel[] = [];
  const first = value('input', inputType, inputShape, 'input', null);
  let last = first;
  layers.forEach((layer, index) => {
    const dtype = layer.dtype ?? 'float';
    const weights =
      layer.weightElements > 0
        ? [value(`w${index}`, dtype, [layer.weightElements], 'initializer', null)]
        : [];
    const output = value(`v${index}`, dtype, layer.outputShape, 'node', index);
    values[last] = { ...values[last]!, consumers: [...values[last]!.consumers, index] };
    const bytes = {
      weights: weights.reduce((sum, id) => sum + (values[id]!.bytes ?? 0), 0),
      inputs: values[last]!.bytes ?? 0,
      outputs: values[output]!.bytes ?? 0,
    };
    const touched = {
      inputs: [last, ...weights].map((id) => values[id]!.bytes ?? 0),
      outputs: [bytes.outputs],
    };
    nodes.push({
      index,
      parent: null,
      repeat: 1,
      scope: 0,
      node: {
        name: `n${index}`,
        operator: layer.operator,
        domain: '',
        overload: '',
        inputs: [],
        outputs: [],
        attributes: [],
        metadata: [],
      },
      version: 21,
      inputs: [last, ...weights],
      outputs: [output],
      held: null,
      rule: 'exact',
      operatorClass: layer.operatorClass,
      folded: false,
      view: false,
      work: { operations: layer.operations, bytes, touched, matrixShape: layer.matrixShape },
    });
    kernels.push({
      index,
      nodes: [index],
      anchor: index,
      fusion: null,
      operatorClass: layer.operatorClass,
      operations: layer.operations,
      matrixShape: layer.matrixShape,
      operands: [
        operand(last, 'input'),
        ...weights.map((id) => operand(id, 'weight')),
        operand(output, 'output'),
      ],
      repeat: 1,
    });
    last = output;
  });
  return {
    inference: {
      nodes,
      values,
      scopes: [
        { index: 0, parent: null, holder: null, name: '', inputs: [first], outputs: [last], arguments: null },
      ],
      problems: [],
      isPartial: false,
      isFaulty: false,
      symbols: [],
      contents: [],
      branches: [],
      names: new Set(),
    },
    plan: {
      runtime: 'none',
      kernels,
      kernelOfNode: Int32Array.from(layers.map((_, index) => index)),
      caches: { policy: 'exported', list: [] },
    },
  };
}

/** The same chain where a node is a view that no kernel runs. */
export function withSilentView(of: ReturnType<typeof chain>, node: number): ReturnType<typeof chain> {
  const nodes = of.inference.nodes.map((one) => ({ ...one, view: one.index === node }));
  const kernels = of.plan.kernels
    .filter(({ anchor }) => anchor !== node)
    .map((kernel, index) => ({ ...kernel, index }));
  const kernelOfNode = Int32Array.from(nodes, ({ index }) =>
    kernels.findIndex(({ anchor }) => anchor === index),
  );
  return { inference: { ...of.inference, nodes }, plan: { ...of.plan, kernels, kernelOfNode } };
}

/** A row of a profile, once per run. */
export function measured(name: string, seconds: number, more: Partial<MeasuredRow> = {}): MeasuredRow {
  return {
    name,
    names: [name],
    isRange: false,
    operator: null,
    seconds,
    medianSeconds: seconds,
    count: 1,
    repeat: 1,
    outputShapes: null,
    kernel: null,
    ...more,
  };
}

export function profileOf(rows: readonly MeasuredRow[]): Measurement {
  const seconds = rows.reduce((sum, row) => sum + row.seconds * row.repeat, 0);
  const rest = { statistic: 'fastest', runs: 1, wholeSeconds: null, places: [] } as const;
  return { kind: 'onnxruntime', rows, seconds, ...rest };
}
