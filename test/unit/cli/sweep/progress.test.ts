import { describe, expect, it } from 'vitest';
import { Progress } from '../../../../server/cli/sweep/progress';

function shown(models: number, act: (progress: Progress, at: (seconds: number) => void) => void): string[] {
  const lines: string[] = [];
  let now = 5000;
  const progress = new Progress(
    models,
    'en',
    (line) => lines.push(line),
    () => now,
  );
  act(progress, (seconds) => (now = 5000 + 1000 * seconds));
  return lines;
}

describe('the progress of a sweep', () => {
  it('has the rate and the time that is left', () => {
    const lines = shown(14_400, (progress, at) => {
      at(1);
      progress.addRows(6);
      at(3599);
      for (let i = 0; i < 7200; i++) progress.endModel();
      at(3600);
      progress.addRows(1);
    });
    expect(lines[0]).toBe('░░░░░░░░░░░░░░░░░░░░ 0/14400 models · 6 rows');
    // 7,200 in 3,600 s are 2 a second; 7,200 more take an hour.
    expect(lines.at(-1)).toBe('██████████░░░░░░░░░░ 7200/14400 models · 7 rows · 2/s · 1:00:00 left');
  });

  it('changes five times a second at the most, but for the last', () => {
    const lines = shown(100, (progress, at) => {
      for (let i = 1; i <= 100; i++) {
        at(i / 100);
        progress.endModel();
      }
    });
    expect(lines.length).toBeLessThanOrEqual(7);
    expect(lines.at(-1)).toContain('100/100 models');
    expect(lines.at(-1)).toContain('0:00 left');
  });

  it('leaves nothing behind, and says nothing where nobody watches', () => {
    expect(shown(1, (progress) => progress.clear())).toEqual(['']);
    const silent = new Progress(1, 'en', undefined);
    silent.endModel();
    silent.clear();
  });
});
