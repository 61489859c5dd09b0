import { describe, expect, it } from 'vitest';
import { costsOn } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { howMany, type HowManyQuestion } from '../../../../server/engine/howMany';
import { splitLabel } from '../../../../server/engine/mapping/parallel/splits';
import { CancelledError, uninterrupted, type Scheduler } from '../../../../server/engine/scheduler';
import { systems } from '../../../../server/engine/systems/load';
import type { Workload } from '../../../../server/engine/workload';
import { configurations, configured } from './models';

const tiny = {
  ...configurations['llama-3-8b'],
  num_hidden_layers: 6,
  hidden_size: 512,
  intermediate_size: 1024,
};
const small = { ...tiny, num_attention_heads: 8, num_key_value_heads: 4, vocab_size: 1000 };

async function question(
  workload: Partial<Workload>,
  over: Partial<HowManyQuestion> = {},
  configuration: Readonly<Record<string, unknown>> = small,
): Promise<HowManyQuestion> {
  const system = systems.find(({ id }) => id === 'nvidia-dgx-h100')!;
  const chip = chipById('nvidia-h100-sxm')!;
  const shape = { system, device: 'gpu', count: 8, chip, host: undefined, objective: 'latency' } as const;
  return { prepared: await configured(configuration, workload), lookUp: chipById, ...shape, ...over };
}

const training = (over: Partial<Workload['training']> = {}): Partial<Workload> => ({
  phase: 'training',
  bindings: { batch: 2, sequence: 256 },
  training: over,
});

describe('how many devices', () => {
  it('on one device is what an analysis says', async () => {
    const workloads: Partial<Workload>[] = [
      { bindings: { batch: 4, past_sequence: 256 } },
      { phase: 'prefill', bindings: { batch: 2, sequence: 256 } },
    ];
    for (const workload of workloads) {
      const asked = await question(workload, { count: 1 });
      const [one] = (await howMany(asked, uninterrupted)).ranked;
      const { cost, fit } = await costsOn(asked.prepared, asked.chip, uninterrupted);
      expect(one!.seconds.value / cost.total.latencySeconds!.value!).toBeCloseTo(1, 2);
      expect(one!.stages[0]!.memory.bytes / fit.highWaterBytes!).toBeCloseTo(1, 2);
    }
  });

  it.each([{}, { loraRank: 8 }, { recompute: 'full' }] as const)(
    'trains on one device as an analysis says: %o',
    async (how) => {
      const asked = await question(training(how), { count: 1 });
      const { ranked } = await howMany(asked, uninterrupted);
      const one = ranked.find(({ microBatch }) => microBatch === 2) ?? ranked[0]!;
      const accumulated = await question(training({ ...how, accumulation: one.schedule.microBatches }), {
        count: 1,
      });
      const { bindings } = accumulated.prepared.workload;
      const whole = await configured(small, {
        ...accumulated.prepared.workload,
        bindings: { ...bindings, batch: one.microBatch },
      });
      const { cost, training: memory } = await costsOn(whole, asked.chip, uninterrupted);
      expect(one.seconds.value / cost.total.latencySeconds!.value!).toBeCloseTo(1, 1);
      const { classes } = one.stages[0]!.memory;
      const { optimizer, master, weights } = memory!.peak!;
      expect(classes.optimizer / optimizer).toBeCloseTo(1, 2);
      expect(classes.master).toBeCloseTo(master, -3);
      expect(classes.saved / memory!.savedBytes!).toBeCloseTo(1, 2);
      expect(classes.weights / weights).toBeCloseTo(1, 2);
    },
  );

  it('has all splits of eight devices, and heads that do not divide are out', async () => {
    const { ranked, refused } = await howMany(
      await question(
        { bindings: { batch: 8, past_sequence: 256 } },
        {},
        { ...small, num_attention_heads: 6, num_key_value_heads: 6 },
      ),
      uninterrupted,
    );
    // 20 ways of tp, pp and dp; tp 4 and 8 do not divide six heads.
    expect(ranked.length + refused.length).toBe(20);
    expect(refused.every(({ split }) => split.tp >= 4)).toBe(true);
  });

  it('exchanges gradients between copies, and less of them with fewer trained', async () => {
    const links = async (how: Partial<Workload['training']>) => {
      const { ranked } = await howMany(await question(training(how)), uninterrupted);
      return ranked.find(({ split }) => splitLabel(split) === 'tp 1 dp 2')!.parts.link;
    };
    expect(await links({})).toBeGreaterThan(await links({ loraRank: 8 }));
  });

  it('stops when it is cancelled', async () => {
    let turns = 0;
    const scheduler: Scheduler = {
      tick: () => (++turns > 200 ? Promise.reject(new CancelledError()) : undefined),
    };
    await expect(howMany(await question({ bindings: { batch: 8 } }), scheduler)).rejects.toThrow(
      CancelledError,
    );
    expect(turns).toBeLessThan(2000);
  });
});
