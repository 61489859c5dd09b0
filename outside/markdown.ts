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

/** A link with a text that is Markdown already, to an address that is a URI already. */
export function markdownLink(text: string, address: string): string {
  return `[${text}](${address.replace(/[()]/g, (letter) => (letter === '(' ? '%28' : '%29'))})`;
}

/** Markdown of ours for readers who have none: the same words without marks, rules of tables and targets of links. */
export function markdownAsPlainText(markdown: string): string {
  const lines = markdown.split('\n').filter((line) => !/^\|(?: *:?-+:? *\|)+$/.test(line));
  return lines.map(plainLine).join('\n');
}

/** A code span, an escaped letter, a link, a mark for bold letters, or the bars of a table's row. */
const marks = /`([^`]*)`|\\(.)|\[((?:\\.|[^\]\\])*)\]\([^)]*\)|\*\*|^\| *| *\|$| *\| */g;

function plainLine(line: string): string {
  return line.replace(
    marks,
    (
      mark: string,
      code: string | undefined,
      letter: string | undefined,
      title: string | undefined,
      at: number,
    ) => {
      if (code !== undefined) return code.replaceAll('\\|', '|');
      if (letter !== undefined) return letter;
      if (title !== undefined) return plainLine(title);
      return mark.includes('|') && at > 0 && at + mark.length < line.length ? '   ' : '';
    },
  );
}
