import { afterEach, describe, expect, it } from 'vitest';
import { mostly } from '../../../webview/content/chips';
import { workloadText } from '../../../webview/content/header';
import { range, shorten, show, speak, text, timeOf, word } from '../../../webview/text';
import { chipOf, estimateOf, summaryOf } from './made';

afterEach(() => speak('en'));

describe('quantities', () => {
  it('of time are what a node takes, or at the most where only that is known', () => {
    expect(timeOf({ seconds: estimateOf(0.002) })).toBe('2 ms');
    expect(timeOf({ seconds: null, secondsAtMost: 0.002 })).toBe('at most 2 ms');
    expect(timeOf({ seconds: null })).toBe('unknown');
    speak('ko');
    expect(timeOf({ seconds: null, secondsAtMost: 0.002 })).toBe('최대 2 ms');
  });

  it('have their units', () => {
    expect(show.seconds(0.00042)).toBe('420 µs');
    expect(show.bytes(1.5e9)).toBe('1.5 GB');
    expect(show.operations(7e12)).toBe('7 TOP');
    expect(show.operationsPerSecond(7e12)).toBe('7 TOP/s');
    expect(show.bytesPerSecond(3.35e12)).toBe('3.35 TB/s');
    expect(show.joules(0.25)).toBe('250 mJ');
    expect(show.watts(300)).toBe('300 W');
    expect(show.wattHours(0.002)).toBe('2 mWh');
    expect(show.grams(12)).toBe('12 g');
    expect(show.operationsPerJoule(5e9)).toBe('5 GOP/s/W');
    expect(show.operationsPerSecondPerSquareMillimetre(5e9)).toBe('5 GOP/s/mm²');
    expect(show.percent(0.125)).toBe('13%');
    expect(show.count(1234567)).toBe('1,234,567');
    expect(show.intensity(2.5)).toBe('2.5 OP/B');
    // Ratios have two digits, other numbers three.
    expect(show.ratio(1.234)).toBe('×1.2');
    expect(show.decimal(1.2345)).toBe('1.23');
    expect(show.estimate(estimateOf(0.002, 0.001, 0.003))).toBe('2 ms (1 ms–3 ms)');
    expect(range(estimateOf(0.002, 0.001, 0.003))).toBe('1 ms–3 ms');
  });

  it('are unknown where there are none, and 0 where they are 0', () => {
    expect([show.seconds(null), show.bytes(undefined), show.estimate(null)]).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect([show.seconds(0), show.percent(0), show.count(0)]).toEqual(['0 s', '0%', '0']);
  });
});

describe('texts', () => {
  it('are filled in; a place without an argument stays', () => {
    expect(text('webview.onChip', { chip: 'H100' })).toBe('On H100');
    expect(text('webview.onChip')).toBe('On {chip}');
    // What an argument says is not filled in again, and names that every object inherits are none.
    expect(text('webview.onChip', { chip: '{chip}' })).toBe('On {chip}');
    expect(text('webview.measured.of', { count: 1 })).toBe('1 of {all}');
  });

  it('of protocol words are the words where there are none', () => {
    expect([word('webview.bound', 'memory'), word('webview.precision', 'int8')]).toEqual(['memory', 'int8']);
    expect(word('webview', 'constructor')).toBe('constructor');
  });

  it('are in the language that the page says', () => {
    const said = () => [
      text('webview.unknown'),
      word('webview.bound', 'memory'),
      mostly(chipOf({ byBound: [{ name: 'memory', seconds: 1, nodes: 1 }] })),
      workloadText(summaryOf().workload),
    ];
    for (const locale of ['ko', 'ko-KR', 'KO']) {
      speak(locale);
      expect(said()).toEqual(['알 수 없음', '메모리', '메모리 100%', '추론 · 저장된 정밀도']);
    }
    for (const locale of ['en', 'de', '', 'kok']) {
      speak(locale);
      expect(said()).toEqual(['unknown', 'memory', 'memory 100%', 'inference · precision as stored']);
    }
  });
});

it('long names keep their end', () => {
  expect([shorten('abcdef', 6), shorten('abcdefg', 6), shorten('', 6)]).toEqual(['abcdef', '…cdefg', '']);
});
