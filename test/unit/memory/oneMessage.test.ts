import { expect, it } from 'vitest';
import { problemMessage } from '../../../l10n/problems';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { readFixture } from '../inference/fixtures';

const workload: Workload = {
  bindings: { batch: 1 },
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
};
const aboutSize = new Set(['memory-too-small', 'cost.does-not-fit', 'cost.weights-streamed']);

/** A card with less memory than any network needs. */
const tiny = (): Chip => {
  const t4 = chipById('nvidia-t4')!;
  const memory = t4.memory.map((level) =>
    level.onChip
      ? level
      : { ...level, capacityBytes: { value: 5.2e8, sources: [0], basis: 'stated' as const } },
  );
  return { ...t4, memory };
};

// The same want of memory in two sentences leaves a reader to wonder which of them holds.
it.each([
  ['a microcontroller', () => chipById('arm-cortex-m7')!, 'cost.does-not-fit', false],
  // Its weights come over the link, so it runs and says so.
  ['a chip that streams', () => chipById('google-coral-edge-tpu')!, 'cost.weights-streamed', true],
  ['a small card', tiny, 'memory-too-small', false],
] as const)('a model too large for %s is said to be so once, with sizes', async (_name, chip, code, fits) => {
  const prepared = await prepare(await readFixture('resnet50'), workload, uninterrupted);
  const analysis = await costsOn(prepared, chip(), uninterrupted);
  expect(analysis.fit.fits).toBe(fits);
  const found = analysis.problems.filter((one) => aboutSize.has(one.code));
  expect(found.map((one) => one.code)).toEqual([code]);
  for (const language of ['en', 'ko'] as const) {
    const text = problemMessage(language, found[0]!);
    expect(text).toMatch(/\d ?[kMG]B/);
    expect(text).not.toMatch(/\{|driver|\d{7}/);
  }
});
