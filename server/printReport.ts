import type { Language } from '../l10n/language';
import { lazyReport, reportSteps, type ReportInput } from './engine/report/build';
import { printCsv } from './engine/report/print/csv';
import { printHtml } from './engine/report/print/html';
import { printJson } from './engine/report/print/json';
import { printMarkdown } from './engine/report/print/markdown';
import { printModelExplorer } from './engine/report/print/modelExplorer';
import { printPerfetto } from './engine/report/print/perfetto';
import { printTable } from './engine/report/print/table';
import { runPolitely, type Scheduler } from './engine/scheduler';
import { inChunks } from './chunks';
import { exportFormats } from './protocol';
import { reportWords } from './reportWords';

export const reportFormats = ['table', ...exportFormats.map(({ format }) => format)] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A report in one of the formats, in chunks: of a large model and many chips it is longer than a string can be. */
export async function* printReport(
  input: ReportInput,
  format: ReportFormat,
  language: Language,
  scheduler: Scheduler,
): AsyncGenerator<string> {
  for (const chunk of inChunks(await piecesOf(input, format, language, scheduler))) {
    await scheduler.tick();
    yield chunk;
  }
}

/** The formats that tell every node are made while they are read; the tables of the others need the report whole. */
async function piecesOf(
  input: ReportInput,
  format: ReportFormat,
  language: Language,
  scheduler: Scheduler,
): Promise<Iterable<string>> {
  if (format === 'json') return printJson(lazyReport(input));
  if (format === 'csv') return printCsv(lazyReport(input));
  if (format === 'perfetto') return printPerfetto(lazyReport(input));
  if (format === 'model-explorer') return printModelExplorer(input);
  const report = await runPolitely(reportSteps(input), scheduler);
  const words = reportWords(language);
  switch (format) {
    case 'table':
      return [printTable(report, words)];
    case 'markdown':
      return [printMarkdown(report, words)];
    case 'html':
      return [printHtml(report, words, language)];
  }
}
