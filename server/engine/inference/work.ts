import { byteLength, dataTypes, type DataType, elementCount } from '../graph/dataTypes';
import { utf8Length } from '../graph/utf8';
import type { Node, Shape, Tensor, ValueType } from '../graph/model';
import { maximumElements } from '../operators/broadcast';
import type { Element, Fact, OperatorRule, OperatorWork, Work, WorkContext } from '../operators/rule';
import { NodeAttributes, type AttributeEnvironment } from './attributes';

/** A node with its facts, for counting its work. */
export interface WorkSubject {
  readonly node: Node;
  readonly version: number;
  readonly environment?: AttributeEnvironment;
  /** Bytes of the numbers in its attributes. */
  readonly held?: number;
  readonly inputs: readonly (Fact | undefined)[];
  readonly outputs: readonly (Fact | undefined)[];
  /** By input: an initializer or derived from initializers alone. */
  readonly weights: readonly boolean[];
}

const nothing: readonly number[] = [];
export const noWork: Work = {
  operations: { matrix: 0, vector: 0, special: 0 },
  bytes: { weights: 0, inputs: 0, outputs: 0 },
  touched: { inputs: nothing, outputs: nothing },
};

/** Dimensions of a tensor when all are numbers; undefined when one is not. */
export function numericShape(type: ValueType | undefined): readonly number[] | undefined {
  const shape = type?.kind === 'tensor' || type?.kind === 'sparse' ? type.shape : undefined;
  return isNumeric(shape) ? shape : undefined;
}

function isNumeric(shape: Shape | undefined): shape is readonly number[] {
  // A kernel that is larger than its input leaves a length below 0: no size either.
  return shape !== undefined && shape.every((dim) => typeof dim === 'number' && dim >= 0);
}

/** Bytes of a value at its stored type; null while something is unknown. Strings count nothing but are known. */
function bytesOf(type: ValueType | undefined): number | null {
  if (type?.kind === 'sequence' || type?.kind === 'optional' || type?.kind === 'map') return null;
  const shape = numericShape(type);
  const dtype = type?.kind === 'tensor' || type?.kind === 'sparse' ? type.dtype : undefined;
  if (!shape || !dtype) return null;
  return byteLength(dtype, elementCount(shape));
}

/** As {@link bytesOf}, and a list whose items are known has theirs, an optional at most those of what it may hold. */
export function bytesOfFact(fact: Fact | undefined): number | null {
  const { type, items } = fact ?? {};
  if (type?.kind === 'optional') return type.element ? bytesOfFact({ type: type.element, items }) : null;
  if (type?.kind !== 'sequence' || !items) return bytesOf(type);
  let sum = 0;
  for (const item of items) {
    const bytes = bytesOf(item ?? type.element);
    if (bytes === null) return null;
    sum += bytes;
  }
  return sum;
}

/** Bytes of a tensor of strings, which only the file knows; null for other tensors and where it does not say. */
export function bytesOfStrings(tensor: Tensor | undefined): number | null {
  if (!tensor?.dtype || dataTypes[tensor.dtype].kind !== 'string') return null;
  if (tensor.data.place === 'embedded') return tensor.data.length;
  const texts = tensor.elements?.map(String);
  return texts ? texts.reduce((sum, text) => sum + utf8Length(text), 0) : null;
}

class WorkView extends NodeAttributes implements WorkContext {
  constructor(private readonly subject: WorkSubject) {
    super(subject.node, subject.environment);
  }
  get version(): number {
    return this.subject.version;
  }
  get inputCount(): number {
    return this.node.inputs.length;
  }
  get outputCount(): number {
    return this.node.outputs.length;
  }
  hasInput(index: number): boolean {
    return this.subject.inputs[index] !== undefined;
  }
  hasOutput(index: number): boolean {
    return this.subject.outputs[index] !== undefined;
  }
  dtype(index: number): DataType | undefined {
    return dtypeOf(this.subject.inputs[index]);
  }
  outputDtype(index: number): DataType | undefined {
    return dtypeOf(this.subject.outputs[index]);
  }
  shape(index: number): readonly number[] {
    return numericShape(this.subject.inputs[index]?.type) ?? nothing;
  }
  outputShape(index: number): readonly number[] {
    return numericShape(this.subject.outputs[index]?.type) ?? nothing;
  }
  count(index: number): number {
    return this.hasInput(index) ? elementCount(this.shape(index)) : 0;
  }
  outputCountOf(index: number): number {
    return this.hasOutput(index) ? elementCount(this.outputShape(index)) : 0;
  }
  elements(index: number): readonly Element[] | undefined {
    const elements = this.subject.inputs[index]?.elements;
    return elements && elements.length <= maximumElements ? elements : undefined;
  }
  isWeight(index: number): boolean {
    return this.subject.weights[index] === true;
  }
}

function dtypeOf(fact: Fact | undefined): DataType | undefined {
  const type = fact?.type;
  return type?.kind === 'tensor' || type?.kind === 'sparse' ? type.dtype : undefined;
}

/**
 * Work of one run of a node; null while a shape of an input or output is not made of numbers.
 * Bytes are those of the tensors at their stored types unless the rule says what is touched. String tensors count
 * 0 bytes: their size is not known from the type.
 */
export function workOf(rule: OperatorRule | undefined, subject: WorkSubject): Work | null {
  if (!subject.inputs.every(isSized) || !subject.outputs.every(isSized)) return null;
  if (rule?.view) return noWork;
  const counted: OperatorWork = rule?.work?.(new WorkView(subject)) ?? {};
  const all = subject.held ?? 0;
  const held = Math.min(all, counted.heldBytes ?? all);
  const bytes = { weights: held, inputs: 0, outputs: 0 };
  const seen = new Set<Fact>();
  const inputs = subject.inputs.map((fact, index) => {
    // A tensor that a node takes twice (x * x) is read once.
    if (!fact || seen.has(fact)) return 0;
    seen.add(fact);
    const touched = counted.inputBytes?.[index] ?? bytesOf(fact.type) ?? 0;
    bytes[subject.weights[index] ? 'weights' : 'inputs'] += touched;
    return touched;
  });
  const outputs = subject.outputs.map((fact, index) => {
    const touched = fact ? (counted.outputBytes?.[index] ?? bytesOf(fact.type) ?? 0) : 0;
    bytes.outputs += touched;
    return touched;
  });
  const { matrix = 0, vector = 0, special = 0, matrixShape, inPlace } = counted;
  // Attributes that make no sense (0 or -2 heads) give no number: unknown, not invented.
  const sizes: readonly unknown[] = Object.values(matrixShape ?? {}).flat();
  const counts = [matrix, vector, special, ...Object.values(bytes), ...sizes];
  if (!counts.every((count) => typeof count !== 'number' || (count >= 0 && Number.isFinite(count))))
    return null;
  // Operations of a loop nest with nothing in it contradict each other.
  if (matrix > 0 && sizes.includes(0)) return null;
  const touched = { inputs, outputs, ...(all > 0 && { held }) };
  const operations = { matrix, vector, special };
  return { operations, bytes, touched, ...(matrixShape && { matrixShape }), ...(inPlace && { inPlace }) };
}

/** Sequences and the like have no shape to wait for. */
function isSized(fact: Fact | undefined): boolean {
  const type = fact?.type;
  const open = fact !== undefined && (type === undefined || type.kind === 'tensor' || type.kind === 'sparse');
  return !open || numericShape(type) !== undefined;
}
