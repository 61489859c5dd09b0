/**
 * Counts the parameters of the models that export.py wrote and sets them beside torch's count:
 *   npm run conformance:parameters -- FOLDER [--write]
 * `--write` puts the comparison into table.json, with the reason of a difference where reasons.json knows it.
 * Exit code 1 where fewer than 60 architectures have an export that agrees.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../../../server/engine/analyse';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { entryOf } from '../../../outside/table';
import { uninterrupted } from '../../../server/engine/scheduler';
import reasons from './reasons.json';

interface Counted {
  readonly parameters: number;
  readonly reached: number;
  readonly exporters: Readonly<Record<string, string>>;
}

interface Torch {
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, Counted>>;
}

/** Architecture, exporter, torch's parameters(), those that the outputs depend on, ours. */
type Row = readonly [name: string, exporter: string, parameters: number, reached: number, counted: number];

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
const table = 'test/conformance/parameters/table.json';

async function countOf(path: string): Promise<number> {
  const { value: model } = await readOnnx(memorySource(readFileSync(path)), uninterrupted);
  const { numbers } = await prepare(model!, workload, uninterrupted);
  return numbers.parameters;
}

async function rowsOf(folder: string, torch: Torch): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, { parameters, reached, exporters }] of Object.entries(torch.models)) {
    for (const exporter of Object.keys(exporters)) {
      const path = join(folder, `${name}.${exporter}.onnx`);
      if (existsSync(path)) rows.push([name, exporter, parameters, reached, await countOf(path)]);
    }
  }
  return rows;
}

async function main(): Promise<number> {
  const [folder, option] = process.argv.slice(2);
  if (!folder || !existsSync(join(folder, 'torch.json'))) {
    console.error('usage: compare FOLDER [--write], where export.py wrote its models');
    return 2;
  }
  const torch = JSON.parse(readFileSync(join(folder, 'torch.json'), 'utf8')) as Torch;
  const rows = await rowsOf(folder, torch);
  const equal = rows.filter(([, , , reached, counted]) => reached === counted);
  for (const [name, exporter, parameters, reached, counted] of rows) {
    if (reached !== counted)
      console.log(
        `${name} ${exporter}: torch ${parameters}, reached ${reached}, counted ${counted} (${counted - reached})`,
      );
  }
  const architectures = new Set(equal.map(([name]) => name)).size;
  console.log(`${equal.length} of ${rows.length} exports equal, ${architectures} architectures`);
  if (option === '--write') {
    const lines = rows
      .map((row) => {
        const reason = row[3] === row[4] ? undefined : entryOf<string>(reasons, row[0]);
        return `    ${JSON.stringify(reason === undefined ? row : [...row, reason])}`;
      })
      .join(',\n');
    const { date, versions } = torch;
    const head = JSON.stringify({ date, versions }, null, 2).slice(0, -2);
    writeFileSync(
      table,
      `${head},\n  "columns": ["architecture", "exporter", "parameters", "reached", "counted", "reason"],\n  "rows": [\n${lines}\n  ]\n}\n`,
    );
  }
  return architectures >= 60 ? 0 : 1;
}

void main().then((code) => (process.exitCode = code));
