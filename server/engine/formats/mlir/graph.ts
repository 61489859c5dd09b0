import { entryOf } from '../../../../outside/table';
import { chloDomain, customCallDomain, mlirCallDomain, stablehloDomain } from '../../graph/domains';
import { elementCount } from '../../graph/dataTypes';
import { emptyGraph } from '../../graph/emptyModel';
import type {
  Attribute,
  Graph,
  Metadata,
  ModelFunction,
  Node,
  Tensor,
  ValueInfo,
  ValueType,
} from '../../graph/model';
import { mostKeptElements } from '../../graph/tensors';
import type { Meter } from '../room';
import { attributesOf, decoded, operatorName } from './attributes';
import { calledName, Functions } from './calls';
import { constantOf } from './constants';
import { symbolOf, type MlirFunction } from './functions';
import { limits, memory } from './limits';
import { Names } from './names';
import schema from './schema.json';
import { withNamedSizes } from './sizes';
import type { Argument, Region, Statement } from './syntax';

const dialects = schema.dialects as Readonly<Record<string, string>>;
const bodies = schema.bodies as Readonly<Record<string, readonly string[]>>;
const returns: ReadonlySet<string> = new Set(schema.returns);
const branches: ReadonlySet<string> = new Set(schema.branches);
const constants: ReadonlySet<string> = new Set(schema.constants);
const customCalls: ReadonlySet<string> = new Set(schema.customCalls);

/** Sets of operators that nodes are of, by domain: none of them has versions. */
export const operatorSets = [stablehloDomain, chloDomain, customCallDomain, mlirCallDomain].map((domain) => ({
  domain,
  version: 1,
}));

/** What all graphs of a model have in common. */
interface Surroundings {
  readonly functions: Functions;
  /** Calls are written out where they stand, as XLA does. */
  readonly writesOut: boolean;
  readonly meter: Meter;
  /** Large constants of functions: one, however often the function is called. */
  readonly shared: Map<string, Tensor>;
}

/** The graph of the function that a module is run by, and the functions that it calls where there is no room to write them out. */
export function graphsOf(
  main: MlirFunction,
  all: readonly MlirFunction[],
  meter: Meter,
): { readonly graph: Graph; readonly functions: readonly ModelFunction[] } {
  const functions = new Functions(all);
  const shared = new Map<string, Tensor>();
  const around: Surroundings = { functions, writesOut: functions.canWriteOut(main), meter, shared };
  const scope = new ScopeBuilder(around, new Names(''), true).fill(main.body);
  const own = scope.graph(main.name);
  const inputs = withNamedSizes(infosOf(main.args, new Names('')), main);
  const graph = { ...own, inputs, initializers: [...own.initializers, ...shared.values()] };
  const others = around.writesOut ? [] : all.filter((one) => one !== main);
  return { graph, functions: others.map((one) => functionOf(one, around)) };
}

/** A function that others call. */
function functionOf(one: MlirFunction, around: Surroundings): ModelFunction {
  const names = new Names('');
  const { nodes, valueInfo, outputs } = new ScopeBuilder(around, names, false).fill(one.body).graph(one.name);
  return {
    name: decoded(one.name),
    domain: mlirCallDomain,
    overload: '',
    inputs: one.args.map(({ name }) => names.of(name)),
    outputs: outputs.map(({ name }) => name),
    attributes: [],
    attributeDefaults: [],
    operatorSets,
    nodes,
    valueInfo: [...infosOf(one.args, names), ...valueInfo, ...outputs],
    metadata: [],
  };
}

/** What stands between two braces, as a graph. */
class ScopeBuilder {
  private readonly nodes: Node[] = [];
  private readonly values = new Map<string, ValueInfo>();
  private readonly initializers: Tensor[] = [];
  private outputs: readonly string[] = [];

  /** @param hasInitializers constants are no nodes there */
  constructor(
    private readonly around: Surroundings,
    private readonly names: Names,
    private readonly hasInitializers: boolean,
  ) {}

  fill(region: Region): this {
    this.outputs = this.write(region, this.names, []);
    return this;
  }

  graph(name: string): Graph {
    const listed = new Set(this.outputs);
    return {
      ...emptyGraph,
      name: decoded(name),
      outputs: this.outputs.map((output) => this.values.get(output) ?? { name: output }),
      valueInfo: [...this.values.values()].filter((info) => !listed.has(info.name)),
      initializers: this.initializers,
      nodes: this.nodes,
    };
  }

  /**
   * Adds the statements of a region.
   * @param path names of the functions that it is in
   * @returns the names of what it returns
   */
  private write({ statements }: Region, names: Names, path: readonly string[]): readonly string[] {
    let returned: readonly string[] = [];
    for (const statement of statements) {
      if (returns.has(statement.name)) returned = statement.operands.map((one) => names.of(one));
      // What gives nothing checks sizes or sets something up.
      else if (statement.results.length > 0) this.place(statement, names, path);
    }
    return returned;
  }

  private place(statement: Statement, names: Names, path: readonly string[]): void {
    const called = this.around.writesOut ? this.around.functions.called(statement) : undefined;
    if (called) return this.call(statement, called, names, path);
    const name = fullName(statement);
    this.around.meter.take(memory.value * statement.results.length);
    if (constants.has(name)) return this.constant(statement, names, path);
    const results = statement.results.map((result) => names.define(result));
    results.forEach((result, i) => this.values.set(result, infoOf(result, statement.types[i])));
    const attributes = [...attributesOf(statement, name), ...this.bodiesOf(statement, name, names)];
    this.around.meter.take(memory.attribute * attributes.length);
    const metadata: Metadata = path.length === 0 ? [] : [['module', path.join('/').slice(0, limits.name)]];
    this.nodes.push({
      name: results[0]!,
      ...operatorOf(statement, name),
      overload: '',
      inputs: statement.operands.map((one) => names.of(one)),
      outputs: results,
      attributes,
      metadata,
    });
  }

  /** Writes a function out where it is called. */
  private call(statement: Statement, called: MlirFunction, names: Names, path: readonly string[]): void {
    const own = new Names(`${names.prefix}${new Names('').of(statement.results[0]!)}/`);
    called.args.forEach(({ name }, i) => own.define(name, names.of(statement.operands[i] ?? name)));
    const returned = this.write(called.body, own, [...path, decoded(called.name)]);
    statement.results.forEach((result, i) => names.define(result, returned[i]));
  }

  private constant(statement: Statement, names: Names, path: readonly string[]): void {
    const [value = ''] = statement.results;
    const [type] = statement.types;
    const shape = type?.kind === 'tensor' ? type.shape : undefined;
    const dims = shape?.every((dim) => typeof dim === 'number') ? shape : [];
    const dtype = type?.kind === 'tensor' ? type.dtype : undefined;
    const isShared = path.length > 0 && elementCount(dims) > mostKeptElements && this.hasInitializers;
    const name = isShared
      ? names.define(value, `${path.at(-1)}/${new Names('').of(value)}`)
      : names.define(value);
    const tensor = constantOf(name, dtype, dims, contentOf(statement));
    if (isShared) this.around.shared.set(name, tensor);
    else if (this.hasInitializers) this.initializers.push(tensor);
    else this.nodes.push(constantNode(tensor));
  }

  /** Regions that run by themselves are graphs; of those that say what is done with two elements, what they do is named. */
  private bodiesOf(statement: Statement, name: string, names: Names): readonly Attribute[] {
    const { regions, states, types } = statement;
    const known = branches.has(name) ? regions.map((_, i) => `branch${i}`) : entryOf(bodies, name);
    if (!known) {
      if (regions.length === 0 || calledName(statement) !== undefined) return [];
      return [{ name: 'body', kind: 'strings', value: regions.flatMap(namesIn).slice(0, limits.list) }];
    }
    return known.flatMap((attribute, i): Attribute[] => {
      const region = regions[i];
      if (!region) return [];
      const given = states.map((state, at): Argument => ({ name: state, type: types[at] }));
      const inner = names.inner();
      const args = region.args.length > 0 ? region.args : given;
      args.forEach((arg) => inner.define(arg.name));
      const graph = new ScopeBuilder(this.around, inner, true).fill(region).graph(attribute);
      return [{ name: attribute, kind: 'graph', value: { ...graph, inputs: infosOf(args, inner) } }];
    });
  }
}

function constantNode(value: Tensor): Node {
  return {
    name: value.name,
    operator: 'constant',
    domain: stablehloDomain,
    overload: '',
    inputs: [],
    outputs: [value.name],
    attributes: [{ name: 'value', kind: 'tensor', value }],
    metadata: [],
  };
}

/** Names of the operators of a region that do something. */
function namesIn({ statements }: Region): readonly string[] {
  return statements.flatMap((statement): readonly string[] => {
    const name = fullName(statement);
    if (constants.has(name) || returns.has(name)) return [];
    return [operatorName(name), ...statement.regions.flatMap(namesIn)];
  });
}

/** The name of an operator by the dialect that it is known by here. */
function fullName({ name }: Statement): string {
  const dot = name.indexOf('.');
  const dialect = entryOf(dialects, name.slice(0, Math.max(dot, 0)));
  return dialect === undefined ? name : `${dialect}${name.slice(dot)}`;
}

function operatorOf(statement: Statement, name: string): Pick<Node, 'domain' | 'operator'> {
  const called = calledName(statement);
  if (called !== undefined && called !== '') return { domain: mlirCallDomain, operator: decoded(called) };
  if (customCalls.has(name)) {
    const target = symbolOf(statement, 'call_target_name');
    return { domain: customCallDomain, operator: decoded(target) || 'custom_call' };
  }
  const dot = name.indexOf('.');
  return { domain: dot < 0 ? 'mlir' : decoded(name.slice(0, dot)), operator: decoded(operatorName(name)) };
}

/** What a constant holds, between the angles of `dense<…>`. */
function contentOf({ items }: Statement): string | undefined {
  return denseIn(items);
}

function denseIn(items: Statement['items']): string | undefined {
  for (const item of items) {
    if (item.kind === 'angled' && item.head === 'dense') return item.text;
    const inner = item.kind === 'group' ? denseIn(item.items) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function infosOf(args: readonly Argument[], names: Names): readonly ValueInfo[] {
  return args.map(({ name, type }) => infoOf(names.of(name), type));
}

function infoOf(name: string, type: ValueType | undefined): ValueInfo {
  return type ? { name, type } : { name };
}
