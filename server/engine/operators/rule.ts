import type { DataType } from '../graph/dataTypes';
import type { Dim, DimExpression } from '../graph/dim';
import type { Attribute, Node, Shape, ValueType } from '../graph/model';
import type { ArgsBut, CodeWith, NodePart, ProblemCode, Severity } from '../problem';

/** How sure the shape of a node is: own rule, function body, bytes only, or nothing. */
export type RuleState = 'exact' | 'function' | 'default' | 'unknown';

/** What an operator is for a cost model: constants are fitted and errors are stated per class. */
export type OperatorClass =
  | 'gemm'
  | 'convolution'
  | 'attention'
  | 'recurrent'
  | 'elementwise'
  | 'normalization'
  | 'softmax'
  | 'reduction'
  | 'pooling'
  | 'movement'
  | 'view'
  | 'control'
  | 'other';

/** Classes whose time is that of a matrix unit. */
const matrixClasses: ReadonlySet<OperatorClass> = new Set(['gemm', 'convolution', 'attention', 'recurrent']);

/** Whether it is a product of matrices, with weights or of attention. */
export function isMatrixClass(operatorClass: OperatorClass): boolean {
  return matrixClasses.has(operatorClass);
}

/** One element of a small tensor whose content is known: a number, a dimension, a string, or unknown. */
export type Element = number | DimExpression | string | undefined;

/** What is known of a value. */
export interface Fact {
  readonly type?: ValueType;
  /** Row-major content of a small tensor (at most 1,024 elements) when known, at least in part. */
  readonly elements?: readonly Element[];
  /** Types of the items of a sequence whose length is known, up to 1,024 of them. */
  readonly items?: readonly (ValueType | undefined)[];
  /** Length of a sequence without such a list: each item has the type that the sequence's states. */
  readonly length?: Dim;
}

/** Typed access to attributes; the defaults are those of the operator's specification. */
export interface AttributeReader {
  has(name: string): boolean;
  attribute(name: string): Attribute | undefined;
  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  ints(name: string): readonly number[] | undefined;
  floats(name: string): readonly number[] | undefined;
  strings(name: string): readonly string[] | undefined;
}

/** What a shape rule sees of its node. Index arguments count inputs or outputs from 0. */
export interface NodeContext extends AttributeReader {
  readonly node: Node;
  /** Version of the node's operator set that is in force. */
  readonly version: number;
  readonly inputCount: number;
  readonly outputCount: number;
  /** The input is given (not beyond the end, not the empty name). */
  hasInput(index: number): boolean;
  /** Somebody may use the output: it has a name. */
  hasOutput(index: number): boolean;
  fact(index: number): Fact | undefined;
  type(index: number): ValueType | undefined;
  dtype(index: number): DataType | undefined;
  /** Shape of a tensor input; undefined when the rank is unknown or the input is absent. */
  shape(index: number): Shape | undefined;
  rank(index: number): number | undefined;
  /** Known content of an input, row-major, in part or whole. */
  elements(index: number): readonly Element[] | undefined;
  setTensor(index: number, dtype: DataType | undefined, shape: Shape | undefined): void;
  setType(index: number, type: ValueType | undefined): void;
  /** States the content of output `index`; ignored beyond 1,024 elements. */
  setElements(index: number, elements: readonly Element[]): void;
  /** States the items of the sequence at output `index`. */
  setItems(index: number, items: readonly (ValueType | undefined)[]): void;
  /** States the length of the sequence at output `index`, whose items are all of the type that it states. */
  setLength(index: number, length: Dim): void;
  /** States all but the type of output `index`, as it is known of another value. */
  setContent(index: number, fact: Fact): void;
  /** A number that the user gave under a free name such as `loop:<node name>`. */
  binding(name: string): number | undefined;
  /**
   * A new symbol for a dimension that the data decide, named after the node's output and `hint`.
   * @param most what it is at the most, where the graph says that
   */
  fresh(hint: string, most?: Dim): Dim;
  /** The same for a number that is not known for other reasons: no size for what the data decide fits it. */
  unknown(hint: string): Dim;
  /** Which branch the user chose for this node: that of a true condition, or that of a false one. */
  readonly chosen: boolean | undefined;
  /** Operations and bytes of an exclusive subgraph that was asked for; undefined where nobody counts them. */
  costOf(attribute: string): number | undefined;
  /** Says that of the exclusive subgraphs this one counts, since data decides and it costs more. */
  take(attribute: string): void;
  /** One of the exclusive subgraphs that were asked for has an error with these sizes. */
  cannotRun(attribute: string): boolean;
  /**
   * Sizes in a subgraph that was asked for depend on which of its `runs` runs it is, and there is time to walk them one
   * by one.
   * @param isCertain they do, and only time is in question
   */
  variesByRun(attribute: string, runs: number, isCertain?: boolean): boolean;
  /**
   * Says that two dimensions are equal wherever the model runs, which tells sizes of the one from those of the other.
   * @param isCertain false: one of them may be 1 instead
   */
  tie(a: Dim | undefined, b: Dim | undefined, isCertain?: boolean): void;
  /** @param part where it is not the node as a whole */
  report<C extends RuleProblem>(severity: Severity, code: C, args: RuleArgs<C>, part?: NodePart): void;
}

type OfRules<C> = C extends `inference.${infer Name}` & CodeWith<'operator'> ? Name : never;
/** What a rule may report, by its code without the room: the problems of inference that name an operator. */
export type RuleProblem = OfRules<ProblemCode>;
/** What it has to tell; the operator is added. */
export type RuleArgs<C extends RuleProblem> = ArgsBut<`inference.${C}`, 'operator'>;

/** A rule of a node with subgraphs asks for one subgraph at a time and is resumed with its outputs' facts. */
export type SubgraphSteps = Generator<SubgraphRequest, void, readonly Fact[]>;
export interface SubgraphRequest {
  /** Name of the graph attribute. */
  readonly attribute: string;
  /** Facts of the formal inputs, in order; missing ones come from the declaration. */
  readonly inputs: readonly (Fact | undefined)[];
  /** How often the body runs per run of the node; null when unknown. */
  readonly repeat: number | null;
  /** Only one of the node's subgraphs runs (If). */
  readonly exclusive?: boolean;
  /**
   * The body is walked run by run, `repeat` times at most: what it is given after `runs` runs, of which the last gave
   * `results`; undefined ends it. `inputs` are those of the first. Only where {@link NodeContext.variesByRun} says so;
   * resumed with the last results.
   */
  readonly next?: (runs: number, results: readonly Fact[]) => readonly (Fact | undefined)[] | undefined;
  /** The run, from 0, whose shapes stay where runs are walked one by one; the largest without it. */
  readonly shown?: number;
}

/** Operations by unit; a multiply-accumulate is 2 matrix operations. */
export interface Operations {
  readonly matrix: number;
  readonly vector: number;
  readonly special: number;
}

/** Bytes that one run touches, at the stored types. KV cache counts under inputs and outputs. */
export interface WorkBytes {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The loop nest behind matrix operations, for tiles, padding and array fill. */
export type MatrixShape =
  | {
      readonly kind: 'gemm';
      readonly batch: number;
      readonly m: number;
      readonly n: number;
      readonly k: number;
      /** Which operand holds weights. */
      readonly weights: 'a' | 'b' | 'none';
    }
  | {
      readonly kind: 'convolution';
      readonly batch: number;
      readonly groups: number;
      readonly inputChannels: number;
      readonly outputChannels: number;
      readonly inputSpatial: readonly number[];
      readonly outputSpatial: readonly number[];
      readonly kernel: readonly number[];
      readonly strides: readonly number[];
      readonly transposed: boolean;
    }
  | {
      readonly kind: 'attention';
      readonly batch: number;
      readonly heads: number;
      readonly kvHeads: number;
      readonly queryLength: number;
      readonly keyLength: number;
      readonly headSize: number;
      readonly valueHeadSize: number;
      readonly causal: boolean;
    }
  | {
      readonly kind: 'recurrent';
      readonly steps: number;
      readonly batch: number;
      readonly inputSize: number;
      readonly hiddenSize: number;
      /** 4 for LSTM, 3 for GRU, 1 for RNN. */
      readonly gates: number;
      readonly directions: number;
    };

/** Chip-independent work of one run of a node. */
export interface Work {
  readonly operations: Operations;
  /** Sums of `touched` by role. */
  readonly bytes: WorkBytes;
  /** Bytes read of each input and written of each output, at stored types; what is named twice is read once. */
  readonly touched: {
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
    /** Of the numbers in its attributes. */
    readonly held?: number;
  };
  readonly matrixShape?: MatrixShape;
  /** Outputs that lie in the buffer of an input, which the node changes in part: input by output. */
  readonly inPlace?: Readonly<Record<number, number>>;
}

/** What a work rule sees: called only when every present input and output has a shape of numbers. */
export interface WorkContext extends AttributeReader {
  readonly node: Node;
  readonly version: number;
  readonly inputCount: number;
  readonly outputCount: number;
  hasInput(index: number): boolean;
  hasOutput(index: number): boolean;
  dtype(index: number): DataType | undefined;
  outputDtype(index: number): DataType | undefined;
  /** [] when absent. */
  shape(index: number): readonly number[];
  outputShape(index: number): readonly number[];
  /** Elements in the input or output; 0 when absent. */
  count(index: number): number;
  outputCountOf(index: number): number;
  elements(index: number): readonly Element[] | undefined;
  /** The input is an initializer or folded from initializers. */
  isWeight(index: number): boolean;
}

/** What a work rule returns; bytes follow from shapes and types unless it says what is touched. */
export interface OperatorWork {
  readonly matrix?: number;
  readonly vector?: number;
  readonly special?: number;
  /** Bytes touched of single inputs or outputs where that is not the whole tensor (Gather's rows, KV cache). */
  readonly inputBytes?: Readonly<Record<number, number>>;
  readonly outputBytes?: Readonly<Record<number, number>>;
  /** Of the numbers in its attributes; all unless told. */
  readonly heldBytes?: number;
  readonly matrixShape?: MatrixShape;
  readonly inPlace?: Work['inPlace'];
}

/** The operator of ai.onnx, or of those that fusions make, that does what one of another format does: tables of runtimes and roles name that one. */
interface Counterpart {
  readonly name: string;
  /** The place of an input there; undefined where it has none. */
  readonly input: (own: number) => number | undefined;
  /** Inputs and results stand in the same places and layouts there: what runtimes fuse of that one they fuse of this one. */
  readonly isSameForm: boolean;
}

/** All that is known about one operator, over all its versions. */
export interface OperatorRule {
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly name: string;
  readonly operatorClass: OperatorClass;
  /** Reinterprets its input without touching bytes (Reshape, Squeeze, Identity, ...): no operations, no bytes. */
  readonly view?: boolean;
  /** Left out for operators of ONNX. */
  readonly counterpart?: Counterpart;
  /** A normalisation by numbers that are known (inference): one pass over its elements, no reduction of rows. */
  readonly perElement?: boolean;
  /**
   * Runtimes do not compute it at load time even when all inputs are constant: random operators, and those that
   * exist to run (DequantizeLinear of weights).
   */
  readonly neverFolded?: boolean;
  /** Types, shapes and, where a shape can depend on it, content of the outputs. */
  infer(context: NodeContext): void | SubgraphSteps;
  /** The work formula in words for the documentation: operations by unit, touched bytes where they differ. */
  readonly formula?: string;
  /** Undefined: 0 operations; bytes are those of inputs and outputs all the same. */
  readonly work?: (context: WorkContext) => OperatorWork;
}
