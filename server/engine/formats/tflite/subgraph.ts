import type { Dim } from '../../graph/dim';
import type { DataType } from '../../graph/dataTypes';
import type { Attribute, Metadata, Tensor, ValueType } from '../../graph/model';

/** A tensor of a subgraph as the file has it. */
export interface TensorEntry {
  readonly name: string;
  /** Undefined for handles and for types newer than the schema. */
  readonly dtype: DataType | undefined;
  readonly type: ValueType | undefined;
  readonly shape: readonly Dim[] | undefined;
  /** Quantisation and sparsity. */
  readonly metadata: Metadata;
  /** What it holds from the start; undefined where operators or callers fill it. */
  readonly stored: Tensor | undefined;
}

/** An operator of a subgraph; its bodies are named by the number of their subgraph. */
export interface OperatorEntry {
  readonly operator: string;
  readonly domain: string;
  readonly metadata: Metadata;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: readonly Attribute[];
  readonly bodies: readonly { readonly name: string; readonly subgraph: number }[];
}

/** A subgraph before its bodies are put in. */
export interface Subgraph {
  readonly name: string;
  readonly tensors: readonly TensorEntry[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorEntry[];
}
