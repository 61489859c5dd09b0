import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { message } from '../../../l10n/server';
import { Status } from '../../../server/features/status';

let told: string[];
let status: Status;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  status = new Status(({ health, quiescent }, key, args) =>
    told.push(`${health} ${quiescent ? 'quiet' : 'busy'}: ${message('en', key, args)}`),
  );
});
afterEach(() => vi.useRealTimers());

const model = { model: 'm.onnx' };

describe('what the server is doing', () => {
  it('is said of work that takes longer than 300 ms', () => {
    status.busy('status.analysing', model);
    vi.advanceTimersByTime(299);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['ok busy: Analysing m.onnx…']);
    status.done('ok', 'status.ready');
    expect(told).toEqual(['ok busy: Analysing m.onnx…', 'ok quiet: Ready']);
  });

  it('is not said of shorter work', () => {
    status.busy('status.analysing', model);
    status.done('ok', 'status.ready');
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['ok quiet: Ready']);
  });

  it('counts the time of the last work alone', () => {
    status.busy('status.analysing', { model: 'a.onnx' });
    vi.advanceTimersByTime(200);
    status.busy('status.analysing', { model: 'b.onnx' });
    vi.advanceTimersByTime(299);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['ok busy: Analysing b.onnx…']);
  });

  it('is said once while it is the same', () => {
    status.done('ok', 'status.ready');
    status.done('ok', 'status.ready');
    status.done('error', 'status.failed', model);
    status.done('error', 'status.failed', { model: 'other.onnx' });
    status.done('ok', 'status.ready');
    expect(told).toEqual([
      'ok quiet: Ready',
      'error quiet: The analysis of m.onnx failed; the log has the reason.',
      'error quiet: The analysis of other.onnx failed; the log has the reason.',
      'ok quiet: Ready',
    ]);
  });

  it('is a warning where memory is taken', () => {
    status.done('warning', 'status.memory', model);
    expect(told).toEqual([
      'warning quiet: m.onnx has no costs: the memory for models is taken. Close other models, or choose fewer chips.',
    ]);
  });
});
