import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../../server/node/platform';
import { installPlatform } from '../../../server/platform';
import { Budget } from '../../../server/workspace/budget';
import { ModelMemory } from '../../../server/workspace/modelMemory';
import type { OpenModel } from '../../../server/workspace/openModel';

let collected = 0;

beforeEach(() => {
  collected = 0;
  const later = (run: () => void): ReturnType<typeof setTimeout> => setTimeout(run, 0);
  installPlatform({ ...nodePlatform, later, collect: () => Promise.resolve(void collected++) });
});
afterEach(() => installPlatform(nodePlatform));

/** What is collected once a model with so many units (of 700 bytes) is gone and others hold so many. */
async function afterClosing(units: number, others: number): Promise<number> {
  const budget = new Budget<OpenModel>(1e6);
  const memory = new ModelMemory(budget, { isOpen: () => true, drop: () => {}, letGo: () => {} });
  const [closed, open] = [{}, {}] as OpenModel[];
  for (const [model, held] of [
    [closed!, units],
    [open!, others],
  ] as const) {
    memory.touch(model);
    budget.hold(model, 'listing', held / 2);
    budget.hold(model, 'analysis', held / 2);
  }
  memory.release(closed!);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return collected;
}

describe('memory of models that are gone', () => {
  // 20 MB / 700 bytes = 28,571.4 units
  it('goes back to the system where it was much', async () => {
    expect(await afterClosing(28_572, 0)).toBe(1);
  });

  it('waits for the next collection where it was little', async () => {
    expect(await afterClosing(28_570, 0)).toBe(0);
  });

  it('stays where more is still held: a collection would take as long as there is to keep', async () => {
    expect(await afterClosing(40_000, 40_002)).toBe(0);
    expect(await afterClosing(40_000, 40_000)).toBe(1);
  });

  it('goes back once when several go at a time', async () => {
    const budget = new Budget<OpenModel>(1e6);
    const memory = new ModelMemory(budget, { isOpen: () => true, drop: () => {}, letGo: () => {} });
    const models = [{}, {}, {}] as OpenModel[];
    for (const model of models) {
      memory.touch(model);
      budget.hold(model, 'listing', 50_000);
    }
    for (const model of models) memory.release(model);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(collected).toBe(1);
  });
});
