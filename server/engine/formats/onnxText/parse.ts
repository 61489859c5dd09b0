import type { Attribute, Graph, Model, ModelFunction, Node, Tensor, ValueInfo } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { limits } from '../onnx/limits';
import { marked } from '../problems';
import { boundless, Meter, noRoom, NoRoomError } from '../room';
import type { ReadModel, Room } from '../room';
import { Cursor } from './cursor';
import type { TextProblem } from './cursor';
import { AttributeParser } from './parseAttributes';
import { HeadParser } from './parseHead';
import { NodeParser } from './parseNode';
import { TypeParser } from './parseTypes';
import { ValueParser } from './parseValues';
import { PositionTable } from './positions';
import { newScope } from './newScope';
import type { Scope } from './places';
import type { Writable } from './writable';

export interface ParsedText extends ReadModel {
  /** What could be read; null only where there is no graph at all, or no room for it. */
  readonly value: Model | null;
  readonly problems: readonly TextProblem[];
  readonly positions: PositionTable;
}

/**
 * Reads a model in ONNX's textual syntax (onnx docs/Syntax.md), with the positions that the printer gives too. A broken
 * line is reported once and costs that line alone: a statement whose operator was read stays, with what was read of it.
 */
export async function parseOnnxText(
  source: string,
  scheduler: Scheduler,
  room: Room = boundless,
): Promise<ParsedText> {
  const parser = new Parser(source, scheduler, new Meter(room));
  try {
    return marked(await parser.parse());
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    return parser.givenUp();
  }
}

/** Of the text itself: its letters may be any. */
export const bytesPerLetter = 2;

interface GraphParts {
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  readonly valueInfo: ValueInfo[];
  readonly initializers: Tensor[];
}

class Parser {
  private readonly cursor: Cursor;
  private readonly lists: ValueParser;
  private readonly heads: HeadParser;
  private readonly attributes: AttributeParser;
  private readonly nodes: NodeParser;
  private readonly scopes: Scope[] = [];
  private readonly table = new PositionTable(this.scopes);
  private depth = 0;

  constructor(
    source: string,
    private readonly scheduler: Scheduler,
    private readonly meter: Meter,
  ) {
    this.cursor = new Cursor(source, meter);
    const types = new TypeParser(this.cursor);
    this.lists = new ValueParser(this.cursor, types);
    this.heads = new HeadParser(this.cursor, types);
    this.attributes = new AttributeParser(this.cursor, types);
    this.nodes = new NodeParser(this.cursor, this.attributes, this.table, (outer, node, index) =>
      this.subgraph(outer, node, index),
    );
  }

  async parse(): Promise<ParsedText> {
    this.meter.take(bytesPerLetter * this.cursor.token.source.length);
    const head = this.heads.head(true);
    let graph: Graph | null = null;
    if (this.cursor.token.kind === 'end') this.cursor.report('format.no-graph', {});
    else graph = await this.mainGraph();
    const functions: ModelFunction[] = [];
    while (graph && this.cursor.token.kind !== 'end') {
      const item = await this.function();
      if (item) functions.push(item);
    }
    const value: Model | null = graph && {
      origin: { format: 'onnx-text', facts: head.facts },
      operatorSets: head.operatorSets,
      graph,
      functions,
    };
    return { value, problems: this.cursor.problems, positions: this.table, bytes: this.meter.bytes };
  }

  /** There was no room for more. */
  givenUp(): ParsedText {
    const { token } = this.cursor;
    const problem = { ...noRoom(token.start, token.source.length), range: token.range() };
    return { value: null, problems: [problem], positions: new PositionTable([]), bytes: 0 };
  }

  private openScope(kind: Scope['kind'], parent: Scope | null, node: Node | null): Writable<Scope> {
    // Its owner is set when the graph or function is complete.
    const scope = newScope(kind, placeholder, parent, node, this.cursor.token.range());
    this.scopes.push(scope);
    return scope;
  }

  private get lastPlace(): { line: number; character: number } {
    return { line: this.cursor.lastLine, character: this.cursor.lastCharacter };
  }

  private closeScope(scope: Writable<Scope>, owner: Graph | ModelFunction, nodes: readonly Node[]): void {
    scope.owner = owner;
    scope.nodes = nodes;
    scope.range = { start: scope.range.start, end: this.lastPlace };
    this.table.addScope(scope);
  }

  private async mainGraph(): Promise<Graph> {
    const scope = this.openScope('graph', null, null);
    const parts = newParts();
    let name = '';
    const from = this.cursor.token.line;
    const complete = this.cursor.attempt(() => {
      name = this.cursor.name();
      this.graphHead(parts, scope);
    });
    if (!complete) this.skipToBody(from);
    const nodes: Node[] = [];
    if (this.cursor.accept('{')) {
      while (this.statement(scope, -1, nodes)) {
        const turn = this.scheduler.tick();
        if (turn) await turn;
      }
    } else if (complete) this.cursor.report('format.text-expected', { expected: '{' });
    const graph = graphOf(name, parts, nodes);
    this.closeScope(scope, graph, nodes);
    return graph;
  }

  /** After a broken header: to the first line that begins with the body's brace. */
  private skipToBody(from: number): void {
    const { cursor } = this;
    cursor.skipLine(from);
    let line = -1;
    while (cursor.token.kind !== 'end' && !(cursor.is('{') && cursor.token.line > line)) {
      line = cursor.token.line;
      cursor.skip();
    }
  }

  private graphHead(parts: GraphParts, scope: Writable<Scope>): void {
    const { cursor } = this;
    cursor.expect('(');
    scope.inputs = this.lists.parse(')', parts.inputs, parts.initializers, scope);
    cursor.expect('=>');
    cursor.expect('(');
    scope.outputs = this.lists.parse(')', parts.outputs, null, scope);
    scope.header = { start: scope.name.start, end: this.lastPlace };
    if (cursor.accept('<'))
      scope.declared = this.lists.parse('>', parts.valueInfo, parts.initializers, scope);
  }

  /** Reads one statement; false at the end of the body. */
  private statement(scope: Writable<Scope>, parent: number, nodes: Node[]): boolean {
    const { cursor } = this;
    const { line } = cursor.token;
    cursor.origin = line;
    if (cursor.token.kind === 'end') {
      cursor.report('format.text-expected', { expected: '}' });
      return false;
    }
    if (cursor.accept('}')) return false;
    if (!cursor.attempt(() => this.nodes.parse(scope, parent, nodes))) cursor.skipLine(line);
    return true;
  }

  private subgraph(outer: Scope, node: Node | null, index: number): Graph {
    const { cursor } = this;
    if (++this.depth > limits.depth) throw cursor.failure('format.too-deep', { limit: limits.depth });
    try {
      const scope = this.openScope('subgraph', outer, node);
      const parts = newParts();
      const name = this.cursor.name();
      if (!cursor.attempt(() => this.graphHead(parts, scope))) cursor.skipToBrace();
      cursor.expect('{');
      const nodes: Node[] = [];
      while (this.statement(scope, index, nodes));
      const graph = graphOf(name, parts, nodes);
      this.closeScope(scope, graph, nodes);
      return graph;
    } finally {
      this.depth--;
    }
  }

  private async function(): Promise<ModelFunction | null> {
    const { cursor } = this;
    const from = cursor.token.line;
    const start = cursor.token.range().start;
    const parts = newParts();
    const scope: { item?: Writable<Scope> } = {};
    const item: Writable<ModelFunction> = {
      name: '',
      domain: '',
      overload: '',
      inputs: [],
      outputs: [],
      attributes: [],
      attributeDefaults: [],
      operatorSets: [],
      nodes: [],
      valueInfo: [],
      docString: undefined,
      metadata: [],
    };
    const complete = this.cursor.attempt(() => this.functionHead(item, parts, scope, start));
    if (!complete) this.skipToBody(from);
    if (!cursor.accept('{')) {
      if (complete) cursor.report('format.text-expected', { expected: '{' });
      return null;
    }
    const nodes: Node[] = [];
    const opened = scope.item ?? this.openScope('function', null, null);
    while (this.statement(opened, -1, nodes)) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
    }
    item.nodes = nodes;
    this.closeScope(opened, item, nodes);
    return item.name === '' ? null : item;
  }

  private functionHead(
    item: Writable<ModelFunction>,
    parts: GraphParts,
    opened: { item?: Writable<Scope> },
    start: { line: number; character: number },
  ): void {
    const { cursor } = this;
    const { facts, operatorSets, overload } = this.heads.head(false);
    Object.assign(item, { domain: facts.domain, overload, operatorSets } satisfies Partial<ModelFunction>);
    item.docString = facts.docString || undefined;
    const scope = this.openScope('function', null, null);
    scope.range = { start, end: start };
    opened.item = scope;
    item.name = this.cursor.name();
    if (cursor.accept('<')) this.parameters(item, scope);
    cursor.expect('(');
    scope.inputs = this.lists.parse(')', parts.inputs, null, scope);
    cursor.expect('=>');
    cursor.expect('(');
    scope.outputs = this.lists.parse(')', parts.outputs, null, scope);
    scope.header = { start: scope.name.start, end: this.lastPlace };
    if (cursor.accept('<')) scope.declared = this.lists.parse('>', parts.valueInfo, null, scope);
    item.inputs = parts.inputs.map(({ name }) => name);
    item.outputs = parts.outputs.map(({ name }) => name);
    item.valueInfo = [...parts.inputs, ...parts.outputs, ...parts.valueInfo].filter(({ type }) => type);
  }

  private parameters(item: Writable<ModelFunction>, scope: Scope): void {
    const names: string[] = [];
    const defaults: Attribute[] = [];
    this.cursor.list('>', () => {
      const name = this.cursor.name();
      if (this.cursor.is(':') || this.cursor.is('='))
        defaults.push(this.attributes.attribute(name, () => this.subgraph(scope, null, -1)));
      else names.push(name);
    });
    item.attributes = names;
    item.attributeDefaults = defaults;
  }
}

function newParts(): GraphParts {
  return { inputs: [], outputs: [], valueInfo: [], initializers: [] };
}

function graphOf(name: string, parts: GraphParts, nodes: readonly Node[]): Graph {
  return { name, ...parts, sparseInitializers: [], nodes, metadata: [] };
}

const placeholder: Graph = graphOf('', newParts(), []);
