import { entryOf } from '../../../../outside/table';
import type { Attribute, Graph } from '../../graph/model';
import type { Cursor } from './cursor';
import { specialFloat } from './parseTypes';
import type { TypeParser } from './parseTypes';

type ListKind = Extract<Attribute, { value: readonly unknown[] }>['kind'];

/** Attribute types by their words; a word that is not here is a problem. */
const attributeTypes: Readonly<Record<string, Attribute['kind']>> = {
  float: 'float',
  int: 'int',
  string: 'string',
  tensor: 'tensor',
  graph: 'graph',
  sparse_tensor: 'sparse',
  type_proto: 'type',
  floats: 'floats',
  ints: 'ints',
  strings: 'strings',
  tensors: 'tensors',
  graphs: 'graphs',
  sparse_tensors: 'unknown',
  type_protos: 'unknown',
};

/** Reads the attributes of nodes and the parameters of functions, behind their names. */
export class AttributeParser {
  constructor(
    private readonly cursor: Cursor,
    private readonly types: TypeParser,
  ) {}

  /** The value behind a name; `subgraph` reads a graph, which has a scope of its own. */
  attribute(name: string, subgraph: () => Graph): Attribute {
    const { cursor } = this;
    let type: Attribute['kind'] | undefined;
    if (cursor.accept(':')) {
      const { kind, text } = cursor.token;
      type = kind === 'identifier' ? entryOf(attributeTypes, text) : undefined;
      if (!type) throw cursor.failure('format.text-attribute-type', {});
      cursor.advance();
    }
    cursor.expect('=');
    if (!cursor.accept('[')) return withType(this.single(name, subgraph), type);
    const items: Attribute[] = [];
    this.cursor.list(']', () => items.push(this.single(name, subgraph)));
    const list = listOf(name, items, type);
    if (!list) throw cursor.failure('format.text-list', { attribute: name });
    return list;
  }

  private single(name: string, subgraph: () => Graph): Attribute {
    const { cursor } = this;
    const { kind, text } = cursor.token;
    if (this.types.atType()) return this.typeOrTensor(name);
    if (cursor.accept('@')) return { name, kind: 'reference', value: this.cursor.name() };
    if (kind === 'string') {
      cursor.advance();
      return { name, kind: 'string', value: text };
    }
    if (kind === 'identifier' && specialFloat(text) === undefined) {
      return { name, kind: 'graph', value: subgraph() };
    }
    const isFloat = kind !== 'number' || /[.eE]/.test(text);
    if (kind !== 'number' && kind !== 'identifier' && !cursor.is('-'))
      throw cursor.failure('format.text-value', {});
    const value = this.types.number();
    return isFloat ? { name, kind: 'float', value: Math.fround(value) } : { name, kind: 'int', value };
  }

  private typeOrTensor(name: string): Attribute {
    const { cursor } = this;
    const type = this.types.type();
    if (!cursor.is('{') && !cursor.is('[') && !cursor.is('=') && !this.cursor.atName)
      return { name, kind: 'type', value: type };
    const tensorName = this.cursor.atName ? this.cursor.name() : '';
    cursor.accept('=');
    return { name, kind: 'tensor', value: this.types.tensor(tensorName, type) };
  }
}

/** An integer where the text says `: float` is a float. */
function withType(attribute: Attribute, type: Attribute['kind'] | undefined): Attribute {
  return type === 'float' && attribute.kind === 'int' ? { ...attribute, kind: 'float' } : attribute;
}

const listKinds: Partial<Record<Attribute['kind'], ListKind>> = {
  float: 'floats',
  int: 'ints',
  string: 'strings',
  tensor: 'tensors',
  graph: 'graphs',
};

/** The list attribute of single values of one kind; integers among floats are floats. Null if they do not go together. */
function listOf(
  name: string,
  items: readonly Attribute[],
  type: Attribute['kind'] | undefined,
): Attribute | null {
  const kinds = new Set(items.map(({ kind }) => listKinds[kind]));
  if (kinds.has('ints') && (kinds.has('floats') || type === 'floats')) {
    kinds.delete('ints');
    kinds.add('floats');
  }
  const [found] = kinds;
  const kind = items.length === 0 ? type : found;
  if (kinds.size > 1 || !kind || !Object.values(listKinds).includes(kind as ListKind)) return null;
  return { name, kind, value: items.map(({ value }) => value) } as Attribute;
}
