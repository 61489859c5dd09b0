import type { Chart, Plugin } from 'chart.js';
import type { BoxesData } from '../content/chart';
import { axis, faded, tooltip, type Palette, type Picture } from './picture';

/** Dots that nobody sees stand in the middle of the boxes, for pointer and keys. */
export function boxes({ boxes: drawn, x, y }: BoxesData): Picture<'scatter'> {
  const middle = ([from, to]: readonly [number, number]): number => (from + to) / 2;
  const scale = ({ title, most, tick }: BoxesData['x'], palette: Palette) => ({
    type: 'linear' as const,
    min: 0,
    max: most,
    ...axis(palette, title, { ticks: { callback: (value: number | string) => tick(Number(value)) } }),
  });
  return {
    along: 'x',
    configure: (palette, highlighted) => ({
      type: 'scatter',
      data: {
        datasets: [
          {
            data: drawn.map((box) => ({ x: middle(box.x), y: middle(box.y) })),
            pointRadius: 0,
            pointHitRadius: 12,
          },
        ],
      },
      plugins: [rectangles(drawn, palette, highlighted)],
      options: {
        scales: { x: scale(x, palette), y: scale(y, palette) },
        plugins: tooltip(palette, (_dataset, index) => [...(drawn[index]?.tip ?? [])]),
      },
    }),
    nodeAt: (_dataset, index) => drawn[index]?.node ?? null,
  };
}

/** Draws the boxes, that of the highlighted node with a strong edge. */
export function rectangles(
  drawn: BoxesData['boxes'],
  { color, highlight }: Pick<Palette, 'color' | 'highlight'>,
  highlighted: number | null,
): Plugin<'scatter'> {
  return {
    id: 'rectangles',
    beforeDatasetsDraw: ({ ctx, scales: { x, y } }: Chart<'scatter'>) => {
      if (!x || !y) return;
      ctx.save();
      for (const box of drawn) {
        const [left, right] = box.x.map((at) => x.getPixelForValue(at));
        const [bottom, top] = box.y.map((at) => y.getPixelForValue(at));
        const isMarked = box.node !== null && box.node === highlighted;
        ctx.fillStyle = faded(color(box.paint), 45);
        ctx.strokeStyle = isMarked ? highlight : color(box.paint);
        ctx.lineWidth = isMarked ? 3 : 1;
        ctx.fillRect(left!, top!, right! - left!, bottom! - top!);
        ctx.strokeRect(left!, top!, right! - left!, bottom! - top!);
      }
      ctx.restore();
    },
  };
}
