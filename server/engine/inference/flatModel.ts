import type { ModelFunction, Node, Tensor, ValueType } from '../graph/model';
import type { HeldNumbers } from '../operators/attributeNumbers';
import type { OperatorRule } from '../operators/rule';
import type { AttributeEnvironment } from './attributes';

/** Beyond this a file is hostile: what is deeper is left out and said so. */
export const maximumDepth = 64;

export interface FlatValue {
  readonly id: number;
  readonly name: string;
  readonly scope: number;
  readonly origin: 'input' | 'initializer' | 'node';
  readonly producer: number | null;
  readonly consumers: number[];
  readonly tensor?: Tensor;
  /** It stands for the numbers in the attributes of its only reader, and has no name that could be read. */
  readonly held?: HeldNumbers;
  /** As the file declares it: value_info, formal input or output. */
  declared?: ValueType;
  /** What else it declares of it, which is only held against the facts. */
  declaredAgain?: ValueType[];
}

export interface FlatNode {
  readonly index: number;
  readonly scope: number;
  readonly parent: number | null;
  readonly node: Node;
  readonly version: number;
  readonly rule: OperatorRule | undefined;
  readonly inputs: readonly (number | null)[];
  readonly outputs: readonly (number | null)[];
  /** The value that stands for the numbers in its attributes. */
  readonly held: number | null;
  /** Scopes of its graph attributes by name, `branches[1]` for lists. */
  bodies?: Map<string, number>;
  /** Scope of the model-local function that it calls. */
  call?: number;
}

export interface FlatScope {
  readonly index: number;
  readonly parent: number | null;
  readonly holder: number | null;
  readonly name: string;
  readonly depth: number;
  readonly versions: ReadonlyMap<string, number>;
  readonly environment: AttributeEnvironment | undefined;
  /** Function that it is the body of, also when it is a subgraph inside that body. */
  readonly function: ModelFunction | undefined;
  /** Names defined here; null for formal inputs that the call leaves out. */
  readonly names: Map<string, number | null>;
  readonly inputs: number[];
  readonly outputs: (number | null)[];
  /** Flat indices in file order. */
  readonly nodes: number[];
  /** A node uses a value before it is made. */
  outOfOrder: boolean;
}

export interface FlatModel {
  /** See the function of that name in graph/origin.ts: runtimes have demands of such nodes alone. */
  readonly hasOnnxNodes: boolean;
  readonly scopes: readonly FlatScope[];
  readonly nodes: readonly FlatNode[];
  readonly values: readonly FlatValue[];
}
