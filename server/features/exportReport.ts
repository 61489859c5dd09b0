import { plainJson } from '../../outside/json';
import type { Language } from '../../l10n/messages';
import { reportWords } from '../reportWords';
import { printCsv } from '../engine/report/print/csv';
import { printHtml } from '../engine/report/print/html';
import { printMarkdown } from '../engine/report/print/markdown';
import type { Report } from '../engine/report/types';
import type { ExportReportParams } from '../protocol';

/** The report as a file of its own, in one of the command line's formats. */
export function exportReport(
  report: Report,
  format: ExportReportParams['format'],
  language: Language,
): string {
  switch (format) {
    case 'json':
      return `${plainJson(JSON.stringify(report, null, 2))}\n`;
    case 'markdown':
      return printMarkdown(report, reportWords(language));
    case 'csv':
      return printCsv(report);
    case 'html':
      return printHtml(report, reportWords(language), language);
  }
}
