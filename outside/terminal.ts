import { cut, visible } from './hidden';

/** Text for one line of a terminal: nothing in it is obeyed, and nothing turns or hides what stands around it. */
export function terminalText(text: string, limit = 400): string {
  return cut(visible(text), limit);
}
