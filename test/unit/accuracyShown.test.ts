import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { shownAccuracy, shownPath } from '../accuracy/shown';

it('shows beside figures what docs/accuracy.md says', () => {
  const page = readFileSync('docs/accuracy.md', 'utf8');
  const shown = JSON.parse(readFileSync(shownPath, 'utf8')) as { kernels: object[]; models: object[] };
  expect(shown).toEqual(shownAccuracy(page));
  // | gemm | fp8 | nvidia-l40s | 900 | 9.2 % | 37.1 % | … | 89.6 % |, and of whole models | mcu | 45 | … | 2 | 20 % | 77 % | … | 98 % |
  expect(shown.kernels).toContainEqual({
    ...{ group: 'gemm', precision: 'fp8', chip: 'nvidia-l40s', isLeftOut: false },
    ...{ rows: 900, median: 0.092, p90: 0.371, inside: 0.896 },
  });
  expect(shown.models).toContainEqual({
    ...{ class: 'mcu', rows: 45, chips: 2, median: 0.2, p90: 0.77, inside: 0.98 },
  });
});
