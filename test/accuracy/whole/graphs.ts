// The graphs of published models: files of a folder outside the repository, named by their ids in models.json.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readModel } from '../../../server/engine/formats';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';

/** Where the file of a graph may lie in its folder. */
const places: readonly ((id: string) => readonly string[])[] = [
  (id) => [`${id}.onnx`],
  (id) => [id, 'config.json'],
];

/** The file of a graph; null where it is not there. */
function graphFile(folder: string, id: string): string | null {
  const paths = places.map((place) => [folder, ...place(id)].join('/'));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** A graph by its id; null where its file is not there. Throws where it is no model. */
export async function readGraph(folder: string, id: string): Promise<Model | null> {
  const path = graphFile(folder, id);
  if (path === null) return null;
  const bytes = new Uint8Array(readFileSync(path));
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { value, problems } = await readModel(memorySource(bytes), name, uninterrupted);
  const error = problems.find(({ severity }) => severity === 'error');
  if (!value || error) throw new Error(`${path}: ${JSON.stringify(error)}`);
  return value;
}

/** SHA-256 of the files of graphs, by id; those that are not there are left out. */
export function graphHash(folder: string, id: string): string | null {
  const path = graphFile(folder, id);
  return path && createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}
