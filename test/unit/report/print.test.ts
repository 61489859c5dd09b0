import { describe, expect, it } from 'vitest';
import { printCsv } from '../../../server/engine/report/print/csv';
import { printHtml } from '../../../server/engine/report/print/html';
import { printMarkdown } from '../../../server/engine/report/print/markdown';
import { printTable } from '../../../server/engine/report/print/table';
import { displayWidth } from '../../../outside/width';
import type { Report } from '../../../server/engine/report/types';
import { reportWords } from '../../../server/reportWords';
import { partly, whole } from '../totals';

const seconds = { value: 4.1e-5, low: 3e-5, high: 6e-5, basis: 'class' } as const;

/** One node with a name that tries to break out of every format. */
const report: Report = {
  schemaVersion: 3,
  tool: { version: '1', catalogueVersion: '1' },
  model: {
    path: 'm.onnx',
    format: 'onnx',
    irVersion: 9,
    opsets: [{ domain: '', version: 17 }],
    producer: 'p',
    nodeCount: 1,
    parameters: 1234,
    quantizationParameters: 0,
    buffers: 0,
    operations: { value: 12, ...whole },
    weightBytes: 4936,
    inputs: [{ name: 'x', dtype: 'float', shape: ['batch', 3] }],
    outputs: [],
  },
  carbonIntensity: 400,
  workload: {
    bindings: { batch: 2, sequence: 128 },
    values: [],
    assumed: ['sequence'],
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  },
  nodes: [
    {
      index: 0,
      parent: null,
      repeat: 1,
      name: '=a|b"<script>\u202e\n',
      domain: '',
      operator: 'MatMul',
      scope: '',
      line: 7,
      outputs: [{ name: 'y', dtype: 'float', shape: [2, 'n'] }],
      operations: { matrix: 12, vector: 0, special: 0 },
      bytes: null,
      rule: 'exact',
    },
  ],
  chips: [
    {
      id: 'c',
      name: 'C',
      class: 'gpu',
      runtime: 'tensorrt',
      units: [{ id: 'chip', chip: 'c', name: 'C', runtime: 'tensorrt', memory: null, sharesWith: [] }],
      precision: { compute: 'fp32', weights: 'fp32', activations: 'fp32', substituted: false },
      total: {
        latencySeconds: { ...seconds, ...whole },
        throughput: null,
        joules: null,
        joulesParts: null,
        operations: { value: 12, ...whole },
        eliminatedOperations: { value: 0, ...whole },
        bytes: { value: null, ...partly(1) },
        io: { bytes: 0, seconds: null },
        startSeconds: null,
      },
      efficiency: {
        samplesPerRun: 2,
        watts: null,
        operationsPerJoule: 3e12,
        samplesPerJoule: null,
        operationsPerSecondPerSquareMillimetre: null,
        wattHoursPerThousandRequests: { value: 2.5, low: 2, high: 3, basis: 'class' },
        gramsCo2PerThousandRequests: { value: 1, low: 0.8, high: 1.2, basis: 'class' },
      },
      memory: {
        capacityBytes: 8e9,
        marketedBytes: null,
        reserveBytes: null,
        weightsBytes: 4936,
        highWaterBytes: null,
        highWaterNode: null,
        leastBytes: null,
        mostBytes: null,
        fits: null,
        streamedBytes: 0,
        fitsUnknown: 'sizes',
        cache: null,
        training: null,
        resident: null,
        timeline: [],
      },
      roofs: { matrixOpsPerSecond: null, vectorOpsPerSecond: null, bandwidthBytesPerSecond: null },
      kernels: [],
      nodes: [{ index: 0, kernel: 0, seconds, joules: null, bound: 'memory' }],
    },
  ],
  problems: [],
  coverage: { nodes: 1, operations: 1 },
};
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
