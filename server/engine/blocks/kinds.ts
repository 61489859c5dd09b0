import type { Attribute, Node, Tensor, ValueType } from '../graph/model';
import type { Inference, InferredNode } from '../inference/types';
import type { Sequence } from './steps';

/**
 * The kind of each step as a number: steps of one kind have the same operators with the same attributes, read and write
 * the same formats and shapes, and have constants in the same places. Names, and what constants hold, play no part.
 * @param isKnown values whose content is known before the model runs: sizes, positions, masks
 */
export function kindsOf(
  inference: Inference,
  { members }: Sequence,
  isKnown: (value: number) => boolean,
): Int32Array {
  const numbers = new Map<number, number>();
  const digest = new Digest();
  return Int32Array.from(members, (nodes) => {
    digest.start();
    for (const index of nodes) addNode(digest, inference, inference.nodes[index]!, isKnown);
    const value = digest.value();
    let kind = numbers.get(value);
    if (kind === undefined) numbers.set(value, (kind = numbers.size));
    return kind;
  });
}

function addNode(
  digest: Digest,
  { values }: Inference,
  { node, version, inputs, outputs }: InferredNode,
  isKnown: (value: number) => boolean,
): void {
  digest.addName(node.operator);
  digest.addName(node.domain);
  digest.add(version);
  addAttributes(digest, node);
  digest.add(inputs.length);
  for (const id of inputs) {
    const value = id === null ? null : values[id]!;
    digest.add(!value ? 0 : value.isConstant || isKnown(value.id) ? 1 : 2);
    addType(digest, value?.type);
  }
  digest.add(outputs.length);
  for (const id of outputs) addType(digest, id === null ? undefined : values[id]!.type);
}

function addAttributes(digest: Digest, { attributes }: Node): void {
  digest.add(attributes.length);
  for (const attribute of attributes) {
    digest.addName(attribute.name);
    digest.addName(attribute.kind);
    addValue(digest, attribute);
  }
}

/** Nodes of subgraphs are members of the step themselves. */
function addValue(digest: Digest, { kind, value }: Attribute): void {
  switch (kind) {
    case 'float':
    case 'int':
    case 'string':
    case 'reference':
      digest.addName(value);
      return;
    case 'floats':
    case 'ints':
    case 'strings':
      digest.add(value.length);
      for (const one of value) digest.addName(one);
      return;
    case 'tensor':
      addTensor(digest, value);
      return;
    case 'tensors':
      value.forEach((tensor) => addTensor(digest, tensor));
      return;
    case 'type':
      addType(digest, value);
      return;
    case 'graph':
    case 'graphs':
    case 'sparse':
    case 'unknown':
  }
}

function addTensor(digest: Digest, { dtype, dims }: Tensor): void {
  digest.addName(dtype ?? '');
  digest.add(dims.length);
  for (const dim of dims) digest.addName(dim);
}

function addType(digest: Digest, type: ValueType | undefined): void {
  let at = type;
  // Lists of lists end where the reader of the file ends them.
  while (at?.kind === 'sequence' || at?.kind === 'optional') {
    digest.addName(at.kind);
    at = at.element;
  }
  digest.addName(at?.kind ?? '');
  if (at?.kind !== 'tensor' && at?.kind !== 'sparse') return;
  digest.addName(at.dtype ?? '');
  digest.add(at.shape?.length ?? -1);
  for (const dim of at.shape ?? []) digest.addName(typeof dim === 'number' ? dim : dim.key);
}

/** Two hashes of 32 bits side by side: two of 24,000 different steps agree once in ten million models. */
class Digest {
  private readonly names = new Map<string | number, number>();
  private a = 0;
  private b = 0;

  start(): void {
    [this.a, this.b] = [0x811c9dc5, 0x9e3779b9];
  }

  add(number: number): void {
    this.a = Math.imul(this.a ^ number, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b + number, 0x85ebca6b);
    this.b ^= this.b >>> 13;
  }

  /** Texts and numbers of any size, by their place in the order in which they came. */
  addName(name: string | number): void {
    let number = this.names.get(name);
    if (number === undefined) this.names.set(name, (number = this.names.size));
    this.add(number);
  }

  /** 53 bits, the most that a number holds. */
  value(): number {
    return (this.a >>> 11) * 2 ** 32 + (this.b >>> 0);
  }
}
