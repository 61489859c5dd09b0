import type { Attribute, Graph, Node } from '../../graph/model';
import { LineError, type Cursor } from './cursor';
import type { AttributeParser } from './parseAttributes';
import type { Scope } from './places';
import type { PositionTable } from './positions';
import type { Writable } from './writable';

/** Reads the graph of an attribute, which stands in `outer` and belongs to a node of this number. */
type ReadSubgraph = (outer: Scope, node: Node, index: number) => Graph;

/** Reads statements, and notes their places. */
export class NodeParser {
  constructor(
    private readonly cursor: Cursor,
    private readonly attributeParser: AttributeParser,
    private readonly table: PositionTable,
    private readonly subgraph: ReadSubgraph,
  ) {}

  /**
   * Reads a node and takes it up, if its operator could be read.
   * @param parent number of the node that holds the scope; -1 if none does
   */
  parse(scope: Scope, parent: number, nodes: Node[]): void {
    const { cursor } = this;
    const { line, character } = cursor.token;
    const node: Writable<Node> = {
      name: '',
      operator: '',
      domain: '',
      overload: '',
      inputs: [],
      outputs: [],
      attributes: [],
      docString: undefined,
      metadata: [],
    };
    const operator: number[] = [];
    const outputs: number[] = [];
    const inputs: number[] = [];
    const attributes: number[] = [];
    let index = -1;
    const complete = cursor.attempt(() => {
      if (cursor.accept('[')) {
        if (cursor.atName) node.name = cursor.name();
        cursor.expect(']');
      }
      node.outputs = this.names(outputs);
      cursor.expect('=');
      this.operator(node, operator);
      index = this.table.begin(node, scope, parent, line, character);
      if (cursor.is('<')) node.attributes = this.attributes(scope, node, index, attributes);
      cursor.expect('(');
      node.inputs = this.names(inputs);
      cursor.expect(')');
      if (cursor.is('<') && node.attributes.length === 0) {
        node.attributes = this.attributes(scope, node, index, attributes);
      }
    });
    if (!complete) node.isUnfinished = true;
    if (index >= 0) {
      nodes.push(node);
      const counts = [outputs, attributes, inputs].map((list) => list.length / 3) as [number, number, number];
      const parts = [...operator, ...outputs, ...attributes, ...inputs];
      this.table.finish(index, cursor.lastLine, cursor.lastCharacter, counts, parts);
    }
    if (!complete) throw new LineError();
  }

  /** Names between commas, some of which may be left out; a comma behind the last has no effect. */
  private names(places: number[]): string[] {
    const { cursor } = this;
    const names: string[] = [];
    const isComma = (): boolean => cursor.is(',');
    while (cursor.atName || isComma()) {
      const { line, character, endCharacter, endLine } = cursor.token;
      const isName = cursor.atName;
      names.push(isName ? cursor.name() : '');
      places.push(line, character, isName && endLine === line ? endCharacter : character);
      if (!cursor.accept(',')) break;
    }
    return names;
  }

  private operator(node: Writable<Node>, places: number[]): void {
    const { cursor } = this;
    const parts: string[] = [];
    let place: readonly [number, number, number];
    do {
      const { token } = cursor;
      place = [token.line, token.character, token.endCharacter];
      if (!cursor.atName) throw cursor.failure('format.text-operator', {});
      parts.push(cursor.name());
    } while (cursor.accept('.'));
    places.push(...place);
    node.operator = parts.pop()!;
    const domain = parts.join('.');
    node.domain = domain === 'ai.onnx' ? '' : domain;
    if (cursor.accept(':')) node.overload = cursor.name();
  }

  private attributes(scope: Scope, node: Node, index: number, places: number[]): Attribute[] {
    const { cursor } = this;
    const attributes: Attribute[] = [];
    cursor.expect('<');
    cursor.list('>', () => {
      const { line, character, endCharacter } = cursor.token;
      const name = cursor.name();
      const attribute = this.attributeParser.attribute(name, () => this.subgraph(scope, node, index));
      attributes.push(attribute);
      places.push(line, character, endCharacter);
    });
    return attributes;
  }
}
