import { entryOf } from '../../../outside/table';
import { byteLength, elementCount } from '../graph/dataTypes';
import { utf8Length } from '../graph/utf8';
import type { Attribute, Node } from '../graph/model';
import table from './attributeNumbers.json';
import type { AttributeReader } from './rule';
import { canonicalDomain } from './domain';

/** Numbers that a node holds in its attributes and not in tensors: classical models, vocabularies. */
export interface HeldNumbers {
  /** What was trained: coefficients, support vectors, thresholds of tree nodes and weights of leaves. */
  readonly parameters: number;
  /** Categories, labels, statistics of features. */
  readonly tables: number;
  /** Bytes of all of them; of trees those that ONNX Runtime holds them in. */
  readonly bytes: number;
}

/** Nodes and leaves of an ensemble of trees. */
export interface TreeSize {
  /** Branches and leaves. */
  readonly nodes: number;
  /** One for each leaf and target. */
  readonly weights: number;
  readonly nodeBytes: number;
  readonly weightBytes: number;
}

interface TreeNames {
  readonly nodes: readonly string[];
  readonly leaves: string;
  /** Leaves are nodes of this mode; without one they are no nodes of the list. */
  readonly leafMode?: string;
}

interface OperatorNumbers {
  readonly trained?: readonly string[];
  readonly tables?: readonly string[];
  readonly trees?: TreeNames;
}

const domains = table.domains as Readonly<Record<string, Readonly<Record<string, OperatorNumbers>>>>;

function numbersOf({ domain, operator }: Node): OperatorNumbers | undefined {
  return entryOf(entryOf(domains, canonicalDomain(domain)), operator);
}

/** A list by its name, or the tensor that newer versions have in its place. */
function listOf(context: AttributeReader, name: string): Attribute | undefined {
  return context.attribute(name) ?? context.attribute(`${name}_as_tensor`);
}

function lengthOf(attribute: Attribute | undefined): number {
  if (attribute?.kind === 'tensor') return elementCount(attribute.value.dims);
  const isList = attribute?.kind === 'floats' || attribute?.kind === 'ints' || attribute?.kind === 'strings';
  return isList ? attribute.value.length : 0;
}

/** Floats of an attribute have 4 bytes, integers 8. */
function bytesOf(attribute: Attribute | undefined): number {
  if (attribute?.kind === 'floats') return 4 * attribute.value.length;
  if (attribute?.kind === 'ints') return 8 * attribute.value.length;
  if (attribute?.kind === 'strings') return attribute.value.reduce((sum, text) => sum + utf8Length(text), 0);
  if (attribute?.kind !== 'tensor' || !attribute.value.dtype) return 0;
  return byteLength(attribute.value.dtype, lengthOf(attribute)) ?? 0;
}

const sumOf = (
  context: AttributeReader,
  names: readonly string[],
  each: (attribute: Attribute | undefined) => number,
): number => names.reduce((sum, name) => sum + each(listOf(context, name)), 0);

/** The trees that a node holds; undefined for operators without trees. */
export function treeSize(node: Node, context: AttributeReader): TreeSize | undefined {
  const trees = numbersOf(node)?.trees;
  if (!trees) return undefined;
  const weights = lengthOf(listOf(context, trees.leaves));
  const listed = sumOf(context, trees.nodes, lengthOf);
  const thresholds = listOf(context, trees.leafMode === undefined ? trees.nodes[0]! : 'nodes_values');
  const isDouble = thresholds?.kind === 'tensor' && thresholds.value.dtype === 'double';
  const { node: nodeBytes, leaf } = table.treeBytes;
  return {
    nodes: trees.leafMode === undefined ? listed + weights : listed,
    weights,
    nodeBytes: isDouble ? nodeBytes.double : nodeBytes.float,
    weightBytes: leaf,
  };
}

/** What a node holds in its attributes; undefined for operators of which nothing is known to lie there. */
export function heldNumbers(node: Node, context: AttributeReader): HeldNumbers | undefined {
  const numbers = numbersOf(node);
  if (!numbers) return undefined;
  const { trained = [], tables = [], trees } = numbers;
  const size = treeSize(node, context);
  const modes = trees?.leafMode === undefined ? undefined : context.strings(trees.nodes[0]!);
  // Of branches the threshold is trained; leaves are counted by their weights.
  const thresholds = modes?.filter((mode) => mode !== trees?.leafMode).length ?? 0;
  const leaves = trees ? new Set([trees.leaves, ...trees.nodes]) : undefined;
  const plain = [...trained, ...tables].filter((name) => !leaves?.has(name));
  const bytes =
    sumOf(context, plain, bytesOf) +
    (size ? size.nodes * size.nodeBytes + size.weights * size.weightBytes : 0);
  const parameters = sumOf(context, trained, lengthOf) + thresholds;
  const held = { parameters, tables: sumOf(context, tables, lengthOf), bytes };
  return held.parameters + held.tables + bytes > 0 ? held : undefined;
}
