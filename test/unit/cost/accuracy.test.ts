import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changeDetector } from '../../changeDetector';
import { predict } from '../../../server/engine/cost/classes/gpu/fit';
import { accuracyPage, type OwnTable, type PublishedTable } from '../../accuracy/page';
import {
  estimateMeasured,
  machineChip,
  measuredMachines,
  measuredModels,
  measuringOf,
} from '../../accuracy/cpu';
import { type Probes, probesOf } from '../../accuracy/probes';
import { publishedRows } from '../../accuracy/rows';
import { memoryRows, memorySection } from '../../accuracy/memory/compare';
import { readScored, scoreWorld, worldSection } from '../../accuracy/world';
import { savedScores, scoresBefore } from '../../accuracy/whole/saved';
import { wholeSection } from '../../accuracy/whole/section';
import { score } from '../../../server/engine/cost/calibrate/score';
import { chipById } from '../../../server/engine/chips/catalogue';
import { constantsFor } from '../../../server/engine/cost/constants';

const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const published = read<PublishedTable>('test/accuracy/published.json');
const own = read<OwnTable>('test/accuracy/own.json');
const probes = read<Probes>('test/accuracy/probes.json');
const rows = publishedRows();

describe('accuracy on processors', () => {
  it.each(own.machines.map((machine) => [machine.machine, machine] as const))(
    '%s meets its aims',
    (_, machine) => {
      const { modelScore, baselineScore, nodeScore, spearman } = machine;
      expect(modelScore.rows).toBe(18);
      expect(modelScore.median).toBeLessThan(0.15);
      expect(modelScore.p90).toBeLessThan(0.35);
      expect(modelScore.median).toBeLessThan(baselineScore.median / 2);
      expect(nodeScore.median).toBeLessThan(0.3);
      expect(spearman).toBeGreaterThan(0.9);
    },
  );
});

changeDetector('scores of processors', () => {
  it.each(measuredMachines())(
    '%s is estimated no worse by the shipped constants than out of fold',
    async (id) => {
      const committed = own.machines.find(({ machine }) => machine === id)!;
      const { callSeconds } = measuringOf(id);
      const pairs = (await measuredModels(id)).flatMap((model) => {
        const { latencySeconds } = estimateMeasured(model, machineChip(id)).total;
        if (latencySeconds === null || latencySeconds.isLowerBound || model.seconds === null) return [];
        return [{ predicted: latencySeconds.value + callSeconds, measured: model.seconds }];
      });
      const result = score(pairs);
      expect(result.rows).toBe(committed.modelScore.rows);
      expect(result.median).toBeLessThan(committed.modelScore.median + committed.noiseFloor);
      expect(result.p90).toBeLessThan(committed.modelScore.p90 * 1.1 + committed.noiseFloor);
    },
  );
});

changeDetector('pages made from scores', () => {
  it('are current', async () => {
    const sections = [
      ...wholeSection(savedScores(), scoresBefore()),
      ...worldSection(readScored()),
      ...memorySection(await memoryRows()),
    ];
    expect(readFileSync('docs/accuracy.md', 'utf8')).toBe(accuracyPage(published, own, sections));
  }, 60_000);
});

describe('accuracy', () => {
  it('is within a factor of three of published speeds for the middle figure of each class', async () => {
    const rows = await scoreWorld();
    for (const name of ['gpu', 'tpu', 'asic', 'npu', 'fpga', 'mcu']) {
      const errors = rows
        .filter((r) => r.chipClass === name && r.estimated !== null && !r.row.hostBound)
        .map(({ estimated, measured }) => Math.max(estimated! / measured, measured / estimated!))
        .sort((a, b) => a - b);
      expect(errors[Math.floor(errors.length / 2)], name).toBeLessThan(3);
    }
  }, 60_000);

  it('reports every group, calibrated and left out', () => {
    const groups = (kind: string) => published.groups.filter((group) => group.kind === kind);
    expect(groups('calibrated')).toHaveLength(23);
    expect(groups('left-out')).toHaveLength(23);
  });
});

changeDetector('scores and probes', () => {
  it.each(
    published.groups
      .filter(({ kind, chip }) => kind === 'calibrated' && chipById(chip))
      .map((group) => [group.chip, group.group, group.precision, group] as const),
  )('%s %s %s is no worse than its committed score', (id, group, precision, committed) => {
    // The measurements are not part of the repository: without them, estimates of made-up kernels must not have moved.
    const key = `${id} ${group} ${precision}`;
    const now = probesOf(published).seconds[key]!;
    expect(now.length).toBeGreaterThan(0);
    now.forEach((seconds, i) => expect(seconds / probes.seconds[key]![i]!).toBeCloseTo(1, 2));
    if (rows.length === 0) return;
    const constants = constantsFor(chipById(id)!, group, precision).value;
    const mine = rows.filter((row) => row.chip === id && row.group === group && row.precision === precision);
    const result = score(
      mine.map((row) => ({ predicted: predict(row, constants, chipById(id)!), measured: row.seconds })),
    );
    expect(result.rows).toBe(committed.score.rows);
    // In sample, the shipped constants have to do at least as well as out of fold.
    expect(result.median).toBeLessThan(committed.score.median + 0.02);
    expect(result.p90).toBeLessThan(committed.score.p90 * 1.1 + 0.02);
  });
});
