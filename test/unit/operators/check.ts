import { emptyGraph } from '../../../server/engine/graph/emptyModel';
import { parseDim, printDim, symbol } from '../../../server/engine/graph/dim';
import { dataTypes, type DataType } from '../../../server/engine/graph/dataTypes';
import type { Attribute, Graph, Node, Tensor, ValueType } from '../../../server/engine/graph/model';
import { RuleContext } from '../../../server/engine/inference/ruleContext';
import { workOf } from '../../../server/engine/inference/work';
import type { Element, Fact, SubgraphSteps, Work } from '../../../server/engine/operators/rule';
import { ruleOf } from '../../../server/engine/operators/table';

/**
 * An input: a type such as `float[2, batch]`, `float` (rank unknown), `seq(float[2])`, `optional(int64[])`;
 * null for an omitted one; an object adds known content (numbers, texts that are dimensions such as `batch*2`, null
 * for unknown) and says whether it is a weight. Content of string tensors is given as `strings`.
 */
export type CheckInput =
  | string
  | null
  | {
      readonly type: string;
      readonly elements?: readonly (number | string | null)[];
      readonly strings?: readonly string[];
      readonly weight?: boolean;
    };

export type CheckAttribute = number | string | readonly number[] | readonly string[] | Attribute;

export interface Check {
  readonly version?: number;
  readonly domain?: string;
  readonly inputs: readonly CheckInput[];
  /** Whole numbers are ints, others floats; use {@link floatAttribute} for a float that is whole. */
  readonly attributes?: Readonly<Record<string, CheckAttribute>>;
  /** Number of outputs asked for, or for each whether it is; 1 unless told. */
  readonly outputs?: number | readonly boolean[];
}

export interface Checked {
  /** Printed types of the outputs, '?' where nothing is known. */
  readonly types: readonly string[];
  /** Printed content of the outputs; undefined where unknown. */
  readonly elements: readonly (readonly (number | string | null)[] | undefined)[];
  /** Codes of reported problems. */
  readonly problems: readonly string[];
  /** Null while a shape is symbolic. */
  readonly work: Work | null;
}

/** Runs the rule of one operator: `checkRule('Add', { inputs: ['float[2]', 'float[1]'] }).types`. */
export function checkRule(operator: string, check: Check): Checked {
  const rule = ruleOf(check.domain ?? '', operator);
  if (!rule) throw new Error(`no rule for ${check.domain ?? ''}.${operator}`);
  const facts = check.inputs.map(factOf);
  const node = nodeOf(operator, check);
  const problems: string[] = [];
  const context = new RuleContext(node, {
    index: 0,
    version: check.version ?? 25,
    inputs: facts,
    hooks: {
      symbolSuffix: '',
      binding: () => undefined,
      variesByRun: () => false,
      fresh: () => undefined,
      report: ({ code }) => void problems.push(code.replace('inference.', '')),
    },
  });
  const steps = rule.infer(context) as SubgraphSteps | undefined;
  if (steps) throw new Error(`${operator} asks for subgraphs: test it with infer()`);
  const outputs = node.outputs.map((name, index) => (name === '' ? undefined : context.output(index)));
  const work = workOf(rule, {
    node,
    version: check.version ?? 25,
    inputs: facts,
    outputs,
    weights: check.inputs.map(
      (input) => typeof input === 'object' && input !== null && input.weight === true,
    ),
  });
  return {
    types: outputs.map((output) => printType(output?.type)),
    elements: outputs.map((output) => output?.elements?.map(printElement)),
    problems,
    work,
  };
}

export function floatAttribute(name: string, value: number): Attribute {
  return { name, kind: 'float', value };
}

/** Reads `float[2, batch]`, `float`, `seq(...)`, `optional(...)`, `sparse(...)`, `map(int64, float)`. */
export function parseType(text: string): ValueType {
  const wrapped = /^(seq|optional|sparse)\((.*)\)$/.exec(text.trim());
  if (wrapped) {
    const element = parseType(wrapped[2]!);
    if (wrapped[1] === 'sparse') return { ...(element as ValueType & { kind: 'tensor' }), kind: 'sparse' };
    return { kind: wrapped[1] === 'seq' ? 'sequence' : 'optional', element };
  }
  const map = /^map\((\w+),(.*)\)$/.exec(text.trim());
  if (map) return { kind: 'map', key: map[1] as DataType, value: parseType(map[2]!) };
  const match = /^(\w+|\?)\s*(?:\[(.*)\])?$/.exec(text.trim());
  if (!match || (match[1] !== '?' && !(match[1]! in dataTypes))) throw new Error(`not a type: ${text}`);
  const dims = match[2]?.split(',').filter((part) => part.trim() !== '');
  return {
    kind: 'tensor',
    ...(match[1] !== '?' && { dtype: match[1] as DataType }),
    ...(dims && { shape: dims.map((part) => parseDim(part) ?? symbol('?')) }),
  };
}

/** The text of a type as {@link parseType} reads it; '?' for what is unknown. */
export function printType(type: ValueType | undefined): string {
  if (!type) return '?';
  switch (type.kind) {
    case 'sequence':
      return `seq(${printType(type.element)})`;
    case 'optional':
      return `optional(${printType(type.element)})`;
    case 'map':
      return `map(${type.key ?? '?'}, ${printType(type.value)})`;
    case 'opaque':
      return `${type.domain}.${type.name}`;
    case 'sparse':
    case 'tensor': {
      const shape = type.shape ? `[${type.shape.map(printDim).join(', ')}]` : '';
      const text = `${type.dtype ?? '?'}${shape}`;
      return type.kind === 'sparse' ? `sparse(${text})` : text;
    }
  }
}

function printElement(element: Element): number | string | null {
  return element === undefined ? null : typeof element === 'object' ? printDim(element) : element;
}

function factOf(input: CheckInput): Fact | undefined {
  if (input === null) return undefined;
  if (typeof input === 'string') return { type: parseType(input) };
  const elements: readonly Element[] | undefined =
    input.strings ??
    input.elements?.map((element) =>
      element === null ? undefined : typeof element === 'number' ? element : parseDim(element),
    );
  return { type: parseType(input.type), ...(elements && { elements }) };
}

function nodeOf(operator: string, check: Check): Node {
  const { outputs = 1 } = check;
  const wanted = typeof outputs === 'number' ? Array<boolean>(outputs).fill(true) : outputs;
  return {
    name: operator,
    operator,
    domain: check.domain ?? '',
    overload: '',
    inputs: check.inputs.map((input, index) => (input === null ? '' : `in${index}`)),
    outputs: wanted.map((isAsked, index) => (isAsked ? `out${index}` : '')),
    attributes: Object.entries(check.attributes ?? {}).map(([name, value]) => attributeOf(name, value)),
    metadata: [],
  };
}

/** An attribute from a plain value. */
export function attributeOf(name: string, value: CheckAttribute): Attribute {
  if (typeof value === 'number') return { name, kind: Number.isInteger(value) ? 'int' : 'float', value };
  if (typeof value === 'string') return { name, kind: 'string', value };
  if (!Array.isArray(value)) return { ...(value as Attribute), name };
  const list = value as readonly (number | string)[];
  if (typeof list[0] === 'string') return { name, kind: 'strings', value: list as readonly string[] };
  return {
    name,
    kind: list.every((item) => Number.isInteger(item)) ? 'ints' : 'floats',
    value: list as readonly number[],
  };
}

/** A small tensor with its content. */
export function tensorOf(
  name: string,
  dtype: DataType,
  dims: readonly number[],
  elements: readonly number[],
): Tensor {
  return { name, dtype, dims, data: { place: 'none' }, elements };
}

/** An empty graph with some fields given. */
export function graphOf(graph: Partial<Graph>): Graph {
  return { ...emptyGraph, name: 'graph', ...graph };
}
