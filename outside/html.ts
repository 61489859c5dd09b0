import { visible } from './hidden';

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['`', '&#96;'],
]);

/** Text for an element or for an attribute in quotes: nothing in it is markup, and nothing is hidden. */
export function htmlText(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (letter) => entities.get(letter)!);
}
