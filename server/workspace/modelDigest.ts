import { Query } from '../engine/query';
import { runThrough, type Steps } from '../engine/scheduler';
import { platform } from '../platform';
import type { Attribute, Graph, Model, Node, Tensor, ValueType } from '../engine/graph/model';

const digests = new Query<Model, string>();

/**
 * A digest of what a model computes: nodes, attributes, types and sizes, not the weights and not how the file is written.
 * Equal digests mean that times measured on one are times of the other.
 */
export function modelDigest(model: Model): string {
  return runThrough(digestSteps(model));
}

/** As {@link modelDigest}, cut into steps; once per model. */
export function digestSteps(model: Model): Steps<string> {
  return digests.steps(model, () => digestOf(model));
}

function* digestOf(model: Model): Steps<string> {
  const digest = new Digest();
  for (const { domain, version } of model.operatorSets) digest.add(domain, version);
  yield* addGraph(digest, model.graph);
  for (const one of model.functions) {
    digest.addAll([one.domain, one.name, one.overload, ...one.inputs, '>', ...one.outputs]);
    for (const node of one.nodes) yield* addNode(digest, node);
  }
  return digest.end();
}

/** Hashes many short texts in few calls. */
class Digest {
  private readonly hash = platform().newHash();
  private waiting = '';

  /** Lengths keep neighbours apart: ("ab", "c") is not ("a", "bc"). */
  add(...parts: readonly (string | number)[]): void {
    this.addAll(parts);
  }

  /** A tree ensemble has lists of a million: too many for arguments. */
  addAll(parts: readonly (string | number)[]): void {
    for (const part of parts) {
      const text = String(part);
      this.waiting += `${text.length}:${text};`;
      if (this.waiting.length > 65_536) this.flush();
    }
  }

  end(): string {
    this.flush();
    return this.hash.end();
  }

  private flush(): void {
    this.hash.update(this.waiting);
    this.waiting = '';
  }
}

function* addGraph(digest: Digest, graph: Graph): Steps<void> {
  for (const { name, type } of [...graph.inputs, ...graph.outputs]) digest.add(name, typeText(type));
  for (const tensor of graph.initializers) {
    yield;
    addTensor(digest, tensor);
  }
  for (const { name, dims } of graph.sparseInitializers) digest.add(name, dims.join());
  for (const node of graph.nodes) yield* addNode(digest, node);
  digest.add('end');
}

function* addNode(digest: Digest, node: Node): Steps<void> {
  yield;
  digest.addAll([node.domain, node.operator, node.name, ...node.inputs, '>', ...node.outputs]);
  for (const attribute of node.attributes) {
    digest.add(attribute.name, attribute.kind);
    if (attribute.kind === 'graph') yield* addGraph(digest, attribute.value);
    else if (attribute.kind === 'graphs') for (const graph of attribute.value) yield* addGraph(digest, graph);
    else addAttribute(digest, attribute);
  }
}

function addAttribute(digest: Digest, attribute: Exclude<Attribute, { kind: 'graph' | 'graphs' }>): void {
  switch (attribute.kind) {
    case 'tensor':
      return addTensor(digest, attribute.value);
    case 'tensors':
      return attribute.value.forEach((tensor) => addTensor(digest, tensor));
    case 'sparse':
      return digest.add(attribute.value.dims.join());
    case 'type':
      return digest.add(typeText(attribute.value));
    case 'ints':
    case 'floats':
    case 'strings':
      return digest.addAll(attribute.value);
    case 'unknown':
      return;
    case 'int':
    case 'float':
    case 'string':
    case 'reference':
      return digest.add(attribute.value);
  }
}

/** Small contents are shapes, axes, trip counts: they decide what is computed. */
function addTensor(digest: Digest, { name, dtype, dims, elements }: Tensor): void {
  const isShapeLike = dtype === 'int64' || dtype === 'int32';
  digest.add(name, dtype ?? '?', dims.join(), isShapeLike && elements ? elements.join() : '');
}

function typeText(type: ValueType | undefined): string {
  if (!type) return '?';
  if (type.kind !== 'tensor' && type.kind !== 'sparse') return type.kind;
  const dims = type.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key));
  return `${type.kind} ${type.dtype ?? '?'} ${dims?.join() ?? '?'}`;
}
