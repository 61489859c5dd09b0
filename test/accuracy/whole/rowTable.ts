// Every scored figure as a row, for reading: it belongs outside the repository.
import { writeFileSync } from 'node:fs';
import { csvText } from '../../../outside/csv';
import type { Scored } from './estimate';
import { textOf } from './published';

/** One row of the table. Times in seconds (energy: joules) per sample. */
function rowOf(scored: Scored) {
  const { asked, measured, estimated, low, high } = scored;
  const { figure, bindings } = asked;
  return {
    line: figure.line,
    family: scored.family,
    class: scored.chipClass,
    chip: asked.chip,
    model: asked.graph.id,
    batch: bindings['batch'] ?? 1,
    sequence: bindings['sequence'] ?? null,
    past: bindings['past'] ?? null,
    precision: asked.precision,
    runtime: scored.runtime,
    cores: asked.cores,
    quantity: asked.quantity,
    measured,
    estimated,
    low,
    high,
    ratio: estimated / measured,
    inside: low <= measured && measured <= high,
    basis: scored.basis,
    bounds: scored.bounds,
    operators: scored.operators,
    kernels: scored.kernels,
    ...scored.parts,
    source: textOf(figure, 'source'),
    software: textOf(figure, 'software'),
    published: textOf(figure, 'precision'),
  };
}

/** Writes the rows as JSON or, where the name ends so, as CSV. */
export function writeRows(path: string, scored: readonly Scored[]): void {
  const rows = scored.map(rowOf);
  if (!path.endsWith('.csv')) {
    writeFileSync(path, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
    return;
  }
  const head = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => Object.values(row).map((value) => String(value ?? '')));
  writeFileSync(path, csvText([head, ...cells]));
}

/** One line of a terminal. */
export function rowLine(scored: Scored): string {
  const { line, family, chip, model, batch, precision, quantity, ratio, ...row } = rowOf(scored);
  const range = `${(row.low / row.measured).toFixed(2)}–${(row.high / row.measured).toFixed(2)}`;
  return [
    String(line).padStart(5),
    family.padEnd(17),
    chip.slice(0, 30).padEnd(31),
    model.slice(0, 30).padEnd(31),
    `b${batch}${row.sequence ? ` s${row.sequence}` : ''}`.padEnd(10),
    precision.padEnd(6),
    row.runtime.padEnd(15),
    quantity.slice(0, 6).padEnd(7),
    `${(row.measured * 1e3).toPrecision(4)} ms`.padStart(12),
    ratio.toFixed(2).padStart(7),
    row.inside ? ' ' : '!',
    range.padEnd(12),
    `${row.bounds}; ${row.operators}`,
  ].join(' ');
}
