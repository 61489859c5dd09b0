import type { Node, Tensor, ValueType } from '../graph/model';
import type { HeldNumbers } from '../operators/attributeNumbers';
import type { Element, OperatorClass, RuleState, Work } from '../operators/rule';
import type { Problem } from '../problem';

/** A value of one scope. Later rooms use its id: its place in {@link Inference.values}. */
export interface InferredValue {
  readonly id: number;
  readonly name: string;
  readonly scope: number;
  readonly type?: ValueType;
  /** Known content of a small tensor, row-major. */
  readonly elements?: readonly Element[];
  /** The content stems from what inputs hold: no runtime knows it before the model runs. */
  readonly isGiven?: boolean;
  readonly origin: 'input' | 'initializer' | 'node';
  /** Flat index of the producing node; null for inputs and initialisers. */
  readonly producer: number | null;
  /** Flat indices of the consuming nodes, subgraph nodes included. */
  readonly consumers: readonly number[];
  /** Content does not depend on the graph's inputs: an initializer, a Constant, or folded from those. */
  readonly isConstant: boolean;
  /** Bytes at the stored type; null while a dimension or the type is unknown. */
  readonly bytes: number | null;
  /** The initializer behind it. */
  readonly tensor?: Tensor;
  /** It stands for the numbers in the attributes of its only reader. */
  readonly held?: HeldNumbers;
}

/** A node with all that is known of it under one workload. */
export interface InferredNode {
  /** Flat index: main graph in file order, then subgraph and function nodes. */
  readonly index: number;
  /** Flat index of the node whose subgraph or function body holds this one. */
  readonly parent: number | null;
  /** Runs per run of the model (product over the enclosing loops); null when a trip count is unknown. */
  readonly repeat: number | null;
  readonly scope: number;
  readonly node: Node;
  /** Version of its operator set that is in force. */
  readonly version: number;
  /** Value ids; null for omitted ones, and for one that would close a cycle: following values always ends. */
  readonly inputs: readonly (number | null)[];
  readonly outputs: readonly (number | null)[];
  /** The value that stands for the numbers in its attributes. */
  readonly held: number | null;
  readonly rule: RuleState;
  readonly operatorClass: OperatorClass;
  /** Every output is constant: a runtime computes it once, at load time. */
  readonly folded: boolean;
  /** Moves no bytes. */
  readonly view: boolean;
  /**
   * Work of one run, of a folded node at load time; null while a dimension is unknown. Zero for a node whose body is listed
   * below it. Where runs of a loop differ in size, their mean.
   */
  readonly work: Work | null;
  /**
   * Of unknown work, flat index of the node that is to blame, itself or one before it: its operator is not known, it is wrong, or
   * the data decide what it gives. Left out where no node is.
   */
  readonly cause?: number;
}

/** The main graph (0), a subgraph or a function body. */
export interface Scope {
  readonly index: number;
  /** Scope in which it is nested; null for the main graph. */
  readonly parent: number | null;
  /** Flat index of the node that holds it; null for the main graph. */
  readonly holder: number | null;
  /** Graph attribute or function name. */
  readonly name: string;
  /** Ids of the formal inputs and the outputs, in order. */
  readonly inputs: readonly number[];
  readonly outputs: readonly (number | null)[];
  /** For the body of a called function: ids of what the call passes for each of `inputs`. Null for graphs. */
  readonly arguments: readonly (number | null)[] | null;
}

/** Shapes, types, constants and work of every node of a model under one workload. */
export interface Inference {
  readonly nodes: readonly InferredNode[];
  readonly values: readonly InferredValue[];
  readonly scopes: readonly Scope[];
  readonly problems: readonly Problem[];
  /**
   * Parts of the graph are missing: parts of the file could not be read, or values are named that nobody makes. Sums over its
   * nodes are lower bounds.
   */
  readonly isPartial: boolean;
  /** An error was found at a node: what it and those behind it cost is not known, whatever their shapes are. */
  readonly isFaulty: boolean;
  /** Free symbols of the graph's inputs, in order of appearance, with the number used and where it came from. */
  readonly symbols: readonly BoundSymbol[];
  /** The same where what the data decide is as large as the graph allows; left out where it sets no limit. */
  readonly most?: Inference;
  /** Contents of inputs and conditions: those that were given, and those that decide shapes or branches. */
  readonly contents: readonly BoundValue[];
  /** Nodes of which one branch counts by the user's choice or by assumption. */
  readonly branches: readonly CountedBranch[];
  /** Of attention operators the values that hold their scores, by flat index, where these may be written out (scores.ts). */
  readonly scores?: ReadonlyMap<number, number>;
  /** Every name that a binding can give a number to: also those that only declarations use, and trips of loops. */
  readonly names: ReadonlySet<string>;
}

export interface BoundSymbol {
  readonly name: string;
  /** Null: unbound, costs that need it are null. */
  readonly value: number | null;
  /**
   * `binding` was given by the user, `follows` is what the user's numbers leave, `default` is assumed (sizes/roles.json),
   * or follows from what is.
   */
  readonly origin: 'binding' | 'follows' | 'default' | 'unbound';
  /** The data decide it; one name gives all of these a number. */
  readonly isOfData?: boolean;
}

/** The content of a small input, or the condition of a branch. */
export interface BoundValue {
  /** Of the input or value, or of the node whose branch it chooses. */
  readonly name: string;
  /** One number may stand for all elements; truths are 0 and 1. Null: not known. */
  readonly numbers: readonly number[] | null;
  readonly isTruth: boolean;
  /** `value` was given by the user, `default` is assumed (values/values.json, or the branch that costs more). */
  readonly origin: 'value' | 'default' | 'unset';
}

/** A branch that counts although the graph alone does not decide it. */
export interface CountedBranch {
  /** Flat index of the node. */
  readonly node: number;
  /** The branch of a true condition. */
  readonly isThen: boolean;
  /** By which a value chooses: of the node, or of its condition. */
  readonly name: string;
  /** `value` the user chose it, `default` the one that costs more, `follows` from what inputs are assumed to hold. */
  readonly origin: 'value' | 'default' | 'follows';
}
