import { describe, expect, it, vi } from 'vitest';

/** Seconds of one product of dense and of 2:4 weights, asked in the given order of a server that just started. */
async function secondsInOrder(first: 'dense' | 'sparse'): Promise<Record<'dense' | 'sparse', number>> {
  vi.resetModules();
  const { chipById } = await import('../../../server/engine/chips/catalogue');
  const { estimateChip } = await import('../../../server/engine/cost/estimate');
  const { profileById } = await import('../../../server/engine/kernels/profile');
  const { chain, dense } = await import('./layers');
  const { inference, plan } = chain([4096, 4096], [dense(4096, 4096, 4096)]);
  const weight = plan.kernels[0]!.operands.find(({ role }) => role === 'weight')!.value;
  const workload = { bindings: {}, phase: 'inference', precision: 'fp16', runtime: null } as const;
  const ask = (kind: 'dense' | 'sparse'): number => {
    const sparse = kind === 'sparse' ? { sparse: new Set([weight]) } : {};
    const chip = chipById('nvidia-a100-sxm-80gb')!;
    return estimateChip({ inference, plan, workload }, chip, profileById('none')!, sparse).kernels[0]!.parts!
      .compute;
  };
  const one = ask(first);
  const other = ask(first === 'dense' ? 'sparse' : 'dense');
  return first === 'dense' ? { dense: one, sparse: other } : { dense: other, sparse: one };
}

describe('a product that is asked for dense and sparse', () => {
  it('has the same times whichever is asked first', async () => {
    const denseFirst = await secondsInOrder('dense');
    expect(await secondsInOrder('sparse')).toEqual(denseFirst);
    // The A100's units skip two of four elements: 624 against 312 TFLOP/s (NVIDIA A100 datasheet), and its power limit may bind.
    expect(denseFirst.sparse).toBeLessThan(0.75 * denseFirst.dense);
  });
});
