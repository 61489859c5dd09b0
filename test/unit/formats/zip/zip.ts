import { deflateSync } from 'fflate';

/** An archive of stored or deflated files, as small as the format allows: no checksums, which nobody reads. */
export function zip(files: Readonly<Record<string, string | Uint8Array>>, isPacked = false): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const packed = isPacked ? deflateSync(bytes) : bytes;
    const path = new TextEncoder().encode(name);
    const sizes = [0, packed.length, bytes.length];
    const head = numbers(
      [0x04034b50, 4],
      [20, 2],
      [0, 2],
      [isPacked ? 8 : 0, 2],
      [0, 4],
      ...wide(sizes),
      [path.length, 2],
      [0, 2],
    );
    directory.push(
      numbers(
        [0x02014b50, 4],
        [20, 2],
        [20, 2],
        [0, 2],
        [isPacked ? 8 : 0, 2],
        [0, 4],
        ...wide(sizes),
        [path.length, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 4],
        [at, 4],
      ),
      path,
    );
    for (const part of [head, path, packed]) {
      parts.push(part);
      at += part.length;
    }
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = Object.keys(files).length;
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [at, 4], [0, 2]);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

function wide(values: readonly number[]): [number, number][] {
  return values.map((value) => [value, 4]);
}

function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, size] of fields)
    for (let i = 0; i < size; i++) bytes.push(Math.floor(value / 256 ** i) % 256);
  return new Uint8Array(bytes);
}
