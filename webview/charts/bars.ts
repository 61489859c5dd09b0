import type { BarsData } from '../content/chart';
import { axis, tooltip, type Picture } from './picture';

export function bars({ bars: drawn, axis: { title, tick }, limit }: BarsData): Picture<'bar'> {
  return {
    along: 'y',
    configure: (palette, highlighted) => {
      const colors = drawn.map(({ paint }) => palette.color(paint));
      const marked = drawn.map(({ node }) => node !== null && node === highlighted);
      return {
        type: 'bar',
        data: {
          labels: drawn.map(({ label }) => label),
          datasets: [
            {
              type: 'bar',
              data: drawn.map(({ value }) => value),
              backgroundColor: colors,
              borderColor: colors.map((color, index) => (marked[index] ? palette.highlight : color)),
              borderWidth: marked.map((isMarked) => (isMarked ? 3 : 1)),
              maxBarThickness: 14,
            },
          ],
        },
        options: {
          indexAxis: 'y',
          scales: {
            x: {
              type: 'linear',
              ...axis(palette, title, {
                beginAtZero: true,
                ticks: { callback: (value: number | string) => tick(Number(value)) },
                ...(limit === null ? {} : { suggestedMax: limit }),
              }),
            },
            y: { type: 'category', ...axis(palette, '', { ticks: { autoSkip: false } }) },
          },
          plugins: tooltip(palette, (_dataset, index) => [...(drawn[index]?.tip ?? [])]),
        },
        plugins: limit === null ? [] : [limitLine(limit, palette.color('foreground'))],
      };
    },
    nodeAt: (_dataset, index) => drawn[index]?.node ?? null,
  };
}

/** What of a chart the line is drawn with. */
interface Drawn {
  readonly ctx: Pick<
    CanvasRenderingContext2D,
    'save' | 'restore' | 'setLineDash' | 'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'strokeStyle'
  >;
  readonly chartArea: { readonly top: number; readonly bottom: number };
  readonly scales: Readonly<Record<string, { getPixelForValue(value: number): number }>>;
}

/** A dashed vertical line at the peak. */
function limitLine(limit: number, color: string) {
  return {
    id: 'limit',
    afterDatasetsDraw({ ctx, chartArea, scales }: Drawn) {
      const x = scales.x?.getPixelForValue(limit);
      if (x === undefined) return;
      ctx.save();
      ctx.strokeStyle = color;
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}
