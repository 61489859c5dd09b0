import type { Graph, ModelFunction, Node } from '../../graph/model';
import { runThrough, type Steps } from '../../scheduler';
import { declaredAt } from './declared';
import { covers, lineRange, type Place, type Range, type Scope } from './places';
import { collectOccurrences } from './occurrences';
import type { NameCell, Occurrences, OccurrencesByScope, StatementNames } from './occurrences';

/** Where the parts of a statement stand. Lists are shorter than the node's where the listing elides. */
export interface NodePosition {
  readonly node: Node;
  readonly scope: Scope;
  /** The node that holds the subgraph this one stands in. */
  readonly parent: Node | null;
  readonly range: Range;
  readonly operator: Range;
  readonly outputs: readonly Range[];
  readonly inputs: readonly Range[];
  readonly attributes: readonly Range[];
}

/** A statement as an outline shows it. */
export type Statement = Pick<NodePosition, 'node' | 'range' | 'operator'>;

/** What stands at a place of the text. */
export type Hit =
  | { readonly kind: 'operator' | 'statement'; readonly node: Node; readonly range: Range }
  | { readonly kind: 'attribute'; readonly node: Node; readonly index: number; readonly range: Range }
  | {
      readonly kind: 'value';
      readonly node: Node | null;
      readonly name: string;
      readonly scope: Scope;
      readonly range: Range;
    };

/** A value's places: an input that has an initializer has two definitions, a value of an outer scope may have none. */
export interface ValuePosition {
  readonly name: string;
  readonly scope: Scope;
  readonly definitions: readonly Range[];
  readonly uses: readonly Range[];
}

const headerCells = 10;

/** Numbers of all statements in one typed array: objects for each would cost more memory than the text. */
export class PositionTable {
  /**
   * Per statement: start line and character, end line and character, operator's line, start and end, counts of outputs,
   * attributes and inputs; then line, start and end of each of those.
   */
  private cells = new Int32Array(1024);
  private length = 0;
  private readonly offsets: number[] = [];
  private readonly nodeList: Node[] = [];
  private readonly scopeOf: Scope[] = [];
  private readonly parentOf: number[] = [];
  private indexByNode: Map<Node, number> | null = null;
  private readonly scopeByOwner = new Map<Graph | ModelFunction, Scope>();
  private values: OccurrencesByScope | null = null;

  constructor(readonly scopes: readonly Scope[]) {}

  /** Nodes in the order of the text: a node before those of its subgraphs. */
  get nodes(): readonly Node[] {
    return this.nodeList;
  }

  /** Takes up a statement whose end is not known yet. */
  begin(node: Node, scope: Scope, parent: number, line: number, character: number): number {
    const index = this.nodeList.length;
    this.nodeList.push(node);
    this.scopeOf.push(scope);
    this.parentOf.push(parent);
    this.offsets.push(-1);
    this.starts.push(line, character);
    return index;
  }

  private readonly starts: number[] = [];

  /** `parts`: operator, outputs, attributes and inputs as line, start, end each. */
  finish(
    index: number,
    endLine: number,
    endCharacter: number,
    counts: readonly [number, number, number],
    parts: readonly number[],
  ): void {
    const needed = this.length + headerCells + parts.length;
    if (needed > this.cells.length) {
      const grown = new Int32Array(Math.max(needed, this.cells.length * 2));
      grown.set(this.cells.subarray(0, this.length));
      this.cells = grown;
    }
    const { cells } = this;
    let at = this.length;
    this.offsets[index] = at;
    cells[at++] = this.starts[index * 2]!;
    cells[at++] = this.starts[index * 2 + 1]!;
    cells[at++] = endLine;
    cells[at++] = endCharacter;
    for (let i = 0; i < 3; i++) cells[at++] = parts[i]!;
    for (const count of counts) cells[at++] = count;
    for (let i = 3; i < parts.length; i++) cells[at++] = parts[i]!;
    this.length = at;
  }

  addScope(scope: Scope): void {
    this.scopeByOwner.set(scope.owner, scope);
  }

  /** The scope of a graph or function of the model; undefined if the text does not show it. */
  scope(owner: Graph | ModelFunction): Scope | undefined {
    return this.scopeByOwner.get(owner);
  }

  /** Made when first asked for, so that the printer does not wait for it. */
  private indexOf(node: Node): number | undefined {
    if (!this.indexByNode) runThrough(this.indexNodes());
    return this.indexByNode?.get(node);
  }

  /** Makes what later questions about nodes are answered from; who has time does it before the first one. */
  *indexNodes(): Steps<void> {
    if (this.indexByNode) return;
    const indexByNode = new Map<Node, number>();
    for (let index = 0; index < this.nodeList.length; index++) {
      yield;
      indexByNode.set(this.nodeList[index]!, index);
    }
    this.indexByNode = indexByNode;
  }

  position(node: Node): NodePosition | undefined {
    const index = this.indexOf(node);
    return index === undefined ? undefined : this.at(index);
  }

  /** First line of a node's statement; -1 if the text does not show it. Cheaper than {@link position}. */
  lineOf(node: Node): number {
    const index = this.indexOf(node);
    return index === undefined ? -1 : this.starts[index * 2]!;
  }

  private triple(cell: number): Range {
    const { cells } = this;
    return lineRange(cells[cell]!, cells[cell + 1]!, cells[cell + 2]!);
  }

  private rangeAt(index: number): Range {
    const { cells } = this;
    const at = this.offsets[index]!;
    return {
      start: { line: cells[at]!, character: cells[at + 1]! },
      end: { line: cells[at + 2]!, character: cells[at + 3]! },
    };
  }

  /** Statements in the order of the text, without the places of their names. */
  *statements(): Generator<Statement, void> {
    for (let index = 0; index < this.nodeList.length; index++) {
      const operator = this.triple(this.offsets[index]! + 4);
      yield { node: this.nodeList[index]!, range: this.rangeAt(index), operator };
    }
  }

  private at(index: number): NodePosition {
    const at = this.offsets[index]!;
    const list = (from: number, count: number): Range[] =>
      Array.from({ length: count }, (_, i) => this.triple(from + i * 3));
    const [outputs, attributes, inputs] = this.counts(at);
    const first = at + headerCells;
    const parent = this.parentOf[index]!;
    return {
      node: this.nodeList[index]!,
      scope: this.scopeOf[index]!,
      parent: parent < 0 ? null : this.nodeList[parent]!,
      range: this.rangeAt(index),
      operator: this.triple(at + 4),
      outputs: list(first, outputs),
      attributes: list(first + outputs * 3, attributes),
      inputs: list(first + (outputs + attributes) * 3, inputs),
    };
  }

  /** Index of the first node whose statement starts on or after `line`. */
  private firstFrom(line: number): number {
    let low = 0;
    let high = this.nodeList.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle * 2]! < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Nodes whose statements start on the lines `from` to `to`, both included. */
  nodesBetween(from: number, to: number): readonly Node[] {
    return this.nodeList.slice(this.firstFrom(from), this.firstFrom(to + 1));
  }

  /** The innermost node whose statement covers the line. */
  nodeAt(line: number): Node | null {
    let index = this.firstFrom(line + 1) - 1;
    while (index >= 0 && this.cells[this.offsets[index]! + 2]! < line) index = this.parentOf[index]!;
    return index < 0 ? null : this.nodeList[index]!;
  }

  /** The innermost node whose statement covers the place: hand-written text has several on a line. */
  nodeAtPlace(place: Place): Node | null {
    const index = this.indexAtPlace(place);
    return index < 0 ? null : this.nodeList[index]!;
  }

  private indexAtPlace(place: Place): number {
    let index = this.firstFrom(place.line + 1) - 1;
    while (
      index >= 0 &&
      this.starts[index * 2] === place.line &&
      this.starts[index * 2 + 1]! > place.character
    )
      index--;
    while (index >= 0 && !covers(this.rangeAt(index), place)) index = this.parentOf[index]!;
    return index;
  }

  /** What stands at a place: a value, an operator, an attribute's name, else the statement around it. */
  hit(line: number, character: number): Hit | null {
    const place = { line, character };
    const found = this.indexAtPlace(place);
    const position = found < 0 ? null : this.at(found);
    const node = position && position.node;
    if (node && position) {
      if (covers(position.operator, place)) return { kind: 'operator', node, range: position.operator };
      const scope = position.scope;
      for (const [ranges, names] of [
        [position.outputs, node.outputs],
        [position.inputs, node.inputs],
      ] as const) {
        const index = ranges.findIndex((range) => covers(range, place));
        if (index >= 0) return { kind: 'value', node, name: names[index]!, scope, range: ranges[index]! };
      }
      const index = position.attributes.findIndex((range) => covers(range, place));
      if (index >= 0) return { kind: 'attribute', node, index, range: position.attributes[index]! };
    }
    const declared = declaredAt(this.scopes, place);
    if (declared) {
      const { scope, name, range } = declared;
      return { kind: 'value', node: null, name, scope, range };
    }
    return node && position && covers(position.range, place)
      ? { kind: 'statement', node, range: position.range }
      : null;
  }

  /** The innermost scope around a line. */
  scopeAt(line: number): Scope | null {
    let found: Scope | null = null;
    for (const scope of this.scopes) {
      if (scope.range.start.line <= line && line <= scope.range.end.line) found = scope;
    }
    return found;
  }

  /** Definitions and uses of the value that `name` means in a scope: its own or that of an outer one. */
  value(scope: Scope, name: string): ValuePosition | undefined {
    const values = this.allValues();
    for (let at: Scope | null = scope; at; at = at.parent) {
      const found = values.get(at)?.get(name);
      if (found) return this.valuePosition(at, name, found);
    }
    return undefined;
  }

  /** All values that a scope defines or uses without any definition. */
  valuesOf(scope: Scope): readonly ValuePosition[] {
    const names = this.allValues().get(scope) ?? new Map<string, Occurrences>();
    return [...names].map(([name, found]) => this.valuePosition(scope, name, found));
  }

  private valuePosition(scope: Scope, name: string, { definitions, uses }: Occurrences): ValuePosition {
    const range = (place: Range | number): Range => (typeof place === 'number' ? this.triple(place) : place);
    return { name, scope, definitions: definitions.map(range), uses: uses.map(range) };
  }

  /** Made on the first question: most listings are read without one. */
  private allValues(): OccurrencesByScope {
    return this.values ?? runThrough(this.indexValues());
  }

  /** Makes what questions about values are answered from; who has time does it before the first one. */
  *indexValues(): Steps<OccurrencesByScope> {
    this.values ??= yield* collectOccurrences(this.scopes, () => this.statementNames());
    return this.values;
  }

  private *statementNames(): Generator<StatementNames, void> {
    const list = (names: readonly string[], from: number, count: number): NameCell[] =>
      Array.from({ length: count }, (_, i) => [names[i] ?? '', from + i * 3]);
    for (const [index, node] of this.nodeList.entries()) {
      const at = this.offsets[index]!;
      const [outputs, attributes, inputs] = this.counts(at);
      const first = at + headerCells;
      yield {
        scope: this.scopeOf[index]!,
        outputs: list(node.outputs, first, outputs),
        inputs: list(node.inputs, first + (outputs + attributes) * 3, inputs),
      };
    }
  }

  /** How many outputs, attributes and inputs a statement shows. */
  private counts(at: number): readonly [outputs: number, attributes: number, inputs: number] {
    return [this.cells[at + 7]!, this.cells[at + 8]!, this.cells[at + 9]!];
  }
}
