import { describe, expect, it } from 'vitest';
import { readPt2 } from '../../../../server/engine/formats/pytorch/read';
import { matrixOf, parametersOf, Saved, withoutRule, withTwos } from '../saved';

interface Counts {
  readonly parameters: number;
  readonly operations: number;
  readonly shapes: Readonly<Record<string, readonly number[] | undefined>>;
}
/** Written by PyTorch 2.13 (test/conformance/pt2/make.py), with what torch counts of the same models. */
const saved = new Saved<Counts>('test/fixtures/pt2', '.pt2', readPt2);
const { names, counts } = saved;

// The batch of the examples was 2.
describe('what torch.export writes', () => {
  it('is of 11 architectures', () => expect(names).toHaveLength(11));

  it.each(names)('%s has the operations that torch counts, and no operator without a rule', async (name) => {
    const inference = await withTwos(await saved.model(name));
    expect(withoutRule(inference)).toEqual([]);
    expect(matrixOf(inference) / counts[name]!.operations).toBeCloseTo(1, 2);
  });

  it.each(names)('%s has the parameters of the module', async (name) => {
    expect(parametersOf(await saved.model(name))).toBe(counts[name]!.parameters);
  });

  it.each(names)('%s has the shapes that torch propagates', async (name) => {
    const { nodes, values } = await withTwos(await saved.model(name));
    let compared = 0;
    for (const output of nodes.flatMap(({ outputs }) => outputs)) {
      const value = output === null ? undefined : values[output];
      const wanted = counts[name]!.shapes[value?.name ?? ''];
      if (!value || !wanted) continue;
      compared++;
      expect(value.type, value.name).toMatchObject({ shape: wanted });
    }
    expect(compared).toBeGreaterThan(0.9 * nodes.length - 5);
  });
});
