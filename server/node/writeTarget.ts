import { entryOf } from '../../outside/table';
import { constants, fstat, type BigIntStats } from 'node:fs';
import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { isInside } from './inside';

/** Why a file can't be written; `write.` + code is what users are told. */
export type WriteFault =
  | 'input'
  | 'noFolder'
  | 'folder'
  | 'device'
  | 'denied'
  | 'full'
  | 'noReader'
  | 'readerGone'
  | 'exists'
  | 'outside'
  | 'failed';

/** A file that can't be written. */
export class WriteError extends Error {
  constructor(
    readonly code: WriteFault,
    readonly path: string,
    detail: string = code,
  ) {
    super(detail);
  }

  /** What its sentence needs. */
  get args(): { readonly path: string; readonly folder: string; readonly detail: string } {
    return { path: this.path, folder: dirname(this.path), detail: this.message };
  }
}

export interface TargetOptions {
  /** Files that are never written onto, whichever way the target is spelled. */
  readonly inputs?: readonly string[];
  /** A folder that the target must lie in, links resolved. */
  readonly inside?: string;
}

/** Where a path leads, links resolved. */
export type Target =
  /** A file that this process holds open already: `/dev/stdout`, `/dev/fd/3`. */
  | { readonly kind: 'descriptor'; readonly descriptor: number }
  /** A pipe, a terminal, `/dev/null`. */
  | { readonly kind: 'special'; readonly path: string; readonly isPipe: boolean }
  /** A regular file, or none yet. */
  | { readonly kind: 'file'; readonly path: string; readonly stats: BigIntStats | null };

const statDescriptor = promisify(fstat);
/** As many as Linux follows. */
const mostLinks = 40;

/** Finds out where a path leads, and refuses what must not or can't be written. Rejects with a {@link WriteError}. */
export async function targetOf(path: string, { inputs = [], inside }: TargetOptions = {}): Promise<Target> {
  try {
    const end = await follow(path);
    if (typeof end === 'number') {
      await refuseDescriptor(end, inputs, path);
      return { kind: 'descriptor', descriptor: end };
    }
    if (inside !== undefined && !isInside(await realpath(inside), end)) throw new WriteError('outside', path);
    const stats = await stat(end, { bigint: true }).catch(unlessMissing);
    if (stats?.isDirectory()) throw new WriteError('folder', path);
    if (stats?.isBlockDevice() || stats?.isSocket()) throw new WriteError('device', path);
    if (stats && (await isAmong(stats, inputs))) throw new WriteError('input', path);
    // A file that may be replaced but not written is protected on purpose.
    if (stats) await access(end, constants.W_OK);
    if (stats && !stats.isFile()) return { kind: 'special', path: end, isPipe: stats.isFIFO() };
    return { kind: 'file', path: end, stats };
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Refuses an open file, such as standard output, that is one of the inputs. Rejects with a {@link WriteError}. */
export async function refuseDescriptor(
  descriptor: number,
  inputs: readonly string[],
  path: string,
): Promise<void> {
  const stats = await statDescriptor(descriptor, { bigint: true });
  if (await isAmong(stats, inputs)) throw new WriteError('input', path);
}

/** Node's codes of errors, by what users are told. */
const faults: Readonly<Record<string, WriteFault>> = {
  ENOENT: 'noFolder',
  ENOTDIR: 'noFolder',
  EISDIR: 'folder',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EEXIST: 'exists',
  EPIPE: 'readerGone',
};

/** An error of Node's as ours. */
export function writeError(path: string, error: unknown): WriteError {
  if (error instanceof WriteError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new WriteError(entryOf(faults, codeOf(error)) ?? 'failed', path, detail);
}

/** `ENOENT` and the like; empty for other errors. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * The end of a chain of links, whether something is there or not; a number for a descriptor of our own, whose link says
 * `pipe:[123]` or names a file that must go on where it is.
 */
async function follow(path: string): Promise<string | number> {
  if (path === '' || path.endsWith('/') || path.endsWith(sep)) throw new WriteError('folder', path);
  let at = path;
  for (let links = 0; links < mostLinks; links++) {
    const named = descriptorOf(at);
    if (named !== null) return named;
    const folder = await realpath(dirname(at));
    at = join(folder, basename(at));
    const own = descriptorOf(at);
    if (own !== null) return own;
    const isLink = (await lstat(at).catch(unlessMissing))?.isSymbolicLink();
    if (!isLink) return at;
    const next = await readlink(at);
    // Not normalised: what `..` means behind a link is the file system's to say.
    at = isAbsolute(next) ? next : `${folder}${sep}${next}`;
  }
  throw new WriteError('failed', path, 'ELOOP');
}

function descriptorOf(path: string): number | null {
  const found = /^\/(?:dev\/fd|proc\/(self|thread-self|\d+)\/fd)\/(\d{1,9})$/.exec(path);
  if (!found || process.platform === 'win32') return null;
  const [, owner = 'self', descriptor] = found;
  return /^\d/.test(owner) && owner !== String(process.pid) ? null : Number(descriptor);
}

/** Compared by device and inode: relative and case-insensitive spellings, links and hard links are all the same file. */
async function isAmong(stats: BigIntStats, inputs: readonly string[]): Promise<boolean> {
  if (!stats.isFile()) return false;
  for (const input of inputs) {
    const other = await stat(input, { bigint: true }).catch(() => null);
    if (other?.isFile() && other.dev === stats.dev && other.ino === stats.ino) return true;
  }
  return false;
}

function unlessMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
