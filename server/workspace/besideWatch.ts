import { Utils, URI } from 'vscode-uri';
import { externalPath } from '../engine/formats/externalPath';
import { localFilesOf, platform, type Timer } from '../platform';
import { externalPlaces } from './externalData';

/** Folders that are watched; real models keep such files in one or two. */
const mostFolders = 20;
/** How long they have to be quiet before it is told: files are written in steps (milliseconds). */
const quiet = 300;

/**
 * Watches the folders in which files of external data lie, or would lie if they came.
 * @param changed something happened there: whether it was one of the files is for the caller to see
 * @returns what ends it; of models that the client reads nothing is watched
 */
export async function watchBeside(
  modelUri: string,
  locations: readonly string[],
  changed: () => void,
): Promise<() => void> {
  const local = localFilesOf(modelUri);
  if (!local || locations.length === 0) return () => {};
  const own = Utils.dirname(URI.parse(modelUri, true)).toString();
  const folders = new Map<string, readonly [string, readonly string[]]>();
  const add = (folder: string, way: readonly string[]): void => {
    if (folders.size < mostFolders) folders.set(JSON.stringify([folder, way]), [folder, way]);
  };
  for (const location of locations) {
    const path = externalPath(location);
    if (path.ok) add(own, path.segments.slice(0, -1));
  }
  // Behind links the files lie elsewhere.
  for (const place of await externalPlaces(modelUri, locations.slice(0, mostFolders)))
    add(Utils.dirname(URI.parse(place, true)).toString(), []);
  let timer: Timer | undefined;
  const tell = (): void => {
    clearTimeout(timer);
    timer = platform().later(changed, quiet);
  };
  const ends = [...folders.values()].map(([folder, way]) => local.watchBelow(folder, way, tell));
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
