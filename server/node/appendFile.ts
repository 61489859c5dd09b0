import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { sourceLines, type LinePlace } from './sourceLines';
import { writeError, WriteError } from './writeTarget';

/** Bytes that are read at a time while the last line's end is looked for. */
const pieceBytes = 1 << 20;
const newline = 0x0a;

/**
 * A file of lines that only grows. What was appended is there even if the process is killed at once; a line that was half
 * written then is taken off when the file is opened again. For one process at a time. Rejects with a {@link WriteError}.
 */
export class AppendFile {
  /** Lines are written one after the other, whoever asks at the same time. */
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private size: number,
  ) {}

  /** Opens a regular file, or makes it. */
  static async open(path: string): Promise<AppendFile> {
    try {
      const flags =
        constants.O_RDWR | constants.O_CREAT | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
      const handle = await open(path, flags, 0o666);
      try {
        const stats = await handle.stat();
        if (!stats.isFile()) throw new WriteError('device', path);
        const file = new AppendFile(path, handle, stats.size);
        await file.takeOffHalfLine();
        return file;
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** Bytes of all lines. */
  get length(): number {
    return this.size;
  }

  /** Appends whole lines; what can't be written as a whole leaves no part behind. */
  append(lines: readonly string[]): Promise<LinePlace[]> {
    const turn = this.writing.then(() => this.appendNow(lines));
    this.writing = turn.catch(() => {});
    return turn;
  }

  private async appendNow(lines: readonly string[]): Promise<LinePlace[]> {
    const places: LinePlace[] = [];
    let end = this.size;
    for (const line of lines) {
      const length = Buffer.byteLength(line);
      places.push({ offset: end, length });
      end += length + 1;
    }
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    try {
      for (let from = 0; from < bytes.length;)
        from += (await this.handle.write(bytes, from, bytes.length - from, this.size + from)).bytesWritten;
    } catch (error) {
      await this.handle.truncate(this.size).catch(() => {});
      throw writeError(this.path, error);
    }
    this.size = end;
    return places;
  }

  /** One line. */
  async line({ offset, length }: LinePlace): Promise<string> {
    return (await this.read(offset, length)).toString('utf8');
  }

  /** All lines with their places, as they stand. */
  async *lines(): AsyncGenerator<LinePlace & { readonly text: string }> {
    const source = { size: this.size, read: (offset: number, length: number) => this.read(offset, length) };
    for await (const { text, ...place } of sourceLines(source)) {
      if (text === null) throw new WriteError('failed', this.path, 'line');
      yield { text, ...place };
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Whatever stands behind the last line end was being written when its writer died. */
  private async takeOffHalfLine(): Promise<void> {
    let end = this.size;
    while (end > 0) {
      const start = Math.max(0, end - pieceBytes);
      const found = (await this.read(start, end - start)).lastIndexOf(newline);
      end = found === -1 ? start : start + found + 1;
      if (found !== -1) break;
    }
    if (end === this.size) return;
    await this.handle.truncate(end);
    this.size = end;
  }

  private async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) throw new WriteError('failed', this.path, 'short');
      filled += bytesRead;
    }
    return bytes;
  }
}
