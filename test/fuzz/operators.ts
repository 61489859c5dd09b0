import { emptyGraph, emptyModel } from '../../server/engine/graph/emptyModel';
/**
 * Every known operator with inputs and attributes that make no sense: what throws, what a rule could not bear, and numbers
 * that are no numbers.
 */
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { dataTypes } from '../../server/engine/graph/dataTypes';
import type { DataType } from '../../server/engine/graph/dataTypes';
import { symbol } from '../../server/engine/graph/dim';
import type {
  Attribute,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
  ValueType,
} from '../../server/engine/graph/model';
import { onnxOrigin } from '../../server/engine/graph/origin';
import {
  arity,
  knownDomains,
  newestVersion,
  operatorNames,
  schemaAt,
} from '../../server/engine/operators/schema';
import type { SchemaAttribute } from '../../server/engine/operators/schema';
import { uninterrupted } from '../../server/engine/scheduler';
import { pick, randomOf, type Random } from './random';
import { argOf } from '../../server/engine/problem';

const types = Object.keys(dataTypes) as DataType[];
const commonTypes: readonly DataType[] = ['float', 'int64', 'int8', 'bool'];
const constantTypes: readonly DataType[] = ['int64', 'float', 'int32', 'bool'];
const numbers = [0, 1, 2, 3, 4, 7, 64, -1, -2, -5, 1e9, 2 ** 31, 2 ** 53, 2 ** 63, -(2 ** 63)];
const sizes = [0, 1, 1, 2, 3, 4, 5, 8, 64, 1000, 1e9, 2 ** 40];
const words = [
  '',
  'NCHW',
  'SAME_UPPER',
  'VALID',
  'bidirectional',
  'reverse',
  'linear',
  'sum',
  'ij,jk->ik',
  'a..b->',
  '__proto__',
  'constructor',
  'DCR',
];

function shape(random: Random): ValueType {
  const rank = random(6);
  const kind = random(12);
  const dtype = random(20) === 0 ? undefined : pick(random, random(3) ? commonTypes : types);
  const dims = Array.from({ length: rank }, () =>
    random(5) ? pick(random, sizes) : symbol(pick(random, ['N', 'seq', '?', '__proto__'])),
  );
  const tensor: ValueType = { kind: 'tensor', dtype, shape: random(10) ? dims : undefined };
  if (kind === 0) return { kind: 'sequence', element: tensor };
  if (kind === 1) return { kind: 'optional', element: tensor };
  if (kind === 2) return { kind: 'sparse', dtype, shape: dims };
  return kind === 3 ? { kind: 'map', key: 'int64', value: tensor } : tensor;
}

function tensor(random: Random, name: string): Tensor {
  const dtype = pick(random, random(3) ? constantTypes : types);
  const count = random(6);
  const isText = dtype === 'string';
  const elements = Array.from({ length: count }, () =>
    isText ? pick(random, words) : pick(random, numbers),
  );
  const known = random(4) > 0 ? { elements: elements as number[] } : {};
  const dims = random(4) ? [count] : random(2) ? [] : [count, 1];
  const fits = dims.reduce((product, dim) => product * dim, 1) === count;
  return { name, dtype, dims, data: { place: 'none' }, ...(fits ? known : {}) };
}

function body(random: Random): Graph {
  const inputs = Array.from({ length: random(4) }, (_, i) => ({
    name: `b${i}`,
    type: random(3) ? shape(random) : undefined,
  }));
  const nodes = random(2) ? [node('', 'Identity', [pick(random, ['b0', 'x0', 'none'])], ['c0'])] : [];
  const outputs = Array.from({ length: random(4) }, (_, i) => ({
    name: pick(random, [`b${i}`, 'c0', 'x0', 'none']),
  }));
  return { ...emptyGraph, name: 'body', inputs, outputs, nodes };
}

function node(
  domain: string,
  operator: string,
  inputs: string[],
  outputs: string[],
  attributes: Attribute[] = [],
): Node {
  return { name: '', operator, domain, overload: '', inputs, outputs, attributes, metadata: [] };
}

function attribute(random: Random, { name, type }: SchemaAttribute): Attribute {
  const list = <T>(make: () => T): T[] => Array.from({ length: random(7) }, make);
  const real = (): number => (random(5) ? random(100) / 10 : pick(random, [NaN, Infinity, -Infinity, -1, 0]));
  switch (random(8) ? type : pick(random, ['int', 'ints', 'string', 'floats', 'tensor', 'graph'] as const)) {
    case 'float':
      return { name, kind: 'float', value: real() };
    case 'int':
      return { name, kind: 'int', value: pick(random, numbers) };
    case 'string':
      return { name, kind: 'string', value: pick(random, words) };
    case 'floats':
      return { name, kind: 'floats', value: list(real) };
    case 'ints':
      return { name, kind: 'ints', value: list(() => pick(random, numbers)) };
    case 'strings':
      return { name, kind: 'strings', value: list(() => pick(random, words)) };
    case 'tensor':
      return { name, kind: 'tensor', value: tensor(random, '') };
    case 'tensors':
      return { name, kind: 'tensors', value: list(() => tensor(random, '')) };
    case 'graph':
      return { name, kind: 'graph', value: body(random) };
    case 'graphs':
      return { name, kind: 'graphs', value: list(() => body(random)) };
    case 'sparse_tensor':
      return {
        name,
        kind: 'sparse',
        value: { dims: [pick(random, sizes)], values: tensor(random, ''), indices: tensor(random, '') },
      };
    case 'any':
    case 'type_proto':
      return { name, kind: 'type', value: shape(random) };
  }
}

/** A model of one senseless node, and one that uses its outputs. */
function senseless(domain: string, operator: string, seed: number): Model {
  const random = randomOf(seed);
  const newest = newestVersion(domain) ?? 1;
  const version = random(3) ? newest : 1 + random(newest);
  const schema = schemaAt(domain, operator, version);
  const inputs: ValueInfo[] = [];
  const initializers: Tensor[] = [];
  const count = (parameters: readonly [number, number]): number => {
    const [least, most] = [parameters[0], Math.min(parameters[1], parameters[0] + 4)];
    return Math.max(0, random(6) ? least + random(most - least + 1) : random(8));
  };
  const names = Array.from({ length: schema ? count(arity(schema.inputs)) : random(5) }, (_, i) => {
    const name = `x${i}`;
    const form = random(12);
    if (form === 0) return '';
    if (form === 1) return 'nobody makes this';
    if (form < 6) initializers.push(tensor(random, name));
    else inputs.push({ name, type: random(12) ? shape(random) : undefined });
    return name;
  });
  const outputs = Array.from({ length: schema ? count(arity(schema.outputs)) : 1 }, (_, i) =>
    random(10) ? `y${i}` : '',
  );
  const attributes = (schema?.attributes ?? [])
    .filter(() => random(2))
    .map((each) => attribute(random, each));
  const nodes = [node(domain, operator, names, outputs, attributes), node('', 'Relu', ['y0'], ['z'])];
  const graph: Graph = {
    ...emptyGraph,
    name: 'g',
    inputs,
    initializers,
    nodes,
    outputs: [{ name: 'z' }, { name: 'y0' }],
  };
  const operatorSets = [...new Set(['', domain])].map((each) => ({
    domain: each,
    version: each === domain ? version : 17,
  }));
  return { ...emptyModel, origin: onnxOrigin({ irVersion: 10 }), operatorSets, graph };
}

/** The way to the first number in a value that is NaN, infinite or negative; undefined if all are sound. */
export function unsound(value: unknown, way: string): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) && value >= 0 ? undefined : `${way} is ${value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = unsound(item, `${way}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** What is wrong with the analysis of a senseless model; undefined if nothing is. */
export async function fuzzOperator(
  domain: string,
  operator: string,
  seed: number,
): Promise<string | undefined> {
  try {
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const prepared = await prepare(senseless(domain, operator, seed), workload, uninterrupted);
    const failed = prepared.inference.problems.find(({ code }) => code === 'inference.rule-failed');
    if (failed) return `rule failed: ${argOf(failed, 'reason')}`;
    for (const { work } of prepared.inference.nodes) {
      const found = unsound(work, 'work');
      if (found) return found;
    }
    const { cost } = await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
    return unsound({ total: cost.total, nodes: cost.nodes.map(({ seconds }) => seconds) }, 'cost');
  } catch (error) {
    return error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 4).join(' | ') : String(error);
  }
}

/** All operators that the schemas name. */
export function everyOperator(): (readonly [domain: string, operator: string])[] {
  return knownDomains.flatMap((domain) =>
    operatorNames(domain).map((operator) => [domain, operator] as const),
  );
}
