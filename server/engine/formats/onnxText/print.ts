import type { Graph, Model, ModelFunction, Node, OpsetImport, Tensor, ValueInfo } from '../../graph/model';
import { byteLength } from '../../graph/dataTypes';
import { runThrough, type Steps } from '../../scheduler';
import { PositionTable, lineRange } from './positions';
import type { Named, Place, Scope } from './positions';
import { configurationText, nodeDevicesText } from './devices';
import { attributeText, graphName, shortened, tensorText } from './values';
import type { ValueStyle } from './values';
import { commentText, nameText, quote, typeText } from './words';
import { LineWriter } from './writer';

export interface PrintOptions {
  /** Name of the model file, without folders: it stands in the first comment and as the place of embedded weights. */
  readonly fileName: string;
  /** Bytes of the model file, if known. */
  readonly fileSize?: number;
  /** Sentences for comment lines below the first, such as what is wrong with a file that was read in part. */
  readonly remarks?: readonly string[];
  /**
   * True prints all that the grammar can say (labels, documentation, metadata, declared types, long lists); false is the
   * listing, which leaves to the hover what a reader does not look for. Default: true for models that came from text.
   */
  readonly complete?: boolean;
}

export interface Listing {
  readonly text: string;
  readonly positions: PositionTable;
}

/** VS Code drops tokens, folding and lenses above 20 MiB or 300,000 lines: the listing stays clearly below. */
const listingLimits = { bytes: 18 * 1024 * 1024, lines: 250_000, names: 100 } as const;
/** What is kept free for the end of the text when a block is elided. */
const reserve = { bytes: 1024 * 1024, lines: 2_000 };
/** Value lists longer than this are broken into lines. */
const lineLength = 110;

/**
 * Prints a model in ONNX's textual syntax (onnx docs/Syntax.md), and says where every node, value and attribute stands.
 * Weights appear by name, type, shape and place. Choices where the grammar leaves room: names that are no identifiers
 * are quoted; tensors of at most 32 integers or 8 floats (of 32 or 64 bits) are written out, because shapes and scales
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

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

class Printer {
  private readonly out = new LineWriter();
  private readonly scopes: Scope[] = [];
  private readonly table = new PositionTable(this.scopes);
  private readonly complete: boolean;
  private readonly style: ValueStyle;
  private indent = '';

  constructor(
    private readonly model: Model,
    private readonly options: PrintOptions,
  ) {
    this.complete = options.complete ?? model.format === 'onnx-text';
    this.style = { complete: this.complete, fileName: options.fileName };
  }

  *print(): Steps<Listing> {
    if (!this.complete) this.writeComment();
    this.writeHeader();
    yield* this.writeGraph(this.model.graph, null, null);
    this.out.endLine();
    for (const item of this.model.functions) yield* this.writeFunction(item);
    return { text: this.out.finish(), positions: this.table };
  }

  private line(text = ''): void {
    this.out.write(text && this.indent + text);
    this.out.endLine();
  }

  private name(name: string): string {
    return nameText(this.complete ? name : shortened(name));
  }

  private writeComment(): void {
    const { graph } = this.model;
    let weights = 0;
    for (const { dtype, dims } of graph.initializers) {
      if (dtype)
        weights +=
          byteLength(
            dtype,
            dims.reduce((product, dim) => product * dim, 1),
          ) ?? 0;
    }
    const size = this.options.fileSize === undefined ? [] : [`${grouped(this.options.fileSize)} bytes`];
    const parts = [
      ...size,
      `${grouped(graph.nodes.length)} nodes`,
      `${grouped(graph.initializers.length)} initializers (${grouped(weights)} bytes)`,
    ];
    this.line(`# ${commentText(shortened(this.options.fileName))}: ${parts.join(', ')}`);
    const { deviceConfigurations = [], trainingInfoCount } = this.model;
    for (const one of deviceConfigurations) this.line(`# ${commentText(shortened(configurationText(one)))}`);
    if (trainingInfoCount > 0) this.line(`# training_info: ${grouped(trainingInfoCount)}, not shown`);
    for (const remark of this.options.remarks ?? []) this.line(`# ${commentText(remark)}`);
  }

  private writeHeader(): void {
    const { irVersion, opsets, producerName, producerVersion, domain, modelVersion, docString, metadata } =
      this.model;
    const text = (key: string, value: string): string[] =>
      value === '' ? [] : [`${key}: ${quote(this.complete ? value : shortened(value))}`];
    const pairs = metadata.map(([key, value]) => `${quote(key)}: ${quote(value)}`);
    const entries = [
      ...(irVersion === null ? [] : [`ir_version: ${irVersion}`]),
      ...(opsets.length === 0 ? [] : [`opset_import: ${opsetText(opsets)}`]),
      ...text('producer_name', producerName),
      ...text('producer_version', producerVersion),
      ...text('domain', domain),
      ...(modelVersion === null ? [] : [`model_version: ${modelVersion}`]),
      ...(this.complete ? text('doc_string', docString) : []),
      ...(this.complete && pairs.length > 0 ? [`metadata_props: [${pairs.join(', ')}]`] : []),
    ];
    if (entries.length === 0) return;
    this.line('<');
    entries.forEach((entry, i) => this.line(`  ${entry}${i < entries.length - 1 ? ',' : ''}`));
    this.line('>');
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
    const name = { start, end: this.out.place };
    const scope: Writable<Scope> = {
      kind,
      owner,
      parent,
      node,
      children: [],
      nodes: [],
      inputs: [],
      outputs: [],
      initializers: [],
      name,
      header: name,
      range: name,
    };
    (parent?.children as Scope[] | undefined)?.push(scope);
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
      outer ? graphName(graph.name) : this.name(graph.name),
    );
    this.out.write(' ');
    scope.inputs = this.writeValues(graph.inputs);
    this.out.write(' => ');
    scope.outputs = this.writeValues(graph.outputs);
    scope.header = { start, end: this.out.place };
    yield* this.writeInitializers(graph, scope);
    yield* this.writeNodes(graph.nodes, scope, parent);
    this.closeScope(scope, start);
  }

  private valueText({ name, type }: ValueInfo): [before: string, name: string] {
    const text = typeText(type);
    return [text && `${text} `, this.name(name)];
  }

  /** A list of inputs or outputs in parentheses, one to a line if they are many. */
  private writeValues(values: readonly ValueInfo[]): Named<ValueInfo>[] {
    const texts = values.map((value) => this.valueText(value));
    const length = texts.reduce((sum, [before, name]) => sum + before.length + name.length + 2, 0);
    const broken = this.out.character + length > lineLength && values.length > 1;
    const { out } = this;
    const named: Named<ValueInfo>[] = [];
    out.write('(');
    texts.forEach(([before, name], i) => {
      if (broken) {
        out.endLine();
        out.write(`${this.indent}  `);
      }
      out.write(before);
      const start = out.character;
      out.write(name);
      named.push({
        name: values[i]!.name,
        range: lineRange(out.line, start, out.character),
        item: values[i]!,
      });
      if (i < texts.length - 1) out.write(broken ? ',' : ', ');
    });
    if (broken) {
      out.endLine();
      out.write(this.indent);
    }
    out.write(')');
    return named;
  }

  /** The list in angle brackets: declared values, if everything is printed, and initializers, one to a line. */
  private *writeInitializers(graph: Graph, scope: Writable<Scope>): Steps<void> {
    const { out } = this;
    const declared = this.complete ? graph.valueInfo : [];
    const tensors = graph.initializers.filter((tensor) => tensor.dtype);
    const unknown = graph.initializers.filter((tensor) => !tensor.dtype);
    if (declared.length + graph.initializers.length + graph.sparseInitializers.length === 0) return;
    const named: Named<Tensor>[] = [];
    out.endLine();
    this.line('<');
    let first = true;
    const next = (): void => {
      if (!first) {
        out.write(',');
        out.endLine();
      }
      first = false;
      out.write(`${this.indent}  `);
    };
    for (const value of declared) {
      next();
      out.write(this.valueText(value).join(''));
    }
    for (let i = 0; i < tensors.length; i++) {
      yield;
      if (this.isFull(2)) {
        out.note(`... ${grouped(tensors.length - i)} more initializers`);
        break;
      }
      next();
      named.push(this.writeInitializer(tensors[i]!));
    }
    if (!first) out.endLine();
    for (const { name, dims } of unknown)
      this.line(`  # ${commentText(shortened(name))}: unknown type, [${dims.join(', ')}]`);
    for (const { name, dims, values } of graph.sparseInitializers) {
      const shape = `sparse_tensor(${values.dtype ?? 'float'}[${dims.join(', ')}])`;
      this.line(`  # ${commentText(shortened(name))}: ${shape}, ${grouped(values.dims[0] ?? 0)} values`);
    }
    out.write(`${this.indent}>`);
    scope.initializers = named;
  }

  private writeInitializer(tensor: Tensor): Named<Tensor> {
    const { out } = this;
    const { type, data, notes } = tensorText(tensor, this.style);
    out.write(`${type} `);
    const start = out.character;
    out.write(this.name(tensor.name));
    const range = lineRange(out.line, start, out.character);
    out.write(` = ${data}`);
    notes.forEach((note) => out.note(note));
    return { name: tensor.name, range, item: tensor };
  }

  /** True when no more than 1 ÷ `share` of the room was meant for what is being written, and that is used up. */
  private isFull(share: number): boolean {
    if (this.complete) return false;
    const { out } = this;
    return (
      out.line >= (listingLimits.lines - reserve.lines) / share ||
      out.size >= (listingLimits.bytes - reserve.bytes) / share
    );
  }

  private *writeNodes(nodes: readonly Node[], scope: Writable<Scope>, parent: number): Steps<void> {
    const { out } = this;
    out.endLine();
    this.line('{');
    const outer = this.indent;
    this.indent += '  ';
    let shown = nodes;
    for (let i = 0; i < nodes.length; i++) {
      yield;
      if (this.isFull(1)) {
        this.line(`# ... ${grouped(nodes.length - i)} more nodes`);
        shown = nodes.slice(0, i);
        break;
      }
      out.write(this.indent);
      yield* this.writeNode(nodes[i]!, scope, parent);
      out.endLine();
    }
    this.indent = outer;
    out.write(`${this.indent}}`);
    scope.nodes = shown;
  }

  private *writeNode(node: Node, scope: Scope, parent: number): Steps<void> {
    const { out } = this;
    const index = this.table.begin(node, scope, parent, out.line, out.character);
    if (this.complete && node.name !== '') out.write(`[${quote(node.name)}] `);
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
    const count = this.complete || names.length <= listingLimits.names ? names.length : listingLimits.names;
    for (let i = 0; i < count; i++) {
      if (i > 0) out.write(', ');
      const start = out.character;
      out.write(names[i] === '' ? '""' : this.name(names[i]!));
      places.push(out.line, start, out.character);
    }
    if (count < names.length) out.note(`... ${grouped(names.length - count)} more ${kind}`);
    return count;
  }

  private *writeAttributes(node: Node, scope: Scope, index: number, places: number[]): Steps<number> {
    const { out } = this;
    let count = 0;
    const shown = this.complete ? node.attributes : node.attributes.slice(0, listingLimits.names);
    if (shown.length < node.attributes.length) {
      out.note(`... ${grouped(node.attributes.length - shown.length)} more attributes`);
    }
    for (const attribute of shown) {
      const text = attributeText(attribute, this.style);
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
    this.line();
    const start = out.place;
    const head = [
      ...(item.domain === '' ? [] : [`domain: ${quote(item.domain)}`]),
      ...(item.overload === '' ? [] : [`overload: ${quote(item.overload)}`]),
      ...(item.opsets.length === 0 ? [] : [`opset_import: ${opsetText(item.opsets)}`]),
      ...(this.complete && item.docString ? [`doc_string: ${quote(item.docString)}`] : []),
    ];
    if (head.length > 0) this.line(`<${head.join(', ')}>`);
    const scope = this.openScope('function', item, null, null, this.name(item.name));
    const defaults = item.attributeDefaults.flatMap((attribute) => {
      const { type, value } = attributeText(attribute, { ...this.style, typed: true });
      return value === null ? [] : [`${operatorText(attribute.name)}${type}= ${value}`];
    });
    const attributes = [...item.attributes.map(nameText), ...defaults];
    if (attributes.length > 0) out.write(` <${attributes.join(', ')}>`);
    out.write(' ');
    const types = new Map(item.valueInfo.map((value) => [value.name, value]));
    const values = (names: readonly string[]): ValueInfo[] =>
      names.map((name) => types.get(name) ?? { name });
    scope.inputs = this.writeValues(values(item.inputs));
    out.write(' => ');
    scope.outputs = this.writeValues(values(item.outputs));
    scope.header = { start: scope.name.start, end: out.place };
    const shown = new Set([...item.inputs, ...item.outputs]);
    const declared = this.complete ? item.valueInfo.filter((value) => !shown.has(value.name)) : [];
    if (declared.length > 0)
      out.write(` <${declared.map((value) => this.valueText(value).join('')).join(', ')}>`);
    yield* this.writeNodes(item.nodes, scope, -1);
    this.closeScope(scope, start);
    out.endLine();
  }
}

/** Operators, their domains and attributes are bare in the grammar; what cannot be is quoted, which onnx refuses. */
function operatorText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quote(shortened(name));
}

function opsetText(opsets: readonly OpsetImport[]): string {
  return `[${opsets.map(({ domain, version }) => `${quote(domain)} : ${version}`).join(', ')}]`;
}

/** 1234567 as 1,234,567: comments of the listing are in ONNX's words and digits, whatever the language. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
