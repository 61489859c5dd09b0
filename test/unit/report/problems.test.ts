import { describe, expect, it } from 'vitest';
import { problemMessage } from '../../../l10n/problems';
import { problem } from '../../../server/engine/problem';
import type { Problem, Severity } from '../../../server/engine/problem';
import { reportProblems } from '../../../server/engine/report/problems';

const textOf = (one: Problem): string =>
  one.code === 'binding.no-names' ? String(one.args.name) : problemMessage('en', one);

/** As many problems, one in so many of them grave. */
function some(count: number, every = Infinity): Problem[] {
  return Array.from({ length: count }, (_, at) => {
    const severity: Severity = at % every === every - 1 ? 'error' : 'hint';
    return problem(severity, 'binding.no-names', { name: at });
  });
}

describe('problems of a report', () => {
  it('are all there up to a thousand, in their order, each once', () => {
    const told = reportProblems([...some(1000, 10), ...some(1000, 10)], textOf);
    expect(told.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, at) => `${at}`));
  });

  it.each([
    [1001, 2],
    [100_000, 99_001],
  ])('of %d keep the gravest 999 and say how many more there are', (count, left) => {
    const told = reportProblems(some(count, 1000), textOf);
    expect(told).toHaveLength(1000);
    const errors = told.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(Math.floor(count / 1000));
    expect(told.slice(0, errors.length)).toEqual(errors);
    expect(told.at(-1)).toMatchObject({ code: 'diagnostics.more', node: null });
    expect(told.at(-1)!.message).toBe(
      problemMessage('en', { code: 'diagnostics.more', args: { count: left } }),
    );
    expect(told.at(-1)!.message).toContain(left === 2 ? '2 more' : '99');
  });
});
