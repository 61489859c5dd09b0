import type { DataType } from './dataTypes';
import type { Dim } from './dim';
import type { Problem } from '../problem';

/** Known rank with a dimension each (number or symbolic expression); undefined where even the rank is unknown. */
export type Shape = readonly Dim[];

/** The type of a value as ONNX knows it. */
export type ValueType =
  | { readonly kind: 'tensor' | 'sparse'; readonly dtype?: DataType; readonly shape?: Shape }
  | { readonly kind: 'sequence' | 'optional'; readonly element?: ValueType }
  | { readonly kind: 'map'; readonly key?: DataType; readonly value?: ValueType }
  | { readonly kind: 'opaque'; readonly domain: string; readonly name: string };

/** Pairs of `metadata_props`, in the order of the file. */
export type Metadata = readonly (readonly [string, string])[];

export interface ValueInfo {
  readonly name: string;
  readonly type?: ValueType;
  readonly docString?: string;
  /** Left out where there is none. */
  readonly metadata?: Metadata;
}

/** Where the bytes of a tensor lie. They are never read, except those of small tensors. */
export type TensorData =
  /** In the model file: byte range of `raw_data` or of a packed data field. */
  | { readonly place: 'embedded'; readonly offset: number; readonly length: number }
  /** In a file beside it (external data), as written: path, offset and length may be missing. */
  | {
      readonly place: 'external';
      readonly location: string;
      readonly offset?: number;
      readonly length?: number;
    }
  /** Made by a Constant node's value_int, value_floats ..., or written in the text form. */
  | { readonly place: 'none' };

/** A tensor without its weights: what the listing and the costs need. */
export interface Tensor {
  readonly name: string;
  /** Undefined when the file names a type newer than this table. */
  readonly dtype?: DataType;
  readonly dims: readonly number[];
  readonly data: TensorData;
  /**
   * Elements in row-major order, kept for small tensors only (at most 1,024 elements). 64-bit integers are numbers:
   * beyond 2^53 they lose precision, which matters to none of their uses (INT64_MAX as "to the end"). Those of external
   * data are read after the model, where the file can be read (formats/externalConstants.ts).
   */
  readonly elements?: readonly number[] | readonly string[];
  readonly docString?: string;
  /** Left out where there is none. */
  readonly metadata?: Metadata;
}

export interface SparseTensor {
  readonly dims: readonly number[];
  /** Values and indices, both dense. */
  readonly values: Tensor;
  readonly indices: Tensor;
}

export type Attribute = { readonly name: string; readonly docString?: string } & (
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'sparse'; readonly value: SparseTensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'type'; readonly value: ValueType }
  /** A reference to an attribute of the enclosing function. */
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'unknown'; readonly value: null }
);

export interface Node {
  readonly name: string;
  readonly operator: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly overload: string;
  /** '' is an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly docString?: string;
  readonly metadata: readonly (readonly [string, string])[];
  /** Its statement breaks off or cannot be read: what it lacks is no fault of the model. */
  readonly isUnfinished?: boolean;
  /** How it is spread over devices (IR version 11); left out where the file does not say. */
  readonly devices?: readonly NodeDeviceConfiguration[];
}

/** A set of devices that the model was prepared for (IR version 11). */
export interface DeviceConfiguration {
  readonly name: string;
  readonly deviceCount: number | null;
  /** Names of the devices; may be empty. */
  readonly devices: readonly string[];
}

/** Where a node runs under one of the model's device configurations. */
export interface NodeDeviceConfiguration {
  readonly configuration: string;
  readonly pipelineStage: number | null;
  readonly shardings: readonly Sharding[];
}

/** How an input or output of a node is divided among devices. */
export interface Sharding {
  readonly tensor: string;
  /** Devices, or groups of them, that hold a shard each. */
  readonly devices: readonly number[];
  readonly groups: readonly { readonly group: number; readonly devices: readonly number[] }[];
  readonly axes: readonly {
    readonly axis: number;
    /** Usually one; several where axes were fused: a part of so many elements is cut into so many shards. */
    readonly parts: readonly { readonly dim: Dim | null; readonly shards: number | null }[];
  }[];
}

/** Names of the tensors that quantise another one, by role: `SCALE_TENSOR`, `ZERO_POINT_TENSOR`. */
export interface QuantizationAnnotation {
  readonly tensor: string;
  readonly parameters: Metadata;
}

/** An operator by its domain and name. */
export type OperatorName = Pick<Node, 'domain' | 'operator'>;

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
  readonly initializers: readonly Tensor[];
  readonly sparseInitializers: readonly (SparseTensor & { readonly name: string })[];
  readonly nodes: readonly Node[];
  readonly docString?: string;
  readonly metadata: readonly (readonly [string, string])[];
  /** Left out where there is none. */
  readonly quantizationAnnotations?: readonly QuantizationAnnotation[];
}

/** A model-local function. */
export interface ModelFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attribute parameters without a default. */
  readonly attributes: readonly string[];
  /** Attribute parameters with their defaults. */
  readonly attributeDefaults: readonly Attribute[];
  readonly operatorSets: readonly OperatorSet[];
  readonly nodes: readonly Node[];
  readonly valueInfo: readonly ValueInfo[];
  readonly docString?: string;
  readonly metadata: readonly (readonly [string, string])[];
}

/** Operators of a domain as a version of its specification has them. */
export interface OperatorSet {
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly version: number;
}

/** What a file of any format may say of its model beside the graph. */
export interface Facts {
  readonly docString: string;
  readonly metadata: Metadata;
}

/** What an ONNX file says beside its graph. */
export interface OnnxFacts extends Facts {
  readonly irVersion: number | null;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: number | null;
  /** Number of training_info entries; they are not analysed. */
  readonly trainingInfoCount: number;
  /** Left out where there is none. */
  readonly deviceConfigurations?: readonly DeviceConfiguration[];
}

/** The format that a model was read from (an id of modelFormats.json), with what files of that format say. */
export interface Origin {
  readonly format: string;
  readonly facts: Facts;
}

/** The origin of a model of ONNX, in either of its forms. */
export interface OnnxOrigin extends Origin {
  readonly format: 'onnx' | 'onnx-text';
  readonly facts: OnnxFacts;
}

/** A model as read: structure, types, sizes and places of weights, never the weights. */
export interface Model {
  readonly origin: Origin;
  /** The operator sets that the graph is written in. */
  readonly operatorSets: readonly OperatorSet[];
  readonly graph: Graph;
  readonly functions: readonly ModelFunction[];
  /** Parts of the file could not be read: it breaks off or is damaged. Left out where all of it was read. */
  readonly isPartial?: boolean;
  /**
   * What is stored may be more than is known: the file is cut or damaged, or weights lie in files that are not there. A part that only
   * was not understood takes nothing away.
   */
  readonly storesMore?: boolean;
}

/** A value and what was wrong on the way to it; null where nothing could be read. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}
