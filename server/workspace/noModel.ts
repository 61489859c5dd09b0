import type { Model } from '../engine/graph/model';

/** Stands in for a model that can't be read. */
export const noModel: Model = {
  format: 'onnx',
  irVersion: null,
  opsets: [],
  producerName: '',
  producerVersion: '',
  domain: '',
  modelVersion: null,
  docString: '',
  metadata: [],
  graph: {
    name: '',
    inputs: [],
    outputs: [],
    valueInfo: [],
    initializers: [],
    sparseInitializers: [],
    nodes: [],
    metadata: [],
  },
  functions: [],
  trainingInfoCount: 0,
};
