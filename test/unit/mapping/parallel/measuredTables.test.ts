import { describe, expect, it } from 'vitest';
import table from '../../../conformance/parallel/aiconfigurator.json';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { howMany, type HowMany } from '../../../../server/engine/howMany';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { systems } from '../../../../server/engine/systems/load';
import { devicesOf, type Split } from '../../../../server/engine/mapping/parallel/splits';
import { configurations, configured } from './models';

/** What aiconfigurator calls systems. */
const known: Readonly<Record<string, readonly [id: string, count: number]>> = {
  h100_sxm: ['nvidia-dgx-h100', 8],
  a100_sxm: ['nvidia-dgx-a100', 8],
  l40s: ['nvidia-l40s-8', 1],
};
/** Memory of one device, GiB. */
const capacity: Readonly<Record<string, number>> = { h100_sxm: 80, a100_sxm: 80, l40s: 48 };

type Row = (typeof table.rows)[number];

const groups = new Map<string, Row[]>();
for (const row of table.rows) {
  const key = `${row.system} ${row.model} ${row.phase}`;
  groups.set(key, [...(groups.get(key) ?? []), row]);
}

async function spread({ system: name, model, phase }: Row): Promise<HowMany> {
  const [id, count] = known[name]!;
  const system = systems.find((one) => one.id === id)!;
  const { id: device, chip } = system.devices[0]!;
  const bindings: Record<string, number> =
    phase === 'decode' ? { batch: 32, past_sequence: 2048 } : { batch: 8, sequence: 2048 };
  const prepared = await configured(configurations[model as keyof typeof configurations], {
    phase: phase as 'decode' | 'prefill',
    bindings,
  });
  const asked = { prepared, system, device, count, chip: chipById(chip)!, host: undefined };
  return howMany({ ...asked, objective: 'latency', lookUp: chipById }, uninterrupted);
}

const nameOf = ({ tp, pp, dp }: Split): string => [tp, pp, dp].join(' ');

describe('the split that a tool with tables of measured kernels finds best', () => {
  it.each([...groups.keys()])('is within a tenth of the one found here: %s', async (key) => {
    const rows = groups.get(key)!;
    const [, count] = known[rows[0]!.system]!;
    const { ranked, refused } = await spread(rows[0]!);
    const isAsked = ({ split }: { readonly split: Split }): boolean =>
      devicesOf(split) === count && split.ep === 1;
    const fitting = rows.filter(({ system, gibibytes }) => gibibytes <= capacity[system]!);
    const names = (of: readonly Row[]) => of.map(({ split }) => split.join(' ')).sort();
    const asked = new Set(names(rows));
    const out = refused.filter(isAsked).map(({ split }) => nameOf(split));
    expect(out.filter((name) => asked.has(name)).sort()).toEqual(
      names(rows.filter((row) => !fitting.includes(row))),
    );
    if (fitting.length === 0) return;
    const first = ranked.find((one) => isAsked(one) && asked.has(nameOf(one.split)))!;
    const best = Math.min(...fitting.map(({ milliseconds }) => milliseconds));
    const own = rows.find(({ split }) => split.join(' ') === nameOf(first.split))!;
    expect(own.milliseconds / best).toBeLessThan(1.1);
  });
});
