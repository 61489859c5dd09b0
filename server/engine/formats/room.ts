import type { ByteSource } from '../graph/byteSource';
import type { Model, Parsed } from '../graph/model';
import { problem } from '../problem';
import type { Problem } from '../problem';

/** Whether reading may go on, now that what was read takes so many bytes of memory. */
export type Room = (bytes: number) => boolean;

/** For files that are known to be small. */
export const boundless: Room = () => true;

/** Thrown inside a reader to give up a file that there is no memory for; never leaves it. */
export class NoRoomError extends Error {
  constructor(readonly bytes: number) {
    super('no room');
    this.name = 'NoRoomError';
  }
}

/** Asking for each byte would take too long a time; so many are taken unasked. */
const unasked = 64 * 1024;

/**
 * Counts the memory that a model takes with its listing, before it takes it. What each thing takes was measured on
 * 2026-11-29 with the floods of test/bench/floods.ts and is stated where the thing is (onnx/schema.ts, onnxText/cursor.ts).
 */
export class Meter {
  /** Counted so far. */
  bytes = 0;
  private inPiece = 0;
  private granted = 0;

  /** @param copies in which a piece exists beside the model while it is decoded */
  constructor(
    private readonly room: Room,
    private readonly copies = 0,
  ) {}

  /** What follows is decoded in one piece. */
  beginPiece(): void {
    this.inPiece = 0;
  }

  /** The piece is decoded at the end, together with others: its copies count until then. */
  keepPiece(): void {
    this.bytes += this.copies * this.inPiece;
    this.inPiece = 0;
  }

  take(bytes: number): void {
    this.bytes += bytes;
    this.inPiece += bytes;
    const all = this.bytes + this.copies * this.inPiece;
    if (all <= this.granted) return;
    if (!this.room(all)) throw new NoRoomError(all);
    this.granted = all + unasked;
  }
}

/** A model that was read, and the memory that it takes with its listing. */
export interface ReadModel extends Parsed<Model | null> {
  readonly bytes: number;
}

/** Runs a reader; a file that describes more than there is room for is given up where the reader stands. */
export async function readInRoom(
  source: ByteSource,
  reader: { readonly at: number },
  read: () => Promise<ReadModel>,
): Promise<ReadModel> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    return { value: null, problems: [noRoom(reader.at, source.size)], bytes: 0 };
  }
}

/** Code of the problem of a file that was given up for want of memory. */
export const noRoomCode = 'format.no-room';

/** What is said of a file that was given up at `offset`. */
export function noRoom(offset: number, size: number): Problem {
  return problem('error', noRoomCode, { offset, size }, { offset });
}
