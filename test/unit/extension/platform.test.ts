import { expect, it } from 'vitest';
import { browserPlatform } from '../../../extension/browser/platform';
import { nodePlatform } from '../../../extension/node/platform';

it.each([
  // RFC 4648, section 10.
  ['', ''],
  ['f', 'Zg=='],
  ['foobar', 'Zm9vYmFy'],
])('writes %j in base64 on every platform', (text, base64) => {
  const bytes = new TextEncoder().encode(text);
  for (const platform of [browserPlatform, nodePlatform]) expect(platform.base64Of(bytes)).toBe(base64);
});

it('writes every byte, of a part of a buffer too', () => {
  const all = Uint8Array.from({ length: 258 }, (_, at) => at - 1).subarray(1, 257);
  const wanted = Buffer.from(all).toString('base64');
  // bytes 248 to 255 end it: python3 -c "import base64; print(base64.b64encode(bytes(range(256)))[-12:])"
  expect(wanted.endsWith('+fr7/P3+/w==')).toBe(true);
  for (const platform of [browserPlatform, nodePlatform]) expect(platform.base64Of(all)).toBe(wanted);
});
