import { describe, expect, it } from 'vitest';
import { energyBars } from '../../../webview/content/energyBars';
import { chipOf, joulesParts } from './made';

describe('the chart of energy', () => {
  it('has a bar for each part, with its share of the run', () => {
    // Of 0.5 J.
    const data = energyBars(chipOf({ total: { joulesParts } }))!;
    expect(data.bars.map(({ label, value, tip }) => [label, value, tip[1]])).toEqual([
      ['Compute', 0.25, '250 mJ · 50%'],
      ['Memory', 0.125, '125 mJ · 25%'],
      ['Links', 0, '0 J · 0%'],
      ['Idle', 0.125, '125 mJ · 25%'],
    ]);
    expect(data.bars.every(({ node }) => node === null)).toBe(true);
    expect(data.summary).toMatch(/^500 mJ on Chip A: /);
    expect(data.table.rows[0]).toEqual({ cells: ['Compute', '250 mJ', '50%'] });
  });

  it('is left out where the energy or its parts are unknown', () => {
    expect(energyBars(chipOf({ total: { joules: null, joulesParts } }))).toBeNull();
    expect(energyBars(chipOf())).toBeNull();
  });
});
