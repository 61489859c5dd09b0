import type { ByteSource } from '../../graph/byteSource';
import type { Model } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { readTold } from '../readTold';
import type { Meter, ReadModel, Room } from '../room';
import { damaged, unreadable } from '../unreadable';
import { decoded } from './attributes';
import { functionsIn } from './functions';
import { graphsOf, operatorSets } from './graph';
import { limits } from './limits';
import { StatementReader } from './statements';
import { lettersOf, readText } from './text';

/** How MLIR's bytecode begins. */
const bytecode = [0x4d, 0x4c, 0xef, 0x52];
const isBytecode = (head: Uint8Array): boolean => bytecode.every((byte, i) => head[i] === byte);

/** How a text of MLIR begins, behind lines of comments and of aliases. */
const begin =
  /^(?:[ \t]*(?:(?:\/\/|#)[^\n]*)?\n)*[ \t]*(?:module\s*(?:@|\{|attributes\b)|"?builtin\.module\b|func\.func\b)/;
/** Aliases may fill the head of a file. */
const alias = /^#[A-Za-z_]\w*\d* = (?:loc\(|#)/;

/** Whether a file begins as MLIR does, in its text or its binary form. */
export function isMlir(head: Uint8Array): boolean {
  if (isBytecode(head)) return true;
  const text = lettersOf(head.subarray(0, 1024));
  return begin.test(text) || alias.test(text);
}

/**
 * Reads StableHLO as a text of MLIR (JAX's `lower(…).as_text()`): operators with attributes, regions and functions, and the types that the text
 * states for every value; never weights. Source: StableHLO specification, MLIR language reference. Bad input gives the part that
 * could be read, and problems.
 */
export function readMlir(source: ByteSource, scheduler: Scheduler, room: Room): Promise<ReadModel> {
  return readTold(source, room, limits.problems, async (problems, meter) => {
    if (isBytecode(await source.read(0, 4))) throw unreadable('format.mlir-bytecode', {}, 0);
    const text = await readText(source, scheduler, meter);
    return modelOf(new StatementReader(text, problems, meter), meter);
  });
}

/** The function `main`, else the first one that others may call. */
function modelOf(reader: StatementReader, meter: Meter): Model {
  const { name, functions } = functionsIn(reader.region(0));
  const main =
    functions.find((one) => one.name === 'main') ??
    functions.find(({ isPublic }) => isPublic) ??
    functions[0];
  if (!main) throw damaged('func.func', 0);
  const graphs = graphsOf(main, functions, meter);
  const facts = { docString: '', metadata: [] };
  return {
    origin: { format: 'stablehlo', facts },
    operatorSets,
    functions: graphs.functions,
    graph: { ...graphs.graph, name: decoded(name) || decoded(main.name) },
  };
}
