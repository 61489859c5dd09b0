import { describe, expect, it } from 'vitest';
import { carriedBy, parseStreams, secondsPerRun } from '../../../server/engine/mapping/streams';

describe('several streams', () => {
  it('are read as a number and a rate', () => {
    expect(parseStreams('8x30')).toEqual({ count: 8, perSecond: 30 });
    expect(parseStreams(' 4 × 12.5 ')).toEqual({ count: 4, perSecond: 12.5 });
    for (const text of ['8', '0x30', '8x0', 'x30', '8x-1', '8x30x2', '1e9x1'])
      expect(parseStreams(text)).toBeNull();
  });

  it('limit a run so that the last result is there before the next frames', () => {
    // 1/30 s over eight runs, and over two runs of four frames.
    expect(secondsPerRun({ count: 8, perSecond: 30 }, 1, null)).toBeCloseTo(1 / 240, 12);
    expect(secondsPerRun({ count: 8, perSecond: 30 }, 4, null)).toBeCloseTo(1 / 60, 12);
    // Five frames take two runs of four.
    expect(secondsPerRun({ count: 5, perSecond: 30 }, 4, null)).toBeCloseTo(1 / 60, 12);
    // A deadline before the next frames: 10 ms over eight runs.
    expect(secondsPerRun({ count: 8, perSecond: 30 }, 1, 0.01)).toBeCloseTo(0.00125, 12);
  });

  it('take a share of the time, with its range', () => {
    const run = { value: 0.004, low: 0.003, high: 0.005 };
    const carried = carriedBy(run, { count: 8, perSecond: 30 }, 1, null);
    // 240 runs of 4 ms in a second; eight of them one after the other.
    expect(carried.utilisation.value).toBeCloseTo(0.96, 12);
    expect(carried.utilisation.high).toBeCloseTo(1.2, 12);
    expect(carried.seconds.value).toBeCloseTo(0.032, 12);
    // 4 ms are within 4.17 ms, 5 ms are not.
    expect(carried).toMatchObject({ carries: true, isOpen: true });
    expect(carriedBy(run, { count: 4, perSecond: 30 }, 1, null)).toMatchObject({
      carries: true,
      isOpen: false,
    });
    expect(carriedBy(run, { count: 20, perSecond: 30 }, 1, null)).toMatchObject({
      carries: false,
      isOpen: false,
    });
  });
});
