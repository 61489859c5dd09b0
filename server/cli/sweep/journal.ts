import { plainJson } from '../../../outside/json';
import { sweepColumns, type SweepColumn, type SweepRow } from '../../engine/report/sweepRow';
import { isObject } from '../../engine/chips/schemaCheck';
import { jsonValue } from '../../engine/json';
import { AppendFile } from '../../node/appendFile';
import type { LinePlace } from '../../node/sourceLines';
import { failed } from '../failure';

const head = '{"siliconlens":"sweep","schemaVersion":1}';
const columns = Object.keys(sweepColumns) as SweepColumn[];

/** A row as a line of JSON, its fields in the order of the columns. */
export function lineOf(row: SweepRow): string {
  return plainJson(JSON.stringify(row, columns));
}

/**
 * The rows that a sweep has so far, as lines of JSON in a file that only grows; in memory are their places. Of two rows of one
 * key the later one counts.
 */
export class Journal {
  private readonly places = new Map<string, LinePlace[]>();

  private constructor(private readonly file: AppendFile) {}

  /** Opens a journal, or begins one. Rejects where the file is no journal, and with what is wrong with the file. */
  static async open(path: string): Promise<Journal> {
    const file = await AppendFile.open(path);
    try {
      const journal = new Journal(file);
      if (file.length === 0) await file.append([head]);
      else await journal.read(path);
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private async read(path: string): Promise<void> {
    let isFirst = true;
    for await (const { text, offset, length } of this.file.lines()) {
      if (isFirst && text !== head) throw failed('cli.sweep.journal', { path });
      if (!isFirst) {
        // What is no row was not written by us; it is left as it stands.
        const found = rowIn(text);
        if (found) this.note(found.name, { offset, length });
      }
      isFirst = false;
    }
  }

  /** Keeps rows of a model, given as lines. */
  async add(name: string, lines: readonly string[]): Promise<void> {
    for (const place of await this.file.append(lines)) this.note(name, place);
  }

  /** The lines of a model's rows by key. */
  async rowsOf(
    name: string,
  ): Promise<ReadonlyMap<string, { readonly line: string; readonly row: SweepRow }>> {
    const rows = new Map<string, { line: string; row: SweepRow }>();
    for (const place of this.places.get(name) ?? []) {
      const line = await this.file.line(place);
      const found = rowIn(line);
      if (found) rows.set(found.key, { line, row: found.row });
    }
    return rows;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private note(name: string, place: LinePlace): void {
    const places = this.places.get(name);
    if (places) places.push(place);
    else this.places.set(name, [place]);
  }
}

/** A row with its key and the name of its model; null for a line that is none. */
function rowIn(line: string): { readonly key: string; readonly name: string; readonly row: SweepRow } | null {
  const value = jsonValue(line);
  if (!isObject(value)) return null;
  const { key, path: name } = value;
  if (typeof key !== 'string' || typeof name !== 'string') return null;
  return { key, name, row: value as unknown as SweepRow };
}
