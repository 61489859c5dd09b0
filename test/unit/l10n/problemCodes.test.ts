import { describe, expect, expectTypeOf, it } from 'vitest';
import { problemArgsSource } from '../../../scripts/problemCodesSource';
import { argOf, argsWith, problem } from '../../../server/engine/problem';
import type { ArgsOf, CodeWith, Problem, ProblemCode } from '../../../server/engine/problem';

describe('codes of problems', () => {
  it('are the keys of the texts, with an argument for each place', () => {
    const source = problemArgsSource({
      'a.plain': 'Nothing to fill in.',
      'a.two': '{name} has {size:bytes}, {name} again.',
      'a.twice': '{count}, then {count:count}.',
    });
    expect(source.split('\n').slice(-5, -1)).toEqual([
      "  readonly 'a.plain': NoArgs;",
      "  readonly 'a.two': { readonly name: Word; readonly size: number };",
      "  readonly 'a.twice': { readonly count: number };",
      '}',
    ]);
  });

  it('have arguments of their own, checked by the compiler', () => {
    expectTypeOf<'no.such-code'>().not.toExtend<ProblemCode>();
    expectTypeOf<{ offset: number; size: number }>().toExtend<ArgsOf<'format.no-room'>>();
    expectTypeOf<{ offset: number }>().not.toExtend<ArgsOf<'format.no-room'>>();
    expectTypeOf<{ offset: number; size: string }>().not.toExtend<ArgsOf<'format.no-room'>>();
    // Of several codes all arguments are needed.
    expectTypeOf<{ nodes: number }>().not.toExtend<ArgsOf<'memory.nodes' | 'memory.chips'>>();
    expectTypeOf<{ nodes: number; chips: number; most: number }>().toExtend<
      ArgsOf<'memory.nodes' | 'memory.chips'>
    >();
    expectTypeOf<{
      severity: 'error';
      code: 'format.no-room';
      args: { name: 'x' };
      node: null;
    }>().not.toExtend<Problem>();
  });

  it('take no argument that no text shows, not from a variable either', () => {
    const args = { name: 'n', reason: 'r' };
    // @ts-expect-error binding.no-names has no place {reason}
    problem('error', 'binding.no-names', args);
    // @ts-expect-error format.empty has no places
    problem('error', 'format.empty', args);
    // @ts-expect-error {offset} is missing
    problem('error', 'format.no-room', { size: 3 });
    // @ts-expect-error {size} is written with its unit, so it is a number
    problem('error', 'format.no-room', { offset: 1, size: '3' });
    expectTypeOf<CodeWith<'operator'>>().toExtend<ProblemCode>();
    expectTypeOf<'format.empty' | 'binding.no-names'>().not.toExtend<CodeWith<'operator'>>();
    expect(argsWith<'binding.near', 'name'>({ name: 'n' }, { near: 'm', names: 'm' })).toEqual({
      name: 'n',
      near: 'm',
      names: 'm',
    });
  });

  it('make a problem of the whole model unless a place is said', () => {
    const made = problem('error', 'binding.no-names', { name: 'n' });
    expect(made).toEqual({ severity: 'error', code: 'binding.no-names', args: { name: 'n' }, node: null });
    expect(problem('hint', 'format.empty', {}, { node: 3, offset: 7, value: 'v' })).toMatchObject({
      node: 3,
      offset: 7,
      value: 'v',
    });
    expect([argOf(made, 'name'), argOf(made, 'constructor')]).toEqual(['n', undefined]);
  });
});
