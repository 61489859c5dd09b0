import { describe, expect, it } from 'vitest';
import { boundless, Meter } from '../../../../server/engine/formats/room';
import { UnreadableError } from '../../../../server/engine/formats/unreadable';
import { zipContent, zipEntries, zipStart } from '../../../../server/engine/formats/zip/archive';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { zip } from './zip';

const meter = (): Meter => new Meter(boundless);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function content(bytes: Uint8Array, name: string, most = 1e6): Promise<string> {
  const source = memorySource(bytes);
  const entry = (await zipEntries(source, meter())).get(name);
  return text(await zipContent(source, entry!, most, meter()));
}

/** The bytes with one of 4 bytes, little endian, at a place. */
function withNumber(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

describe('a zip archive', () => {
  const files = { 'a/one.json': '{"a": 1}', 'b.bin': new Uint8Array([1, 2, 3]) };

  it.each([false, true])('gives its files, packed %s', async (isPacked) => {
    expect(await content(zip(files, isPacked), 'a/one.json')).toBe('{"a": 1}');
    expect(await content(zip(files, isPacked), 'b.bin')).toBe('\u0001\u0002\u0003');
  });

  it('tells where a file begins: behind its head of 30 bytes and its name', async () => {
    const source = memorySource(zip(files));
    const entries = await zipEntries(source, meter());
    // The second head follows the first head, its name of 10 letters and 8 bytes.
    expect(await zipStart(source, entries.get('b.bin')!)).toBe(30 + 10 + 8 + 30 + 5);
  });

  it('has names that mean nothing to objects', async () => {
    const entries = await zipEntries(memorySource(zip({ __proto__x: '', constructor: 'c' })), meter());
    expect([...entries.keys()]).toEqual(['__proto__x', 'constructor']);
  });

  it('that says it is larger, or smaller, than it is packed is refused', async () => {
    const bytes = zip({ a: 'x'.repeat(5000) }, true);
    const directory = bytes.length - 22 - 47;
    for (const size of [4999, 5001])
      await expect(content(withNumber(bytes, directory + 24, size), 'a')).rejects.toThrow(UnreadableError);
  });

  it('of a file that is larger than asked for is refused before anything is taken', async () => {
    await expect(content(zip({ a: 'x'.repeat(5000) }, true), 'a', 4999)).rejects.toThrow(UnreadableError);
  });

  it('that breaks off anywhere is refused', async () => {
    const whole = zip(files, true);
    for (let length = 0; length < whole.length; length += 3)
      await expect(content(whole.subarray(0, length), 'b.bin')).rejects.toThrow();
  });

  it('whose directory lies elsewhere is refused', async () => {
    const bytes = zip(files);
    for (const at of [0, bytes.length, 0xfffffff0])
      await expect(content(withNumber(bytes, bytes.length - 6, at), 'b.bin')).rejects.toThrow(
        UnreadableError,
      );
  });
});
