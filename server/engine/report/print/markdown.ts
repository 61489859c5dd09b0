import { markdownText } from '../../../../outside/markdown';
import type { Report } from '../types';
import { sectionsOf, type Section } from './sections';
import type { Words } from './words';

/** The report as GitHub-flavoured Markdown. */
export function printMarkdown(report: Report, words: Words): string {
  return markdownOf(sectionsOf(report, words));
}

/**
 * Sections as Markdown tables.
 * @param level of the first heading; those behind it are one below
 */
export function markdownOf(sections: readonly Section[], level = 1): string {
  return sections
    .map((section, index) => {
      const marks = '#'.repeat(index === 0 ? level : level + 1);
      return `${marks} ${escape(section.title)}\n\n${markdownTable(section)}`;
    })
    .join('\n');
}

/** A section as a Markdown table without its heading. */
export function markdownTable(section: Section): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const lines = [
    row(section.columns.map((column) => column.title)),
    `| ${section.columns.map((column) => (column.align === 'right' ? '--:' : ':--')).join(' | ')} |`,
    ...section.rows.map(row),
  ];
  if (section.note !== undefined) lines.push('', markdownText(section.note, 2000));
  return `${lines.join('\n')}\n`;
}

function escape(text: string): string {
  return markdownText(text, 400);
}
