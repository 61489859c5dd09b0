import { pathToFileURL } from 'node:url';
import { type ClientFolders, OwnFolder, type OwnSource } from '../workspace/ownFolder';

/** The command line reads files itself. */
const noClient: ClientFolders = {
  stat: () => Promise.resolve({ ok: false, reason: '' }),
  read: () => Promise.resolve({ ok: false, reason: '' }),
  list: () => Promise.resolve({ ok: false, reason: '' }),
};

/**
 * The files of the project folder that a command is called in, by the same rules as in the editor.
 * @param way the folders that lead to them
 */
export function projectFiles(way: readonly string[]): Promise<OwnSource[]> {
  return new OwnFolder(noClient, way).read(pathToFileURL(process.cwd()).href);
}
