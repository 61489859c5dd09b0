import { describe, expect, it } from 'vitest';
import { printCsv } from '../../../server/engine/report/print/csv';
import { printHtml } from '../../../server/engine/report/print/html';
import { printMarkdown } from '../../../server/engine/report/print/markdown';
import { printTable } from '../../../server/engine/report/print/table';
import { displayWidth } from '../../../outside/width';
import { reportWords } from '../../../server/reportWords';
import { report } from './handMade';

const words = reportWords('en');

describe('printed reports', () => {
  it('write unknown as unknown and keep names on their line', () => {
    const text = printTable(report, words);
    expect(text).toContain('41 µs  30 µs – 60 µs   100%  memory  MatMul    float[2,n]  =a|b"<script>');
    expect(text).not.toMatch(/\u202e/);
    const chip = text.split('\n').find((line) => line.startsWith('c ') && line.includes('tensorrt'))!;
    expect(chip.split(/ {2,}/).slice(-5)).toEqual(['?', '?', '?', '8 GB', '?']);
  });

  it('write energy and carbon with their units, unknown as unknown', () => {
    const text = printTable(report, words);
    const energy = text.slice(text.indexOf('Energy and'));
    const chip = energy.split('\n').find((line) => line.startsWith('c '))!;
    expect(chip.split(/ {2,}/)).toEqual(['c', '?', '?', '?', '?', '3 TOP/s/W', '?', '?', '2.5 Wh', '1 g']);
    expect(energy).toContain('400 g CO2e/kWh');
  });

  it('escape what would be markup', () => {
    expect(printMarkdown(report, words)).toContain('=a\\|b"\\<script\\>');
    const html = printHtml(report, words, 'en');
    expect(html).toContain('=a|b&quot;&lt;script&gt;');
    expect(html).not.toContain('<script');
  });

  it('write CSV with raw numbers, quoted text and no formulas', () => {
    const [head, row] = [...printCsv(report)].join('').split('\r\n');
    expect(head!.split(',').slice(0, 3)).toEqual(['chip', 'runtime', 'index']);
    expect(row).toContain(`"'=a|b""<script>`);
    expect(row).toContain(
      ',exact,12,0,0,,,,0,,0.000041,0.00003,0.00006,class,memory,,,,0.000041,,,0,,,,3000000000000,,2.5,1',
    );
  });

  it('line up columns of Korean text', () => {
    expect(displayWidth('노드 a')).toBe(6);
    const lines = printTable(report, reportWords('ko')).split('\n');
    const at = lines.findIndex((line) => line.startsWith('칩'));
    expect(displayWidth(lines[at + 1]!.trimEnd())).toBeLessThanOrEqual(displayWidth(lines[at + 2]!));
  });
});
