import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { sweepColumns, type CellType, type SweepColumn, type SweepRow } from '../../engine/report/sweepRow';

const columns = Object.entries(sweepColumns) as readonly (readonly [SweepColumn, CellType])[];
/** Rows that are held in memory and written together. */
const rowsOfGroup = 20_000;

const types: Readonly<Record<CellType, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  count: { type: 'INT32' },
  truth: { type: 'BOOLEAN' },
};

const schema: SchemaElement[] = [
  { name: 'root', num_children: columns.length },
  ...columns.map(([name, type]): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...types[type] })),
];

/** Rows as a Parquet file, piece by piece; compressed with Snappy. */
export async function* parquetOf(
  rows: AsyncIterable<SweepRow>,
  toolVersion: string,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema,
    createdBy: `siliconlens version ${toolVersion}`,
  });
  let group: SweepRow[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < rowsOfGroup) continue;
    await writeGroup(writer, group);
    group = [];
    yield taken(bytes);
  }
  if (group.length > 0) await writeGroup(writer, group);
  await writer.finish();
  yield taken(bytes);
}

async function writeGroup(writer: ParquetWriter, rows: readonly SweepRow[]): Promise<void> {
  const columnData = columns.map(([name]) => ({ name, data: rows.map((row) => row[name]) }));
  await writer.write({ columnData, rowGroupSize: rowsOfGroup });
}

/** What was written so far; the writer goes on behind it. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
