import { open } from 'node:fs/promises';
import type { ByteSource } from '../engine/graph/byteSource';

/** A file of this machine as a source. It holds a handle until it is closed. */
export interface FileSource extends ByteSource {
  /** Milliseconds since the epoch, as it was when the file was opened. */
  readonly mtime: number;
  close(): Promise<void>;
}

/** Opens a file for reading; rejects with Node's error where there is none, or where it is no file. */
export async function openFile(path: string): Promise<FileSource> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw Object.assign(new Error(`not a file: ${path}`), { code: 'EISDIR' });
    return {
      size: stats.size,
      mtime: Math.round(stats.mtimeMs),
      async read(offset, length) {
        const wanted = Math.max(0, Math.min(length, stats.size - offset));
        const bytes = new Uint8Array(wanted);
        let filled = 0;
        // A read may return less than asked for; the end of a file that shrank meanwhile returns nothing.
        while (filled < wanted) {
          const { bytesRead } = await handle.read(bytes, filled, wanted - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return filled === wanted ? bytes : bytes.subarray(0, filled);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
