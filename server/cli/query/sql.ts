import { extname } from 'node:path';
import { sweepColumns, type CellType } from '../../engine/report/sweepRow';
import { failed } from '../failure';
import { withPeers } from '../peers';
import type { Answer, Cell } from './answer';

const types: Readonly<Record<CellType, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  count: 'INTEGER',
  truth: 'BOOLEAN',
};

/** Answers a statement of SQL about the table `results`, by DuckDB. Throws a `Failure` with what DuckDB says of it. */
export async function answerOfSql(paths: readonly string[], sql: string): Promise<Answer> {
  const { DuckDBInstance } = await withPeers(['@duckdb/node-api'], '--sql', () => import('@duckdb/node-api'));
  // Nothing is fetched: what reads JSON and Parquet is part of it.
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE VIEW results AS ${sources(paths).join(' UNION ALL BY NAME ')}`);
    const reader = await connection.runAndReadAll(sql);
    const rows = reader.getRowsJS().map((row) => row.map(cellOf));
    const columns = reader.columnNames().map((name, i) => {
      const isNumber = rows.some((row) => typeof row[i] === 'number');
      return { name, kind: isNumber ? ('decimal' as const) : ('text' as const) };
    });
    return { columns, rows };
  } catch (error) {
    throw failed('cli.query.sql', { detail: error instanceof Error ? error.message : String(error) });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What files are read as: types of JSON lines are ours, those of Parquet stand in it. */
function sources(paths: readonly string[]): string[] {
  const columns = Object.entries(sweepColumns).map(([name, type]) => `${name}: '${types[type]}'`);
  return paths.map((path) => {
    const quoted = `'${path.replaceAll("'", "''")}'`;
    return extname(path).toLowerCase() === '.parquet'
      ? `SELECT * FROM read_parquet(${quoted})`
      : `SELECT * FROM read_json(${quoted}, format = 'newline_delimited', columns = {${columns.join(', ')}})`;
  });
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  return (
    JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ??
    null
  );
}
