import { expect, it } from 'vitest';
import { arenaData } from '../../../webview/content/arena';
import { boxes, rectangles } from '../../../webview/charts/boxes';
import { chipOf } from './made';

const arena = {
  bytes: 3e6,
  steps: 4,
  boxes: [
    { node: 7, name: 'y', from: 0, to: 2, offset: 0, bytes: 2e6 },
    { node: null, name: 'x', from: 0, to: 0, offset: 2e6, bytes: 1e6 },
  ],
  more: 5,
};
const data = arenaData(chipOf({ memory: { arena } }))!;

it('the planned arena is a box for each buffer, from its first kernel to the end of its last', () => {
  expect(data.boxes.map(({ x, y }) => [x, y])).toEqual([
    [
      [0, 3],
      [0, 2e6],
    ],
    [
      [0, 1],
      [2e6, 3e6],
    ],
  ]);
  expect([data.x.most, data.y.most]).toEqual([4, 3e6]);
  expect(data.table.rows.map(({ node, cells }) => [node, ...cells])).toEqual([
    [7, 'y', '0 B', '2 MB', '1', '3'],
    [undefined, 'x', '2 MB', '1 MB', '1', '1'],
  ]);
  expect(data.summary).toMatch(/one block of 3 MB.*5 smaller ones are not drawn\.$/);
  expect(arenaData(chipOf())).toBeNull();
});

it('boxes are drawn at their places, that of the chosen node with a strong edge', () => {
  const drawn: unknown[] = [];
  const ctx = {
    lineWidth: 0,
    strokeStyle: '',
    save: () => {},
    restore: () => {},
    fillRect: () => {},
    strokeRect(...at: number[]) {
      drawn.push([...at, ctx.lineWidth, ctx.strokeStyle]);
    },
  };
  // Ten pixels a step; a megabyte is 100 pixels, upwards from 300.
  const scales = {
    x: { getPixelForValue: (value: number) => 10 * value },
    y: { getPixelForValue: (value: number) => 300 - value / 1e4 },
  };
  const palette = { color: (name: string) => name, highlight: 'strong' };
  rectangles(data.boxes, palette, 7).beforeDatasetsDraw!({ ctx, scales } as never, {} as never, {});
  expect(drawn).toEqual([
    [0, 100, 30, 200, 3, 'strong'],
    [0, 0, 10, 100, 1, 'charts-orange'],
  ]);
  expect([boxes(data).nodeAt(0, 0), boxes(data).nodeAt(0, 1)]).toEqual([7, null]);
});
