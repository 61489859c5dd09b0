import { expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { reportHead, type ReportHead } from '../../../server/engine/report/build';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Phase } from '../../../server/engine/workload';

const text = `<ir_version: 10, opset_import: ["" : 21]>
g (float[n, 4] x) => (float[n, 4] y) { y = Relu (x) }`;

/** The settings of an editor say how a model would be trained in every phase. */
async function workloadIn(phase: Phase): Promise<ReportHead['workload']> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = {
    bindings: { n: 3 },
    precision: 'as-stored',
    runtime: null,
    training: { zero: 1 },
  } as const;
  const prepared = await prepare(value!, { ...workload, phase }, uninterrupted);
  const tool = { version: '0', catalogueVersion: '0' };
  const rest = { carbonIntensity: null, problems: [], lineOf: () => null, textOf: () => '' };
  return reportHead({ tool, path: 'm.onnxtxt', prepared, chips: [], ...rest }).workload;
}

it('says how a model is trained where it is trained, and nowhere else', async () => {
  expect(await workloadIn('training')).toMatchObject({
    phase: 'training',
    bindings: { n: 3 },
    training: { zero: 1 },
  });
  expect(await workloadIn('inference')).not.toHaveProperty('training');
});
