import type { ByteSource } from '../../graph/byteSource';
import { openvinoDomain } from '../../graph/domains';
import type { Metadata } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import type { Beside } from '../beside';
import { marked, ProblemList } from '../problems';
import { Meter, readInRoom, type ReadModel, type Room } from '../room';
import { attempt } from '../unreadable';
import { walkXml, type XmlElement } from '../xml/elements';
import { limits, memory } from './limits';
import { NetBuilder } from './net';

/** The element that all others stand in, with a number of the format's version. */
const begin = /<net\s[^>]*\bversion\s*=\s*["']\d+["']/;
/** Versions of the format whose layers are those of operator sets. */
const versions: ReadonlySet<string> = new Set(['10', '11']);

/** Whether a file begins as OpenVINO's intermediate representation does: XML with a net of some version. */
export function isOpenvino(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head).trimStart();
  return text.startsWith('<') && begin.test(text);
}

/**
 * Reads the XML of OpenVINO's intermediate representation: layers, types, shapes, attributes and the places of constants in the
 * `.bin` beside it; never weights. Source: the description of IR in OpenVINO's documentation. Bad input gives the part that
 * could be read, and problems.
 */
export async function readOpenvino(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room,
  beside: Beside,
): Promise<ReadModel> {
  const problems = new ProblemList(limits.problems);
  const meter = new Meter(room);
  const net = new NetBuilder(`${beside.name.replace(/\.[^.]*$/, '')}.bin`, problems, meter);
  return readInRoom(source, { at: 0 }, async () => {
    const head = { name: '', version: '' };
    const metadata: [string, string][] = [];
    const take = (element: XmlElement): void => {
      if (element.name === 'layer') net.layer(element);
      else if (element.name === 'edge') net.edge(element);
      else for (const pair of pairsOf(element, '')) if (metadata.length < limits.pairs) metadata.push(pair);
    };
    const enter = (path: readonly string[], attributes: Readonly<Record<string, string>>): void => {
      if (path.length > 1 || path[0] !== 'net') return;
      head.name = attributes.name ?? '';
      head.version = attributes.version ?? '';
    };
    await attempt(problems, () => walkXml(source, { isWanted, take, enter }, scheduler, meter));
    meter.take(memory.pair * metadata.length);
    if (!versions.has(head.version)) {
      if (problems.isEmpty)
        problems.add('error', 'format.openvino-version', { version: head.version || '?' });
      return { value: null, problems: problems.finish(), bytes: 0 };
    }
    const graph = net.graph(head.name);
    const facts = { docString: '', metadata: metadata as Metadata };
    const operatorSets = [{ domain: openvinoDomain, version: net.version }];
    const value = { origin: { format: 'openvino', facts }, operatorSets, graph, functions: [] };
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  });
}

const wanted: readonly (readonly string[])[] = [
  ['net', 'layers', 'layer'],
  ['net', 'edges', 'edge'],
  ['net', 'rt_info'],
];

function isWanted(path: readonly string[]): boolean {
  return wanted.some((one) => one.length === path.length && one.every((name, i) => path[i] === name));
}

/** What is said of the run that wrote the file, as `section.name` and its value. */
function pairsOf(element: XmlElement, prefix: string): readonly [string, string][] {
  return element.children.flatMap((child): readonly [string, string][] => {
    const name = `${prefix}${child.name}`;
    const { value } = child.attributes;
    const own: readonly [string, string][] =
      value === undefined || value.length > limits.text ? [] : [[name, value]];
    return [...own, ...pairsOf(child, `${name}.`)];
  });
}
