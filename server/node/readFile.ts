import { entryOf } from '../../outside/table';
import { constants, type BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../engine/graph/byteSource';
import { FileError, type FileFault, type FileStamp } from '../platform';

/** A file of this machine as a source. It holds a handle until it is closed. */
export interface FileSource extends ByteSource {
  /** As it was when the file was opened. */
  readonly stamp: FileStamp;
  close(): Promise<void>;
}

/** Nanoseconds after which no file system gives a change the time of the one before. */
const coarsestTick = 3_000_000_000n;
/** Missing on Windows. A pipe is opened without waiting for its writer, and a terminal does not become ours. */
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Looks at a regular file, through links. Rejects with a {@link FileError}. */
export async function lookAtFile(path: string): Promise<FileStamp> {
  return stampOf(regular(path, await guarded(path, stat(path, { bigint: true }))));
}

/**
 * The one door for opening files: only regular ones, and never waiting. What the handle says decides, so that nothing can
 * be swapped in between; the look before it spares devices that act on being opened. Rejects with a {@link FileError}.
 */
export async function openFile(path: string): Promise<FileSource> {
  await lookAtFile(path);
  const handle = await guarded(path, open(path, readOnly));
  try {
    const stats = regular(path, await guarded(path, handle.stat({ bigint: true })));
    const size = Number(stats.size);
    // Files of /proc state no size; how much there is of them shows only at their end, if they have one.
    if (size === 0 && (await guarded(path, handle.read(new Uint8Array(1), 0, 1, 0))).bytesRead > 0)
      throw new FileError('unsized', path);
    const read = (offset: number, length: number): Promise<Uint8Array> =>
      readAt(path, handle, offset, Math.max(0, Math.min(length, size - offset)));
    return { size, stamp: stampOf(stats), read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** All bytes of a file of at most `limit` bytes. Rejects with a {@link FileError}. */
export async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  const file = await openFile(path);
  try {
    if (file.size > limit) throw new FileError('too-large', path);
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}

/** As {@link readBytes}, as UTF-8. */
export async function readText(path: string, limit: number): Promise<string> {
  return Buffer.from(await readBytes(path, limit)).toString('utf8');
}

/** Exactly as many bytes: a file that is shorter now than when it was opened is another one. */
async function readAt(path: string, handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const reading = handle.read(bytes, filled, length - filled, offset + filled);
    const { bytesRead } = await guarded(path, reading);
    if (bytesRead === 0) throw new FileError('changed', path);
    filled += bytesRead;
  }
  return bytes;
}

function regular(path: string, stats: BigIntStats): BigIntStats {
  if (stats.isFile()) return stats;
  if (stats.isDirectory()) throw new FileError('folder', path);
  if (stats.isFIFO()) throw new FileError('pipe', path);
  throw new FileError(stats.isSocket() ? 'socket' : 'device', path);
}

/** Whether a second change may still bear the time of the last one. */
export function isYoung({ mtimeNs, ctimeNs }: Pick<BigIntStats, 'mtimeNs' | 'ctimeNs'>): boolean {
  const latest = ctimeNs > mtimeNs ? ctimeNs : mtimeNs;
  return BigInt(Date.now()) * 1_000_000n - latest < coarsestTick;
}

function stampOf(stats: BigIntStats): FileStamp {
  const { size, dev, ino, mtimeNs, ctimeNs } = stats;
  return {
    size: Number(size),
    mtime: Math.round(Number(mtimeNs / 1000n) / 1000),
    version: isYoung(stats) ? null : [dev, ino, size, mtimeNs, ctimeNs].join(':'),
  };
}

/** Node's codes of errors, by what users are told. */
const faults: Readonly<Record<string, FileFault>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  // Opening a socket, or a device that nothing stands behind.
  ENXIO: 'device',
  EISDIR: 'folder',
  EACCES: 'denied',
  EPERM: 'denied',
};

async function guarded<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new FileError(
      entryOf(faults, code) ?? 'failed',
      path,
      error instanceof Error ? error.message : String(error),
    );
  }
}
