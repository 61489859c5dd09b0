import { cut, visible } from './hidden';

/** Text as Markdown that shows exactly it: no links, no tables, no lists, no HTML, no line breaks. */
export function markdownText(text: string, limit = 200): string {
  return (
    cut(visible(text).trimStart(), limit)
      .replace(/[\\`*_{}[\]<>#|~!@&$^]|:(?=[\p{L}/])/gu, '\\$&')
      // Lists, rules and underlined headings begin a line, and addresses begin with www.
      .replace(/^[-+=]/, '\\$&')
      .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
      .replace(/(?<![\p{L}\p{N}])(www)\./giu, '$1\\.')
  );
}

/** Text as a code span, whatever back-ticks or bars it holds. */
export function markdownCode(text: string, limit = 200): string {
  const short = cut(visible(text), limit).replaceAll('`', 'ˋ').replaceAll('|', '\\|');
  return short.trim() === '' ? '' : `\`${short}\``;
}
