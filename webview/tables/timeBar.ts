import { element } from '../dom';

/** A bar under a time: its share of the longest beside it, 0..1; none where it is not known. The text says the same. */
export function timeBar(share: number | null): HTMLElement | null {
  if (share === null) return null;
  const filled = element('span', { class: 'filled' });
  filled.style.width = `${Math.max(1, 100 * share)}%`;
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, filled);
}
