import type { Graph, Model } from './model';

/** A graph of nothing, to be filled. */
export const emptyGraph: Graph = {
  name: '',
  inputs: [],
  outputs: [],
  valueInfo: [],
  initializers: [],
  sparseInitializers: [],
  nodes: [],
  metadata: [],
};

/** A model of nothing, to be filled; stands in for one that can't be read. */
export const emptyModel: Model = {
  format: 'onnx',
  irVersion: null,
  opsets: [],
  producerName: '',
  producerVersion: '',
  domain: '',
  modelVersion: null,
  docString: '',
  metadata: [],
  graph: emptyGraph,
  functions: [],
  trainingInfoCount: 0,
};
