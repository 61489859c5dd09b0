// Published figures of whole models: a table of columns of text, which lies outside the repository.
import { existsSync, readFileSync } from 'node:fs';
import { parseCsv } from '../../../server/engine/cost/calibrate/rows';
import { publishedPath } from '../rows';

/** One published figure: its columns by name, members of the column `other` as `other.<name>`. */
export interface Figure {
  /** Line of the table, the head being line 1. */
  readonly line: number;
  readonly columns: ReadonlyMap<string, string>;
}

/** Text of a column; empty where there is none. */
export function textOf({ columns }: Figure, column: string): string {
  return columns.get(column) ?? '';
}

/** The figures of a table in CSV. Throws where `other` is no JSON object. */
export function parseFigures(csv: string): Figure[] {
  return parseCsv(csv).map((cells, i) => {
    const columns = new Map(Object.entries(cells));
    const other = JSON.parse(cells['other'] || '{}') as Record<string, unknown>;
    for (const [name, value] of Object.entries(other))
      columns.set(`other.${name}`, typeof value === 'string' ? value : JSON.stringify(value));
    return { line: i + 2, columns };
  });
}

/** Where table and graphs lie; null where they are not given or not there. */
export interface Data {
  readonly published: string;
  readonly graphs: string;
}

/**
 * The data by their paths, else by SILICONLENS_PUBLISHED (a file) and SILICONLENS_GRAPHS (a folder), else the table
 * beside the other measurements.
 */
export function dataAt(published?: string, graphs?: string): Data | null {
  const file = published ?? process.env['SILICONLENS_PUBLISHED'] ?? `${publishedPath()}/published.csv`;
  const folder = graphs ?? process.env['SILICONLENS_GRAPHS'];
  return folder && existsSync(file) && existsSync(folder) ? { published: file, graphs: folder } : null;
}

export function readFigures({ published }: Data): Figure[] {
  return parseFigures(readFileSync(published, 'utf8'));
}
