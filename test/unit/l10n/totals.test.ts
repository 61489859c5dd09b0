import { expect, it } from 'vitest';
import { formatterOf } from '../../../l10n/format';
import { boundsText, totalText } from '../../../l10n/totals';
import { partly, whole } from '../totals';

const { seconds } = formatterOf('en');

it.each([
  [{ value: 0.012, ...whole }, '12 ms', '12 ms'],
  [{ value: 0, ...whole }, '0 s', '0 s'],
  [{ value: 0.012, ...partly() }, 'at least 12 ms', '최소 12 ms'],
  [{ value: 0.012, ...partly(1) }, 'at least 12 ms (1 node unknown)', '최소 12 ms(노드 1개 알 수 없음)'],
  [
    { value: 0.012, ...partly(1273, 0.02) },
    'at least 12 ms, at most 20 ms (1,273 nodes unknown)',
    '최소 12 ms, 최대 20 ms(노드 1,273개 알 수 없음)',
  ],
  [{ value: null, ...partly(2, 0.02) }, 'at most 20 ms (2 nodes unknown)', '최대 20 ms(노드 2개 알 수 없음)'],
  [{ value: null, ...partly(2) }, null, null],
  [null, null, null],
])('a total says how much of it is known: %o', (total, en, ko) => {
  expect(totalText(total, seconds, 'en')).toBe(en);
  expect(totalText(total, seconds, 'ko')).toBe(ko);
});

it('bounds may be known on either side', () => {
  const { bytes } = formatterOf('en');
  expect(boundsText(2e9, null, bytes, 'en')).toBe('at least 2 GB');
  expect(boundsText(null, 3e9, bytes, 'en')).toBe('at most 3 GB');
  expect(boundsText(2e9, 3e9, bytes, 'en')).toBe('at least 2 GB, at most 3 GB');
  expect(boundsText(null, null, bytes, 'en')).toBeNull();
  // At least nothing is no statement.
  expect(boundsText(0, null, bytes, 'en')).toBeNull();
  expect(boundsText(0, 3e9, bytes, 'en')).toBe('at most 3 GB');
});
