import { expect, it } from 'vitest';
import { allOperators } from '../../../server/engine/operators/table';

it('has one rule for each operator', () => {
  const seen = new Set<string>();
  const twice = allOperators.filter(({ domain, name }) => {
    const key = `${domain}.${name}`;
    const known = seen.has(key);
    seen.add(key);
    return known;
  });
  expect(twice.map((rule) => rule.name)).toEqual([]);
});
