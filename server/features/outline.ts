import { scopeSteps } from '../engine/graph/moduleScope';
import type { ListingMap, NodePlace, Span } from '../workspace/listingMap';

/** An entry of the outline: a block, a module, or a node. */
export interface OutlineItem {
  readonly kind: 'graph' | 'function' | 'module' | 'node' | 'note';
  readonly name: string;
  readonly detail: string;
  readonly line: number;
  endLine: number;
  readonly selection: Span;
  readonly children: OutlineItem[];
}

/**
 * The outline by block, module and node. Modules follow the file order: one that is interrupted by another comes
 * twice, so that every entry covers the lines of its children.
 */
export function outline(map: ListingMap): OutlineItem[] {
  const holders = map.blocks.filter((block) => block.kind === 'graph' || block.kind === 'function');
  const roots = holders.map((block): OutlineItem => ({
    kind: block.kind === 'function' ? 'function' : 'graph',
    name: block.name,
    detail: '',
    line: block.line,
    endLine: block.endLine,
    selection: block.heading,
    children: [],
  }));
  let next = 0;
  let stack: OutlineItem[] = [];
  let steps: string[] = [];
  let open: OutlineItem[] = [];
  for (const place of map.nodes) {
    while (next < roots.length && (roots[next]?.line ?? 0) <= place.line) {
      stack = [roots[next++] as OutlineItem];
      steps = [];
      open = [];
    }
    // Nodes of a subgraph stand below the node that holds them.
    while (open.length > 0 && (open.at(-1)?.endLine ?? 0) < place.line) open.pop();
    const item = nodeItem(place);
    if (open.length > 0) open.at(-1)?.children.push(item);
    else {
      const wanted = scopeSteps(place.scope);
      const shared = commonLength(steps, wanted);
      stack.length = Math.min(stack.length, 1 + shared);
      for (const step of wanted.slice(shared)) {
        const module = { ...item, kind: 'module' as const, name: step, detail: '', children: [] };
        (stack.at(-1)?.children ?? roots).push(module);
        stack.push(module);
      }
      steps = wanted;
      (stack.at(-1)?.children ?? roots).push(item);
      for (const holder of stack) holder.endLine = Math.max(holder.endLine, item.endLine);
    }
    if (place.endLine > place.line) open.push(item);
  }
  return roots;
}

function nodeItem(place: NodePlace): OutlineItem {
  return {
    kind: 'node',
    name: place.operator,
    detail: place.name,
    line: place.line,
    endLine: place.endLine,
    selection: place.operatorSpan,
    children: [],
  };
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/**
 * The first `limit` items, whole levels first: modules stay complete as long as they fit, and what is left out is
 * left out at the deepest level.
 * @returns the kept outline and how many items it lacks
 */
export function capped(
  items: readonly OutlineItem[],
  limit: number,
): { readonly items: OutlineItem[]; readonly left: number } {
  const kept = new Set<OutlineItem>();
  let level = [...items];
  let total = 0;
  while (level.length > 0) {
    total += level.length;
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
  return { items: copy(items), left: total - kept.size };
}
