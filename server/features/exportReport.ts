import type { Language } from '../../l10n/messages';
import type { ExportReportParams } from '../protocol';
import type { Report } from '../engine/report/types';

/** The report as a file of its own. */
export function exportReport(
  report: Report,
  format: ExportReportParams['format'],
  _language: Language,
): string {
  switch (format) {
    case 'json':
    case 'markdown':
    case 'csv':
    case 'html':
      return JSON.stringify(report, null, 2);
  }
}
