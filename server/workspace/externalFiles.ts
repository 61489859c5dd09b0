import { byteLength, elementCount } from '../engine/graph/dataTypes';
import type { Graph, Model, Node, Tensor } from '../engine/graph/model';
import { isStepDue, type Steps } from '../engine/scheduler';
import { appendAll } from '../engine/lists';
import type { ExternalFile } from './externalData';

/** Files of external data that a model names, with the bytes that its tensors need of each. */
export function* externalFiles(model: Model): Steps<ExternalFile[]> {
  const needed = new Map<string, number>();
  const add = (tensor: Tensor): void => {
    if (tensor.data.place !== 'external') return;
    const { location, offset = 0, length } = tensor.data;
    const count = elementCount(tensor.dims);
    const bytes = length ?? (tensor.dtype ? byteLength(tensor.dtype, count) : null) ?? 0;
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + bytes));
  };
  const graphs: Graph[] = [model.graph];
  const nodes: Node[] = [];
  for (const one of model.functions) appendAll(nodes, one.nodes);
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    for (const [i, tensor] of graph.initializers.entries()) {
      if (isStepDue(i)) yield;
      add(tensor);
    }
    for (const sparse of graph.sparseInitializers) [sparse.values, sparse.indices].forEach(add);
    appendAll(nodes, graph.nodes);
    for (const [i, node] of nodes.splice(0).entries()) {
      if (isStepDue(i)) yield;
      for (const attribute of node.attributes) {
        if (attribute.kind === 'tensor') add(attribute.value);
        else if (attribute.kind === 'tensors') attribute.value.forEach(add);
        else if (attribute.kind === 'graph') graphs.push(attribute.value);
        else if (attribute.kind === 'graphs') appendAll(graphs, attribute.value);
      }
    }
  }
  return [...needed].map(([location, bytesNeeded]) => ({ location, bytesNeeded }));
}
