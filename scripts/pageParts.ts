import type { Figure } from '../server/engine/chips/chip';

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** A value with its prefix and unit, to three digits. */
export function si(value: number, unit: string): string {
  const step = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(value, 1)) / 3)));
  return `${Number((value / 1000 ** step).toPrecision(3))} ${prefixes[step]}${unit}`.trim();
}

/** A figure that nobody read in its source is marked. */
export function mark(figure: Figure | undefined): string {
  return figure && figure.basis !== 'read' ? (figure.basis === 'estimated' ? ' *est.*' : ' ?') : '';
}

/** A table in Markdown, with an empty line behind it. */
export function table(head: readonly string[], rows: readonly string[]): string[] {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, ''];
}
