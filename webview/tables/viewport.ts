import { element, refill } from '../dom';

/** In pixels, as the style sheet says too. */
const rowHeight = 24;
const viewportRows = 20;

/** The rows of a long list that are to be seen, or begin to be: from `first` up to and without `last`. */
export function rowsInView(
  scrollTop: number,
  total: number,
): { readonly first: number; readonly last: number } {
  const first = Math.floor(scrollTop / rowHeight);
  return { first, last: Math.min(total, first + viewportRows + 2) };
}

/** A list of any length that scrolls, of which only the rows in view exist in the page. */
export interface Viewport {
  readonly root: HTMLElement;
  draw(): void;
  toTop(): void;
  /** Scrolls so far that a row is in view, in the middle where it was not. */
  show(index: number): void;
}

export function viewport(total: () => number, row: (index: number) => HTMLElement): Viewport {
  const spacer = element('div', { class: 'spacer', role: 'presentation' });
  const body = element('div', { class: 'rows', role: 'presentation' });
  const root = element(
    'div',
    { class: 'viewport', tabindex: 0, role: 'rowgroup', scroll: () => draw() },
    spacer,
    body,
  );
  root.style.height = `${viewportRows * rowHeight}px`;

  function draw(): void {
    const { first, last } = rowsInView(root.scrollTop, total());
    spacer.style.height = `${total() * rowHeight}px`;
    body.style.transform = `translateY(${first * rowHeight}px)`;
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index++) rows.push(row(index));
    refill(body, rows);
  }

  return {
    root,
    draw,
    toTop: () => {
      root.scrollTop = 0;
    },
    show: (index) => {
      const above = index * rowHeight - root.scrollTop;
      if (above >= 0 && above + rowHeight <= viewportRows * rowHeight) return;
      root.scrollTop = Math.max(0, (index - viewportRows / 2) * rowHeight);
      draw();
    },
  };
}
