import { describe, expect, it } from 'vitest';
import { bytes, count, percent, seconds, si } from '../../../l10n/format';

describe('quantities', () => {
  it.each([
    [4.1e-5, '41 µs'],
    [0.0123456, '12.3 ms'],
    [1, '1 s'],
    [999.9e-9, '1 µs'],
    [0, '0 s'],
    [3.2e-9, '3.2 ns'],
  ])('%d s reads %s', (value, text) => {
    expect(seconds(value, 'en')).toBe(text);
  });

  it('uses decimal bytes', () => {
    expect(bytes(80e9, 'en')).toBe('80 GB');
    expect(bytes(1024, 'en')).toBe('1.02 kB');
    expect(bytes(512, 'en')).toBe('512 B');
  });

  it('stops at the largest prefix instead of inventing one', () => {
    expect(si(1.5e21, 'OP', 'en')).toBe('1,500 EOP');
  });

  it('groups counts and keeps a digit of small shares', () => {
    expect(count(25557032, 'en')).toBe('25,557,032');
    expect(percent(0.042, 'en')).toBe('4.2%');
    expect(percent(0.42, 'en')).toBe('42%');
  });
});
