import { describe, expect, it } from 'vitest';
import type { InferredValue } from '../../../../server/engine/inference/types';
import { cases, inferred } from './cases';

const shapeOf = ({ type }: InferredValue): unknown =>
  type?.kind === 'tensor' || type?.kind === 'sparse' ? type.shape : undefined;

/** What is to be said of single cases: the result of WHERE has a size that data decides. */
const remarks: Readonly<Record<string, readonly string[]>> = {
  WHERE: ['inference.data-decides'],
};

/** What data decides has a symbol: of any number of places as many are true as the data has. */
function isShape(found: unknown, expected: readonly number[]): boolean {
  const dims = found as readonly unknown[] | undefined;
  return (
    dims?.length === expected.length &&
    dims.every((dim, axis) => (typeof dim === 'number' ? dim === expected[axis] : dependsOnData.has(dim)))
  );
}
const dependsOnData = { has: (dim: unknown) => /\.count$/.test((dim as { key: string }).key) };

describe('rules of TFLite give the shapes that its interpreter gives', () => {
  for (const [name, { shapes }] of Object.entries(cases))
    it(name, async () => {
      const { values, nodes, problems } = await inferred(name, true);
      for (const value of values.filter(({ scope }) => scope === 0)) {
        const expected = shapes[value.name];
        if (expected)
          expect(
            isShape(shapeOf(value), expected),
            `${value.name}: ${JSON.stringify(shapeOf(value))} ${String(expected)}`,
          ).toBe(true);
      }
      expect(nodes.map(({ rule }) => rule)).toEqual(nodes.map(() => 'exact'));
      expect(problems.map(({ code }) => code)).toEqual(remarks[name] ?? []);
    });
});

describe('what the file declares agrees with its rules', () => {
  for (const name of Object.keys(cases))
    it(name, async () => {
      const { problems, nodes } = await inferred(name);
      expect(problems.map(({ code }) => code)).toEqual(name === 'WHERE' ? [] : (remarks[name] ?? []));
      for (const { work } of nodes) expect(work).not.toBeNull();
    });
});
