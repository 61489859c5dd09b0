import { readFileSync } from 'node:fs';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Bindings } from '../../../server/engine/graph/dim';
import { uninterrupted } from '../../../server/engine/scheduler';
import { modelOf } from '../world';
import { table } from '../table';

/** What measure.py wrote: bytes by which a process grows from one size to another. */
interface Measured {
  readonly machine: string;
  readonly runtime: string;
  readonly date: string;
  readonly rows: readonly ({
    readonly model: string;
    readonly from: Bindings;
    readonly to: Bindings;
  } & Readonly<Record<Quantity, number>>)[];
}

const quantities = ['live', 'first', 'steady'] as const;
type Quantity = (typeof quantities)[number];

/** One figure, bytes. */
export interface MemoryRow {
  readonly model: string;
  readonly sizes: string;
  readonly quantity: Quantity;
  readonly estimated: number;
  readonly measured: number;
}

const measured = JSON.parse(readFileSync('test/accuracy/memory/onnxruntime.json', 'utf8')) as Measured;

/** Bytes beside the inputs, which are the caller's before anything runs. */
async function needOf(name: string, bindings: Bindings): Promise<Record<Quantity, number>> {
  const workload = { bindings, phase: 'inference', precision: 'fp32', runtime: 'onnxruntime-cpu' } as const;
  const prepared = await prepare(await modelOf(name), workload, uninterrupted);
  const { timeline } = await costsOn(prepared, chipById('intel-xeon-8480')!, uninterrupted);
  const { scopes, values } = prepared.inference;
  const given = (scopes[0]?.inputs ?? []).map((id) => values[id]!);
  const inputs = given.reduce((sum, { isConstant, bytes }) => sum + (isConstant ? 0 : bytes!), 0);
  const { firstBytes, steadyBytes } = timeline.resident!;
  return {
    live: timeline.highWaterBytes! - inputs,
    first: firstBytes - inputs,
    steady: steadyBytes - inputs,
  };
}

/** Estimated beside measured growth, for each quantity. */
export async function memoryRows(): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const row of measured.rows) {
    const [small, large] = [await needOf(row.model, row.from), await needOf(row.model, row.to)];
    const text = (sizes: Bindings): string => Object.values(sizes).join(' × ');
    for (const quantity of quantities)
      rows.push({
        model: row.model,
        sizes: `${text(row.from)} to ${text(row.to)}`,
        quantity,
        estimated: large[quantity] - small[quantity],
        measured: row[quantity],
      });
  }
  return rows;
}

/** Estimated ÷ measured − 1. */
export function errorOf({ estimated, measured: own }: MemoryRow): number {
  return estimated / own - 1;
}

/** The section of docs/accuracy.md. */
export function memorySection(rows: readonly MemoryRow[]): string[] {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const signed = (row: MemoryRow): string =>
    `${errorOf(row) >= 0 ? '+' : '−'}${Math.abs(100 * errorOf(row)).toFixed(0)} %`;
  return [
    '## Memory',
    '',
    `How the memory of a process grows with its sizes, ${measured.runtime}, on ${measured.machine}, ${measured.date}, in MB.`,
    '*live*: the most at one time without an arena; *first* and *steady*: held by the arena after the first and the third run.',
    'Nothing is fitted to these rows, but the laws were written with them in view. Of vit-b16 what grows behind',
    'its twelve layers, with the last normalisation, Gather and Gemm, is not explained.',
    '',
    ...table(
      ['model', 'batch (× sequence)', 'quantity', 'estimated', 'measured', 'error'],
      rows.map((row) => [
        row.model,
        row.sizes,
        row.quantity,
        megabytes(row.estimated),
        megabytes(row.measured),
        signed(row),
      ]),
    ),
  ];
}
