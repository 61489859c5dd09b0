import { elementCount } from '../../../graph/dataTypes';
import { numericShape } from '../../../inference/work';
import type { Inference, InferredNode, InferredValue } from '../../../inference/types';
import { isMatrixClass } from '../../../operators/rule';
import { isStepDue, type Steps } from '../../../scheduler';
import { familyOf, type Family, type Field } from './family';
import type { Obstacle } from './relation';
import { expertsEntry, isLookup, isProduct } from './shardRules';

/** A node whose weights every rank has whole, and why. */
export interface WholeNode {
  /** Flat index. */
  readonly node: number;
  readonly reason: Obstacle;
}

/** What of a model is divided. */
export interface Families {
  readonly families: readonly Family[];
  readonly whole: readonly WholeNode[];
}

/**
 * Pairs of products, the first divided by its columns, the last by its rows, with all that lies between: heads of attention, the inside
 * of a network, experts by their inner width. Tables of the vocabulary are divided by rows (Shoeybi et al. 2019, section 3).
 */
export function* tensorFamilies(field: Field, expertWays: number): Steps<Families> {
  const finder = new FamilyFinder(field);
  const { nodes } = field.inference;
  const rows = vocabularyOf(field.inference);
  for (const node of nodes) {
    if (isStepDue(node.index)) yield;
    if (rows !== null && isLookup(node) && rowsOf(field.inference, node) === rows)
      finder.seek(node.index, node.inputs[0]!, 0, rows);
  }
  for (const node of nodes) {
    if (isStepDue(node.index)) yield;
    const experts = expertsEntry(node);
    if (experts) {
      if (expertWays === 1) continue;
      const [index, axis] = Object.entries(experts.inner)[0]!;
      const weight = node.inputs[Number(index)];
      if (typeof weight === 'number') finder.seek(node.index, weight, axis, rows, expertWays);
    } else if (isProduct(node)) finder.seekColumns(node, rows);
  }
  yield;
  finder.noteOthers((node) => expertWays > 1 || expertsEntry(node) === undefined);
  return finder;
}

/** Experts by their number. */
export function* expertFamilies(field: Field): Steps<Families> {
  const finder = new FamilyFinder(field);
  for (const node of field.inference.nodes) {
    if (isStepDue(node.index)) yield;
    const first = expertsEntry(node)
      ?.weights.map((index) => node.inputs[index])
      .find((id) => typeof id === 'number');
    if (typeof first === 'number') finder.seekExperts(node.index, first);
  }
  return finder;
}

class FamilyFinder implements Families {
  readonly families: Family[] = [];
  readonly whole: WholeNode[] = [];
  private readonly divided = new Set<number>();

  constructor(private readonly field: Field) {}

  /** A product with a weight, of an input that is whole. */
  seekColumns(node: InferredNode, rows: number | null): void {
    const { values } = this.field.inference;
    const [data, weight] = node.inputs;
    const [result] = node.outputs;
    if (typeof data !== 'number' || typeof weight !== 'number' || typeof result !== 'number') return;
    if (!values[weight]!.isConstant || values[data]!.isConstant) return;
    if (this.divided.has(data) || this.divided.has(result)) return;
    const rank = numericShape(values[result]!.type)?.length ?? 0;
    if (rank > 0) this.seek(node.index, result, rank - 1, rows);
  }

  /** Keeps a family that ends in sums, or in logits of the vocabulary. */
  seek(node: number, value: number, axis: number, rows: number | null, ways = this.field.ways): void {
    if (this.divided.has(value)) return;
    const family = familyOf({ ...this.field, ways }, value, axis);
    if (typeof family === 'string') {
      this.whole.push({ node, reason: family });
      return;
    }
    const { values } = this.field.inference;
    const isLogits = (id: number): boolean =>
      rows !== null && numericShape(values[id]!.type)?.[family.axes.get(id)!.axis] === rows;
    if (!family.given.every(isLogits)) this.whole.push({ node, reason: 'whole' });
    else if (family.partial.size === 0 && family.given.length === 0)
      this.whole.push({ node, reason: 'no-pair' });
    else this.keep(node, family);
  }

  seekExperts(node: number, weight: number): void {
    if (this.divided.has(weight)) return;
    const family = familyOf(this.field, weight, 0);
    if (typeof family === 'string') this.whole.push({ node, reason: family });
    else this.keep(node, family);
  }

  /** Notes other nodes with weights that nothing divides. */
  noteOthers(counts: (node: InferredNode) => boolean): void {
    const { nodes, values } = this.field.inference;
    const noted = new Set(this.whole.map(({ node }) => node));
    const isWhole = (id: number | null): boolean => {
      const value = id === null ? undefined : values[id];
      const isMatrix = (numericShape(value?.type)?.length ?? 0) > 1;
      return isMatrix && value!.isConstant && value!.elements === undefined && !this.divided.has(id!);
    };
    for (const node of nodes) {
      const { index, operatorClass, scope, inputs } = node;
      if (noted.has(index) || !isMatrixClass(operatorClass) || !counts(node)) continue;
      if (inputs.some(isWhole)) this.whole.push({ node: index, reason: scope === 0 ? 'operator' : 'nested' });
    }
    this.whole.sort((a, b) => a.node - b.node);
  }

  private keep(node: number, family: Family): void {
    if ([...family.axes.keys()].some((id) => this.divided.has(id))) {
      this.whole.push({ node, reason: 'mixed' });
      return;
    }
    this.families.push(family);
    for (const id of family.axes.keys()) this.divided.add(id);
  }
}

/** Rows of the largest table in which rows are looked up: those of the vocabulary. */
function vocabularyOf(inference: Inference): number | null {
  let most: { readonly rows: number; readonly elements: number } | null = null;
  for (const node of inference.nodes) {
    const rows = isLookup(node) ? rowsOf(inference, node) : null;
    if (rows === null) continue;
    const elements = elementCount(numericShape(inference.values[node.inputs[0]!]!.type)!);
    if (!most || elements > most.elements) most = { rows, elements };
  }
  return most?.rows ?? null;
}

/** Rows of a table of weights. */
function rowsOf({ values }: Inference, { inputs, scope }: InferredNode): number | null {
  const table: InferredValue | undefined = typeof inputs[0] === 'number' ? values[inputs[0]] : undefined;
  const shape = numericShape(table?.type);
  const isMatrix = scope === 0 && table?.isConstant === true && shape?.length === 2;
  return isMatrix && table.elements === undefined ? shape[0]! : null;
}
