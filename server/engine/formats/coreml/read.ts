import type { ByteSource } from '../../graph/byteSource';
import { coremlDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Graph, Metadata, Model } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { readBeside, type Beside } from '../beside';
import { readJson } from '../huggingFace/json';
import { member, textOf } from '../json';
import { marked, ProblemList } from '../problems';
import { Decoder } from '../protobuf/decode';
import type { Message } from '../protobuf/message';
import { Meter, readInRoom, type ReadModel, type Room } from '../room';
import { BlockReader, type FileContext } from './block';
import { limits } from './limits';
import { graphOf } from './models';
import schema from './schema.json';

/**
 * Whether a file begins as a model of Core ML does: with the version of its specification, one byte long, and a description that
 * begins with an input or with functions (ONNX has a name there, which begins with no control character), or as the manifest of a
 * package.
 */
export function isCoreml(head: Uint8Array): boolean {
  return isSpecification(head) || isManifest(head);
}

function isSpecification(head: Uint8Array): boolean {
  const [first = 0, version = 0, next = 0] = head;
  if (first !== 0x08 || version === 0 || version >= 0x80 || next !== 0x12) return false;
  const body = head.findIndex((byte, i) => i > 2 && byte < 0x80) + 1;
  if (body < 4) return false;
  const [tag = 0, , inner = 0] = head.subarray(body);
  return (tag === 0x0a && inner === 0x0a) || (tag === 0xa2 && (head[body + 1] === 1 || head[body + 1] === 6));
}

/**
 * Reads a model of Core ML without its weights, also by the manifest of the package that it lies in. Source: coremltools 9.0, mlmodel/format. Bad input gives the part that could be
 * read, and problems.
 */
export async function readCoreml(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room,
  beside: Beside,
): Promise<ReadModel> {
  const problems = new ProblemList(limits.problems);
  const meter = new Meter(room);
  return readInRoom(source, { at: 0 }, async () => {
    const read = async (file: ByteSource, folder: string): Promise<Model> => {
      const message = await new Decoder(file, schema, scheduler, problems, meter).whole('Model');
      return modelOf(message, { problems, meter, folder });
    };
    const isPackage = isManifest(await source.read(0, Math.min(source.size, headBytes)));
    const value = isPackage ? await ofPackage(source, beside, problems, read) : await read(source, '');
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  });
}

/** Bytes of a manifest's beginning that show what it is. */
const headBytes = 1024;

function isManifest(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  return text.trimStart().startsWith('{') && text.includes('"itemInfoEntries"');
}

/** Folder of a package that the paths of its manifest begin in. */
const dataFolder = 'Data/';

/** The model of a package, whose manifest says where it lies. */
async function ofPackage(
  source: ByteSource,
  beside: Beside,
  problems: ProblemList,
  read: (file: ByteSource, folder: string) => Promise<Model>,
): Promise<Model | null> {
  const isSmall = source.size <= limits.manifest;
  const manifest = isSmall ? readJson(await source.read(0, source.size)) : null;
  const entries = member(manifest ?? undefined, 'itemInfoEntries');
  const path = textOf(member(entries, textOf(manifest ?? undefined, 'rootModelIdentifier')), 'path');
  if (path === '') {
    problems.add('error', 'format.damaged', { part: beside.name }, 0);
    return null;
  }
  const name = `${dataFolder}${path}`;
  const value = await readBeside(beside, name, (file) =>
    read(file, name.slice(0, name.lastIndexOf('/') + 1)),
  );
  if (!value) problems.add('error', 'format.coreml-model-missing', { file: name.slice(0, limits.text) });
  return value;
}

function modelOf(message: Message, file: FileContext): Model {
  const program = message.message('mlProgram');
  const facts = { docString: program?.text('docString') ?? '', metadata: factsOf(message) };
  const origin = { format: 'coreml', facts };
  if (!program) {
    const graph = graphOf(message, file);
    const domains = [...new Set(graph.nodes.map(({ domain }) => domain))];
    const version = message.count('specificationVersion');
    return { origin, operatorSets: domains.map((domain) => ({ domain, version })), graph, functions: [] };
  }
  const { graph, version } = programOf(message, program, file);
  return { origin, operatorSets: [{ domain: coremlDomain, version }], graph, functions: [] };
}

/** The function that runs where none is asked for. */
const mainFunction = 'main';

function programOf(
  message: Message,
  program: Message,
  file: FileContext,
): { readonly graph: Graph; readonly version: number } {
  const { problems } = file;
  const functions = program.entries('functions');
  const wanted = message.message('description')?.text('defaultFunctionName') || mainFunction;
  const [name, main] = functions.find(([own]) => own === wanted) ?? functions[0] ?? [];
  const others = functions.map(([own]) => own).filter((own) => own !== name);
  if (others.length > 0) {
    const args = { count: others.length, names: others.slice(0, 5).join(', ').slice(0, limits.text) };
    problems.add('warning', 'format.coreml-functions', args);
  }
  const opset = main?.text('opset') ?? '';
  const blocks = main?.entries('block_specializations') ?? [];
  const block = (blocks.find(([own]) => own === opset) ?? blocks[0])?.[1];
  if (!main || !block || name === undefined) {
    problems.addOnce('error', 'format.damaged', { part: 'mlProgram' }, 0);
    return { graph: emptyGraph, version: 1 };
  }
  const graph = new BlockReader(file).graph(name, block, main.messages('inputs'));
  return { graph, version: Number(/\d{1,3}$/.exec(opset)?.[0] ?? 1) };
}

const texts = ['shortDescription', 'versionString', 'author', 'license'];

/** What a file says of itself, and the version of its specification. */
function factsOf(message: Message): Metadata {
  const metadata = message.message('description')?.message('metadata');
  const own = texts.map((name): [string, string] => [name, metadata?.text(name) ?? '']);
  const users = (metadata?.messages('userDefined') ?? []).map((pair): [string, string] => [
    pair.text('key'),
    pair.text('value'),
  ]);
  const version: [string, string] = ['specificationVersion', String(message.count('specificationVersion'))];
  return [version, ...own, ...users.slice(0, limits.pairs)]
    .filter(([, text]) => text !== '')
    .map(([name, text]) => [name.slice(0, limits.text), text.slice(0, limits.text)]);
}
