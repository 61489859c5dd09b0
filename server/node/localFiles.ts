import { readdir, realpath, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LocalFiles, OpenFile, TextStore } from '../platform';
import { filesBelow } from './filesBelow';
import { isInside, realPathInside } from './inside';
import { lookAtFile, openFile, readText } from './readFile';
import { watchBelow } from './watch';
import { writeFile } from './writeFile';

/** The files of this machine. */
export const localFiles: LocalFiles = {
  look: (uri) => lookAtFile(fileURLToPath(uri)),
  open: (uri) => open(fileURLToPath(uri)),
  async beside(modelUri, way) {
    const model = fileURLToPath(modelUri);
    const folder = await realpath(dirname(model));
    const real = await realpath(resolve(folder, way.join(sep)));
    return isInside(folder, real) || (await isInStore(model, real)) ? pathToFileURL(real).href : null;
  },
  async namesBelow(folderUri, way) {
    const folder = await below(folderUri, way);
    return folder === null ? [] : await readdir(folder);
  },
  filesBelow: (folderUri) => filesBelow(fileURLToPath(folderUri)),
  async openBelow(folderUri, way) {
    const file = await below(folderUri, way);
    return file === null ? null : await open(file);
  },
  watchBelow: (folderUri, way, changed) => watchBelow(fileURLToPath(folderUri), way, changed),
  store,
};

function below(folderUri: string, way: readonly string[]): Promise<string | null> {
  const folder = fileURLToPath(folderUri);
  return realPathInside(folder, join(folder, way.join(sep)));
}

async function open(path: string): Promise<OpenFile> {
  const source = await openFile(path);
  return { stamp: source.stamp, source, close: () => source.close() };
}

/**
 * Whether a file lies right beside the one that a linked model leads to. Caches such as Hugging Face's keep the files of
 * a repository in one folder of their own (`blobs`) and link to them from each version's folder: the model and its data
 * are links into the same store. The name is still looked for beside the link, and a link to anywhere else leads out.
 */
async function isInStore(model: string, real: string): Promise<boolean> {
  const target = await realpath(model).catch(() => null);
  return target !== null && dirname(target) === dirname(real);
}

function store(folder: string): TextStore {
  const pathOf = (name: string): string => join(folder, name);
  return {
    addressOf: (name) => pathToFileURL(pathOf(name)).href,
    read: (name, mostBytes) => readText(pathOf(name), mostBytes),
    write: (name, text) => writeFile(pathOf(name), text, { makeFolder: true }),
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}
