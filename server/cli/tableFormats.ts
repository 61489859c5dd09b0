import { plainJson } from '../../outside/json';
import { markdownOf } from '../engine/report/print/markdown';
import type { Section } from '../engine/report/print/section';
import { tableOf } from '../engine/report/print/table';

/** How results come that are tables of a few columns. */
export const tableFormats = ['table', 'json', 'markdown', 'csv'] as const;

/** A result in one of these formats. */
export function inFormat(
  format: (typeof tableFormats)[number],
  result: object,
  sections: () => readonly Section[],
  csv: () => string,
): string {
  switch (format) {
    case 'table':
      return tableOf(sections());
    case 'markdown':
      return markdownOf(sections());
    case 'json':
      return `${plainJson(JSON.stringify(result, null, 2))}\n`;
    case 'csv':
      return csv();
  }
}
