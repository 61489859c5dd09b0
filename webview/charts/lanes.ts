import type { LanesData } from '../content/lanes';
import type { Paint } from '../content/paint';
import { element } from '../dom';
import { shape } from '../svg';

/** Sizes in units of the picture, which is as wide as the page. */
const [labelWidth, laneWidth, laneHeight, gap] = [100, 480, 22, 6];
/** Narrower stretches have no room for a label of so many letters. */
const letterWidth = 8;

/** A colour of the theme, which follows it by itself. */
function fillOf(paint: Paint): string {
  return `var(--vscode-${paint}, var(--vscode-foreground))`;
}

/** Pages run no style that stands in an attribute. */
function swatch(paint: Paint): HTMLElement {
  const mark = element('span', {}, '■');
  mark.style.color = fillOf(paint);
  return mark;
}

/** Lanes as a picture, with the same in words for those who do not see it. */
export function lanesPicture({ id, title, summary, lanes, end, endLabel, legend }: LanesData): HTMLElement {
  const height = lanes.length * (laneHeight + gap) + 18;
  const width = labelWidth + laneWidth;
  const xOf = (value: number): number => labelWidth + (end > 0 ? Math.min(1, value / end) * laneWidth : 0);
  const rows = lanes.map(({ label, stretches }, at) => {
    const y = at * (laneHeight + gap);
    return shape(
      'g',
      {},
      shape('text', { x: 0, y: y + 15 }, label),
      shape('rect', { class: 'lane', x: labelWidth, y, width: laneWidth, height: laneHeight }),
      stretches.flatMap(({ from, to, paint, label: own, tip }) => {
        const [x, wide] = [xOf(from), xOf(to) - xOf(from)];
        const attributes = { x, y, width: wide, height: laneHeight, fill: fillOf(paint) };
        const bar = shape('rect', { class: 'stretch', ...attributes }, shape('title', {}, tip));
        if (wide < own.length * letterWidth) return [bar];
        return [bar, shape('text', { class: 'inside', x: x + 4, y: y + 15 }, own)];
      }),
    );
  });
  const bottom = height - 4;
  return element(
    'section',
    { class: 'lanes', id },
    element('h2', {}, title),
    element('p', { class: 'summary' }, summary),
    legend.length > 0 &&
      element(
        'p',
        { class: 'legend' },
        legend.map(({ label, paint }) => element('span', {}, swatch(paint), ` ${label} `)),
      ),
    shape(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}. ${summary}` },
      rows,
      shape('text', { x: labelWidth, y: bottom }, '0'),
      shape('text', { x: width, y: bottom, 'text-anchor': 'end' }, endLabel),
    ) as unknown as HTMLElement,
  );
}
