import { describe, expect, it } from 'vitest';
import { memo } from '../../../server/engine/memo';

describe('a remembered function', () => {
  it('is called once for the same objects and equal values', () => {
    let calls = 0;
    const of = memo((object: { readonly by: number }, { times }: { readonly times: number }) => {
      calls++;
      return object.by * times;
    }, 10);
    const [three, other] = [{ by: 3 }, { by: 3 }];
    expect([of(three, { times: 2 }), of(three, { times: 2 }), of(three, { times: 5 })]).toEqual([6, 6, 15]);
    expect(calls).toBe(2);
    // Objects are known by what they are, not by what they hold.
    expect(of(other, { times: 2 })).toBe(6);
    expect(calls).toBe(3);
  });

  it('tells numbers from texts, and nothing from null and undefined', () => {
    const of = memo((_: object, value: string | number | null | undefined) => [value], 10);
    const object = {};
    for (const value of ['1', 1, 'null', null, undefined, 'undefined', Infinity, '', 'a,b'])
      expect(of(object, value)).toEqual([value]);
  });

  it('keeps texts apart that look alike together', () => {
    const of = memo((_: object, { a, b }: { readonly a: string; readonly b: string }) => [a, b], 10);
    const object = {};
    expect(of(object, { a: 'x","y', b: '' })).toEqual(['x","y', '']);
    expect(of(object, { a: 'x', b: 'y","' })).toEqual(['x', 'y","']);
  });

  it('remembers results that are undefined, and forgets when it has too many', () => {
    const asked: number[] = [];
    const of = memo((_: object, value: number) => void asked.push(value), 3);
    const object = {};
    for (const value of [1, 1, 2, 3, 1]) of(object, value);
    expect(asked).toEqual([1, 2, 3]);
    for (const value of [4, 1]) of(object, value);
    expect(asked).toEqual([1, 2, 3, 4, 1]);
  });
});
