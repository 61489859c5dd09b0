import { coremlModelDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Graph, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import { openDimension } from '../dims';
import type { Message } from '../protobuf/message';
import { rulesOf } from '../protobuf/schema';
import type { FileContext } from './block';
import { limits } from './limits';
import { NetworkReader } from './network';
import schema from './schema.json';
import { sizeOf, typeOfWord } from './values';

const networks = ['neuralNetwork', 'neuralNetworkClassifier', 'neuralNetworkRegressor'];
const pipelines = ['pipelineClassifier', 'pipelineRegressor', 'pipeline'];

interface Parts {
  readonly nodes: Node[];
  readonly initializers: Tensor[];
  readonly values: Map<string, ValueInfo>;
}

/** The graph of a model that is no program: a network's layers, those of all models of a pipeline, or one node that stands for the model. */
export function graphOf(model: Message, file: FileContext): Graph {
  const parts: Parts = { nodes: [], initializers: [], values: new Map() };
  addModel(model, '', file, parts, 0);
  const inputs = featuresOf(model, 'input');
  const outputs = featuresOf(model, 'output');
  const { nodes, initializers } = parts;
  return { ...emptyGraph, name: 'model', inputs, outputs, nodes, initializers };
}

function addModel(model: Message, prefix: string, file: FileContext, parts: Parts, depth: number): void {
  if (depth > limits.depth)
    return file.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, 0);
  for (const name of pipelines) {
    const own = model.message(name);
    const pipeline = own?.message('pipeline') ?? own;
    if (!pipeline) continue;
    for (const [i, one] of pipeline.messages('models').entries())
      addModel(one, `${prefix}${pipeline.texts('names')[i] ?? i}.`, file, parts, depth + 1);
    return;
  }
  const network = networks.map((name) => model.message(name)).find((one) => one !== undefined);
  if (network) return addNetwork(model, network, prefix, file, parts);
  if (model.message('mlProgram'))
    file.problems.addOnce('warning', 'format.coreml-part', { part: prefix || 'mlProgram' });
  parts.nodes.push(nodeOf(model, prefix));
}

/** Values within a network of a pipeline have names of their own; its inputs and outputs those of the pipeline. */
function addNetwork(model: Message, network: Message, prefix: string, file: FileContext, parts: Parts): void {
  const reader = new NetworkReader(file);
  reader.read(network);
  const shared = new Set(
    ['input', 'output'].flatMap((side) => featuresOf(model, side).map(({ name }) => name)),
  );
  const nameOf = (name: string): string => (prefix === '' || shared.has(name) ? name : prefix + name);
  for (const tensor of reader.tensors) parts.initializers.push({ ...tensor, name: nameOf(tensor.name) });
  for (const node of reader.nodes)
    parts.nodes.push({
      ...node,
      name: prefix + node.name,
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
    });
}

/** A model whose inside is not read: trees, vectors, encoders and what an application brings. */
function nodeOf(model: Message, prefix: string): Node {
  const rules = [...rulesOf(schema, model.type).values()].filter(({ group }) => group === 'Type');
  const operator = rules.find(({ name }) => model.values(name).length > 0)?.name ?? 'unknown';
  return {
    name: prefix + operator,
    operator,
    domain: coremlModelDomain,
    overload: '',
    inputs: featuresOf(model, 'input').map(({ name }) => name),
    outputs: featuresOf(model, 'output').map(({ name }) => name),
    attributes: [],
    metadata: [],
  };
}

/** What a model takes in or gives back; older networks state images and vectors without a batch, of which there is one. */
function featuresOf(model: Message, side: string): readonly ValueInfo[] {
  const network = networks.map((name) => model.message(name)).find((one) => one !== undefined);
  const isExact = network?.text('arrayInputShapeMapping') === 'EXACT_ARRAY_MAPPING';
  return (model.message('description')?.messages(side) ?? []).map((feature) => {
    const type = typeOfFeature(feature.message('type'), !network || isExact);
    return { name: feature.text('name'), ...(type && { type }) };
  });
}

function typeOfFeature(type: Message | undefined, isExact: boolean): ValueType | undefined {
  const array = type?.message('multiArrayType');
  const image = type?.message('imageType');
  if (image) {
    const channels = image.text('colorSpace') === 'GRAYSCALE' ? 1 : 3;
    const shape = [1, channels, sizeOf(image.count('height')), sizeOf(image.count('width'))];
    return { kind: 'tensor', dtype: 'float', shape };
  }
  if (array) {
    const dtype = typeOfWord(array.text('dataType'));
    const sizes = array.numbers('shape').slice(0, limits.dimensions);
    const isOpen =
      array.message('shapeRange') !== undefined || array.message('enumeratedShapes') !== undefined;
    const open = array.message('shapeRange')?.messages('sizeRanges') ?? [];
    const dims = sizes.map((size, axis) => {
      const range = open[axis];
      const isFixed = range !== undefined && range.count('lowerBound') === range.count('upperBound');
      return isOpen && !isFixed ? openDimension : sizeOf(size);
    });
    const kind = { kind: 'tensor' as const, ...(dtype && { dtype }) };
    if (sizes.length === 0) return kind;
    return { ...kind, shape: isExact ? dims : ranked(dims) };
  }
  if (type?.message('int64Type')) return { kind: 'tensor', dtype: 'int64', shape: [] };
  if (type?.message('doubleType')) return { kind: 'tensor', dtype: 'double', shape: [] };
  if (type?.message('stringType')) return { kind: 'tensor', dtype: 'string', shape: [] };
  return undefined;
}

/** Sizes of an array in a network of the older kind: channels alone, or channels, height and width, of a batch of one. */
function ranked<T>(dims: readonly T[]): readonly (T | number)[] {
  if (dims.length === 1) return [1, dims[0]!, 1, 1];
  return dims.length === 3 ? [1, ...dims] : dims;
}
