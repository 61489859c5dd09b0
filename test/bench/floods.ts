/**
 * Crafted files of 10 MB that hold nothing but one field over and over: time and memory of reading, printing and
 * costing each, in a process of its own. Prints figures; nothing is asserted.
 * Run: npm run bench:floods [-- NAME...]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { int, text, varint } from '../unit/formats/wire';

const size = 10e6;

/** The same bytes over and over. */
function filled(...piece: number[]): Buffer {
  return Buffer.alloc(Math.floor(size / piece.length) * piece.length, Uint8Array.from(piece));
}

function inside(field: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
}

/** A field without content. */
const empty = (field: number): Buffer => filled(...varint(field * 8 + 2), 0);
const bytes = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat());
const graph = (...contents: Uint8Array[]): Buffer => inside(7, ...contents);
const node = (...contents: Uint8Array[]): Buffer => graph(inside(1, bytes(text(4, 'Relu')), ...contents));
const attribute = (...contents: Uint8Array[]): Buffer => node(inside(5, bytes(text(1, 'a')), ...contents));
const tensor = (...contents: Uint8Array[]): Buffer =>
  graph(inside(5, bytes(text(8, 'w'), int(2, 7)), ...contents));
const callable = (...contents: Uint8Array[]): Buffer =>
  Buffer.concat([graph(inside(1, bytes(text(4, 'f')))), inside(25, bytes(text(1, 'f')), ...contents)]);

const floods: Readonly<Record<string, () => Uint8Array>> = {
  nodes: () => graph(empty(1)),
  'nodes with an operator': () => graph(filled(...varint(10), 6, ...text(4, 'Relu'))),
  'nodes in a row': () =>
    graph(filled(...varint(10), 14, ...text(1, 'x'), ...text(2, 'x'), ...text(4, 'Relu'), 58, 0)),
  'nodes with names of two letters': () =>
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
  'typed initializers': () => graph(filled(...varint(42), 8, ...text(8, 'ab'), 16, 1, 8, 4)),
  'named inputs': () => graph(filled(...varint(90), 5, ...text(1, 'abc'))),
  'named declared values': () => graph(filled(...varint(106), 5, ...text(1, 'abc'))),
  'attributes of nodes': () =>
    graph(
      filled(...varint(10), 19, ...text(4, 'Relu'), ...varint(42), 11, ...text(1, 'axis'), 24, 1, 160, 1, 2),
    ),
  initializers: () => graph(empty(5)),
  inputs: () => graph(empty(11)),
  outputs: () => graph(empty(12)),
  'declared values': () => graph(empty(13)),
  'sparse initializers': () => graph(empty(15)),
  'metadata of the graph': () => graph(empty(16)),
  'inputs of a node': () => node(empty(1)),
  'named inputs of a node': () => node(filled(...text(1, 'x'))),
  'outputs of a node': () => node(empty(2)),
  'named outputs of a node': () => node(filled(...text(2, 'x'))),
  attributes: () => node(empty(5)),
  'metadata of a node': () => node(empty(9)),
  'integers of an attribute': () => attribute(bytes(int(20, 7)), filled(64, 0)),
  'packed integers of an attribute': () => attribute(bytes(int(20, 7)), inside(8, filled(0))),
  'floats of an attribute': () => attribute(bytes(int(20, 6)), filled(61, 0, 0, 0, 0)),
  'strings of an attribute': () => attribute(bytes(int(20, 8)), empty(9)),
  'tensors of an attribute': () => attribute(bytes(int(20, 9)), empty(10)),
  'graphs of an attribute': () => attribute(bytes(int(20, 10)), empty(11)),
  'nodes of a subgraph': () => attribute(bytes(int(20, 5)), inside(6, empty(1))),
  'types of an attribute': () => attribute(bytes(int(20, 14)), empty(15)),
  'dimensions of a tensor': () => tensor(filled(8, 1)),
  'elements of a tensor': () => tensor(filled(56, 0)),
  'texts of a tensor': () => tensor(bytes(int(2, 8)), empty(6)),
  'places of a tensor': () => tensor(bytes(int(14, 1)), empty(13)),
  'dimensions of an input': () => graph(inside(11, inside(2, inside(1, inside(2, empty(1)))))),
  'named graphs of an attribute': () =>
    attribute(bytes(int(20, 10)), filled(...varint(90), 5, ...text(2, 'abc'))),
  'named functions': () =>
    Buffer.concat([graph(bytes(text(2, 'g'))), filled(...varint(202), 5, ...text(1, 'abc'))]),
  'named strings of an attribute': () => attribute(bytes(int(20, 8)), filled(...text(9, 'ab'))),
  'named attributes of a function': () => callable(filled(...varint(90), 7, ...text(1, 'abc'), 24, 1)),
  functions: () => Buffer.concat([graph(bytes(text(2, 'g'))), empty(25)]),
  'nodes of a function': () => callable(empty(7)),
  'inputs of a function': () => callable(empty(4)),
  'attributes of a function': () => callable(empty(11)),
  'imports of a function': () => callable(empty(9)),
  'calls of a function': () =>
    Buffer.concat([
      graph(filled(...varint(10), 3, ...text(4, 'f'))),
      inside(
        25,
        bytes(text(1, 'f')),
        ...Array.from({ length: 100 }, () => inside(7, bytes(text(4, 'Relu')))),
      ),
    ]),
  imports: () => Buffer.concat([graph(bytes(text(2, 'g'))), empty(8)]),
  'metadata of the model': () => Buffer.concat([graph(bytes(text(2, 'g'))), empty(14)]),
  'fields that nobody knows': () => graph(empty(15_000)),
};

async function runOne(name: string): Promise<void> {
  const made = floods[name];
  if (!made) throw new Error(`no flood of ${name}`);
  const source = memorySource(
    Buffer.concat([bytes(int(1, 8)), made(), inside(8, bytes(text(1, ''), int(2, 17)))]),
  );
  const times: string[] = [];
  let start = performance.now();
  const lap = (step: string): void => {
    times.push(`${step} ${(performance.now() - start).toFixed(0)}`);
    start = performance.now();
  };
  const began = start;
  const { value, problems } = await readOnnx(source, uninterrupted);
  lap('read');
  let nodes = 0;
  if (value) {
    const listing = printListing(value, { fileName: 'flood.onnx' });
    lap(`print (${(listing.text.length / 1e6).toFixed(1)} MB)`);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const prepared = await prepare(value, workload, uninterrupted);
    nodes = prepared.inference.nodes.length;
    lap('infer');
    await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
    lap('costs');
  }
  const all = performance.now() - began;
  const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1000;
  const flag = all > 2000 || memory > 300 ? '!!' : '  ';
  const codes = [...new Set(problems.map(({ code }) => code))].join(' ');
  console.log(
    `${flag} ${name.padEnd(32)} ${all.toFixed(0).padStart(6)} ms ${memory.toFixed(0).padStart(5)} MB  ${nodes} nodes; ${times.join(', ')}; ${codes}`,
  );
}

const [only, ...more] = process.argv.slice(2);
if (only === '--one') await runOne(more[0] ?? '');
else {
  const script = new URL(import.meta.url).pathname;
  for (const name of only === undefined ? Object.keys(floods) : [only, ...more]) {
    const { stdout, stderr } = spawnSync(process.execPath, [script, '--one', name], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    console.log(
      (
        stdout || `!! ${name}: ${stderr.split('\n').find((line) => /Error|heap/.test(line)) ?? 'no answer'}`
      ).trimEnd(),
    );
  }
}
