import type { Report } from '../types';
import { sectionsOf } from './sections';
import { cut } from '../../../../outside/hidden';
import { htmlText } from '../../../../outside/html';
import type { Words } from './words';

/** Plain and self-contained: no script, no outside resource, both colour schemes. */
const style = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.2rem 0.8rem; text-align: left; }
td { overflow-wrap: anywhere; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
`;

/** The report as one HTML page. */
export function printHtml(report: Report, words: Words, language: string): string {
  const sections = sectionsOf(report, words).map((section, index) => {
    const side = (at: number): string => (section.columns[at]!.align === 'right' ? ' class="right"' : '');
    const heading = index === 0 ? 'h1' : 'h2';
    const head = section.columns
      .map((column, at) => `<th scope="col"${side(at)}>${escape(column.title)}</th>`)
      .join('');
    const rows = section.rows
      .map((row) => `<tr>${row.map((cell, at) => `<td${side(at)}>${escape(cell)}</td>`).join('')}</tr>`)
      .join('\n');
    const note = section.note === undefined ? '' : `<p>${escape(section.note)}</p>\n`;
    return `<${heading}>${escape(section.title)}</${heading}>
<table>
<thead><tr>${head}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
${note}`;
  });
  return `<!doctype html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(report.model.path)}</title>
<style>${style}</style>
</head>
<body>
${sections.join('')}</body>
</html>
`;
}

function escape(text: string): string {
  return htmlText(cut(text, 2000));
}
