import { hasOnnxNodes } from '../graph/origin';
import type { Attribute, Graph, Model, ModelFunction, OperatorSet, ValueInfo } from '../graph/model';
import { canonicalDomain } from '../operators/domain';
import { problem } from '../problem';
import type { ArgsOf, Problem, ProblemCode } from '../problem';
import { runPolitely, type Scheduler } from '../scheduler';
import { resolveAttribute } from './attributes';
import { expansionSteps, type Expansion } from './expansion';
import { FlatLists } from './flatLists';
import { maximumDepth, type FlatModel, type FlatNode, type FlatScope } from './flatModel';
import { ScopeFiller, type Body } from './scopeFiller';

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
  const { nodes } = flattener.lists;
  for (let index = 0; index < nodes.length; index++) {
    const wait = scheduler.tick();
    if (wait) await wait;
    const filling = flattener.expand(nodes[index]!);
    if (filling) await filling;
  }
  return flattener.lists;
}

/** Writes out the bodies that nodes hold or call. */
class Flattener {
  readonly lists: FlatLists;
  /** Operator sets that functions import: one map for all calls. */
  private readonly imported = new Map<ModelFunction, ReadonlyMap<string, number>>();
  private full = false;

  constructor(
    private readonly model: Model,
    private readonly expansion: Expansion,
    private readonly options: FlattenOptions,
    private readonly scheduler: Scheduler,
    private readonly report: (problem: Problem) => void,
  ) {
    this.lists = new FlatLists(hasOnnxNodes(model.origin));
  }

  async addMain(): Promise<void> {
    const scope = this.lists.addScope(null, {
      holder: null,
      name: this.model.graph.name,
      versions: versionsOf(this.model.operatorSets),
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
    const { environment } = this.lists.scopes[flat.scope]!;
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
    const scope = this.lists.scopes[flat.scope]!;
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
    const scope = this.lists.addScope(outer, {
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
      const args = { function: called.name };
      this.report(problem('error', 'inference.function-recursive', args, { node: flat.index }));
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
    const versions = called.operatorSets.length > 0 ? this.versionsIn(called) : outer.versions;
    const scope = this.lists.addScope(outer, {
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
    if (!versions) this.imported.set(called, (versions = versionsOf(called.operatorSets)));
    return versions;
  }

  /** A function that calls itself, directly or not; a graph that a call hands over may do so too. */
  private isInside(called: ModelFunction, scope: FlatScope): boolean {
    if (scope.function && this.expansion.isRecursive(scope.function, called)) return true;
    for (const around of this.lists.enclosing(scope)) if (around.function === called) return true;
    return false;
  }

  private refuse(flat: FlatNode, outer: FlatScope, count: number): boolean {
    if (outer.depth >= maximumDepth) {
      this.warn(flat, 'inference.nesting-too-deep', { limit: maximumDepth });
      return true;
    }
    // Graphs that calls hand over are not counted beforehand.
    if (this.lists.nodes.length + count <= this.expansion.limit) return false;
    this.tellFull(flat);
    return true;
  }

  private tellFull(flat: FlatNode): void {
    const { limit } = this.expansion;
    if (!this.full) this.warn(flat, 'inference.expansion-too-large', { limit });
    this.full = true;
  }

  private fill(scope: FlatScope, body: Body, call: FlatNode | undefined): Promise<void> {
    const { scheduler, report } = this;
    const ignoreDeclared = this.options.ignoreDeclared === true;
    const { isPartial = false } = this.model;
    const surroundings = { ignoreDeclared, isPartial, scheduler, report };
    return new ScopeFiller(this.lists, scope, body, call, surroundings).fill();
  }

  private warn<C extends ProblemCode>(flat: FlatNode, code: C, args: ArgsOf<C>): void {
    this.report(problem('warning', code, args, { node: flat.index }));
  }
}

function versionsOf(sets: readonly OperatorSet[]): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const { domain, version } of sets) {
    const key = canonicalDomain(domain);
    versions.set(key, Math.max(version, versions.get(key) ?? 0));
  }
  return versions;
}
