import { expect, test } from 'vitest';
import { Query } from '../../server/engine/query';
import { CancelledError, runThrough, type Steps } from '../../server/engine/scheduler';

const input = {};

/** Answers with how often it was asked. */
function counter(): () => number {
  let count = 0;
  return () => ++count;
}

test('an answer is made once for an input and a key, in every way of asking', async () => {
  const query = new Query<object, number>(2);
  const count = counter();
  function* steps(): Steps<number> {
    yield;
    return count();
  }
  expect(query.known(input, 'a')).toBeUndefined();
  expect(query.at(input, count, 'a')).toBe(1);
  expect(runThrough(query.steps(input, steps, 'a'))).toBe(1);
  expect(await query.wait(input, () => Promise.resolve(count()), 'a')).toBe(1);
  expect(query.known(input, 'a')).toBe(1);
  expect(runThrough(query.steps(input, steps, 'b'))).toBe(2);
  expect(await query.wait({}, () => Promise.resolve(count()), 'a')).toBe(3);
});

test('null and undefined are answers', () => {
  const query = new Query<object, null | undefined>(2);
  let asked = 0;
  const make = (answer: null | undefined) => () => {
    asked++;
    return answer;
  };
  query.at(input, make(undefined), 'u');
  query.at(input, make(undefined), 'u');
  query.at(input, make(null), 'n');
  expect(query.at(input, make(null), 'n')).toBeNull();
  expect(asked).toBe(2);
});

test('of each input those asked for last are kept', () => {
  const query = new Query<object, number>(2);
  const count = counter();
  const ask = (key: string): number => query.at(input, count, key);
  expect([ask('a'), ask('b'), ask('a'), ask('c')]).toEqual([1, 2, 1, 3]);
  // b was asked for longest ago.
  expect(['a', 'b', 'c'].map((key) => query.known(input, key))).toEqual([1, undefined, 3]);
  const other = {};
  query.at(other, count, 'd');
  expect(query.known(input, 'c')).toBe(3);
});

test('the oldest goes before the next is made', () => {
  const query = new Query<object, number>();
  query.at(input, () => 1, 'a');
  const seen = query.at(input, () => query.known(input, 'a') ?? -1, 'b');
  expect(seen).toBe(-1);
});

test('a question may keep more or fewer than the query says', async () => {
  const query = new Query<object, string>();
  const ask = (key: string, most: number): Promise<string> =>
    query.wait(input, () => Promise.resolve(key), key, most);
  for (const key of ['a', 'b', 'c']) await ask(key, 3);
  expect(['a', 'b', 'c'].map((key) => query.known(input, key))).toEqual(['a', 'b', 'c']);
  await ask('d', 2);
  expect(['a', 'b', 'c', 'd'].map((key) => query.known(input, key))).toEqual([
    undefined,
    undefined,
    'c',
    'd',
  ]);
});

test('what is cancelled leaves nothing, and the next who asks begins anew', async () => {
  const query = new Query<object, number>();
  const cancelled = (): Promise<number> => Promise.reject(new CancelledError());
  await expect(query.wait(input, cancelled)).rejects.toThrow(CancelledError);
  expect(query.known(input)).toBeUndefined();
  expect(await query.wait(input, () => Promise.resolve(5))).toBe(5);
  function* broken(): Steps<number> {
    yield;
    throw new CancelledError();
  }
  const steps = new Query<object, number>();
  expect(() => runThrough(steps.steps(input, broken))).toThrow(CancelledError);
  expect(steps.known(input)).toBeUndefined();
});

test('two who wait for the same leave one answer, and forgetting leaves none', async () => {
  const query = new Query<object, number>(2);
  const answers = await Promise.all([1, 2].map((n) => query.wait(input, () => Promise.resolve(n), 'a')));
  expect(answers).toEqual([1, 2]);
  expect(query.known(input, 'a')).toBe(2);
  query.at(input, () => 3, 'b');
  // Were both kept, the first would have gone for b and the second would be left.
  expect([query.known(input, 'a'), query.known(input, 'b')]).toEqual([2, 3]);
  query.forget(input);
  expect(query.known(input, 'a')).toBeUndefined();
});
