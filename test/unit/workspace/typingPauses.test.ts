import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TypingPauses } from '../../../server/workspace/typingPauses';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('pauses of typing', () => {
  it('tells the first state at once and later ones after a pause', () => {
    const told: string[] = [];
    const pauses = new TypingPauses((uri) => told.push(uri), 100);
    pauses.changed('a');
    expect(told).toEqual(['a']);
    pauses.changed('a');
    vi.advanceTimersByTime(99);
    pauses.changed('a');
    vi.advanceTimersByTime(99);
    expect(told).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['a', 'a']);
  });

  it('forgets a closed document', () => {
    const told: string[] = [];
    const pauses = new TypingPauses((uri) => told.push(uri), 100);
    pauses.changed('a');
    pauses.changed('a');
    pauses.closed('a');
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['a']);
    pauses.changed('a');
    expect(told).toEqual(['a', 'a']);
  });
});
