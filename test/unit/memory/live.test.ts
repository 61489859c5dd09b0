import { expect, it } from 'vitest';
import { bufferTable, liveAt } from '../../../server/engine/memory/live';

const buffer = (value: number, from: number, to: number, bytes: number | null) =>
  ({ value, role: 'activation', from, to, bytes }) as const;

it('the largest buffers of a step come first; those of unknown size are left out', () => {
  const list = [
    buffer(0, 0, 3, 10),
    buffer(1, 0, 0, 90),
    buffer(2, 1, 2, 40),
    buffer(3, 1, 1, null),
    buffer(4, 2, 3, 20),
  ];
  const values = liveAt(bufferTable(list), [0, 2, 3], 2).map((step) => step.map(({ value }) => value));
  expect(values).toEqual([
    [1, 0],
    [2, 4],
    [4, 0],
  ]);
});
