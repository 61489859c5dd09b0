import { describe, expect, it } from 'vitest';
import { bytesAcross, extentOf } from '../../../../server/engine/mapping/cut/chain';
import { chainIn, crossingNames, preparedText } from './models';

const nameOf = (value: string): string => value;

describe('where a model can be cut', () => {
  it('is between any two kernels of a chain, with what is alive there', async () => {
    const prepared = await preparedText(`g (float[4, 8] x) => (float[4, 8] y) {
      a = Relu (x)
      b = Sigmoid (a)
      y = Add (b, a)
    }`);
    const chain = await chainIn(prepared, 'none');
    expect(chain.cuts).toEqual([0, 1, 2, 3]);
    // a is read by both that follow; y is a result and nothing reads it.
    expect(crossingNames(prepared, chain)).toEqual([['x*'], ['a'], ['a', 'b'], []]);
    expect(chain.results).toHaveLength(1);
    expect(chain.results[0]!.step).toBe(2);
  });

  it('divides no kernel of any of the places', async () => {
    // Both runtimes run the convolution by itself; the one puts its activation into it.
    const prepared = await preparedText(`g (float[1, 3, 8, 8] x) => (float[1, 4, 8, 8] y)
      <float[4, 3, 1, 1] w = {${new Array(12).fill('0').join(', ')}}> {
      a = Tanh (x)
      c = Conv (a, w)
      y = Relu (c)
    }`);
    expect((await chainIn(prepared, 'none')).cuts).toEqual([0, 1, 2, 3]);
    expect((await chainIn(prepared, 'tensorrt')).cuts).toEqual([0, 1, 3]);
    expect((await chainIn(prepared, 'none', 'tensorrt')).cuts).toEqual([0, 1, 3]);
  });

  it('does not depend on the order of the file', async () => {
    // Written branch by branch and all at once: walked back from y, each branch is one stretch.
    const [one, other] = [
      await preparedText(`g (float[4] x) => (float[4] y) {
        a = Relu (x) b = Tanh (a) c = Sigmoid (x) d = Exp (c) y = Add (b, d) }`),
      await preparedText(`g (float[4] x) => (float[4] y) {
        c = Sigmoid (x) a = Relu (x) d = Exp (c) b = Tanh (a) y = Add (b, d) }`),
    ];
    const expected = [['x*'], ['a', 'x*'], ['b', 'x*'], ['b', 'c'], ['b', 'd'], []];
    expect(crossingNames(one, await chainIn(one, 'none'))).toEqual(expected);
    expect(crossingNames(other, await chainIn(other, 'none'))).toEqual(expected);
  });

  it('tells what was only moved from what was computed', async () => {
    const prepared = await preparedText(`g (float[2, 3] x) => (float[3, 2] y) {
      t = Transpose <perm = [1, 0]> (x)
      a = Neg (t)
      y = Sqrt (a)
    }`);
    const chain = await chainIn(prepared, 'none');
    expect(crossingNames(prepared, chain)).toEqual([['x*'], ['t*'], ['a'], []]);
  });

  it('sends what several views show once', async () => {
    const prepared = await preparedText(`g (float[2, 3] x) => (float[6] y, float[3, 2] z)
      <int64[1] flat = {6}, int64[2] pair = {3, 2}> {
      a = Neg (x)
      f = Reshape (a, flat)
      p = Reshape (a, pair)
      y = Sqrt (f)
      z = Sqrt (p)
    }`);
    const chain = await chainIn(prepared, 'none');
    const names = crossingNames(prepared, chain);
    expect(new Set(names.flat())).toEqual(new Set(['x*', 'a']));
  });

  it('never lies inside a loop, and inside a function as inside the graph', async () => {
    const looped = await preparedText(`g (float[4] x) => (float[4] y) <int64 n = {5}, bool c = {1}> {
      a = Relu (x)
      b = Loop (n, c, a) <body = step (int64 i, bool k, float[4] s) => (bool k2, float[4] t) {
        k2 = Identity (k) u = Tanh (s) t = Exp (u) }>
      y = Neg (b)
    }`);
    expect(crossingNames(looped, await chainIn(looped, 'none'))).toEqual([['x*'], ['a'], ['b'], []]);
    const called = await preparedText(`g (float[4] x) => (float[4] y) { a = local.f (x) y = Neg (a) }
      <domain: "local", opset_import: ["" : 21]> f (p) => (q) { m = Exp (p) q = Relu (m) }`);
    const names = crossingNames(called, await chainIn(called, 'none'));
    expect(names.map((one) => one.map(nameOf))).toEqual([['x*'], ['m'], ['q'], []]);
  });

  it('leaves caches of keys and values where they are', async () => {
    const prepared = await preparedText(`g (float[1, 2, 8, 4] past_key, float[1, 2, 1, 4] x)
      => (float[1, 2, 9, 4] present_key, float[1, 2, 1, 4] y) {
      k = Relu (x)
      present_key = Concat <axis = 2> (past_key, k)
      y = Neg (k)
    }`);
    const chain = await chainIn(prepared, 'none');
    expect(crossingNames(prepared, chain).flat()).not.toContain('past_key*');
    // Of two outputs only y comes back.
    expect(chain.results).toHaveLength(1);
  });
});

describe('bytes across cuts', () => {
  it('are those of the values that live there, unknown where one is', () => {
    const spans = [
      { value: 0, from: 0, to: 1 },
      { value: 1, from: 1, to: 3 },
      { value: 2, from: 3, to: 3 },
    ];
    const bytes = [10, 200, null];
    expect([...bytesAcross(spans, 4, (id) => bytes[id]!)]).toEqual([10, 210, 200, NaN, 0]);
  });

  it('have kernels without steps nowhere', async () => {
    const prepared = await preparedText('g (float[4] x) => (float[4] y) { y = Relu (x) }');
    const { steps } = await chainIn(prepared, 'none');
    const kernel = { nodes: [0], anchor: 0 } as unknown as Parameters<typeof extentOf>[1];
    expect(extentOf(steps, kernel)).toEqual([0, 0]);
    expect(extentOf({ ...steps, stepOf: Int32Array.of(-1) }, kernel)).toBeNull();
  });
});
