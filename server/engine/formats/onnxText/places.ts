import type { Graph, ModelFunction, Node, Tensor } from '../../graph/model';

/** 0-based line and UTF-16 character, as in LSP. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Place;
  readonly end: Place;
}

/** A stretch of names: the model itself, a subgraph or a function. */
export interface Scope {
  readonly kind: 'graph' | 'subgraph' | 'function';
  readonly owner: Graph | ModelFunction;
  readonly parent: Scope | null;
  /** The node that holds a subgraph. */
  readonly node: Node | null;
  readonly children: readonly Scope[];
  /** Nodes of this scope alone, as far as the text shows them. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  readonly initializers: readonly Named<Tensor>[];
  /** Values with a declared type, where the text names them. */
  readonly declared?: readonly Named[];
  readonly name: Range;
  /** From the name to the arrow's outputs. */
  readonly header: Range;
  /** From the name (or what stands before it) to the closing brace. */
  readonly range: Range;
}

/** A name at a place: of an input, output, declared value or initializer. */
export interface Named<Item = unknown> {
  readonly name: string;
  readonly range: Range;
  readonly item: Item | null;
}

/** A stretch of one line. */
export function lineRange(line: number, start: number, end: number): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}

/** True if the place lies in the range or at its end, where an editor's cursor stands behind a word. */
export function covers({ start, end }: Range, { line, character }: Place): boolean {
  if (line < start.line || line > end.line) return false;
  if (line === start.line && character < start.character) return false;
  return line !== end.line || character <= end.character;
}
