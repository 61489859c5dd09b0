import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { buildReport } from '../../../server/engine/report/build';
import type { Report, ReportChip } from '../../../server/engine/report/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import { expectedRuns, fixtureNames, readFixture } from '../inference/fixtures';
import { sixteenChips } from '../chips/sixteen';

async function reportOf(name: string): Promise<Report> {
  const { bindings } = expectedRuns(name)[0]!;
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(await readFixture(name), workload, uninterrupted);
  const chips = [];
  for (const id of sixteenChips) chips.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  const report = buildReport({
    carbonIntensity: null,
    tool: { version: '0', catalogueVersion: '0' },
    path: name,
    prepared,
    chips,
    problems: [],
    lineOf: () => null,
    textOf: (problem) => problem.code,
  });
  expect(report.nodes).toHaveLength(prepared.inference.nodes.length);
  return report;
}

async function reportsOf(name: string): Promise<readonly ReportChip[]> {
  return (await reportOf(name)).chips;
}

function expectEqual(found: number, wanted: number, what: string): void {
  expect(Math.abs(found - wanted), what).toBeLessThanOrEqual(1e-9 * Math.abs(wanted));
}

describe('sums over nodes, kernels × repeat and the total agree', () => {
  it.each(fixtureNames)('%s', async (name) => {
    for (const chip of await reportsOf(name)) {
      const total = chip.total.latencySeconds;
      // A time that is unknown somewhere makes the total a lower bound; it must not be summed up as if it were 0.
      const unknown = chip.kernels.some((kernel) => kernel.seconds === null || kernel.repeat === null);
      if (!total || total.value === null) {
        expect(unknown, chip.id).toBe(true);
        continue;
      }
      expect(total.isLowerBound, `${chip.id}: total is a lower bound`).toBe(unknown);
      expect(total.value, chip.id).toBeGreaterThan(0);
      const kernels = chip.kernels.reduce(
        (sum, { seconds, repeat }) => sum + (seconds?.value ?? 0) * (repeat ?? 0),
        0,
      );
      const nodes = chip.nodes.reduce((sum, node) => sum + (node.seconds?.value ?? 0), 0);
      expectEqual(kernels, total.value, `${chip.id}: kernels`);
      // A transfer to a kernel of unknown time is no node's.
      if (unknown) expect(nodes, chip.id).toBeLessThanOrEqual(total.value * (1 + 1e-9));
      else expectEqual(nodes, total.value, `${chip.id}: nodes`);
    }
  });

  it.each(fixtureNames)(
    '%s: operations of the nodes are those of the kernels and of what is eliminated',
    async (name) => {
      const report = await reportOf(name);
      const all = report.model.operations;
      for (const { id, total } of report.chips) {
        const [run, saved] = [total.operations.value ?? 0, total.eliminatedOperations.value ?? 0];
        expect(total.operations.isLowerBound || total.eliminatedOperations.isLowerBound, id).toBe(
          all.isLowerBound,
        );
        expectEqual(run + saved, all.value ?? 0, `${id}: operations`);
        // What a runtime saves is little: nothing that matters may get lost.
        expect(saved, id).toBeLessThan(0.02 * all.value! + 1000);
      }
    },
  );

  it.each(fixtureNames)('%s: each node is in the kernel that lists it', async (name) => {
    for (const chip of await reportsOf(name)) {
      const seen = new Set<number>();
      for (const kernel of chip.kernels) {
        for (const node of kernel.nodes) {
          expect(seen.has(node)).toBe(false);
          seen.add(node);
          expect(chip.nodes[node]!.kernel).toBe(kernel.index);
        }
      }
      for (const node of chip.nodes) {
        if (seen.has(node.index)) continue;
        expect(node).toMatchObject({ kernel: null, bound: 'none', seconds: { value: 0 } });
      }
    }
  });
});
