import { describe, expect, it } from 'vitest';
import { exactFigure, type Figure } from '../../../server/engine/budgets/figures';
import { judgeChange, judgeLimit, type Verdict } from '../../../server/engine/budgets/judge';
import type { Budget, Limit, Tolerance } from '../../../server/engine/budgets/load';

const budget: Budget = {
  index: 0,
  name: null,
  models: ['*.onnx'],
  targets: [],
  workload: { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null },
  limits: [],
  tolerances: [],
  isUpper: false,
  unknownFails: true,
};
const upper = { ...budget, isUpper: true };
const lenient = { ...budget, unknownFails: false };
const limit = (most: number): Limit => ({ name: 'latency', level: null, most, path: [] });
const within = (by: Tolerance['by']): Tolerance => ({ name: 'latency', level: null, by, path: [] });
const ranged = (value: number, high: number): Figure => ({ ...exactFigure(value), high });
const said = ({ status, fails, most }: Verdict): unknown => [status, fails, most];

describe('a limit', () => {
  it('is kept by exactly the most, and exceeded by more', () => {
    expect(said(judgeLimit(limit(30), exactFigure(30), null, budget))).toEqual(['kept', false, 30]);
    expect(said(judgeLimit(limit(30), exactFigure(30.001), null, budget))).toEqual(['exceeded', true, 30]);
    // 0.1 + 0.2 is more than 0.3 by rounding alone.
    expect(judgeLimit(limit(0.3), exactFigure(0.1 + 0.2), null, budget).status).toBe('kept');
  });

  it('holds for the value, or for the upper end of the range', () => {
    expect(judgeLimit(limit(30), ranged(20, 40), null, budget).status).toBe('kept');
    expect(judgeLimit(limit(30), ranged(20, 40), null, upper).status).toBe('exceeded');
    expect(judgeLimit(limit(40), ranged(20, 40), null, upper).status).toBe('kept');
  });

  it('of 0 is kept by none', () => {
    expect(judgeLimit(limit(0), exactFigure(0), null, budget).status).toBe('kept');
    expect(judgeLimit(limit(0), exactFigure(1), null, budget).status).toBe('exceeded');
  });

  it('is not kept by what nobody knows, unless the budget says so', () => {
    expect(said(judgeLimit(limit(30), exactFigure(null), null, budget))).toEqual(['unknown', true, 30]);
    expect(said(judgeLimit(limit(30), exactFigure(null), null, lenient))).toEqual(['unknown', false, 30]);
  });

  it('is exceeded by a known part alone, and kept only by the most that the whole can be', () => {
    expect(judgeLimit(limit(30), exactFigure(31, true), null, lenient)).toMatchObject({
      status: 'exceeded',
      fails: true,
    });
    expect(judgeLimit(limit(30), exactFigure(10, true), null, budget).status).toBe('unknown');
    expect(judgeLimit(limit(30), { ...exactFigure(10, true), atMost: 29 }, null, budget).status).toBe('kept');
    expect(judgeLimit(limit(30), { ...exactFigure(10, true), atMost: 31 }, null, budget).status).toBe(
      'unknown',
    );
  });
});

describe('a tolerance', () => {
  it('is a share of the baseline', () => {
    const five = within({ share: 0.05 });
    // 5 % more than 20 is 21.
    expect(said(judgeChange(five, exactFigure(21), exactFigure(20), budget))).toEqual(['kept', false, 21]);
    expect(said(judgeChange(five, exactFigure(21.01), exactFigure(20), budget))).toEqual([
      'exceeded',
      true,
      21,
    ]);
    expect(judgeChange(five, exactFigure(3), exactFigure(20), budget).status).toBe('kept');
  });

  it('is an amount', () => {
    const two = within({ amount: 2 });
    expect(judgeChange(two, exactFigure(22), exactFigure(20), budget).status).toBe('kept');
    expect(judgeChange(two, exactFigure(22.1), exactFigure(20), budget).status).toBe('exceeded');
    expect(judgeChange(within({ amount: 0 }), exactFigure(1), exactFigure(0), budget).status).toBe(
      'exceeded',
    );
  });

  it('compares upper ends where those have to hold', () => {
    const ten = within({ share: 0.1 });
    // The values are equal, the upper ends 40 and 30: at most 33.
    expect(said(judgeChange(ten, ranged(20, 40), ranged(20, 30), upper))).toEqual(['exceeded', true, 33]);
    expect(judgeChange(ten, ranged(20, 40), ranged(20, 30), budget).status).toBe('kept');
  });

  it('tells a model that the baseline does not have from one of which it does not know', () => {
    const five = within({ share: 0.05 });
    expect(said(judgeChange(five, exactFigure(21), undefined, budget))).toEqual(['new', false, null]);
    expect(said(judgeChange(five, exactFigure(21), null, budget))).toEqual(['unknown', true, null]);
    expect(said(judgeChange(five, exactFigure(21), exactFigure(20, true), budget))).toEqual([
      'unknown',
      true,
      null,
    ]);
    expect(judgeChange(five, exactFigure(null), exactFigure(20), budget).status).toBe('unknown');
  });
});
