import { describe, expect, it } from 'vitest';
import type { SavedScores } from '../../../accuracy/whole/saved';
import type { Group, Summary } from '../../../accuracy/whole/scores';
import { wholeSection } from '../../../accuracy/whole/section';

const group = (name: string, median: number): Group => ({
  name,
  chips: 3,
  excluded: 30,
  scores: { rows: 10, median, p90: 2, bias: 0.5, inside: 0.7, width: 4, interval: 3 },
  insideRange: [0.5, 0.9],
});

const summary: Summary = {
  total: 40,
  reasons: [{ reason: 'no-graph', rows: 30 }],
  families: [group('all', 0.25), group('npu-cnn', 0.5)],
  splits: [group('chip left out', 0.25)],
  classes: [],
  sources: [],
  chips: [],
  models: [],
  terciles: [],
  rankings: [{ name: 'all', pairs: 8, right: 0.75, ties: 2 }],
  tasks: [],
  correlations: [],
};
const saved: SavedScores = { date: '2026-12-01', graphs: { a: 'x', b: 'y' }, summary };

describe('section of the page', () => {
  it('has what was left out beside every score', () => {
    const lines = wholeSection(saved, []);
    // 30 of 40 have no score.
    expect(lines).toContain('| npu-cnn | 10 | 75 % | 3 | 50 % | 200 % | 0.50 | 70 % (50–90) | 4.0 | 3.00 |');
    expect(lines).toContain(
      '| no public source gives the graph of the model, or it was not built | 30 | 75 % |',
    );
    expect(lines.join('\n')).toContain('10 are scored (25 %), on 2 graphs');
    expect(lines).not.toContain('### What has changed');
  });

  it('holds scores against those of before, family by family', () => {
    const before = [{ label: 'first', date: '2026-11-30', families: [group('all', 0.43)] }];
    const lines = wholeSection(saved, before);
    const start = lines.indexOf('### What has changed');
    expect(lines.slice(start + 5, start + 12)).toEqual([
      '- first: 2026-11-30',
      '',
      '| family | scores of | rows | median | p90 | bias | inside | width | interval |',
      '|---|---|---|---|---|---|---|---|---|',
      '| all | first | 10 | 43 % | 200 % | 0.50 | 70 % | 4.0 | 3.00 |',
      '| all | now | 10 | 25 % | 200 % | 0.50 | 70 % | 4.0 | 3.00 |',
      '| npu-cnn | now | 10 | 50 % | 200 % | 0.50 | 70 % | 4.0 | 3.00 |',
    ]);
  });

  it('has no table of what was left out of the fits where nobody asked for it', () => {
    const heading = '### Chips and models that no constant has seen';
    expect(wholeSection(saved, [])).toContain(heading);
    expect(wholeSection({ ...saved, summary: { ...summary, splits: [] } }, [])).not.toContain(heading);
  });

  it('is empty where nothing was scored', () => {
    expect(wholeSection(null, [])).toEqual([]);
  });
});
