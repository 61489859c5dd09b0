import { describe, expect, it } from 'vitest';
import { answeredModels, compareAt, readAnswers, shareOf } from '../../conformance/kernels/compare';

describe("kernels of onnxruntime-cpu against ONNX Runtime's own graphs", () => {
  it.each(answeredModels())('%s: at least 95 %% of kernels agree', async (name) => {
    const answers = readAnswers(name);
    const shares: Record<string, number> = {};
    for (const [sizes, levels] of Object.entries(answers.answers)) {
      for (const level of Object.keys(levels)) {
        shares[`${sizes} ${level}`] = shareOf(await compareAt(answers, sizes, level));
      }
    }
    const below = Object.entries(shares).filter(([, share]) => share < 0.95);
    expect(below).toEqual([]);
  });
});
