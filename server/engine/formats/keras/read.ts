import type { ByteSource } from '../../graph/byteSource';
import { kerasDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Metadata, Model } from '../../graph/model';
import type { JsonObject } from '../../lower/fields';
import type { Scheduler } from '../../scheduler';
import { readJson } from '../huggingFace/json';
import { member, textOf } from '../json';
import { readTold } from '../readTold';
import type { Meter, ReadModel, Room } from '../room';
import { damaged, unreadable } from '../unreadable';
import { firstEntryName, isZip, zipContent, zipEntries, type ZipEntry } from '../zip/archive';
import { limits, memory } from './limits';
import { isNetwork, Network } from './network';
import { Writer } from './writer';

const names = { config: 'config.json', metadata: 'metadata.json', weights: 'model.weights.h5' } as const;
const firstNames: ReadonlySet<string> = new Set(Object.values(names));

/** Whether an archive is one of Keras, by its first entry. */
export function isKeras(head: Uint8Array): boolean {
  return isZip(head) && firstNames.has(firstEntryName(head));
}

/**
 * Reads an archive of `Model.save`: layers and their calls from the configuration, whose settings and shapes tell the sizes of
 * weights; never weights. Source: keras/src/saving of Keras 3.15. Bad input gives the part that could be read, and problems.
 */
export function readKeras(source: ByteSource, scheduler: Scheduler, room: Room): Promise<ReadModel> {
  return readTold(source, room, limits.problems, async (problems, meter) => {
    const entries = await zipEntries(source, meter);
    const entry = entries.get(names.config);
    if (!entry) throw damaged(names.config, 0);
    const config = await jsonOf(source, entry, limits.config, meter);
    const told = entries.get(names.metadata);
    const metadata = told ? await jsonOf(source, told, limits.metadata, meter) : {};
    return modelOf(config, metadata, new Writer(problems, meter), scheduler);
  });
}

async function jsonOf(source: ByteSource, entry: ZipEntry, most: number, meter: Meter): Promise<JsonObject> {
  if (entry.size <= most) meter.take(memory.json * entry.size);
  const found = readJson(await zipContent(source, entry, most, meter));
  if (!found) throw damaged(entry.name, entry.head);
  return found;
}

async function modelOf(
  config: JsonObject,
  metadata: JsonObject,
  writer: Writer,
  scheduler: Scheduler,
): Promise<Model> {
  if (!isNetwork(config)) {
    const name = textOf(config, 'class_name').slice(0, limits.text);
    throw unreadable('format.keras-class', { name: name || '?' }, 0);
  }
  const outputs = await new Network(writer, scheduler).model(config, '', undefined);
  const parts = writer.finish(outputs);
  const domains = [...new Set([kerasDomain, ...parts.nodes.map(({ domain }) => domain)])];
  return {
    origin: { format: 'keras', facts: { docString: '', metadata: factsOf(metadata) } },
    operatorSets: domains.map((domain) => ({ domain, version: 3 })),
    graph: { ...emptyGraph, ...parts, name: textOf(member(config, 'config'), 'name').slice(0, limits.text) },
    functions: [],
    ...(writer.storesMore && { storesMore: true }),
  };
}

/** The version of Keras that wrote a file. */
function factsOf(metadata: JsonObject): Metadata {
  const version = textOf(metadata, 'keras_version');
  return version === '' ? [] : [['keras_version', version.slice(0, limits.text)]];
}
