import { displayWidth } from '../../../../outside/width';
import { terminalText } from '../../../../outside/terminal';
import type { Report } from '../types';
import { sectionsOf, type Section } from './sections';
import type { Words } from './words';
import { largest } from '../../lists';

/** The report as plain text in columns, for a terminal. */
export function printTable(report: Report, words: Words): string {
  return tableOf(sectionsOf(report, words));
}

/** Sections as plain text. */
export function tableOf(sections: readonly Section[]): string {
  return sections.map(sectionText).join('\n');
}

function sectionText(section: Section): string {
  const rows = section.rows.map((row) => row.map((cell) => terminalText(cell)));
  const widths = section.columns.map((column, index) =>
    largest(
      rows.map((row) => displayWidth(row[index] ?? '')),
      displayWidth(column.title),
    ),
  );
  const write = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => pad(cell, widths[index]!, section.columns[index]!.align))
      .join('  ')
      .trimEnd();
  const lines = [
    terminalText(section.title),
    write(section.columns.map((column) => column.title)),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map(write),
  ];
  if (section.note !== undefined) lines.push(`(${terminalText(section.note, Infinity)})`);
  return `${lines.join('\n')}\n`;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? blanks + text : text + blanks;
}
