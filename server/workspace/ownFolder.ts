import { type ChipProblem } from '../engine/chips/schemaCheck';
import { chipProblem } from '../engine/chips/userChips';
import { FileError, localFilesOf, platform, type FileFault, type LocalFiles } from '../platform';
import type { ListFolderParams, ListFolderResult } from '../protocol';
import type { ClientFiles } from './modelFiles';

/** Where a workspace folder keeps chips, systems and mappings of its own. */
export const chipFolder = ['.siliconlens', 'chips'] as const;
export const systemFolder = ['.siliconlens', 'systems'] as const;
export const mappingFolder = ['.siliconlens', 'mappings'] as const;

/** A file of such a folder: its text, or why it was not read. */
export interface OwnSource {
  readonly uri: string;
  /** Its path in the workspace folder. */
  readonly name: string;
  readonly text: string;
  readonly problem: ChipProblem | null;
}

/** What the client does for folders that the server can't reach itself. */
export interface ClientFolders extends ClientFiles {
  list(params: ListFolderParams): Promise<ListFolderResult>;
}

/** The whole catalogue has fewer chips; a folder with more files than this holds something else. */
const mostFiles = 500;
/** The largest chip of the catalogue takes 9 kB. */
const mostBytes = 256 * 1024;
/** Bytes of all files of a folder: what is read stays in memory. The whole catalogue takes 0.5 MB. */
const mostTogether = 2 * 1024 * 1024;

/** Reads such files of workspace folders, and nothing outside them: links that lead out are told, not followed. */
export class OwnFolder {
  /** @param way the folders from a workspace folder to the files */
  constructor(
    private readonly client: ClientFolders,
    readonly way: readonly string[],
  ) {}

  /** The files of a workspace folder, by name, up to the first that is too many; none where it has no such folder. */
  async read(folder: string): Promise<OwnSource[]> {
    const base = `${folder.replace(/\/$/, '')}/${this.way.join('/')}`;
    const local = localFilesOf(folder);
    const names = local ? await this.localNames(local, folder) : await this.remoteNames(base);
    const wanted = names.filter((name) => /\.json$/i.test(name)).sort();
    const sources: OwnSource[] = [];
    let bytes = 0;
    // One after the other, so that nothing is read behind the file at which it is enough.
    for (const file of wanted) {
      const source = await this.readOne(folder, base, file);
      bytes += new TextEncoder().encode(source.text).length;
      if (sources.length < mostFiles && bytes <= mostTogether) sources.push(source);
      else {
        const args = { files: mostFiles, bytes: mostTogether };
        sources.push({ ...source, text: '', problem: chipProblem('chip.too-many', [], args) });
        break;
      }
    }
    return sources;
  }

  private async readOne(folder: string, base: string, file: string): Promise<OwnSource> {
    const uri = `${base}/${encodeURIComponent(file)}`;
    const name = [...this.way, file].join('/');
    try {
      const local = localFilesOf(folder);
      const read = local ? readLocal(local, folder, [...this.way, file]) : this.readRemote(uri);
      return { uri, name, text: (await read).replace(/^\uFEFF/, ''), problem: null };
    } catch (error) {
      return { uri, name, text: '', problem: problemOf(error) };
    }
  }

  private async localNames(local: LocalFiles, folder: string): Promise<readonly string[]> {
    try {
      return await local.namesBelow(folder, this.way);
    } catch {
      // No such folder: most workspaces have none.
      return [];
    }
  }

  private async remoteNames(uri: string): Promise<readonly string[]> {
    const result = await this.client.list({ uri });
    return result.ok ? result.names : [];
  }

  private async readRemote(uri: string): Promise<string> {
    const found = await this.client.stat({ uri });
    if (!found.ok) throw new Error(found.reason);
    checkSize(found.size);
    const result = await this.client.read({ uri, offset: 0, length: found.size });
    if (!result.ok) throw new Error(result.reason);
    return textOf(platform().bytesOfBase64(result.base64));
  }
}

/** Carries what is told at the file. */
class Refused extends Error {
  constructor(readonly problem: ChipProblem) {
    super(problem.code);
  }
}

async function readLocal(local: LocalFiles, folder: string, way: readonly string[]): Promise<string> {
  const file = await local.openBelow(folder, way);
  if (!file) throw new Refused(chipProblem('chip.outside', [], {}));
  try {
    const { size } = file.source;
    checkSize(size);
    return textOf(await file.source.read(0, size));
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const notFiles: ReadonlySet<FileFault> = new Set(['folder', 'pipe', 'socket', 'device', 'unsized']);

function checkSize(size: number): void {
  if (size > mostBytes) throw new Refused(chipProblem('chip.too-large', [], { size, limit: mostBytes }));
}

function problemOf(error: unknown): ChipProblem {
  if (error instanceof Refused) return error.problem;
  if (error instanceof FileError && notFiles.has(error.code)) return chipProblem('chip.not-a-file', [], {});
  const detail = error instanceof Error ? error.message : String(error);
  return chipProblem('chip.unreadable', [], { detail });
}
