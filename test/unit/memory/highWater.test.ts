import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type Prepared } from '../../../server/engine/analyse';
import { chips } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { reportHead } from '../../../server/engine/report/build';
import { uninterrupted } from '../../../server/engine/scheduler';
import { precisionPolicies, type PrecisionPolicy } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const fixtures = ['tiny-mlp', 'tiny-conv', 'mobilenetv2'];

describe.each(fixtures)('%s', (name) => {
  it.each(precisionPolicies)(
    'has its high-water mark where its timeline is highest: %s',
    async (precision) => {
      const model = await readFixture(name);
      const workload = { bindings: {}, phase: 'inference', precision, runtime: null } as const;
      const prepared = await prepare(model, workload, uninterrupted);
      for (const chip of chips) await check(prepared, chip, precision);
    },
  );
});

/** What is drawn of a chip is what its table says. */
async function check(prepared: Prepared, chip: Chip, precision: PrecisionPolicy): Promise<void> {
  const analysis = await costsOn(prepared, chip, uninterrupted);
  const { memory } = reportHead({
    prepared,
    chips: [analysis],
    path: '',
    tool: { version: '', catalogueVersion: '' },
    carbonIntensity: null,
    problems: [],
    textOf: ({ code }) => code,
    lineOf: () => null,
  }).chips[0]!;
  const highest = memory.timeline.reduce((a, b) => (b.activationBytes > a.activationBytes ? b : a));
  expect(memory.highWaterBytes, `${chip.id} ${precision}`).toBe(
    memory.weightsBytes! + highest.activationBytes,
  );
  expect(memory.highWaterNode, `${chip.id} ${precision}`).toBe(highest.node);
}
