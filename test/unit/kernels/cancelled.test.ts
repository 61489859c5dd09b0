import { expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { CancelledError, uninterrupted, type Scheduler } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';

it('costs that are asked for while others are being given up are not given up with them', async () => {
  const workload = {
    bindings: { batch: 1 },
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  } as const;
  const prepared = await prepare(await readFixture('mobilenetv2'), workload, uninterrupted);
  const chip = chipById('nvidia-t4')!;
  // Both need the plan of the same kernels; the first is cancelled when it first gives way.
  const cancelled: Scheduler = { tick: () => Promise.reject(new CancelledError()) };
  const [first, second] = await Promise.allSettled([
    costsOn(prepared, chip, cancelled),
    costsOn(prepared, chip, uninterrupted),
  ]);
  expect(first).toMatchObject({ status: 'rejected', reason: { name: 'CancelledError' } });
  expect(second.status).toBe('fulfilled');
});
