import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  hasPhases,
  phasesCurves,
  phasesData,
  phasesNotes,
  type Phases,
} from '../../../webview/content/phases';
import { Drawing, openPage } from './browser';
import { chipOf, estimateOf, summaryOf } from './made';

afterEach(() => vi.unstubAllGlobals());

const point = (seconds: number, tokensPerSecond: number, bound: 'memory' | 'compute' = 'memory') =>
  ({ seconds, tokensPerSecond, bound, fits: true }) as const;
const limit = (dimension: 'batch' | 'past', value: number, by: 'memory' | 'model') =>
  ({ dimension, now: 1, value, isUnlimited: false, by }) as const;

/** 1,024 tokens in 10 ms, then 2 ms for each; 64 sequences or 40,000 tokens have room. */
const phases: Phases = {
  id: 'a',
  runtime: 'tensorrt',
  precision: 'fp16',
  batch: 1,
  prompt: 1024,
  context: 1024,
  answer: 256,
  timeToFirstToken: estimateOf(0.01, 0.008, 0.015),
  prefill: point(0.01, 102_400, 'compute'),
  decode: point(0.002, 500),
  limits: [limit('batch', 64, 'memory'), limit('past', 40_000, 'model')],
  batches: [
    { size: 1, ...point(0.002, 500) },
    { size: 2, ...point(0.0021, 952) },
  ],
  contexts: [{ size: 1024, ...point(0.002, 500) }],
  request: { promptTokens: 1024, answerTokens: 256, seconds: estimateOf(0.52), joules: null },
  memoryBoundBelowBatch: 37,
};
const nameOf = (chip: string): string => `Chip ${chip.toUpperCase()}`;
const dimension = (name: string, alias?: string) =>
  ({ name, value: 1, origin: 'default', ...(alias && { alias }) }) as const;
const cached = summaryOf({
  chips: [chipOf()],
  workload: { ...summaryOf().workload, dimensions: [dimension('batch'), dimension('kv_len', 'past')] },
});

describe('prefill and decode', () => {
  it('are there where the model has a cache of its own length', () => {
    expect([hasPhases(cached), hasPhases(summaryOf())]).toEqual([true, false]);
  });

  it('stand side by side', () => {
    expect(phasesData([phases], nameOf).rows.map(({ cells }) => cells)).toEqual([
      [
        'Chip A',
        '10 ms',
        '102,400',
        'compute',
        '2 ms',
        '500',
        'memory',
        '64',
        '40,000 (limit of the model)',
        '520 ms',
      ],
    ]);
    const [row] = phasesData([{ ...phases, decode: null, limits: [] }], nameOf).rows;
    expect(row!.cells.slice(4, 9)).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'unknown']);
  });

  it('say where something else binds and where memory ends', () => {
    expect(phasesNotes([phases], nameOf)).toEqual([
      'Chip A: memory-bound below batch 37.',
      'Chip A: out of memory above batch 64.',
    ]);
    const long = { ...phases, memoryBoundBelowBatch: null, limits: [limit('past', 41_000, 'memory')] };
    expect(phasesNotes([long], nameOf)).toEqual(['Chip A: out of memory above 41,000 tokens of context.']);
  });

  it('have a curve for each chip as far as it has room', () => {
    const small = { ...phases, id: 'b', batches: phases.batches.slice(0, 1), contexts: [] };
    const [byBatch, byContext] = phasesCurves([phases, small], nameOf);
    expect(byBatch!.lines.map(({ places }) => places)).toEqual([
      [
        { x: 1, y: 500 },
        { x: 2, y: 952 },
      ],
      [{ x: 1, y: 500 }],
    ]);
    expect(byBatch!.table.rows.map(({ cells }) => cells)).toEqual([
      ['1', '500', '500'],
      ['2', '952', 'unknown'],
    ]);
    expect(byContext!.table.rows.map(({ cells }) => cells)).toEqual([['1,024', '2 ms', 'unknown']]);
    expect(phasesCurves([{ ...phases, batches: [], contexts: [] }], nameOf)).toEqual([]);
  });

  it('are asked for when they are opened, one chip after the other, and again with other tokens', async () => {
    const page = await openPage('report', { arePhasesOpen: false });
    page.send({ type: 'summary', summary: cached });
    const root = page.main().byId('phases');
    const [details] = root.tagged('details');
    const asked = () => page.posted.filter((message) => message.type === 'phases');
    expect(asked()).toEqual([]);
    Object.assign(details!, { open: true });
    details!.happens('toggle');
    expect(asked().map(({ params }) => params)).toEqual([
      { chip: 'a', prompt: 1024, context: 1024, answer: 256, accepted: 1 },
    ]);
    page.send({ type: 'phases', request: asked()[0]!.request, result: { phases } });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(root.tagged('td').map((one) => one.textContent)).toContain('102,400');
    expect(Drawing.all.filter(({ isGone }) => !isGone)).toHaveLength(2);
    const field = root.byId('phases-prompt');
    field.value = '4096';
    field.happens('input');
    root.press('Work out');
    expect(asked().at(-1)!.params).toMatchObject({ prompt: 4096, context: 1024 });
  });
});
