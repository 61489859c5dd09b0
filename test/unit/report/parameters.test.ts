import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { countParameters } from '../../../server/engine/report/parameters';
import { uninterrupted } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

async function parametersOf(name: string): Promise<number> {
  const { inference } = await prepare(await readFixture(name), workload, uninterrupted);
  return countParameters(inference).parameters;
}

describe('countParameters', () => {
  it('counts GPT-2 with its tied embedding once', async () => {
    // 124,439,808 parameters of GPT-2 (small) as published: 50257·768 + 1024·768 + 12 layers of 7,087,872 + 1,536.
    const published = 50257 * 768 + 1024 * 768 + 12 * 7_087_872 + 1536;
    expect(published).toBe(124_439_808);
    const counted = await parametersOf('gpt2');
    // Scalars such as 0.5 and epsilon are Constants with one element each.
    expect(counted).toBeGreaterThanOrEqual(published);
    expect(counted - published).toBeLessThan(500);
  });
});
