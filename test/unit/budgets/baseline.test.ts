import { describe, expect, it } from 'vitest';
import {
  baselineText,
  loadBaseline,
  placeKey,
  type Known,
  type Place,
} from '../../../server/engine/budgets/baseline';
import { exactFigure } from '../../../server/engine/budgets/figures';
import type { NodeRow } from '../../../server/engine/budgets/nodes';
import { chipById } from '../../../server/engine/chips/catalogue';

const workload = {
  bindings: { b: 2, a: 1 },
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
} as const;
const target = { chip: chipById('nvidia-t4')!, system: null };
const node = (name: string, cost: number | null): NodeRow => ({
  name,
  operator: 'Conv',
  shape: '1x2',
  cost,
  line: 3,
});
const entry = (
  model: string,
  rows: readonly NodeRow[] = [node('a', 0.5), node('', null)],
): Place & Known => ({
  model,
  target,
  workload,
  contentHash: 'ab'.repeat(32),
  snapshot: {
    figures: new Map([
      ['latency', { value: 0.25, high: 0.5, isLowerBound: false, atMost: null }],
      ['traffic GDDR6', exactFigure(1000)],
      ['energy', exactFigure(null)],
      ['memory', exactFigure(7, true)],
    ]),
    nodes: { rows, isCut: false },
  },
});
const read = (text: string): Exclude<ReturnType<typeof loadBaseline>, { faults: unknown }> => {
  const loaded = loadBaseline(JSON.parse(text));
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  return loaded;
};

describe('a baseline', () => {
  it('is read back as it was written', () => {
    const { tool, known } = read(baselineText('1.2.3', [entry('m.onnx')]));
    expect(tool).toBe('1.2.3');
    const { contentHash, snapshot } = known.get(placeKey(entry('m.onnx')))!;
    expect(contentHash).toBe('ab'.repeat(32));
    expect([...snapshot.figures]).toEqual([...entry('').snapshot.figures]);
    expect(snapshot.nodes).toEqual({
      rows: [
        { ...node('a', 0.5), line: null },
        { ...node('', null), line: null },
      ],
      isCut: false,
    });
  });

  it('is the same text whatever the order, sorted and once for each place', () => {
    const text = baselineText('1', [entry('b.onnx'), entry('a.onnx'), entry('b.onnx')]);
    expect(text).toBe(baselineText('1', [entry('a.onnx'), entry('b.onnx')]));
    expect(text.indexOf('a.onnx')).toBeLessThan(text.indexOf('b.onnx'));
    expect(text.match(/"model"/g)).toHaveLength(2);
    // A line each for what can change on its own, so that two branches merge.
    expect(text).toContain('\n        {"name":"a","operator":"Conv","shape":"1x2","cost":0.5},\n');
    expect(text).toContain('\n      "bindings": {"a":1,"b":2},\n');
  });

  it('keeps a thousand nodes and says that there were more', () => {
    const rows = Array.from({ length: 1001 }, (_none, i) => node(`n${i}`, 1001 - i));
    const { nodes } = read(baselineText('1', [entry('m.onnx', rows)])).known.get(
      placeKey(entry('m.onnx')),
    )!.snapshot;
    expect([nodes.rows.length, nodes.isCut]).toEqual([1000, true]);
  });

  it('tells chips, precisions and numbers of dimensions apart', () => {
    const keys = [
      entry('m.onnx'),
      { ...entry('m.onnx'), target: null },
      { ...entry('m.onnx'), target: { ...target, system: 's' } },
      { ...entry('m.onnx'), workload: { ...workload, precision: 'fp16' as const } },
      { ...entry('m.onnx'), workload: { ...workload, bindings: { a: 1 } } },
      { ...entry('m.onnx'), workload: { ...workload, runtime: 'tensorrt' } },
    ].map(placeKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(placeKey({ ...entry('m.onnx'), workload: { ...workload, bindings: { a: 1, b: 2 } } })).toBe(
      keys[0],
    );
  });

  it('is refused where it is another file', () => {
    expect(loadBaseline({ schemaVersion: 1, tool: '1', entries: [{}] })).toHaveProperty('faults');
    expect(loadBaseline([])).toHaveProperty('faults');
  });
});
