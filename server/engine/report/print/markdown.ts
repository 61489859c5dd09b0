import { markdownText } from '../../../../outside/markdown';
import type { Report } from '../types';
import { sectionsOf, type Section } from './sections';
import type { Words } from './words';

/** The report as GitHub-flavoured Markdown. */
export function printMarkdown(report: Report, words: Words): string {
  return markdownOf(sectionsOf(report, words));
}

/** Sections as Markdown tables. */
export function markdownOf(sections: readonly Section[]): string {
  return sections.map(sectionText).join('\n');
}

function sectionText(section: Section, index: number): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const lines = [
    `${index === 0 ? '#' : '##'} ${escape(section.title)}`,
    '',
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
