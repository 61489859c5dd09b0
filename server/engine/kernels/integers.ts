import type { WorkGraph, WorkNode } from './workGraph';

/**
 * The integers that a quantised operator reads are those that the QuantizeLinear behind it writes. On x86 ONNX Runtime has
 * kernels for unsigned ones and turns signed ones into these, where one node quantises for one reader (qdq_s8_to_u8.cc).
 */
export function isOfOneType(node: WorkNode, graph: WorkGraph, withWeights = false): boolean {
  const written = integersOf(node.outputs[0], graph);
  const [result] = node.inputs;
  const inner = typeof result === 'number' ? graph.nodes[graph.producer(result)] : undefined;
  return (inner?.inputs ?? []).every((input) => {
    const source = quantisedSource(input, graph, withWeights);
    return source === undefined || integersOf(source, graph) === written;
  });
}

/**
 * What varies is quantised as a whole: around an operator, integer kernels take one scale for all of a value and one for each channel of
 * weights alone (qdq_selectors.cc, qlinearconv.cc).
 */
export function isQuantisedWhole(node: WorkNode, graph: WorkGraph): boolean {
  const { nodes, values } = graph.inference;
  const isQuantizer = node.operator === 'QuantizeLinear';
  const [result] = node.inputs;
  let inner = isQuantizer && typeof result === 'number' ? graph.nodes[graph.producer(result)] : node;
  // A clamp stands between the operator and what quantises it.
  const [clamped] = inner?.inputs ?? [];
  const before = typeof clamped === 'number' ? graph.nodes[graph.producer(clamped)] : undefined;
  if (before && before.operator !== 'DequantizeLinear') inner = before;
  const scales = (inner?.inputs ?? []).flatMap((input) => {
    if (quantisedSource(input, graph, false) === undefined) return [];
    const { producer } = graph.value(graph.resolve(input!));
    return [nodes[producer!]!.inputs[1]];
  });
  if (isQuantizer) scales.push(node.inputs[1]);
  return scales.every((scale) => {
    const type = typeof scale === 'number' ? values[scale]!.type : undefined;
    return type?.kind !== 'tensor' || (type.shape?.every((size) => size === 1) ?? true);
  });
}

/**
 * Of a QuantizeLinear behind a node that only moves numbers: it writes by the scale and the zero point by which what is moved was
 * widened, as far as they are known (IsQDQPairSupported in qdq_util.cc).
 */
export function keepsScale(node: WorkNode, graph: WorkGraph): boolean {
  const [result] = node.inputs;
  const mover = typeof result === 'number' ? graph.nodes[graph.producer(result)] : undefined;
  const [moved] = mover?.inputs ?? [];
  const widened = typeof moved === 'number' ? graph.nodes[graph.producer(moved)] : undefined;
  return [1, 2].every((place) => {
    const [before, after] = [widened, node].map((one) => {
      const input = one?.inputs[place];
      return typeof input === 'number' ? graph.value(graph.resolve(input)).elements : undefined;
    });
    return !before || !after || JSON.stringify(before) === JSON.stringify(after);
  });
}

/** What varies is unsigned where it is read, or made so. */
export function readsUnsigned({ inputs }: WorkNode, graph: WorkGraph): boolean {
  return inputs.every((input) => {
    const source = quantisedSource(input, graph, false);
    return source === undefined || integersOf(source, graph) === 'uint8';
  });
}

/** What a QuantizeLinear writes is unsigned, or made so. */
export function writesUnsigned({ outputs: [output] }: WorkNode, graph: WorkGraph): boolean {
  return integersOf(output, graph) === 'uint8';
}

/** What stands before the DequantizeLinear that makes a value; undefined for others. */
function quantisedSource(value: number | null, graph: WorkGraph, withWeights: boolean): number | undefined {
  const { nodes, values } = graph.inference;
  const maker = value === null ? null : graph.value(graph.resolve(value)).producer;
  const node = maker === null ? undefined : nodes[maker]!;
  const [source] = node?.node.operator === 'DequantizeLinear' ? node.inputs : [];
  return typeof source === 'number' && (withWeights || !values[source]!.isConstant) ? source : undefined;
}

function integersOf(value: number | null | undefined, graph: WorkGraph): string | undefined {
  if (typeof value !== 'number') return undefined;
  const { nodes, values } = graph.inference;
  const { type, producer, consumers } = values[value]!;
  const dtype = type?.kind === 'tensor' ? type.dtype : undefined;
  const maker = producer === null ? undefined : nodes[producer]!.node.operator;
  if (dtype !== 'int8' || maker !== 'QuantizeLinear' || consumers.length !== 1) return dtype;
  const [only] = consumers;
  const [read] = nodes[only!]!.outputs;
  const isAlone = typeof read === 'number' && values[read]!.consumers.length <= 1;
  return nodes[only!]!.node.operator === 'DequantizeLinear' && isAlone ? 'uint8' : dtype;
}
