import { extname } from 'node:path';
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { entryOf } from '../../../outside/table';
import { isObject } from '../../engine/chips/schemaCheck';
import type { ByteSource } from '../../engine/graph/byteSource';
import { jsonValue } from '../../engine/json';
import { sweepColumns, sweepErrorRow, type SweepColumn, type SweepRow } from '../../engine/report/sweepRow';
import { openFile } from '../../node/readFile';
import { sourceLines } from '../../node/sourceLines';
import { failed, usage } from '../failure';
import { fileFailure } from '../openModel';

const columns = Object.keys(sweepColumns) as SweepColumn[];
/** Rows of a Parquet file that are in memory at a time. */
const rowsAtATime = 20_000;
/** Bytes that a group of a Parquet file may have once it is unpacked: that of others may be a whole file. */
const mostGroupBytes = 2e9;
/** Endings of files with results. */
const resultEndings = ['.jsonl', '.ndjson', '.parquet'] as const;

/** The rows of files that `sweep` wrote, one after the other. Throws a `Failure` for what is no such file. */
export async function* rowsIn(paths: readonly string[]): AsyncGenerator<SweepRow> {
  for (const path of paths) {
    refuseEnding(path);
    const file = await openFile(path).catch((error: unknown) => {
      throw fileFailure(path, error);
    });
    try {
      yield* extname(path).toLowerCase() === '.parquet' ? parquetRows(path, file) : lineRows(path, file);
    } finally {
      await file.close();
    }
  }
}

/** Throws a usage `Failure` for a name that is not that of results. */
export function refuseEnding(path: string): void {
  const ending = extname(path).toLowerCase();
  if (resultEndings.some((known) => known === ending)) return;
  throw usage('cli.query.ending', { path, endings: resultEndings.join(', ') });
}

async function* lineRows(path: string, file: ByteSource): AsyncGenerator<SweepRow> {
  let number = 0;
  for await (const { text: line } of sourceLines(file)) {
    number++;
    if (line === null) throw failed('cli.query.row', { path: `${path}:${number}` });
    if (line.trim() !== '') yield rowOf(jsonValue(line), `${path}:${number}`);
  }
}

async function* parquetRows(path: string, file: ByteSource): AsyncGenerator<SweepRow> {
  const source: AsyncBuffer = {
    byteLength: file.size,
    async slice(start, end = file.size) {
      const bytes = await file.read(start, end - start);
      return new Uint8Array(bytes).buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(source);
    const known = new Set(metadata.schema.slice(1).map(({ name }) => name));
    const there = columns.filter((name) => known.has(name));
    for (const { start, end } of piecesOf(metadata)) {
      const some = await parquetReadObjects({
        file: source,
        metadata,
        columns: there,
        rowStart: start,
        rowEnd: end,
      });
      for (const [index, values] of some.entries()) yield rowOf(values, `${path}:${start + index + 1}`);
    }
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error) || error.name !== 'Failure')
      throw failed('cli.query.parquet', { path, detail: error instanceof Error ? error.message : '' });
    throw error;
  }
}

/** Ranges of rows that are read together, none over more than one group. */
function* piecesOf({ row_groups: groups }: FileMetaData): Generator<{ start: number; end: number }> {
  let first = 0;
  for (const group of groups) {
    const rows = Number(group.num_rows);
    if (!(rows >= 0) || Number(group.total_byte_size) > mostGroupBytes)
      throw new Error('a group is too large');
    for (let start = first; start < first + rows; start += rowsAtATime)
      yield { start, end: Math.min(first + rows, start + rowsAtATime) };
    first += rows;
  }
}

/** A row with what it holds of the columns that there are; other programs may have written it, with whole numbers of 64 bits. */
function rowOf(value: unknown, place: string): SweepRow {
  if (!isObject(value)) throw failed('cli.query.row', { path: place });
  const cells: Partial<Record<SweepColumn, unknown>> = {};
  for (const name of columns) {
    const given = entryOf(value, name) ?? null;
    const cell = typeof given === 'bigint' ? Number(given) : given;
    if (cell !== null && typeof cell !== kinds[sweepColumns[name]])
      throw failed('cli.query.cell', { path: place, column: name });
    cells[name] = cell;
  }
  if (cells.path === null) throw failed('cli.query.row', { path: place });
  return sweepErrorRow(cells as Partial<SweepRow>);
}

const kinds = { text: 'string', number: 'number', count: 'number', truth: 'boolean' } as const;
