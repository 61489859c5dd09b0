import { describe, expect, it } from 'vitest';
import { externalPath } from '../../../server/engine/formats/externalPath';

describe('places of external data', () => {
  it.each([
    ['weights.bin', ['weights.bin']],
    ['./sub/w.data', ['sub', 'w.data']],
    ['sub\\w.data', ['sub', 'w.data']],
    ['가중치/모델.bin', ['가중치', '모델.bin']],
    ['a..b/..c', ['a..b', '..c']],
    ['console.bin', ['console.bin']],
    ['100%.bin', ['100%.bin']],
  ])('%s is below the model', (location, segments) => {
    expect(externalPath(location)).toEqual({ ok: true, segments });
  });

  it.each([
    ['', 'external-empty'],
    ['  ', 'external-empty'],
    ['/etc/passwd', 'external-absolute'],
    ['\\windows', 'external-absolute'],
    ['//server/share/w', 'external-absolute'],
    ['\\\\server\\share\\w', 'external-absolute'],
    ['C:\\w.bin', 'external-absolute'],
    ['c:w.bin', 'external-absolute'],
    ['file:///etc/passwd', 'external-absolute'],
    ['..', 'external-outside'],
    ['a/../../b', 'external-outside'],
    ['a\\..\\b', 'external-outside'],
    ['.. /b', 'external-outside'],
    ['w\0.bin', 'external-invalid'],
    ['w\n.bin', 'external-invalid'],
    ['w.bin:stream', 'external-invalid'],
    ['sub/NUL', 'external-invalid'],
    ['com1.bin', 'external-invalid'],
    ['.', 'external-invalid'],
    ['x'.repeat(5000), 'external-invalid'],
  ])('%j is refused', (location, code) => {
    expect(externalPath(location)).toEqual({ ok: false, code });
  });

  it('takes 4,096 characters and no more', () => {
    const long = `${'a/'.repeat(2047)}bc`;
    expect(long).toHaveLength(4096);
    expect(externalPath(long)).toMatchObject({ ok: true });
    expect(externalPath(`${long}d`)).toEqual({ ok: false, code: 'external-invalid' });
  });
});
