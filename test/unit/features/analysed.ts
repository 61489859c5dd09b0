import { emptyGraph, emptyModel } from '../../../server/engine/graph/emptyModel';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import type { Attribute, Graph, Model, Node, Tensor, ValueInfo } from '../../../server/engine/graph/model';
import { onnxOrigin } from '../../../server/engine/graph/origin';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Analysis } from '../../../server/workspace/analysis';
import { choicesFor, parseSettings, type Choices } from '../../../server/workspace/choices';
import { Pipeline } from '../../../server/workspace/pipeline';

/** The pipeline of a model that a test made, with the text it is shown in. */
export function pipelineOf(model: Model): { pipeline: Pipeline; text: string } {
  const { text, positions } = printListing(model, { fileName: 'm.onnx' });
  const listing = {
    uri: 'siliconlens:/m.onnx.onnxtxt',
    modelUri: 'file:///m.onnx',
    revision: 1,
    state: 'ok' as const,
    model,
    positions,
    bytes: 0,
    lineCount: text.split('\n').length,
    problems: [],
    external: { problems: [], revision: 0, files: null },
  };
  return { pipeline: new Pipeline(listing), text };
}

/** What settings choose for such a model. */
export function choicesOf(settings: object): Choices {
  return choicesFor(parseSettings(settings).value, 'm.onnx');
}

/** The analysis of a model that a test made, with the text it is shown in. */
export async function analysed(
  model: Model,
  settings: object = {},
): Promise<{ analysis: Analysis; text: string }> {
  const { pipeline, text } = pipelineOf(model);
  return { analysis: await pipeline.run(choicesOf(settings), uninterrupted), text };
}

export function node(operator: string, inputs: string[], outputs: string[], more: Partial<Node> = {}): Node {
  return {
    name: '',
    operator,
    domain: '',
    overload: '',
    inputs,
    outputs,
    attributes: [] as Attribute[],
    metadata: [],
    ...more,
  };
}

export function float(name: string, ...shape: number[]): ValueInfo {
  return { name, type: { kind: 'tensor', dtype: 'float', shape } };
}

export function weight(name: string, ...dims: number[]): Tensor {
  return { name, dtype: 'float', dims, data: { place: 'embedded', offset: 0, length: 0 } };
}

export function modelOf(graph: Partial<Graph>, more: Partial<Model> = {}): Model {
  return {
    ...emptyModel,
    origin: onnxOrigin({ irVersion: 8 }),
    operatorSets: [{ domain: '', version: 17 }],
    graph: { ...emptyGraph, name: 'g', ...graph },
    ...more,
  };
}

/** `layers` blocks of MatMul, Add and Relu of width 64, each in a module of its own. */
export function deepModel(layers: number): Model {
  const nodes: Node[] = [];
  for (let i = 0; i < layers; i++) {
    const name = (part: string): string => `/blocks.${Math.floor(i / 10)}/layer.${i % 10}/${part}`;
    const from = i === 0 ? 'x' : `r${i - 1}`;
    nodes.push(node('MatMul', [from, 'w'], [`m${i}`], { name: name('MatMul') }));
    nodes.push(node('Add', [`m${i}`, 'b'], [`a${i}`], { name: name('Add') }));
    nodes.push(node('Relu', [`a${i}`], [`r${i}`], { name: name('Relu') }));
  }
  return modelOf({
    inputs: [float('x', 32, 64)],
    outputs: [float(`r${layers - 1}`, 32, 64)],
    initializers: [weight('w', 64, 64), weight('b', 64)],
    nodes,
  });
}
