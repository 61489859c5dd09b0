import { appendAll } from '../lists';
import { isStepDue, type Steps } from '../scheduler';
import { dataTypes, elementCount, type DataType } from './dataTypes';
import type { Graph, Model, Node, Tensor } from './model';

/** Elements of a tensor that are kept: shape constants, scales, limits of ranges. */
export const mostKeptElements = 1024;

const counting: ReadonlySet<string> = new Set(['signed', 'unsigned', 'bool']);

/** Whether elements of the type may be sizes, positions or conditions. */
export function isCounting(dtype: DataType | undefined): boolean {
  return dtype !== undefined && counting.has(dataTypes[dtype].kind);
}

/** A tensor whose bytes lie in another file, and small enough for its elements to be kept. */
export function isSmallExternal({ data, dtype, dims }: Tensor): boolean {
  if (data.place !== 'external' || dtype === undefined || dataTypes[dtype].bits === null) return false;
  const count = elementCount(dims);
  return count >= 0 && count <= mostKeptElements;
}

/** Visits every tensor that a model holds: initializers, parts of sparse ones, attributes, those of subgraphs and functions. */
export function* visitTensors(model: Model, visit: (tensor: Tensor) => void): Steps<void> {
  const graphs: Graph[] = [model.graph];
  const nodes: Node[] = [];
  for (const one of model.functions) appendAll(nodes, one.nodes);
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    for (const [i, tensor] of graph.initializers.entries()) {
      if (isStepDue(i)) yield;
      visit(tensor);
    }
    for (const sparse of graph.sparseInitializers) [sparse.values, sparse.indices].forEach(visit);
    appendAll(nodes, graph.nodes);
    for (const [i, node] of nodes.splice(0).entries()) {
      if (isStepDue(i)) yield;
      for (const attribute of node.attributes) {
        if (attribute.kind === 'tensor') visit(attribute.value);
        else if (attribute.kind === 'tensors') attribute.value.forEach(visit);
        else if (attribute.kind === 'graph') graphs.push(attribute.value);
        else if (attribute.kind === 'graphs') appendAll(graphs, attribute.value);
      }
    }
  }
}
