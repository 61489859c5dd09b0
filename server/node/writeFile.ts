import { randomBytes } from 'node:crypto';
import { constants, write, type BigIntStats } from 'node:fs';
import { copyFile, link, mkdir, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isInside } from './inside';
import { removedAtEnd } from './temporary';
import { codeOf, targetOf, writeError, WriteError, type Target, type TargetOptions } from './writeTarget';

export { WriteError } from './writeTarget';

/** What is written: at once, or piece by piece as it is made. */
export type Content =
  string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

export interface WriteOptions extends TargetOptions {
  /** Makes the folder if it is not there. */
  readonly makeFolder?: boolean;
  /** A file that is there already stays as it is, and the writing fails with `exists`. */
  readonly onlyNew?: boolean;
}

/** Pieces are gathered up to this many characters or bytes. */
const pieceLength = 64 * 1024;
/** How long a pipe may have no reader (milliseconds), and how often to look. */
const readerWait = 10_000;
const readerLook = 50;
/** How soon a full pipe is tried again (milliseconds). */
const fullPipeWait = 2;

/**
 * The one door for writing files. What is there is replaced as a whole or not at all: a temporary file beside it gets the
 * content and then its name, mode and owner. A link's target is replaced and the link stays. Pipes, terminals and what
 * this process holds open are written directly. Never writes onto an input. Rejects with a {@link WriteError}.
 */
export async function writeFile(path: string, content: Content, options: WriteOptions = {}): Promise<void> {
  try {
    if (options.makeFolder) await makeFolder(path, options.inside);
    const target = await targetOf(path, options);
    if (options.onlyNew && !(target.kind === 'file' && target.stats === null))
      throw new WriteError('exists', path);
    if (target.kind !== 'file') await writeDirectly(target, content);
    else await replace(target.path, target.stats, content, options.onlyNew ?? false);
  } catch (error) {
    throw writeError(path, error);
  }
}

async function makeFolder(path: string, inside: string | undefined): Promise<void> {
  const folder = dirname(path);
  if (inside !== undefined) {
    // A link on the way must not lead the new folders out.
    let there = folder;
    let real: string | null = null;
    while ((real = await realpath(there).catch(() => null)) === null && dirname(there) !== there)
      there = dirname(there);
    if (real === null || !isInside(await realpath(inside), real)) throw new WriteError('outside', path);
  }
  await mkdir(folder, { recursive: true });
}

async function replace(
  path: string,
  stats: BigIntStats | null,
  content: Content,
  onlyNew: boolean,
): Promise<void> {
  // Not named after the target: a long name would become too long.
  const temporary = join(dirname(path), `.siliconlens-${randomBytes(6).toString('hex')}.tmp`);
  const release = removedAtEnd(temporary);
  try {
    // Until it is whole it is nobody else's to read; the mode of a new file is the user's mask.
    const handle = await open(temporary, 'wx', stats ? 0o600 : 0o666);
    try {
      await writeAll(content, (bytes, from) => handle.write(bytes, from));
      if (stats) await takeOver(handle, stats);
      // Some file systems tell only here that the disk is full.
      await handle.sync().catch(unlessUnsupported);
    } finally {
      await handle.close();
    }
    if (onlyNew) await linkOrCopy(temporary, path);
    else await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
    release();
  }
}

/** Owner and mode of the file that is replaced. Only the superuser may give files away: else the new one is ours. */
async function takeOver(handle: FileHandle, { uid, gid, mode }: BigIntStats): Promise<void> {
  const own = await handle.stat({ bigint: true });
  const isSame = own.uid === uid && own.gid === gid;
  const isGiven =
    isSame ||
    (await handle.chown(Number(uid), Number(gid)).then(
      () => true,
      () => false,
    ));
  // Programs that run as their owner must not come to run as another one.
  await handle.chmod(Number(mode) & (isGiven ? 0o7777 : 0o777));
}

/** Gives a file its name unless that is taken. Not every file system has hard links. */
async function linkOrCopy(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    await copyFile(temporary, path, constants.COPYFILE_EXCL);
  }
}

const writeTo = promisify(write);

async function writeDirectly(target: Exclude<Target, { kind: 'file' }>, content: Content): Promise<void> {
  const handle = target.kind === 'special' ? await openSpecial(target.path, target.isPipe) : null;
  try {
    const descriptor = target.kind === 'special' ? handle!.fd : target.descriptor;
    await writeAll(content, (bytes, from) => writeTo(descriptor, bytes, from));
  } finally {
    await handle?.close();
  }
}

/** Opens a pipe or a device, and waits a while for a pipe's reader. */
async function openSpecial(path: string, isPipe: boolean): Promise<FileHandle> {
  const flags = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
  for (let waited = 0; ; waited += readerLook) {
    try {
      const handle = await open(path, flags);
      if (!(await handle.stat()).isFile()) return handle;
      // Swapped since it was looked at.
      await handle.close();
      throw new WriteError('failed', path);
    } catch (error) {
      if (!isPipe || codeOf(error) !== 'ENXIO') throw error;
      if (waited >= readerWait) throw new WriteError('noReader', path);
    }
    await pause(readerLook);
  }
}

/** Writes from a position of the bytes on, perhaps not all. */
type Write = (bytes: Uint8Array, from: number) => Promise<{ readonly bytesWritten: number }>;

async function writeAll(content: Content, write: Write): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) return writePiece(content, write);
  let gathered = '';
  for await (const piece of content) {
    if (typeof piece === 'string') {
      gathered += piece;
      if (gathered.length < pieceLength) continue;
    }
    await writePiece(gathered, write);
    gathered = '';
    if (typeof piece !== 'string') await writePiece(piece, write);
  }
  await writePiece(gathered, write);
}

async function writePiece(piece: string | Uint8Array, write: Write): Promise<void> {
  const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
  for (let from = 0; from < bytes.length;) {
    try {
      from += (await write(bytes, from)).bytesWritten;
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      await pause(fullPipeWait);
    }
  }
}

function unlessUnsupported(error: unknown): void {
  if (!['EINVAL', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
