import { expect, it } from 'vitest';
import { shortSuggestions, suggestionsData } from '../../../webview/content/suggestions';
import { chipOf, summaryOf } from './made';

const one = {
  code: 'int8-gains',
  title: 'int8 computes faster',
  change: 'compute in int8',
  saving: '5.76 ms (82%)',
  range: '3.12 ms – 11 ms',
  setting: { kind: 'precision', value: 'int8' },
  explanation: ['7 ms − 1.23 ms = 5.76 ms', 'needs calibration'],
  command: 'siliconlens analyze m.onnx --precision int8',
  node: 4,
  others: [],
} as const;

it('says what to do, what it saves and why, and leads to the node', () => {
  const summary = summaryOf({ chips: [chipOf({ name: 'Chip A' })], suggestions: [one] });
  expect(suggestionsData(summary)).toMatchObject({
    caption: 'What to do next on Chip A',
    rows: [
      {
        node: 4,
        title: 'int8 computes faster\n7 ms − 1.23 ms = 5.76 ms\nneeds calibration',
        cells: ['compute in int8', '5.76 ms (82%)', '3.12 ms – 11 ms', 'int8 computes faster'],
      },
    ],
  });
  expect(shortSuggestions(summary)?.rows[0]?.cells).toEqual(['compute in int8', '5.76 ms (82%)']);
});

it('is left out while nothing is known', () => {
  expect(suggestionsData(summaryOf({ chips: [chipOf({})] }))).toBeNull();
  expect(shortSuggestions(summaryOf({ chips: [], suggestions: [one] }))).toBeNull();
});
