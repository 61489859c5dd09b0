import { expect, it } from 'vitest';
import { attentionShape } from '../../../server/engine/kernels/attentionShape';
import { graphOf, type Line } from './graphs';

interface Attention {
  /** Dimensions before [rows, columns]. */
  readonly lead: readonly number[];
  /** The same of keys and values, before they are repeated. */
  readonly ownLead?: readonly number[];
  readonly keys?: number;
}

/** Q [.., 5, 4] K^T [.., 4, 7] and scores V [.., 7, 6]; keys come as [.., 7, 4] and are expanded first. */
function shapeOf({ lead, ownLead = lead, keys = 7 }: Attention) {
  const products = lead.reduce((a, b) => a * b, 1);
  const product = (m: number, n: number, k: number): Partial<Line> => ({
    operatorClass: 'gemm',
    matrixShape: { kind: 'gemm', batch: products, m, n, k, weights: 'none' },
  });
  const lines: Line[] = [
    { operator: 'Expand', inputs: ['k'], outputs: ['e'] },
    { operator: 'Transpose', inputs: ['e'], outputs: ['t'] },
    { operator: 'MatMul', inputs: ['q', 't'], outputs: ['s'], ...product(5, 7, 4) },
    { operator: 'Softmax', inputs: ['s'], outputs: ['p'] },
    { operator: 'MatMul', inputs: ['p', 'v'], outputs: ['o'], ...product(5, 6, 7) },
  ];
  const inference = graphOf(
    lines,
    {
      q: { shape: [...lead, 5, 4] },
      k: { shape: [...ownLead, keys, 4] },
      v: { shape: [...lead, 7, 6] },
    },
    {
      e: [...lead, 7, 4],
      t: [...lead, 4, 7],
      s: [...lead, 5, 7],
      p: [...lead, 5, 7],
      o: [...lead, 5, 6],
    },
    ['o'],
  );
  return attentionShape(inference, [0, 1, 2, 3, 4]);
}

const sizes = {
  kind: 'attention',
  queryLength: 5,
  keyLength: 7,
  headSize: 4,
  valueHeadSize: 6,
  causal: false,
};

it('has batch and heads from the axes before the last two', () => {
  expect(shapeOf({ lead: [2, 3] })).toEqual({ ...sizes, batch: 2, heads: 3, kvHeads: 3 });
  // One axis holds both.
  expect(shapeOf({ lead: [6] })).toEqual({ ...sizes, batch: 1, heads: 6, kvHeads: 6 });
  expect(shapeOf({ lead: [] })).toEqual({ ...sizes, batch: 1, heads: 1, kvHeads: 1 });
});

it('has as many heads of keys as there were before they were repeated, where they divide the others', () => {
  expect(shapeOf({ lead: [2, 8], ownLead: [2, 2] })).toMatchObject({ heads: 8, kvHeads: 2 });
  expect(shapeOf({ lead: [2, 8], ownLead: [2, 1] })).toMatchObject({ heads: 8, kvHeads: 1 });
  expect(shapeOf({ lead: [2, 8], ownLead: [2, 3] })).toMatchObject({ heads: 8, kvHeads: 8 });
  // What has another number of rows is no key.
  expect(shapeOf({ lead: [2, 8], ownLead: [2, 2], keys: 1 })).toMatchObject({ heads: 8, kvHeads: 8 });
});

it('is none of one product, which says nothing of values', () => {
  const inference = graphOf(
    [
      {
        ...{ operator: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] },
        matrixShape: { kind: 'gemm', batch: 1, m: 2, n: 3, k: 4, weights: 'none' },
      },
    ],
    { a: { shape: [2, 4] }, b: { shape: [4, 3] } },
    { y: [2, 3] },
    ['y'],
  );
  expect(attentionShape(inference, [0])).toBeUndefined();
});
