import type { Graph, Model, ModelFunction, Node } from '../graph/model';
import { canonicalDomain } from '../operators/domain';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';

/** The model-local functions by what calls them. */
class Functions {
  private readonly byKey = new Map<string, ModelFunction>();

  constructor(model: Model) {
    for (const f of model.functions) this.byKey.set(keyOf(f.domain, f.name, f.overload), f);
  }

  called({ domain, operator, overload }: Node): ModelFunction | undefined {
    return this.byKey.size === 0 ? undefined : this.byKey.get(keyOf(domain, operator, overload));
  }
}

function keyOf(domain: string, name: string, overload: string): string {
  return `${canonicalDomain(domain)}\n${name}\n${overload}`;
}

/** How large a model becomes when the body of a function stands in the place of each of its calls. */
export interface Expansion {
  readonly functions: Functions;
  /** Nodes that the file writes out, those of subgraphs and functions included. */
  readonly fileNodes: number;
  /** Nodes with those of subgraphs and of all calls; infinite beyond what a number holds. */
  readonly nodes: number;
  /** More are not written out: calls then stay as they are. */
  readonly limit: number;
  /** `nodes` keeps the limit. */
  readonly fits: boolean;
  /** Both functions call each other, directly or not. */
  isRecursive(caller: ModelFunction, called: ModelFunction): boolean;
}

/**
 * Flat nodes for each node of the file: of a model whose 100 layers are calls of one function there are 100 for one.
 * Functions that call each other twice double with every line of the file and mean no model.
 */
const flatPerFileNode = 50;
/** However small the file is. */
const leastLimit = 20_000;
/** However large it is, without what it writes out itself. */
const mostLimit = 250_000;

const expansions = new Query<Model, Expansion>();

/** Counts without writing anything out, in proportion to the file; once for each model. */
export function expansionSteps(model: Model): Steps<Expansion> {
  return expansions.steps(model, () => countExpansion(model));
}

function* countExpansion(model: Model): Steps<Expansion> {
  const functions = new Functions(model);
  const main = yield* bodyOf(model.graph.nodes, functions);
  const bodies = new Map<ModelFunction, Body>();
  let written = main.nodes;
  for (const f of model.functions) {
    const body = yield* bodyOf(f.nodes, functions);
    bodies.set(f, body);
    written += body.nodes;
  }
  const { sizes, circles } = yield* expandedSizes(bodies);
  const nodes = sizeOf(main, sizes);
  const limit = Math.max(written, Math.min(mostLimit, Math.max(leastLimit, flatPerFileNode * written)));
  const isRecursive = (caller: ModelFunction, called: ModelFunction): boolean =>
    caller === called || circles.get(caller) === circles.get(called);
  return { functions, fileNodes: written, nodes, limit, fits: nodes <= limit, isRecursive };
}

/** What stands in a graph or a function, subgraphs included. */
interface Body {
  nodes: number;
  readonly calls: Map<ModelFunction, number>;
}

function* bodyOf(nodes: readonly Node[], functions: Functions): Steps<Body> {
  const body: Body = { nodes: 0, calls: new Map() };
  const pending = [nodes];
  // No file has a graph in two places; a model made otherwise may, and in each of them again.
  const seen = new Set<readonly Node[]>(pending);
  const add = (graph: Graph): void => {
    if (!seen.has(graph.nodes)) pending.push(graph.nodes);
    seen.add(graph.nodes);
  };
  for (let list = pending.pop(); list; list = pending.pop()) {
    for (const node of list) {
      if (isStepDue(body.nodes++)) yield;
      const called = functions.called(node);
      if (called) body.calls.set(called, (body.calls.get(called) ?? 0) + 1);
      for (const attribute of node.attributes) {
        if (attribute.kind === 'graph') add(attribute.value);
        if (attribute.kind === 'graphs') attribute.value.forEach(add);
      }
    }
  }
  return body;
}

/** With all that it calls; calls without a size are not written out. */
function sizeOf(body: Body, sizes: ReadonlyMap<ModelFunction, number>): number {
  let size = body.nodes;
  for (const [called, count] of body.calls) size += count * (sizes.get(called) ?? 0);
  return size;
}

/** A function on the path that is being followed. */
interface Visit {
  readonly f: ModelFunction;
  readonly order: number;
  /** The earliest function of the path that it leads back to. */
  lowest: number;
  readonly calls: Iterator<ModelFunction>;
}

/**
 * Sizes of functions, callees first, and by function the number of the circle of calls that it is part of (Tarjan's
 * strongly connected components, with a path of its own: chains of calls are longer than a stack is deep).
 */
function* expandedSizes(bodies: ReadonlyMap<ModelFunction, Body>): Steps<{
  sizes: ReadonlyMap<ModelFunction, number>;
  circles: ReadonlyMap<ModelFunction, number>;
}> {
  const sizes = new Map<ModelFunction, number>();
  const circles = new Map<ModelFunction, number>();
  const visits = new Map<ModelFunction, Visit>();
  const open: Visit[] = [];
  const path: Visit[] = [];
  const enter = (f: ModelFunction): void => {
    const order = visits.size;
    const visit = { f, order, lowest: order, calls: bodies.get(f)!.calls.keys() };
    visits.set(f, visit);
    open.push(visit);
    path.push(visit);
  };
  for (const start of bodies.keys()) {
    if (!visits.has(start)) enter(start);
    for (let at = path.at(-1); at; at = path.at(-1)) {
      yield;
      const next = at.calls.next();
      if (!next.done) {
        const seen = visits.get(next.value);
        if (!seen) enter(next.value);
        else if (!circles.has(next.value)) at.lowest = Math.min(at.lowest, seen.order);
        continue;
      }
      path.pop();
      const outer = path.at(-1);
      if (outer) outer.lowest = Math.min(outer.lowest, at.lowest);
      if (at.lowest === at.order) close(at, open, bodies, sizes, circles);
    }
  }
  return { sizes, circles };
}

/** The functions from `first` on form one circle: each is as large as its body with what lies outside of the circle. */
function close(
  first: Visit,
  open: Visit[],
  bodies: ReadonlyMap<ModelFunction, Body>,
  sizes: Map<ModelFunction, number>,
  circles: Map<ModelFunction, number>,
): void {
  const members = open.splice(open.indexOf(first));
  const outside = members.map(({ f }) => sizeOf(bodies.get(f)!, sizes));
  members.forEach(({ f }, i) => {
    circles.set(f, first.order);
    sizes.set(f, outside[i]!);
  });
}
