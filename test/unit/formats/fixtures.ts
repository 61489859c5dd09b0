import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));

/** Names of the fixture models, without `.gz`. */
export const fixtureNames: readonly string[] = readdirSync(folder)
  .filter((name) => /\.onnx(\.gz)?$/.test(name))
  .map((name) => name.replace(/\.gz$/, ''))
  .sort();

/** The bytes of a fixture model. */
export function fixture(name: string): Uint8Array {
  const stored = readdirSync(folder).includes(name)
    ? readFileSync(folder + name)
    : gunzipSync(readFileSync(`${folder}${name}.gz`));
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
