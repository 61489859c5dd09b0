import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  ceilDivide,
  equalDims,
  evaluate,
  floorDivide,
  lowerBound,
  maximum,
  minimum,
  modulo,
  multiply,
  parseDim,
  printDim,
  substitute,
  subtract,
  symbol,
  symbolsOf,
  type Bindings,
  type Dim,
} from '../../../server/engine/graph/dim';

const a = symbol('a');
const b = symbol('b');
const text = (dim: Dim | undefined): string | undefined => (dim === undefined ? undefined : printDim(dim));

describe('canonical form', () => {
  it('cancels exactly', () => {
    expect(subtract(add(a, b), b)).toEqual(a);
    expect(text(floorDivide(multiply(4, a), 4))).toBe('a');
    expect(text(floorDivide(multiply(a, b), a))).toBe('b');
    expect(subtract(a, a)).toBe(0);
    expect(floorDivide(multiply(6, a), multiply(3, a))).toBe(2);
    expect(floorDivide(multiply(add(a, b), 2), add(b, a))).toBe(2);
    expect(text(add(multiply(3, floorDivide(a, 3)), modulo(a, 3)))).toBe('a');
  });

  it('is one text whatever the order of building', () => {
    expect(text(add(b, a))).toBe('a + b');
    expect(equalDims(add(a, b), add(b, a))).toBe(true);
    expect(text(multiply(multiply(12, a), b))).toBe('a*b*12');
    expect(text(subtract(1, a))).toBe('-a + 1');
  });

  it('moves whole parts out of a floor and joins nested floors', () => {
    expect(text(floorDivide(add(multiply(4, a), 6), 4))).toBe('a + 1');
    expect(text(floorDivide(add(multiply(2, a), b), 2))).toBe('a + floor(b/2)');
    const strided = (x: Dim): Dim => add(floorDivide(subtract(x, 1), 2), 1);
    expect(text(strided(strided(a)))).toBe(text(add(floorDivide(subtract(a, 1), 4), 1)));
    expect(text(floorDivide(add(multiply(2, a), 5), 6))).toBe('floor((a + 2)/3)');
    expect(text(ceilDivide(a, 2))).toBe('floor((a + 1)/2)');
    expect(floorDivide(a, 0)).toBe(0);
  });

  it('decides extremes whose difference has a sign', () => {
    expect(text(maximum(a, add(a, b)))).toBe('a + b');
    expect(text(minimum(a, add(a, 1)))).toBe('a');
    expect(text(minimum(b, a))).toBe('min(a, b)');
    expect(text(maximum(maximum(b, a), a))).toBe('max(a, b)');
    expect(text(minimum(minimum(a, 3), 5))).toBe('min(3, a)');
    expect(minimum(subtract(a, a), b)).toBe(0);
    expect(text(maximum(minimum(a, 512), a))).toBe('a');
    expect(text(minimum(maximum(a, b), b))).toBe('b');
  });

  it('knows what a dimension never falls below', () => {
    expect(lowerBound(add(multiply(a, b), 3))).toBe(3);
    expect(lowerBound(subtract(a, 1))).toBe(-1);
    expect(lowerBound(subtract(a, b))).toBe(-Infinity);
    expect(lowerBound(floorDivide(subtract(a, 1), 2))).toBe(-1);
  });
});

describe('parseDim', () => {
  it.each([
    ['past + sequence', 'past + sequence'],
    ['sequence+past', 'past + sequence'],
    ['2*batch', 'batch*2'],
    ['floor(seq/2)', 'floor(seq/2)'],
    ['(a+b)//2', 'floor((a + b)/2)'],
    ['ceil(seq/4)', 'floor((seq + 3)/4)'],
    ['max(1, a)', 'max(1, a)'],
    ['Max(a, b, c)', 'max(max(a, b), c)'],
    ['a % 8', 'a - floor(a/8)*8'],
    ['a**2', 'a*a'],
    ['batch-size', 'batch-size'],
    ['batch - size', 'batch - size'],
    ['seq-1', 'seq - 1'],
    ['unk__12', 'unk__12'],
    ['input.1_dim_0', 'input.1_dim_0'],
    ['배치', '배치'],
    ['two words', 'two words'],
    ['a +', '`a +`'],
    ['foo(a)', '`foo(a)`'],
    ['3', '3'],
  ])('%s is %s', (source, expected) => {
    expect(text(parseDim(source))).toBe(expected);
  });

  it('says nothing where the text says nothing', () => {
    for (const source of ['', ' ', '?', '-1']) expect(parseDim(source)).toBeUndefined();
  });

  it('keeps a name with operators apart from the expression it resembles', () => {
    expect(equalDims(symbol('a+b'), add(a, b))).toBe(false);
  });
});

describe('evaluate', () => {
  it('binds what it can', () => {
    const dim = parseDim('floor((past + sequence)/2)*heads')!;
    expect(text(evaluate(dim, { past: 3 }))).toBe('floor((sequence + 1)/2)*heads + heads');
    expect(evaluate(dim, { past: 3, sequence: 4, heads: 2 })).toBe(6);
    expect(symbolsOf(dim)).toEqual(['past', 'sequence', 'heads']);
    expect(text(substitute(dim, (name) => (name === 'sequence' ? symbol('past') : undefined)))).toBe(
      'heads*past',
    );
  });
});

type Plain = (bindings: Bindings) => number;
interface Sample {
  dim: Dim;
  plain: Plain;
}
const names = ['a', 'b', 'c'] as const;
const floorPlain = (x: number, y: number): number => (y === 0 ? 0 : Math.floor(x / y));
const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.integer({ min: -6, max: 12 }).map((n) => ({ dim: n, plain: () => n })),
  fc
    .constantFrom(...names)
    .map((name) => ({ dim: symbol(name), plain: (values: Bindings) => values[name]! })),
);
const binary = (of: fc.Arbitrary<Sample>, divisor: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> =>
  fc.oneof(
    fc
      .tuple(of, of)
      .map(([x, y]) => ({ dim: add(x.dim, y.dim), plain: (v: Bindings) => x.plain(v) + y.plain(v) })),
    fc
      .tuple(of, of)
      .map(([x, y]) => ({ dim: subtract(x.dim, y.dim), plain: (v: Bindings) => x.plain(v) - y.plain(v) })),
    fc
      .tuple(of, of)
      .map(([x, y]) => ({ dim: multiply(x.dim, y.dim), plain: (v: Bindings) => x.plain(v) * y.plain(v) })),
    fc.tuple(of, of).map(([x, y]) => ({
      dim: maximum(x.dim, y.dim),
      plain: (v: Bindings) => Math.max(x.plain(v), y.plain(v)),
    })),
    fc.tuple(of, of).map(([x, y]) => ({
      dim: minimum(x.dim, y.dim),
      plain: (v: Bindings) => Math.min(x.plain(v), y.plain(v)),
    })),
    fc.tuple(of, divisor).map(([x, y]) => ({
      dim: floorDivide(x.dim, y.dim),
      plain: (v: Bindings) => floorPlain(x.plain(v), y.plain(v)),
    })),
    fc.tuple(of, divisor).map(([x, y]) => ({
      dim: ceilDivide(x.dim, y.dim),
      plain: (v: Bindings) => (y.plain(v) === 0 ? 0 : Math.ceil(x.plain(v) / y.plain(v))),
    })),
  );
// Divisors are what divides dimensions: positive numbers and symbols.
const divisors = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((n): Sample => ({ dim: n, plain: () => n })),
  fc.constantFrom(...names).map((name): Sample => ({ dim: symbol(name), plain: (values) => values[name]! })),
);
const level1 = fc.oneof(leaf, binary(leaf, divisors));
const level2 = fc.oneof(level1, binary(level1, divisors));
const bindingsOf = fc.record({
  a: fc.integer({ min: 1, max: 9 }),
  b: fc.integer({ min: 1, max: 9 }),
  c: fc.integer({ min: 1, max: 9 }),
});

describe('properties', () => {
  it('evaluation is a homomorphism', () => {
    fc.assert(
      fc.property(binary(level2, divisors), bindingsOf, ({ dim, plain }, bindings) => {
        expect(Number(evaluate(dim, bindings)) + 0).toBe(plain(bindings) + 0);
      }),
      { numRuns: 1500 },
    );
  });

  it('partial evaluation commutes with the rest', () => {
    fc.assert(
      fc.property(level2, bindingsOf, ({ dim, plain }, { a, b, c }) => {
        const partly = evaluate(dim, { a });
        expect(Number(evaluate(evaluate(partly, { b }), { c })) + 0).toBe(plain({ a, b, c }) + 0);
      }),
      { numRuns: 500 },
    );
  });

  it('polynomials are equal exactly when their texts are', () => {
    const term = fc.tuple(fc.integer({ min: -2, max: 2 }), fc.subarray(['a', 'b']));
    const polynomial = fc.array(term, { maxLength: 4 });
    const build = (terms: readonly (readonly [number, readonly string[]])[]): Dim =>
      terms.reduce<Dim>(
        (total, [n, factors]) =>
          add(
            total,
            factors.reduce<Dim>((value, name) => multiply(value, symbol(name)), n),
          ),
        0,
      );
    // Degree at most 1 in each of two symbols: values on a 2 × 2 grid tell polynomials apart.
    const grid = [0, 1].flatMap((x) => [0, 1].map((y) => ({ a: x, b: y })));
    fc.assert(
      fc.property(polynomial, polynomial, (left, right) => {
        const [x, y] = [build(left), build(right)];
        const same = grid.every((point) => evaluate(x, point) === evaluate(y, point));
        expect(equalDims(x, y)).toBe(same);
      }),
    );
  });

  it('printing and parsing round-trip', () => {
    fc.assert(
      fc.property(level2, ({ dim }) => {
        if (typeof dim === 'number') return;
        expect(text(parseDim(printDim(dim)))).toBe(printDim(dim));
      }),
      { numRuns: 500 },
    );
  });
});
