import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collect } from '../../../server/node/collect';

it('gives back what nothing holds, and the event loop goes on', async () => {
  let held: { readonly at: number; readonly text: string }[] | null = [];
  for (let at = 0; at < 1_000_000; at++) held.push({ at, text: `text ${at}` });
  const before = process.memoryUsage();
  held = null;
  await collect();
  const after = process.memoryUsage();
  // A million objects of two fields take 32 bytes each at least, with 8 for their place in the list.
  expect(before.heapUsed - after.heapUsed).toBeGreaterThan(40e6);
  expect(before.heapTotal - after.heapTotal).toBeGreaterThan(40e6);
  let isAlive = false;
  setTimeout(() => (isAlive = true), 1);
  await delay(50);
  expect(isAlive).toBe(true);
});
