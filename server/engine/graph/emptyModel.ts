import type { Graph, Model } from './model';
import { onnxOrigin } from './origin';

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
  origin: onnxOrigin(),
  operatorSets: [],
  graph: emptyGraph,
  functions: [],
};
