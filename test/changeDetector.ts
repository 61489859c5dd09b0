import { describe } from 'vitest';

const isOff = process.env['SILICONLENS_CHANGE_DETECTORS'] === 'off';

/**
 * Tests that hold the program against what it printed before: committed scores, probes, generated pages. They show that
 * something has changed and not that anything is right, so they are off while mutants are judged (docs/testing.md).
 */
export function changeDetector(name: string, tests: () => void): void {
  describe.skipIf(isOff)(isOff ? `${name} (change detectors are off)` : name, tests);
}
