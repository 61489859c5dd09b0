import { describe, expect, it } from 'vitest';
import { longestFunctions, repeatedLines, roomSizes, sizeOf } from '../../../scripts/houseSizes';

const five = 'function five() {\n  a();\n  b();\n  c();\n}\n';
const one = 'const one = () => 1;\n';

describe('sizes', () => {
  it('counts the lines of files and of functions, by name and place', () => {
    const { lines, functions } = sizeOf('a.ts', five + one);
    expect(lines).toBe(6);
    expect(functions).toEqual([
      { name: 'five', line: 1, lines: 5 },
      { name: 'one', line: 6, lines: 1 },
    ]);
  });

  it('has a middle and an end for each room', () => {
    const files = [sizeOf('a.ts', five), sizeOf('b.ts', one), sizeOf('c.ts', five + one)];
    // Files of 5, 1 and 6 lines; functions of 5, 1, 5 and 1.
    expect(roomSizes(files)).toEqual({
      fileCount: 3,
      lines: 12,
      medianFile: 5,
      longestFile: 6,
      medianFunction: 1,
      longestFunction: 5,
    });
    expect(longestFunctions(files, 4).map(({ path }) => path)).toEqual(['a.ts', 'c.ts']);
    expect(longestFunctions(files, 5)).toEqual([]);
  });
});

describe('repeated lines', () => {
  const list = ['a();', 'b();', 'c();', 'd();', 'e();', 'f();', 'g();'];
  const file = (path: string, lines: readonly string[]) => sizeOf(path, lines.join('\n'));

  it('counts a stretch of at least six equal lines once, where it stands again', () => {
    const again = file('b.ts', ['x();', ...list.map((line) => `  ${line}`), 'y();']);
    expect(repeatedLines([file('a.ts', list), again])).toEqual({
      repeated: 7,
      all: 16,
      places: ['b.ts:2 as a.ts:1'],
    });
  });

  it('takes five equal lines for chance', () => {
    expect(repeatedLines([file('a.ts', list), file('b.ts', list.slice(0, 5))]).repeated).toBe(0);
  });
});
