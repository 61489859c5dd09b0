import { describe, expect, it } from 'vitest';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { printType } from '../operators/check';
import { expectedRuns, fixtureNames, readFixture, type ExpectedRun } from './fixtures';

const dtypeNames: Readonly<Record<string, string>> = { float32: 'float', float64: 'double' };

/** Node outputs of the main graph that differ from what ONNX Runtime measured; a null dimension matches all. */
function differences(inference: Inference, run: ExpectedRun): string[] {
  const found = new Map(
    inference.values.filter((value) => value.scope === 0).map((value) => [value.name, value]),
  );
  return Object.entries(run.outputs).flatMap(([name, { dtype, shape }]) => {
    const type = found.get(name)?.type;
    const text = printType(type);
    const expected = `${dtypeNames[dtype] ?? dtype}[${shape.map((dim) => dim ?? '*').join(', ')}]`;
    const sizes = type?.kind === 'tensor' ? type.shape : undefined;
    const same =
      type?.kind === 'tensor' &&
      type.dtype === (dtypeNames[dtype] ?? dtype) &&
      sizes?.length === shape.length &&
      shape.every((dim, axis) => dim === null || dim === sizes[axis]);
    return same ? [] : [`${name}: ${text} instead of ${expected}`];
  });
}

describe.each(fixtureNames)('%s', (name) => {
  describe.each(expectedRuns(name).map((run) => [run.label, run] as const))('%s', (_, run) => {
    it.each([false, true])('has the measured shapes (declarations ignored: %s)', async (ignoreDeclared) => {
      const model = await readFixture(name);
      const workload = {
        bindings: run.bindings,
        phase: 'inference',
        precision: 'as-stored',
        runtime: null,
      } as const;
      const inference = await infer(model, workload, { ignoreDeclared });
      expect(Object.keys(run.outputs).length).toBeGreaterThan(5);
      expect(differences(inference, run)).toEqual([]);
      expect(
        inference.nodes.filter((node) => node.rule === 'unknown').map((node) => node.node.operator),
      ).toEqual([]);
      const matrix = inference.nodes.reduce((sum, node) => sum + (node.work?.operations.matrix ?? 0), 0);
      expect(Math.abs(matrix / run.matrixFlops - 1)).toBeLessThan(0.02);
    });
  });
});

describe('without bindings', () => {
  it.each(fixtureNames)('%s has the measured shapes by the defaults of its phase', async (name) => {
    const model = await readFixture(name);
    for (const run of expectedRuns(name).filter(({ label }) => label !== 'chunk')) {
      const phase = run.label === 'decode' ? 'decode' : 'inference';
      const bindings = Object.fromEntries(
        Object.entries(run.bindings).filter(([symbol]) => symbol === 'height' || symbol === 'width'),
      );
      const workload = { bindings, phase, precision: 'as-stored', runtime: null } as const;
      expect(differences(await infer(model, workload), run)).toEqual([]);
    }
  });
});

describe('data-dependent dimensions', () => {
  it('of the detector have names that can be given numbers', async () => {
    const model = await readFixture('detector');
    const workload = {
      bindings: { height: 320, width: 320 },
      phase: 'inference',
      precision: 'as-stored',
      runtime: null,
    } as const;
    const open = await infer(model, workload);
    const [all, ...names] = open.symbols.filter(({ origin }) => origin === 'unbound').map(({ name }) => name);
    expect(all).toBe('detections');
    expect(names).toEqual(['NonMaxSuppression_output_0.selected', 'NonZero_output_0.count']);
    const bindings = { ...workload.bindings, [names[0]!]: 20, [names[1]!]: 7 };
    const bound = await infer(model, { ...workload, bindings });
    expect(bound.nodes.filter(({ work }) => work === null)).toEqual([]);
    expect(bound.problems).toEqual([]);
  });
});
