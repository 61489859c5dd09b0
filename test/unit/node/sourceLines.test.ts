import { expect, it } from 'vitest';
import { sourceLines, type LinePlace } from '../../../server/node/sourceLines';

type Line = LinePlace & { readonly text: string | null };

async function linesOf(bytes: Uint8Array, size = bytes.length): Promise<Line[]> {
  const zeros = new Uint8Array(1 << 20);
  const read = (offset: number, length: number): Promise<Uint8Array> =>
    Promise.resolve(
      offset < bytes.length ? bytes.subarray(offset, offset + length) : zeros.subarray(0, length),
    );
  const lines: Line[] = [];
  for await (const line of sourceLines({ size, read })) lines.push(line);
  return lines;
}

it('has lines with their places in bytes, the last one without an end, too', async () => {
  expect(await linesOf(Buffer.from('ab\nüc\n\nlast'))).toEqual([
    { offset: 0, length: 2, text: 'ab' },
    // ü takes two bytes.
    { offset: 3, length: 3, text: 'üc' },
    { offset: 7, length: 0, text: '' },
    { offset: 8, length: 4, text: 'last' },
  ]);
});

it('has lines that are longer than what is read at a time', async () => {
  const long = 'x'.repeat(2_500_000);
  expect(await linesOf(Buffer.from(`a\n${long}\nb\n`))).toEqual([
    { offset: 0, length: 1, text: 'a' },
    { offset: 2, length: 2_500_000, text: long },
    { offset: 2_500_003, length: 1, text: 'b' },
  ]);
});

it('ends with a line that is longer than 64 MiB, and reads it no further', async () => {
  const [first, second, ...others] = await linesOf(Buffer.from('a\n'), 100 * 2 ** 20);
  expect([first, second?.offset, second?.text, others]).toEqual([
    { offset: 0, length: 1, text: 'a' },
    2,
    null,
    [],
  ]);
  // To the end of the piece of 1 MiB with which it was too long.
  expect(second!.length).toBeLessThanOrEqual(65 * 2 ** 20);
});
