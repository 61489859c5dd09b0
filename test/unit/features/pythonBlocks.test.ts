import { describe, expect, it } from 'vitest';
import { pythonBlocks } from '../../../server/features/pythonBlocks';

const blocks = (text: string): [string, number, number][] =>
  pythonBlocks(text.split('\n')).map(({ name, first, last }) => [name, first, last]);

describe('functions and classes of a Python file', () => {
  it('end where the indentation does', () => {
    expect(
      blocks(
        [
          'import torch', // 0
          '', // 1
          'class Net(nn.Module):', // 2
          '    def __init__(self):', // 3
          '        super().__init__()', // 4
          '', // 5
          '    async def forward(self, x):', // 6
          '        return x', // 7
          '', // 8
          'net = Net()', // 9
        ].join('\n'),
      ),
    ).toEqual([
      ['Net', 2, 7],
      ['__init__', 3, 4],
      ['forward', 6, 7],
    ]);
  });

  it('are not ended by texts, comments and brackets that stand further left', () => {
    expect(
      blocks(
        [
          'def f(', // 0
          'a,', // 1
          'b="("):', // 2
          '    """Text with (', // 3
          'def g(): inside of it"""', // 4
          '# a comment', // 5
          "    return ')' # (", // 6
          'def h(): pass', // 7
        ].join('\n'),
      ),
    ).toEqual([
      ['f', 0, 6],
      ['h', 7, 7],
    ]);
  });
});
