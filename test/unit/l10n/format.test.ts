import { describe, expect, it } from 'vitest';
import { formatterOf } from '../../../l10n/format';

const { seconds, bytes, operations, count, percent, decimal, ratio, perSecond } = formatterOf('en');

describe('quantities', () => {
  it.each([
    [4.1e-5, '41 µs'],
    [0.0123456, '12.3 ms'],
    [1, '1 s'],
    [999.9e-9, '1 µs'],
    [0, '0 s'],
    [3.2e-9, '3.2 ns'],
  ])('%d s reads %s', (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  it('uses decimal bytes', () => {
    expect(bytes(80e9)).toBe('80 GB');
    expect(bytes(1024)).toBe('1.02 kB');
    expect(bytes(512)).toBe('512 B');
  });

  it('stops at the largest prefix instead of inventing one', () => {
    expect(operations(1.5e21)).toBe('1,500 EOP');
  });

  it('groups counts and keeps a digit of small shares', () => {
    expect(count(25557032)).toBe('25,557,032');
    expect(percent(0.042)).toBe('4.2%');
    expect(percent(0.42)).toBe('42%');
  });

  it('writes numbers without a unit with three digits, ratios with two', () => {
    expect(decimal(1234.5)).toBe('1,230');
    expect(ratio(1.26)).toBe('1.3');
    expect(perSecond(0.04567)).toBe('0.0457/s');
  });

  it('has the units of the figures of a report', () => {
    const format = formatterOf('ko');
    expect([
      format.bytesPerSecond(3.35e12),
      format.operationsPerSecond(7e12),
      format.operationsPerJoule(5e9),
      format.operationsPerSecondPerSquareMillimetre(5e9),
      format.joules(0.25),
      format.watts(300),
      format.wattHours(0.002),
      format.grams(12),
    ]).toEqual(['3.35 TB/s', '7 TOP/s', '5 GOP/s/W', '5 GOP/s/mm²', '250 mJ', '300 W', '2 mWh', '12 g']);
  });
});
