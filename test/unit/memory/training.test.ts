import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { buildReport } from '../../../server/engine/report/build';
import { printHtml } from '../../../server/engine/report/print/html';
import { printMarkdown } from '../../../server/engine/report/print/markdown';
import { printTable } from '../../../server/engine/report/print/table';
import type { Report } from '../../../server/engine/report/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Phase } from '../../../server/engine/workload';
import { reportWords } from '../../../server/reportWords';
import { readFixture } from '../inference/fixtures';

/** A T4 whose memory is that many bytes. */
function cardOf(capacity: number): Chip {
  const t4 = chipById('nvidia-t4')!;
  const memory = t4.memory.map((level) =>
    level.onChip
      ? level
      : { ...level, capacityBytes: { value: capacity, sources: [0], basis: 'stated' as const } },
  );
  return { ...t4, memory };
}

async function analysed(phase: Phase, chip: Chip): Promise<{ analysis: ChipAnalysis; report: Report }> {
  const workload = { bindings: { batch: 1 }, phase, precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(await readFixture('resnet50'), workload, uninterrupted);
  const analysis = await costsOn(prepared, chip, uninterrupted);
  const report = buildReport({
    tool: { version: '0', catalogueVersion: '0' },
    path: 'resnet50.onnx',
    prepared,
    chips: [analysis],
    carbonIntensity: null,
    problems: [],
    lineOf: () => null,
    textOf: ({ code }) => code,
  });
  return { analysis, report };
}

// ResNet-50 has 25,530,472 parameters of 4 bytes: 102,121,888 bytes, and Adam keeps as many again for the gradient and twice as
// many for its moments.
const weights = 102_121_888;

describe('memory in training', () => {
  it('is the most of the way forward and back, weights and what is updated with them', async () => {
    const { report } = await analysed('training', chipById('nvidia-h100-sxm')!);
    const { memory } = report.chips[0]!;
    expect(memory).toMatchObject({ fits: true, fitsUnknown: null });
    const { peak, master, gradients, ...training } = { ...memory.training!, ...memory.training!.peak! };
    expect(peak).toMatchObject({ weights, optimizer: 2 * weights, master: 0 });
    expect([master, training.trainedParameters, training.parameters]).toEqual([0, 25_530_472, 25_530_472]);
    expect(gradients).toBeLessThanOrEqual(weights);
    const bytes: readonly number[] = Object.values(peak!);
    const sum = bytes.reduce((all, one) => all + one, 0);
    expect(memory.highWaterBytes).toBe(sum);
    expect(memory.highWaterBytes).toBeGreaterThan(4 * weights);
  });

  it('does not fit where the forward pass alone does', async () => {
    const { analysis, report } = await analysed('training', cardOf(9e8));
    expect(report.chips[0]!.memory).toMatchObject({ fits: false, fitsUnknown: null });
    expect(analysis.problems.map(({ code }) => code)).toContain('memory-too-small-training');
    expect(analysis.problems.map(({ code }) => code)).not.toContain('memory-too-small');
    expect((await analysed('inference', cardOf(9e8))).report.chips[0]!.memory.fits).toBe(true);
  });

  it('is the high-water mark in inference', async () => {
    const { report } = await analysed('inference', chipById('nvidia-h100-sxm')!);
    const { memory } = report.chips[0]!;
    expect(memory).toMatchObject({ fits: true, fitsUnknown: null, training: null });
    expect(memory.highWaterBytes).toBe(memory.leastBytes);
  });

  it.each(['en', 'ko'] as const)('is told by class in every format (%s)', async (language) => {
    const { report } = await analysed('training', chipById('nvidia-h100-sxm')!);
    const words = reportWords(language);
    for (const text of [
      printTable(report, words),
      printMarkdown(report, words),
      printHtml(report, words, language),
    ]) {
      expect(text).toContain(words.bytes(2 * weights));
      expect(text).toContain('nvidia-h100-sxm');
      expect(text).not.toContain(words.text('print.fitsUnknown.training'));
    }
    const { report: inference } = await analysed('inference', chipById('nvidia-h100-sxm')!);
    expect(printTable(inference, words)).not.toContain('adam');
  });
});
