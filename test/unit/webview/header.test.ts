import { describe, expect, it } from 'vitest';
import {
  coverageText,
  modelName,
  modelParts,
  problemLines,
  workloadText,
} from '../../../webview/content/header';
import { stateData } from '../../../webview/content/state';
import { summaryOf } from './made';

const { model, workload } = summaryOf();

const modelText = (model: Parameters<typeof modelParts>[0]): string =>
  modelParts(model)
    .map(({ label }) => label)
    .join(' · ');

describe('the header', () => {
  it('names the model without its folders, of either system', () => {
    const named = (path: string) => modelName({ ...model, path });
    expect([named('/models/a/m.onnx'), named('C:\\models\\m.onnx'), named('m.onnx')]).toEqual([
      'm.onnx',
      'm.onnx',
      'm.onnx',
    ]);
  });

  it('says how large the model is', () => {
    expect(modelText(model)).toBe('1,234 nodes · 25,000,000 parameters · 50 MB of weights · 8 GOP per run');
    expect(modelText({ ...model, weightBytes: null })).toBe(
      '1,234 nodes · 25,000,000 parameters · unknown of weights · 8 GOP per run',
    );
    expect(modelText({ ...model, weightBytes: null, leastWeightBytes: 4e7 })).toBe(
      '1,234 nodes · 25,000,000 parameters · at least 40 MB of weights · 8 GOP per run',
    );
  });

  it('says that a file that was read in part may hold more', () => {
    const cut = { ...model, isLowerBound: true as const, weightBytes: null, leastWeightBytes: 4e7 };
    expect(modelText({ ...cut, buffers: 64 })).toBe(
      '1,234 nodes · at least 25,000,000 parameters · at least 40 MB of weights · 8 GOP per run · at least 64 numbers in buffers',
    );
    expect(modelText({ ...cut, parameters: 0 })).toContain('· unknown parameters ·');
  });

  it('names what is stored beside the parameters', () => {
    expect(modelText({ ...model, quantizationParameters: 1536, buffers: 64 })).toBe(
      '1,234 nodes · 25,000,000 parameters · 50 MB of weights · 8 GOP per run · 1,536 scales and zero points · 64 numbers in buffers',
    );
  });

  it('states what was assumed', () => {
    expect(workloadText(workload)).toBe('inference · precision as stored');
    const dimensions = [
      { name: 'batch', value: 4, origin: 'binding' },
      { name: 'sequence', value: 128, origin: 'default' },
      { name: 'past', value: null, origin: 'unbound' },
      { name: 'empty', value: 0, origin: 'binding' },
    ] as const;
    const values = [
      { name: 'use_cache', value: 'true', origin: 'default', isContent: true },
      { name: 'k', value: null, origin: 'unset', isContent: true },
    ] as const;
    expect(workloadText({ ...workload, values })).toBe(
      'use_cache=true (assumed) · k=not set · inference · precision as stored',
    );
    expect(workloadText({ ...workload, dimensions, phase: 'decode', precision: 'fp16' })).toBe(
      'batch=4 · sequence=128 (assumed) · past=not set · empty=0 · decode · fp16',
    );
  });

  it('says of how many nodes the shapes are sure, unless they all are', () => {
    const covered = (nodes: number | null) =>
      coverageText(summaryOf({ coverage: { nodes, operations: null } }));
    expect(covered(0.5)).toBe(
      'Shapes of 50% of the nodes follow from their operator; the others are taken from declarations or unknown.',
    );
    expect([covered(1), covered(null)]).toEqual([null, null]);
  });
});

describe('problems', () => {
  const problem = (severity: 'error' | 'warning' | 'information' | 'hint', message: string) => ({
    severity,
    code: 'c',
    message,
    node: null,
  });

  it('are said with their severity, hints left out', () => {
    const problems = [
      problem('error', 'e'),
      problem('hint', 'h'),
      problem('warning', 'w'),
      problem('information', 'i'),
    ];
    expect(problemLines(summaryOf({ problems }))).toEqual([
      { severity: 'error', text: 'Error: e' },
      { severity: 'warning', text: 'Warning: w' },
      { severity: 'information', text: 'Note: i' },
    ]);
  });

  it('are fifty at most, hints not counted', () => {
    const problems = [
      problem('hint', 'h'),
      ...Array.from({ length: 60 }, (_, i) => problem('warning', String(i))),
    ];
    const lines = problemLines(summaryOf({ problems }));
    expect([lines.length, lines[49]!.text]).toEqual([50, 'Warning: 49']);
  });
});

describe('a page without a summary', () => {
  it('says why', () => {
    expect(stateData({ kind: 'empty' })).toEqual({
      kind: 'empty',
      text: 'Open an ONNX model to see what its layers cost.',
      actions: [],
    });
    expect(stateData({ kind: 'loading', model: 'm.onnx' })).toEqual({
      kind: 'loading',
      text: 'Analysing m.onnx…',
      actions: [],
    });
  });

  it('offers ways out', () => {
    const actions = ['analyseAgain', 'restartServer', 'showLog'] as const;
    expect(stateData({ kind: 'error', message: 'It broke.', actions })).toEqual({
      kind: 'error',
      text: 'It broke.',
      actions: [
        { label: 'Analyse Again', command: 'analyseAgain' },
        { label: 'Restart Server', command: 'restartServer' },
        { label: 'Show Log', command: 'showLog' },
      ],
    });
    expect(stateData({ kind: 'stale', message: 'Old.', actions: [] })).toEqual({
      kind: 'stale',
      text: 'Old.',
      actions: [],
    });
  });
});
