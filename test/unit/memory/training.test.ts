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

// ResNet-50 has 25.5 million parameters of 4 bytes; Adam alone keeps 4 copies of them (weight, gradient, two moments).
describe('memory in training', () => {
  it('is unknown where the forward pass fits: that says nothing of the gradients', async () => {
    const { report } = await analysed('training', chipById('nvidia-h100-sxm')!);
    const { memory } = report.chips[0]!;
    expect(memory).toMatchObject({ fits: null, fitsUnknown: 'training', highWaterBytes: null });
    expect(memory.highWaterNode).toBeNull();
    expect(memory.leastBytes).toBeGreaterThan(102e6);
  });

  it('is known where even the forward pass is too large', async () => {
    const { analysis, report } = await analysed('training', cardOf(6e8));
    expect(report.chips[0]!.memory).toMatchObject({ fits: false, fitsUnknown: null, highWaterBytes: null });
    expect(analysis.problems.map(({ code }) => code)).toContain('memory-too-small-training');
    expect(analysis.problems.map(({ code }) => code)).not.toContain('memory-too-small');
  });

  it('is the high-water mark in inference', async () => {
    const { report } = await analysed('inference', chipById('nvidia-h100-sxm')!);
    const { memory } = report.chips[0]!;
    expect(memory).toMatchObject({ fits: true, fitsUnknown: null });
    expect(memory.highWaterBytes).toBe(memory.leastBytes);
  });

  it.each(['en', 'ko'] as const)(
    'is called a lower bound with the reason in every format (%s)',
    async (language) => {
      const { report } = await analysed('training', chipById('nvidia-h100-sxm')!);
      const words = reportWords(language);
      const least = words.bounds(report.chips[0]!.memory.leastBytes, null, words.bytes)!;
      const reason = words.text('print.fitsUnknown.training');
      for (const text of [
        printTable(report, words),
        printMarkdown(report, words),
        printHtml(report, words, language),
      ]) {
        expect(text).toContain(least);
        expect(text).toContain(reason);
      }
      const { report: inference } = await analysed('inference', chipById('nvidia-h100-sxm')!);
      expect(printTable(inference, words)).not.toContain(reason);
    },
  );
});
