import type { Range, Scope } from '../engine/formats/onnxText/places';
import type { PositionTable, Statement } from '../engine/formats/onnxText/positions';
import { moduleScope, scopeSteps } from '../engine/graph/moduleScope';
import { appendAll } from '../engine/lists';
import { Query } from '../engine/query';
import { runThrough, type Steps } from '../engine/scheduler';

/** An entry of the outline: a graph, a function, a module, a node, or a note. */
export interface OutlineItem {
  readonly kind: 'graph' | 'function' | 'module' | 'node' | 'note';
  readonly name: string;
  readonly detail: string;
  readonly start: Range['start'];
  end: Range['end'];
  readonly selection: Range;
  readonly children: OutlineItem[];
}

/**
 * The outline by graph, module and node. Modules follow the order of the text: one that is interrupted by another
 * comes twice, so that every entry covers the lines of its children. Nodes of no module between two of one stand in it. Nodes of a
 * subgraph stand below their holder.
 */
export function outline(positions: PositionTable): Outline {
  return runThrough(indexOutline(positions));
}

/** The entries at the top, and how many there are at all levels together. */
export interface Outline {
  readonly roots: readonly OutlineItem[];
  readonly size: number;
}

/** Editors ask for symbols and folds of one text again and again. */
const outlines = new Query<PositionTable, Outline>();

/** Makes the outline; who has time does it before the first question. */
export function indexOutline(positions: PositionTable): Steps<Outline> {
  return outlines.steps(positions, () => outlineOf(positions));
}

function* outlineOf(positions: PositionTable): Steps<Outline> {
  const tree = new OutlineTree(positions.scopes.filter(({ kind }) => kind !== 'subgraph'));
  for (const statement of positions.statements()) {
    yield;
    tree.add(statement);
  }
  tree.finish();
  return tree;
}

class OutlineTree implements Outline {
  readonly roots: OutlineItem[];
  size: number;
  private next = 0;
  /** The graph or function, then the modules that are open. */
  private modules: OutlineItem[] = [];
  private steps: string[] = [];
  /** Nodes of no module since the last one of a module. */
  private between: OutlineItem[] = [];
  /** Nodes whose subgraphs are open. */
  private holders: OutlineItem[] = [];

  constructor(private readonly scopes: readonly Scope[]) {
    this.roots = scopes.map((scope): OutlineItem => ({
      kind: scope.kind === 'function' ? 'function' : 'graph',
      name: scope.owner.name,
      detail: '',
      start: scope.range.start,
      end: scope.range.end,
      selection: scope.name,
      children: [],
    }));
    this.size = this.roots.length;
  }

  add(position: Statement): void {
    const { start } = position.range;
    this.size++;
    while ((this.scopes[this.next]?.range.start.line ?? Infinity) <= start.line) {
      this.finish();
      this.modules = this.roots.slice(this.next, this.next + 1);
      this.next++;
      this.steps = [];
      this.holders = [];
    }
    while (this.holders.length > 0 && (this.holders.at(-1)?.end.line ?? 0) < start.line) this.holders.pop();
    const item = nodeItem(position);
    const holder = this.holders.at(-1);
    if (holder) holder.children.push(item);
    else this.addToModule(item, scopeSteps(moduleScope(position.node)));
    if (item.end.line > start.line) this.holders.push(item);
  }

  /** No node of the open modules follows: what came after their last one stands in none of them. */
  finish(): void {
    this.close(0);
  }

  /** Leaves the open modules down to so many; what stood between goes to the innermost that stays open. */
  private close(shared: number): void {
    this.modules.length = Math.min(this.modules.length, 1 + shared);
    appendAll(this.modules.at(-1)?.children ?? this.roots, this.between);
    this.between = [];
  }

  private addToModule(item: OutlineItem, steps: string[]): void {
    if (steps.length === 0 && this.steps.length > 0) {
      this.between.push(item);
      return;
    }
    let shared = 0;
    while (shared < steps.length && this.steps[shared] === steps[shared]) shared++;
    this.close(shared);
    for (const name of steps.slice(shared)) {
      const module: OutlineItem = { ...item, kind: 'module', name, detail: '', children: [] };
      (this.modules.at(-1)?.children ?? this.roots).push(module);
      this.modules.push(module);
      this.size++;
    }
    this.steps = steps;
    (this.modules.at(-1)?.children ?? this.roots).push(item);
    for (const module of this.modules) if (module.kind === 'module') module.end = item.end;
  }
}

function nodeItem({ node, range, operator }: Statement): OutlineItem {
  return {
    kind: 'node',
    name: node.operator,
    detail: node.name || (node.outputs[0] ?? ''),
    start: range.start,
    end: range.end,
    selection: operator,
    children: [],
  };
}

/**
 * The first `limit` items, whole levels first: modules stay complete as long as they fit, and what is left out is
 * left out at the deepest level.
 * @returns the kept outline and how many items it lacks
 */
export function capped(
  { roots, size }: Outline,
  limit: number,
): { readonly items: OutlineItem[]; readonly left: number } {
  const kept = new Set<OutlineItem>();
  let level = [...roots];
  while (level.length > 0 && kept.size < limit) {
    // Within a level modules come first: they are what one navigates by.
    const order = [
      ...level.filter((item) => item.kind !== 'node'),
      ...level.filter((item) => item.kind === 'node'),
    ];
    for (const item of order) if (kept.size < limit) kept.add(item);
    level = level.flatMap((item) => item.children);
  }
  const copy = (list: readonly OutlineItem[]): OutlineItem[] =>
    list.filter((item) => kept.has(item)).map((item) => ({ ...item, children: copy(item.children) }));
  return { items: copy(roots), left: size - kept.size };
}
