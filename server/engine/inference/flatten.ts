import type {
  Attribute,
  Graph,
  Model,
  ModelFunction,
  Node,
  OpsetImport,
  Tensor,
  ValueInfo,
} from '../graph/model';
import { canonicalDomain, ruleOf } from '../operators/table';
import type { Problem } from '../problem';
import { runPolitely, type Scheduler, type Steps } from '../scheduler';
import { resolveAttribute } from './attributes';
import { expansionSteps, type Expansion } from './expansion';
import { maximumDepth, type FlatModel, type FlatNode, type FlatScope, type FlatValue } from './flatModel';

export interface FlattenOptions {
  /** Drop value_info and declared outputs. */
  readonly ignoreDeclared?: boolean;
}

/** Lists all nodes: main graph in file order, then breadth first those of subgraphs and of called functions. */
export async function flatten(
  model: Model,
  options: FlattenOptions,
  scheduler: Scheduler,
  report: (problem: Problem) => void,
): Promise<FlatModel> {
  const expansion = await runPolitely(expansionSteps(model), scheduler);
  const flattener = new Flattener(model, expansion, options, scheduler, report);
  await flattener.addMain();
  for (let index = 0; index < flattener.nodes.length; index++) {
    const wait = scheduler.tick();
    if (wait) await wait;
    const filling = flattener.expand(flattener.nodes[index]!);
    if (filling) await filling;
  }
  return flattener;
}

/** What a graph or function gives to its scope. */
type ScopeTraits = Pick<FlatScope, 'holder' | 'name' | 'versions' | 'environment' | 'function'>;

/** What is known of a value when it is listed; `producer` is given for those that nodes make. */
type NewValue = Pick<FlatValue, 'name' | 'origin' | 'tensor'> & Partial<Pick<FlatValue, 'producer'>>;

interface Body {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
  readonly initializers: readonly Tensor[];
  readonly sparseInitializers: Graph['sparseInitializers'];
  readonly nodes: readonly Node[];
}

class Flattener implements FlatModel {
  readonly scopes: FlatScope[] = [];
  readonly nodes: FlatNode[] = [];
  readonly values: FlatValue[] = [];
  /** Operator sets that functions import: one map for all calls. */
  private readonly imported = new Map<ModelFunction, ReadonlyMap<string, number>>();
  private full = false;

  constructor(
    private readonly model: Model,
    private readonly expansion: Expansion,
    private readonly options: FlattenOptions,
    private readonly scheduler: Scheduler,
    private readonly report: (problem: Problem) => void,
  ) {}

  async addMain(): Promise<void> {
    const scope = this.newScope(null, {
      holder: null,
      name: this.model.graph.name,
      versions: versionsOf(this.model.opsets),
      environment: undefined,
      function: undefined,
    });
    await this.fill(scope, this.model.graph, undefined);
  }

  /** Adds the scopes of the node's subgraphs and of the function that it calls; undefined when it has none. */
  expand(flat: FlatNode): Promise<void> | undefined {
    const called = this.expansion.functions.called(flat.node);
    const graphs = flat.node.attributes.length > 0 ? this.graphsOf(flat) : [];
    return called || graphs.length > 0 ? this.addScopes(flat, graphs, called) : undefined;
  }

  private graphsOf(flat: FlatNode): { name: string; graph: Graph }[] {
    const { environment } = this.scopes[flat.scope]!;
    return flat.node.attributes.flatMap((attribute) => {
      const resolved = resolveAttribute(attribute, environment);
      if (resolved?.kind === 'graph') return [{ name: attribute.name, graph: resolved.value }];
      if (resolved?.kind !== 'graphs') return [];
      return resolved.value.map((graph, i) => ({ name: `${attribute.name}[${i}]`, graph }));
    });
  }

  private async addScopes(
    flat: FlatNode,
    graphs: readonly { name: string; graph: Graph }[],
    called: ModelFunction | undefined,
  ): Promise<void> {
    const scope = this.scopes[flat.scope]!;
    for (const { name, graph } of graphs) await this.addSubgraph(flat, scope, name, graph);
    if (called) await this.addCall(flat, scope, called);
  }

  private async addSubgraph(
    flat: FlatNode,
    outer: FlatScope,
    attribute: string,
    graph: Graph,
  ): Promise<void> {
    if (this.refuse(flat, outer, graph.nodes.length)) return;
    const { versions, environment, function: around } = outer;
    const scope = this.newScope(outer, {
      holder: flat.index,
      name: attribute,
      versions,
      environment,
      function: around,
    });
    (flat.bodies ??= new Map()).set(attribute, scope.index);
    await this.fill(scope, graph, undefined);
  }

  private async addCall(flat: FlatNode, outer: FlatScope, called: ModelFunction): Promise<void> {
    if (this.isInside(called, outer)) {
      this.problem(flat.index, 'error', 'inference.function-recursive', { function: called.name });
      return;
    }
    if (!this.expansion.fits) return this.tellFull(flat);
    if (this.refuse(flat, outer, called.nodes.length)) return;
    const environment = new Map<string, Attribute>();
    for (const attribute of called.attributeDefaults) environment.set(attribute.name, attribute);
    for (const attribute of flat.node.attributes) {
      const resolved = resolveAttribute(attribute, outer.environment);
      if (resolved) environment.set(attribute.name, resolved);
    }
    const versions = called.opsets.length > 0 ? this.versionsIn(called) : outer.versions;
    const scope = this.newScope(outer, {
      holder: flat.index,
      name: called.name,
      versions,
      environment,
      function: called,
    });
    flat.call = scope.index;
    const named = (name: string): ValueInfo => ({ name });
    const body: Body = {
      name: called.name,
      inputs: called.inputs.map(named),
      outputs: called.outputs.map(named),
      valueInfo: called.valueInfo,
      initializers: [],
      sparseInitializers: [],
      nodes: called.nodes,
    };
    await this.fill(scope, body, flat);
  }

  private versionsIn(called: ModelFunction): ReadonlyMap<string, number> {
    let versions = this.imported.get(called);
    if (!versions) this.imported.set(called, (versions = versionsOf(called.opsets)));
    return versions;
  }

  /** A function that calls itself, directly or not; a graph that a call hands over may do so too. */
  private isInside(called: ModelFunction, scope: FlatScope): boolean {
    if (scope.function && this.expansion.isRecursive(scope.function, called)) return true;
    for (
      let at: FlatScope | undefined = scope;
      at;
      at = at.parent === null ? undefined : this.scopes[at.parent]
    ) {
      if (at.function === called) return true;
    }
    return false;
  }

  private refuse(flat: FlatNode, outer: FlatScope, count: number): boolean {
    if (outer.depth >= maximumDepth) {
      this.problem(flat.index, 'warning', 'inference.nesting-too-deep', { limit: maximumDepth });
      return true;
    }
    // Graphs that calls hand over are not counted beforehand.
    if (this.nodes.length + count <= this.expansion.limit) return false;
    this.tellFull(flat);
    return true;
  }

  private tellFull(flat: FlatNode): void {
    const { limit } = this.expansion;
    if (!this.full) this.problem(flat.index, 'warning', 'inference.expansion-too-large', { limit });
    this.full = true;
  }

  private newScope(outer: FlatScope | null, traits: ScopeTraits): FlatScope {
    const { holder, name, versions, environment } = traits;
    const scope: FlatScope = {
      index: this.scopes.length,
      parent: outer?.index ?? null,
      holder,
      name,
      depth: outer ? outer.depth + 1 : 0,
      versions,
      environment,
      function: traits.function,
      names: new Map(),
      inputs: [],
      outputs: [],
      nodes: [],
      outOfOrder: false,
    };
    this.scopes.push(scope);
    return scope;
  }

  /** Registers the values and nodes of a scope; `call` is set for function bodies, which see no outer names. */
  private async fill(scope: FlatScope, body: Body, call: FlatNode | undefined): Promise<void> {
    const tensors = new Map<string, Tensor>();
    for (const tensor of body.initializers) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      tensors.set(tensor.name, tensor);
    }
    body.inputs.forEach((info, position) => {
      if (call && (call.inputs[position] ?? null) === null) {
        scope.names.set(info.name, null);
        return;
      }
      const tensor = tensors.get(info.name);
      const value = this.define(scope, { name: info.name, origin: tensor ? 'initializer' : 'input', tensor });
      value.declared = info.type;
      scope.inputs.push(value.id);
    });
    for (const tensor of body.initializers) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const { name } = tensor;
      if (!scope.names.has(name)) this.define(scope, { name, origin: 'initializer', tensor });
    }
    for (const sparse of body.sparseInitializers) {
      if (scope.names.has(sparse.name)) continue;
      const value = this.define(scope, { name: sparse.name, origin: 'initializer' });
      value.declared = { kind: 'sparse', dtype: sparse.values.dtype, shape: sparse.dims };
    }
    const pending: { flat: number; inputs: (number | null)[]; position: number; name: string }[] = [];
    for (const node of body.nodes) {
      const wait = this.scheduler.tick();
      if (wait) await wait;
      this.addNode(scope, node, pending);
    }
    await runPolitely(this.settlePending(scope, pending), this.scheduler);
    await runPolitely(this.finishScope(scope, body, call !== undefined), this.scheduler);
  }

  private addNode(
    scope: FlatScope,
    node: Node,
    pending: { flat: number; inputs: (number | null)[]; position: number; name: string }[],
  ): void {
    const index = this.nodes.length;
    const inputs: (number | null)[] = [];
    for (let position = 0; position < node.inputs.length; position++) {
      const name = node.inputs[position]!;
      let id = name === '' ? null : scope.names.get(name);
      if (id === undefined) {
        id = this.lookUpOutside(scope, name);
        if (id === undefined) pending.push({ flat: index, inputs, position, name });
      }
      inputs.push(id ?? null);
      if (id !== null && id !== undefined) this.values[id]!.consumers.push(index);
    }
    const outputs = node.outputs.map((name) => {
      if (name === '') return null;
      const made: NewValue = { name, origin: 'node', producer: index };
      if (!scope.names.has(name)) return this.define(scope, made).id;
      this.problem(index, 'error', 'inference.value-redefined', { value: name }, name);
      return this.addValue(scope, made).id;
    });
    const domain = canonicalDomain(node.domain);
    this.nodes.push({
      index,
      scope: scope.index,
      parent: scope.holder,
      node,
      version: scope.versions.get(domain) ?? 1,
      rule: ruleOf(domain, node.operator),
      inputs,
      outputs,
      bodies: undefined,
      call: undefined,
    });
    scope.nodes.push(index);
  }

  /** Inputs that no earlier node makes: made later in the same scope, or not at all. */
  private *settlePending(
    scope: FlatScope,
    pending: readonly { flat: number; inputs: (number | null)[]; position: number; name: string }[],
  ): Steps<void> {
    for (const { flat, inputs, position, name } of pending) {
      yield;
      let id = scope.names.get(name);
      if (id === undefined) {
        this.problem(flat, 'error', 'inference.value-undefined', { value: name }, name);
        id = this.define(scope, { name, origin: 'input' }).id;
      } else if (id !== null && this.values[id]!.producer !== null) scope.outOfOrder = true;
      inputs[position] = id;
      if (id !== null) this.values[id]!.consumers.push(flat);
    }
  }

  private *finishScope(scope: FlatScope, body: Body, isFunction: boolean): Steps<void> {
    for (const info of body.outputs) {
      yield;
      const own = scope.names.get(info.name);
      const id = own === undefined && !isFunction ? this.lookUpOutside(scope, info.name) : own;
      scope.outputs.push(id ?? null);
      if (id === undefined) {
        this.problem(scope.holder, 'error', 'inference.output-undefined', { value: info.name }, info.name);
      } else if (own !== undefined && own !== null) this.declare(own, info);
    }
    for (const info of body.valueInfo) {
      yield;
      const id = scope.names.get(info.name);
      if (id !== undefined && id !== null) this.declare(id, info);
    }
  }

  private declare(id: number, info: ValueInfo): void {
    const value = this.values[id]!;
    if (this.options.ignoreDeclared || !info.type) return;
    if (value.origin === 'node' && !value.declared) value.declared = info.type;
    else (value.declaredAgain ??= []).push(info.type);
  }

  /** Enclosing scopes up to the function body; notes when the value is made after the node that captures it. */
  private lookUpOutside(scope: FlatScope, name: string): number | null | undefined {
    for (let at = scope; at.parent !== null && !this.isFunctionBody(at);) {
      const outer = this.scopes[at.parent]!;
      const id = outer.names.get(name);
      if (id !== undefined) {
        const producer = id === null ? null : this.values[id]!.producer;
        if (producer !== null && producer >= at.holder!) outer.outOfOrder = true;
        return id;
      }
      at = outer;
    }
    return undefined;
  }

  private isFunctionBody(scope: FlatScope): boolean {
    return (
      scope.function !== undefined && scope.holder !== null && this.nodes[scope.holder]?.call === scope.index
    );
  }

  /** Lists a value and gives it its name in the scope. */
  private define(scope: FlatScope, made: NewValue): FlatValue {
    const value = this.addValue(scope, made);
    scope.names.set(value.name, value.id);
    return value;
  }

  private addValue(scope: FlatScope, { name, origin, producer = null, tensor }: NewValue): FlatValue {
    const value: FlatValue = {
      id: this.values.length,
      name,
      scope: scope.index,
      origin,
      producer,
      consumers: [],
      tensor,
      declared: undefined,
    };
    this.values.push(value);
    return value;
  }

  private problem(
    node: number | null,
    severity: Problem['severity'],
    code: string,
    args: Problem['args'],
    value?: string,
  ): void {
    this.report({ severity, code, args, node, ...(value !== undefined && { value }) });
  }
}

function versionsOf(opsets: readonly OpsetImport[]): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const { domain, version } of opsets) {
    const key = canonicalDomain(domain);
    versions.set(key, Math.max(version, versions.get(key) ?? 0));
  }
  return versions;
}
