import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isObject } from '../engine/chips/schemaCheck';

/** What was read of one file of a model. */
export interface PackedFile {
  /** From the folder in which the model lies, with slashes. */
  readonly way: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** Bytes that may be read of a model that is packed: headers and graphs, no weights. */
export const mostPackBytes = 512e6;
const mostHeadBytes = 64e6;
/** Stands before the length of the head. */
const mark = 'SLPACK1\n';
const lengthBytes = 4;

/**
 * What was read of a model as one sequence of bytes: a head in JSON with files and places, then the pieces one after the other. Weights
 * are not read, so that a model of any size takes little; the rest of its files is known by its length alone.
 */
export function packed(files: readonly PackedFile[]): Uint8Array {
  const head = Buffer.from(
    JSON.stringify(
      files.map(({ way, size, pieces }) => ({
        way,
        size,
        pieces: pieces.map(({ offset, bytes }) => [offset, bytes.length]),
      })),
    ),
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  const all: Uint8Array[] = [Buffer.from(mark), length, head];
  for (const { pieces } of files) for (const { bytes } of pieces) all.push(bytes);
  return Buffer.concat(all);
}

/** Writes the files of a pack into a folder, with nothing where nothing was read. Throws for what is no pack. */
export async function unpack(pack: Uint8Array, folder: string): Promise<void> {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.length);
  let at = mark.length + lengthBytes;
  if (bytes.length < at || bytes.toString('latin1', 0, mark.length) !== mark) throw notOurs();
  const headLength = bytes.readUInt32LE(mark.length);
  if (headLength > Math.min(mostHeadBytes, bytes.length - at)) throw notOurs();
  const files: unknown = JSON.parse(bytes.toString('utf8', at, at + headLength));
  at += headLength;
  if (!Array.isArray(files)) throw notOurs();
  for (const file of files) {
    const { way, size, pieces } = headOf(file);
    const path = join(folder, way);
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'wx');
    try {
      await handle.truncate(size);
      for (const [offset, length] of pieces) {
        if (offset + length > size || at + length > bytes.length) throw notOurs();
        for (let done = 0; done < length;)
          done += (await handle.write(bytes, at + done, length - done, offset + done)).bytesWritten;
        at += length;
      }
    } finally {
      await handle.close();
    }
  }
}

interface Head {
  readonly way: string;
  readonly size: number;
  readonly pieces: readonly (readonly [number, number])[];
}

function headOf(file: unknown): Head {
  if (!isObject(file) || !Array.isArray(file.pieces)) throw notOurs();
  const { way, size } = file;
  const pieces = (file.pieces as unknown[]).map((piece) => {
    const [offset, length] = Array.isArray(piece) ? (piece as unknown[]) : [];
    if (!isCount(offset) || !isCount(length)) throw notOurs();
    return [offset, length] as const;
  });
  if (typeof way !== 'string' || !isInsideWay(way) || !isCount(size)) throw notOurs();
  return { way, size, pieces };
}

/** Whether a way leads to something below where it begins. */
export function isInsideWay(way: string): boolean {
  return way.split('/').every((step) => !['', '.', '..'].includes(step) && !/[\\:\0]/.test(step));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function notOurs(): Error {
  return new Error('this is no model that a sweep has packed');
}
