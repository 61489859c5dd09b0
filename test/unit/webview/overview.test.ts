import { describe, expect, it } from 'vitest';
import type { ModelOnChip, Overview, OverviewModel } from '../../../server/protocol';
import {
  byPath,
  overviewChips,
  overviewColumns,
  overviewOpen,
  overviewRows,
  overviewSortedBy,
  overviewStatus,
  type OverviewOrder,
} from '../../../webview/content/overview';

const onChip = (id: string, seconds: number | null, bytes = 1e9): ModelOnChip =>
  ({
    id,
    name: id.toUpperCase(),
    latencySeconds:
      seconds === null
        ? null
        : { value: seconds, low: seconds / 2, high: seconds * 2, isLowerBound: false, basis: 'class' },
    memory: {
      highWaterBytes: bytes,
      leastBytes: bytes,
      mostBytes: bytes,
      capacityBytes: 16e9,
      streamedBytes: 0,
      fits: bytes <= 16e9,
      fitsUnknown: null,
    },
  }) as ModelOnChip;

function model(path: string, parameters: number, ...chips: ModelOnChip[]): OverviewModel {
  const figures = { parameters, assumed: [], chips };
  return { uri: `file:///w/${path}`, path, figures, reason: null, isOutdated: false };
}

const none = { figures: null, reason: null, isOutdated: false };
const models: readonly OverviewModel[] = [
  model('a/fast.onnx', 2000, onChip('t4', 0.001), onChip('l4', 0.003)),
  { ...none, uri: 'file:///w/b', path: 'broken.onnx', reason: 'This is no model.' },
  { ...none, uri: 'file:///w/n', path: 'new.onnx' },
  { ...none, uri: 'file:///w/o', path: 'old.onnx', isOutdated: true },
  model('slow.onnx', 1000, onChip('t4', 0.002, 20e9)),
];
const overview: Overview = { models, isCut: false, running: null };
const pathsBy = (order: Partial<OverviewOrder>): string[] =>
  overviewRows(overview, { ...byPath, ...order }).map(({ path }) => path);

describe('the models of a workspace', () => {
  it('have a row each: the figures on each chip, or why there are none', () => {
    expect(
      overviewRows(overview, byPath).map(({ parameters, cells, state }) => [parameters, cells, state]),
    ).toEqual([
      ['2,000', ['1 ms', '1 GB / 16 GB', 'fits', '3 ms', '1 GB / 16 GB', 'fits'], ''],
      ['', null, 'This is no model.'],
      ['', null, 'not worked out yet'],
      ['', null, 'changed since it was worked out'],
      // Nobody asked about the second chip.
      ['1,000', ['2 ms', '20 GB / 16 GB', 'does not fit', '–', '–', '–'], ''],
    ]);
    expect(overviewChips(overview).map(({ name }) => name)).toEqual(['T4', 'L4']);
    expect(overviewOpen(overview)).toBe(2);
  });

  it('say which sizes nobody gave, and what is only a lower bound', () => {
    const { figures, ...rest } = model('a.onnx', 1000, onChip('t4', 1));
    const partial = {
      ...rest,
      figures: { ...figures!, isLowerBound: true as const, assumed: ['batch = 1', 'n = 2'] },
    };
    const [row] = overviewRows({ ...overview, models: [partial] }, byPath);
    expect([row!.parameters, row!.state]).toEqual(['at least 1,000', 'assumed: batch = 1, n = 2']);
  });

  it('stand by a column, those without a figure last either way', () => {
    const unknown = ['broken.onnx', 'new.onnx', 'old.onnx'];
    expect(pathsBy({ key: 'time t4' })).toEqual(['a/fast.onnx', 'slow.onnx', ...unknown]);
    expect(pathsBy({ key: 'time t4', descending: true })).toEqual(['slow.onnx', 'a/fast.onnx', ...unknown]);
    expect(pathsBy({ key: 'memory t4', descending: true })).toEqual(['slow.onnx', 'a/fast.onnx', ...unknown]);
    expect(pathsBy({ key: 'fits t4' })).toEqual(['slow.onnx', 'a/fast.onnx', ...unknown]);
    expect(pathsBy({ key: 'parameters' })).toEqual(['slow.onnx', 'a/fast.onnx', ...unknown]);
    expect(pathsBy({ key: 'time l4' })[0]).toBe('a/fast.onnx');
    expect(pathsBy({ descending: true })[0]).toBe('slow.onnx');
  });

  it('are found by a part of their path', () => {
    expect(pathsBy({ filter: ' A/F' })).toEqual(['a/fast.onnx']);
    expect(overviewStatus(overview, 1)).toBe('1 of 5 models');
    expect(overviewStatus({ ...overview, isCut: true }, 5)).toBe('5 of the first 5 models; there are more');
    const running = { done: 2, all: 5, name: 'slow.onnx' };
    expect(overviewStatus({ ...overview, running }, 5)).toBe('2 of 5 models done, at work on slow.onnx');
  });

  it('begin with the largest figure, and turn round with a second press', () => {
    const [path, parameters] = overviewColumns();
    const once = overviewSortedBy(byPath, parameters!);
    expect([once.key, once.descending]).toEqual(['parameters', true]);
    expect(overviewSortedBy(once, parameters!).descending).toBe(false);
    expect(overviewSortedBy(once, path!).descending).toBe(false);
    expect(overviewSortedBy(byPath, path!).descending).toBe(true);
  });
});
