/** A piece of one line: 0-based line, UTF-16 columns, end exclusive. */
export interface Span {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** A node's statement in a listing. */
export interface NodePlace {
  /** Flat index (design §8); null in the body of a function, which may run in several places at once. */
  readonly node: number | null;
  readonly name: string;
  readonly operator: string;
  /** Module path, '' where none is known. */
  readonly scope: string;
  readonly line: number;
  /** Column where the statement begins. */
  readonly start: number;
  /** Last line: a node with subgraphs goes on below. */
  readonly endLine: number;
  readonly operatorSpan: Span;
  /** Output names in order; null for omitted and elided ones. */
  readonly outputs: readonly (Span | null)[];
}

/** One occurrence of a value's name. */
export interface ValuePlace extends Span {
  readonly name: string;
  /** Equal for the occurrences of one value: names are local to a graph or function. */
  readonly key: number;
  readonly definition: boolean;
}

/** A part of the listing with a heading, for the outline and for folding. */
export interface Block {
  readonly kind: 'graph' | 'function' | 'subgraph' | 'initializers' | 'metadata';
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  /** What the outline selects: the name, else the heading. */
  readonly heading: Span;
}

/** Where everything stands in one text. All lists are sorted by place. */
export interface ListingMap {
  readonly lineCount: number;
  readonly nodes: readonly NodePlace[];
  readonly values: readonly ValuePlace[];
  readonly blocks: readonly Block[];
}

export const emptyMap: ListingMap = { lineCount: 1, nodes: [], values: [], blocks: [] };

/** Index of the first item whose line is at least `line`. */
export function firstAtLine(items: readonly { readonly line: number }[], line: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The innermost node whose statement covers a line. */
export function nodePlaceAt(map: ListingMap, line: number): NodePlace | undefined {
  const last = firstAtLine(map.nodes, line + 1) - 1;
  // A node with subgraphs may end many nodes later; statements of one line are found at once.
  for (let i = last; i >= 0; i--) {
    const place = map.nodes[i];
    if (place && place.endLine >= line) return place;
    if (place && last - i > 10_000) return undefined;
  }
  return undefined;
}

/** The occurrence of a value at a position; the end of a name belongs to it, as editors take it. */
export function valuePlaceAt(map: ListingMap, line: number, character: number): ValuePlace | undefined {
  for (let i = firstAtLine(map.values, line); map.values[i]?.line === line; i++) {
    const place = map.values[i];
    if (place && place.start <= character && character <= place.end) return place;
  }
  return undefined;
}

const byNode = new WeakMap<ListingMap, Map<number, NodePlace>>();

/** The place of a node by flat index; undefined when it is elided. */
export function placeOfNode(map: ListingMap, node: number): NodePlace | undefined {
  let places = byNode.get(map);
  if (!places) {
    places = new Map(map.nodes.flatMap((place) => (place.node === null ? [] : [[place.node, place]])));
    byNode.set(map, places);
  }
  return places.get(node);
}

const byKey = new WeakMap<ListingMap, Map<number, ValuePlace[]>>();

/** Every occurrence of a value. */
export function placesOfValue(map: ListingMap, key: number): readonly ValuePlace[] {
  let places = byKey.get(map);
  if (!places) {
    places = new Map();
    for (const place of map.values) {
      const list = places.get(place.key);
      if (list) list.push(place);
      else places.set(place.key, [place]);
    }
    byKey.set(map, places);
  }
  return places.get(key) ?? [];
}
