import { describe, expect, it } from 'vitest';
import { symbol } from '../../../server/engine/graph/dim';
import type { Model } from '../../../server/engine/graph/model';
import { dimensionChoices } from '../../../server/features/choices';
import { buildReport } from '../../../server/engine/report/build';
import { reportInput } from '../../../server/workspace/reports';
import { analysed, float, modelOf, node } from './analysed';

const model: Model = modelOf({
  inputs: [
    { name: 'x', type: { kind: 'tensor', dtype: 'float', shape: [symbol('batch_size'), symbol('s')] } },
  ],
  outputs: [float('y')],
  nodes: [node('Relu', ['x'], ['y'])],
});

const settings = (dimensions: object): object => ({ models: { '**': { dimensions } } });
const found = async (dimensions: object) => {
  const { analysis } = await analysed(model, settings(dimensions));
  const problems = analysis.problems.filter(({ code }) => code.startsWith('binding.'));
  const report = buildReport(reportInput(analysis, 'en'));
  return {
    problems: problems.map(({ code, severity }) => [code, severity]),
    bindings: report.workload.bindings,
    dimensions: dimensionChoices(analysis),
  };
};

describe('dimensions of settings', () => {
  it('reach the symbol that they stand for, which says by what name', async () => {
    expect(await found({ batch: 8, sequence: 16 })).toEqual({
      problems: [],
      bindings: { batch_size: 8, s: 16 },
      dimensions: [
        { name: 'batch_size', value: 8, origin: 'binding', alias: 'batch' },
        { name: 's', value: 16, origin: 'binding', alias: 'sequence' },
      ],
    });
  });

  it('that the model does not have are said calmly and shown nowhere', async () => {
    const { problems, bindings } = await found({ batch: 8, past: 3, bach_size: 4, 'loop:x': 2 });
    expect(problems).toEqual([
      ['binding.unknown', 'information'],
      ['binding.near', 'information'],
      ['binding.unknown', 'information'],
    ]);
    expect(bindings).toEqual({ batch_size: 8, s: 128 });
  });

  it('that contradict each other are warned of, and the own name counts', async () => {
    const { problems, bindings } = await found({ batch_size: 4, batch: 8 });
    expect(problems).toEqual([['binding.contradiction', 'warning']]);
    expect(bindings['batch_size']).toBe(4);
  });

  it('of an entry about the model itself win over those of patterns, whatever they are called', async () => {
    const { analysis } = await analysed(model, {
      models: { 'm.onnx': { dimensions: { batch: 2 } }, '**': { dimensions: { batch_size: 3 } } },
    });
    expect(analysis.choices.workload.bindings).toEqual({ batch_size: 2 });
    expect(analysis.problems.filter(({ code }) => code.startsWith('binding.'))).toEqual([]);
  });
});
