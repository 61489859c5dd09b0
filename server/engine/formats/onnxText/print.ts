import type { Graph, Model, ModelFunction, Node, ValueInfo } from '../../graph/model';
import { runThrough, type Steps } from '../../scheduler';
import { nodeDevicesText } from './devices';
import { ListingWriter } from './listingWriter';
import { newScope } from './newScope';
import { PositionTable } from './positions';
import type { Place, Scope } from './places';
import { commentLines, functionHead, headLines, type PrintOptions } from './printHead';
import { attributeText, graphName, shortened } from './values';
import { ValueWriter } from './valueWriter';
import { commentText, grouped, nameText, quote } from './words';
import type { Writable } from './writable';

export interface Listing {
  readonly text: string;
  readonly positions: PositionTable;
}

/** Names and attributes of a statement that a listing shows. */
const mostNames = 100;

/**
 * Prints a model in ONNX's textual syntax (onnx docs/Syntax.md), and says where every node, value and attribute stands.
 * Weights appear by name, type, shape and place. Choices where the grammar leaves room: nodes are led by
 * their names as onnx.printer does; names that are no identifiers are quoted; tensors of at most 32 integers or 8 floats (of 32 or 64 bits) are written out, because shapes and scales
 * explain a graph; sparse tensors, which the grammar cannot write, appear as comments; comments are in ONNX's own words.
 */
export function printListing(model: Model, options: PrintOptions): Listing {
  return runThrough(printSteps(model, options));
}

/** As {@link printListing}, cut into steps. */
export function printSteps(model: Model, options: PrintOptions): Steps<Listing> {
  return new Printer(model, options).print();
}

/**
 * The listing of a file that cannot be read: comment lines alone. The caller brings the texts, which are localised.
 * @param lines what is wrong, at which offset, what to do; line breaks within begin further comment lines
 */
export function printUnreadable(lines: readonly string[]): string {
  const single = lines.flatMap((line) => line.split(/\r?\n/));
  return single.map((line) => (line === '' ? '#\n' : `# ${commentText(line)}\n`)).join('');
}

class Printer {
  private readonly out: ListingWriter;
  private readonly values: ValueWriter;
  private readonly scopes: Scope[] = [];
  private readonly table = new PositionTable(this.scopes);

  constructor(
    private readonly model: Model,
    private readonly options: PrintOptions,
  ) {
    const complete = options.complete ?? model.origin.format === 'onnx-text';
    this.out = new ListingWriter({
      complete,
      ...(options.fileName !== undefined && { fileName: options.fileName }),
    });
    this.values = new ValueWriter(this.out);
  }

  *print(): Steps<Listing> {
    const { out, model } = this;
    if (!out.isComplete) for (const line of commentLines(model, this.options)) out.writeLine(line);
    for (const line of headLines(model, out.isComplete)) out.writeLine(line);
    yield* this.writeGraph(model.graph, null, null);
    out.endLine();
    for (const item of model.functions) yield* this.writeFunction(item);
    return { text: out.finish(), positions: this.table };
  }

  private openScope(
    kind: Scope['kind'],
    owner: Graph | ModelFunction,
    parent: Scope | null,
    node: Node | null,
    nameShown: string,
  ): Writable<Scope> {
    const start = this.out.place;
    this.out.write(nameShown);
    const scope = newScope(kind, owner, parent, node, { start, end: this.out.place });
    this.scopes.push(scope);
    this.table.addScope(scope);
    return scope;
  }

  private closeScope(scope: Writable<Scope>, start: Place): void {
    scope.range = { start, end: this.out.place };
  }

  private *writeGraph(graph: Graph, outer: Scope | null, node: Node | null, parent = -1): Steps<void> {
    const kind = outer ? 'subgraph' : 'graph';
    const start = this.out.place;
    const scope = this.openScope(
      kind,
      graph,
      outer,
      node,
      outer ? graphName(graph.name) : this.out.nameText(graph.name),
    );
    this.out.write(' ');
    scope.inputs = this.values.writeList(graph.inputs);
    this.out.write(' => ');
    scope.outputs = this.values.writeList(graph.outputs);
    scope.header = { start, end: this.out.place };
    scope.initializers = yield* this.values.writeInitializers(graph);
    yield* this.writeNodes(graph.nodes, scope, parent);
    this.closeScope(scope, start);
  }

  private *writeNodes(nodes: readonly Node[], scope: Writable<Scope>, parent: number): Steps<void> {
    const { out } = this;
    out.endLine();
    out.writeLine('{');
    const outer = out.indent;
    out.indent += '  ';
    let shown = nodes;
    for (let i = 0; i < nodes.length; i++) {
      yield;
      if (out.isFull(1)) {
        out.writeLine(`# ... ${grouped(nodes.length - i)} more nodes`);
        shown = nodes.slice(0, i);
        break;
      }
      out.write(out.indent);
      yield* this.writeNode(nodes[i]!, scope, parent);
      out.endLine();
    }
    out.indent = outer;
    out.write(`${out.indent}}`);
    scope.nodes = shown;
  }

  private *writeNode(node: Node, scope: Scope, parent: number): Steps<void> {
    const { out } = this;
    const index = this.table.begin(node, scope, parent, out.line, out.character);
    if (node.name !== '') out.write(`[${out.nameText(node.name)}] `);
    const outputs: number[] = [];
    const outputCount = this.writeNames(node.outputs, 'outputs', outputs);
    out.write(outputCount > 0 ? ' = ' : '= ');
    for (const part of node.domain === '' ? [] : node.domain.split('.')) out.write(`${operatorText(part)}.`);
    const parts = [out.line, out.character];
    out.write(operatorText(node.operator));
    parts.push(out.character);
    if (node.overload !== '') out.write(`:${operatorText(node.overload)}`);
    const attributes: number[] = [];
    const attributeCount = yield* this.writeAttributes(node, scope, index, attributes);
    out.write(' (');
    const inputs: number[] = [];
    const inputCount = this.writeNames(node.inputs, 'inputs', inputs);
    out.write(')');
    for (const one of node.devices ?? []) out.note(commentText(shortened(nodeDevicesText(one))));
    for (const list of [outputs, attributes, inputs]) for (const cell of list) parts.push(cell);
    this.table.finish(index, out.line, out.character, [outputCount, attributeCount, inputCount], parts);
  }

  /** Writes names and notes their places; returns how many are shown. */
  private writeNames(names: readonly string[], kind: string, places: number[]): number {
    const { out } = this;
    const count = out.isComplete || names.length <= mostNames ? names.length : mostNames;
    for (let i = 0; i < count; i++) {
      if (i > 0) out.write(', ');
      const start = out.character;
      out.write(names[i] === '' ? '""' : out.nameText(names[i]!));
      places.push(out.line, start, out.character);
    }
    if (count < names.length) out.note(`... ${grouped(names.length - count)} more ${kind}`);
    return count;
  }

  private *writeAttributes(node: Node, scope: Scope, index: number, places: number[]): Steps<number> {
    const { out } = this;
    let count = 0;
    const shown = out.isComplete ? node.attributes : node.attributes.slice(0, mostNames);
    if (shown.length < node.attributes.length) {
      out.note(`... ${grouped(node.attributes.length - shown.length)} more attributes`);
    }
    for (const attribute of shown) {
      const text = attributeText(attribute, out.style);
      for (const note of text.notes) out.note(`${commentText(shortened(attribute.name))}: ${note}`);
      // What the grammar cannot write stands in the note alone. Positions follow the attributes, so it has an empty one.
      const start = (out.write(text.value === null ? '' : count++ === 0 ? ' <' : ', '), out.character);
      if (text.value !== null) out.write(operatorText(attribute.name));
      places.push(out.line, start, out.character);
      if (text.value === null) continue;
      out.write(`${text.type}= ${text.value}`);
      if (attribute.kind === 'graph') yield* this.writeGraph(attribute.value, scope, node, index);
      else if (attribute.kind === 'graphs') yield* this.writeGraphs(attribute.value, scope, node, index);
    }
    if (count > 0) out.write('>');
    return shown.length;
  }

  private *writeGraphs(graphs: readonly Graph[], scope: Scope, node: Node, index: number): Steps<void> {
    this.out.write('[');
    for (const [i, graph] of graphs.entries()) {
      if (i > 0) this.out.write(', ');
      yield* this.writeGraph(graph, scope, node, index);
    }
    this.out.write(']');
  }

  private *writeFunction(item: ModelFunction): Steps<void> {
    const { out } = this;
    out.writeLine();
    const start = out.place;
    const head = functionHead(item, out.isComplete);
    if (head !== '') out.writeLine(head);
    const scope = this.openScope('function', item, null, null, out.nameText(item.name));
    const defaults = item.attributeDefaults.flatMap((attribute) => {
      const { type, value } = attributeText(attribute, { ...out.style, typed: true });
      return value === null ? [] : [`${operatorText(attribute.name)}${type}= ${value}`];
    });
    const attributes = [...item.attributes.map(nameText), ...defaults];
    if (attributes.length > 0) out.write(` <${attributes.join(', ')}>`);
    out.write(' ');
    const types = new Map(item.valueInfo.map((value) => [value.name, value]));
    const values = (names: readonly string[]): ValueInfo[] =>
      names.map((name) => types.get(name) ?? { name });
    scope.inputs = this.values.writeList(values(item.inputs));
    out.write(' => ');
    scope.outputs = this.values.writeList(values(item.outputs));
    scope.header = { start: scope.name.start, end: out.place };
    const shown = new Set([...item.inputs, ...item.outputs]);
    const declared = out.isComplete ? item.valueInfo.filter((value) => !shown.has(value.name)) : [];
    if (declared.length > 0) out.write(` <${declared.map((value) => this.values.text(value)).join(', ')}>`);
    yield* this.writeNodes(item.nodes, scope, -1);
    this.closeScope(scope, start);
    out.endLine();
  }
}

/** Operators, their domains and attributes are bare in the grammar; what cannot be is quoted, which onnx refuses. */
function operatorText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quote(shortened(name));
}
