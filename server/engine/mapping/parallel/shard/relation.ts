import { attributeNamed } from '../../../graph/attributes';
import type { Node } from '../../../graph/model';
import { numericShape } from '../../../inference/work';
import type { Inference, InferredNode } from '../../../inference/types';
import type { Preference } from './viewAxes';

/** An axis of an input or output of a node. */
export interface Operand {
  readonly isInput: boolean;
  /** Of the input or output. */
  readonly index: number;
  readonly axis: number;
}

/** Heads that an attribute counts. */
export interface HeadCount {
  readonly attribute: string;
  readonly count: number;
}

/** Why something cannot be divided where it stands. */
export type Obstacle =
  /** An operator of which no rule is known. */
  | 'operator'
  /** A sum, mean or norm runs over what would be divided. */
  | 'reduced'
  /** What is divided otherwise, or by another axis, meets here. */
  | 'mixed'
  /** A size is not known. */
  | 'size'
  /** It goes in or out of the model whole. */
  | 'whole'
  /** No product sums over it again. */
  | 'no-pair'
  /** More ranks than heads or experts. */
  | 'heads'
  /** It lies in a branch, a loop or a function. */
  | 'nested';

/** What else of a node is divided when one axis of one of its operands is. */
export interface Relation {
  /** Axes divided in the same places, each with as many parts. */
  readonly same: readonly Operand[];
  /** Axes of keys and values: fewer heads may be held by several ranks each. */
  readonly keys?: readonly Operand[];
  readonly heads?: HeadCount;
  readonly keyHeads?: HeadCount;
  /** An axis that holds others one after another. */
  readonly sum?: { readonly whole: Operand; readonly parts: readonly Operand[] };
  /** Of packed heads: the query's heads, and those of keys and values, times their size. */
  readonly packed?: { readonly whole: Operand; readonly size: number };
  /** The output is a sum of which each rank has a part. */
  readonly isPartial?: boolean;
}

/** A node with the shapes of what it reads and writes. */
export class NodeView {
  /** Of several axes one was taken by preference. */
  hasChosen = false;

  constructor(
    private readonly inference: Inference,
    readonly inferred: InferredNode,
    /** How many parts an axis is divided into. */
    readonly ways: number,
    readonly preference: Preference,
  ) {}

  get node(): Node {
    return this.inferred.node;
  }

  /** Ids of inputs or outputs. */
  ids(isInput: boolean): readonly (number | null)[] {
    return isInput ? this.inferred.inputs : this.inferred.outputs;
  }

  id({ isInput, index }: Pick<Operand, 'isInput' | 'index'>): number | null {
    return this.ids(isInput)[index] ?? null;
  }

  shape(isInput: boolean, index: number): readonly number[] | undefined {
    const id = this.id({ isInput, index });
    return id === null ? undefined : numericShape(this.inference.values[id]!.type);
  }

  size({ isInput, index, axis }: Operand): number | undefined {
    return this.shape(isInput, index)?.[axis];
  }

  isConstant(index: number): boolean {
    const id = this.id({ isInput: true, index });
    return id !== null && this.inference.values[id]!.isConstant;
  }

  int(name: string, fallback: number): number {
    const attribute = attributeNamed(this.node, name);
    return attribute?.kind === 'int' ? attribute.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = attributeNamed(this.node, name);
    return attribute?.kind === 'ints' ? attribute.value : undefined;
  }
}
