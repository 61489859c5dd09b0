/**
 * Crafted files that hold nothing but one field over and over.
 */
import { int, text, varint } from './wire';

function inside(field: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
}

const bytes = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat());
const graph = (...contents: Uint8Array[]): Buffer => inside(7, ...contents);
const node = (...contents: Uint8Array[]): Buffer => graph(inside(1, bytes(text(4, 'Relu')), ...contents));
const attribute = (...contents: Uint8Array[]): Buffer => node(inside(5, bytes(text(1, 'a')), ...contents));
const tensor = (...contents: Uint8Array[]): Buffer =>
  graph(inside(5, bytes(text(8, 'w'), int(2, 7)), ...contents));
const callable = (...contents: Uint8Array[]): Buffer =>
  Buffer.concat([graph(inside(1, bytes(text(4, 'f')))), inside(25, bytes(text(1, 'f')), ...contents)]);

/** Makes so many bytes of a piece, again and again. */
type Fill = (...piece: number[]) => Buffer;
/** Makes so many bytes of a field without content. */
type Empty = (field: number) => Buffer;

/** What stands before the imports of the model, by what there is too much of. */
const floods: Readonly<Record<string, (empty: Empty, filled: Fill) => Uint8Array>> = {
  nodes: (empty) => graph(empty(1)),
  'nodes with an operator': (_empty, filled) => graph(filled(...varint(10), 6, ...text(4, 'Relu'))),
  'nodes in a row': (_empty, filled) =>
    graph(filled(...varint(10), 14, ...text(1, 'x'), ...text(2, 'x'), ...text(4, 'Relu'), 58, 0)),
  'nodes with names of two letters': (_empty, filled) =>
    graph(
      filled(
        ...varint(10),
        19,
        ...text(1, 'aa'),
        ...text(2, 'bb'),
        ...text(4, 'Tanh'),
        ...text(3, 'n'),
        50,
        0,
      ),
    ),
  'typed initializers': (_empty, filled) => graph(filled(...varint(42), 8, ...text(8, 'ab'), 16, 1, 8, 4)),
  'named inputs': (_empty, filled) => graph(filled(...varint(90), 5, ...text(1, 'abc'))),
  'named declared values': (_empty, filled) => graph(filled(...varint(106), 5, ...text(1, 'abc'))),
  'attributes of nodes': (_empty, filled) =>
    graph(
      filled(...varint(10), 19, ...text(4, 'Relu'), ...varint(42), 11, ...text(1, 'axis'), 24, 1, 160, 1, 2),
    ),
  initializers: (empty) => graph(empty(5)),
  inputs: (empty) => graph(empty(11)),
  outputs: (empty) => graph(empty(12)),
  'declared values': (empty) => graph(empty(13)),
  'sparse initializers': (empty) => graph(empty(15)),
  'metadata of the graph': (empty) => graph(empty(16)),
  'inputs of a node': (empty) => node(empty(1)),
  'named inputs of a node': (_empty, filled) => node(filled(...text(1, 'x'))),
  'outputs of a node': (empty) => node(empty(2)),
  'named outputs of a node': (_empty, filled) => node(filled(...text(2, 'x'))),
  attributes: (empty) => node(empty(5)),
  'metadata of a node': (empty) => node(empty(9)),
  'integers of an attribute': (_empty, filled) => attribute(bytes(int(20, 7)), filled(64, 0)),
  'packed integers of an attribute': (_empty, filled) => attribute(bytes(int(20, 7)), inside(8, filled(0))),
  'floats of an attribute': (_empty, filled) => attribute(bytes(int(20, 6)), filled(61, 0, 0, 0, 0)),
  'strings of an attribute': (empty) => attribute(bytes(int(20, 8)), empty(9)),
  'tensors of an attribute': (empty) => attribute(bytes(int(20, 9)), empty(10)),
  'graphs of an attribute': (empty) => attribute(bytes(int(20, 10)), empty(11)),
  'nodes of a subgraph': (empty) => attribute(bytes(int(20, 5)), inside(6, empty(1))),
  'types of an attribute': (empty) => attribute(bytes(int(20, 14)), empty(15)),
  'dimensions of a tensor': (_empty, filled) => tensor(filled(8, 1)),
  'elements of a tensor': (_empty, filled) => tensor(filled(56, 0)),
  'texts of a tensor': (empty) => tensor(bytes(int(2, 8)), empty(6)),
  'places of a tensor': (empty) => tensor(bytes(int(14, 1)), empty(13)),
  'dimensions of an input': (empty) => graph(inside(11, inside(2, inside(1, inside(2, empty(1)))))),
  'named graphs of an attribute': (_empty, filled) =>
    attribute(bytes(int(20, 10)), filled(...varint(90), 5, ...text(2, 'abc'))),
  'named functions': (_empty, filled) =>
    Buffer.concat([graph(bytes(text(2, 'g'))), filled(...varint(202), 5, ...text(1, 'abc'))]),
  'named strings of an attribute': (_empty, filled) => attribute(bytes(int(20, 8)), filled(...text(9, 'ab'))),
  'named attributes of a function': (_empty, filled) =>
    callable(filled(...varint(90), 7, ...text(1, 'abc'), 24, 1)),
  functions: (empty) => Buffer.concat([graph(bytes(text(2, 'g'))), empty(25)]),
  'nodes of a function': (empty) => callable(empty(7)),
  'inputs of a function': (empty) => callable(empty(4)),
  'attributes of a function': (empty) => callable(empty(11)),
  'imports of a function': (empty) => callable(empty(9)),
  'calls of a function': (_empty, filled) =>
    Buffer.concat([
      graph(filled(...varint(10), 3, ...text(4, 'f'))),
      inside(
        25,
        bytes(text(1, 'f')),
        ...Array.from({ length: 100 }, () => inside(7, bytes(text(4, 'Relu')))),
      ),
    ]),
  imports: (empty) => Buffer.concat([graph(bytes(text(2, 'g'))), empty(8)]),
  'metadata of the model': (empty) => Buffer.concat([graph(bytes(text(2, 'g'))), empty(14)]),
  'nodes in reverse order': () =>
    graph(
      ...Array.from({ length: 60_000 }, (_, i) =>
        inside(1, bytes(text(1, `v${i + 1}`), text(2, `v${i}`), text(4, 'Relu'))),
      ),
    ),
  'fields that nobody knows': (empty) => graph(empty(15_000)),
};

/** Names of all floods. */
export const floodNames: readonly string[] = Object.keys(floods);

/** A model of about so many bytes of one field; throws for a name that is none. */
export function floodOf(name: string, size: number): Uint8Array {
  const made = Object.hasOwn(floods, name) ? floods[name] : undefined;
  if (!made) throw new Error(`no flood of ${name}`);
  const filled: Fill = (...piece) =>
    Buffer.alloc(Math.floor(size / piece.length) * piece.length, Uint8Array.from(piece));
  const empty: Empty = (field) => filled(...varint(field * 8 + 2), 0);
  return Buffer.concat([bytes(int(1, 8)), made(empty, filled), inside(8, bytes(text(1, ''), int(2, 17)))]);
}
