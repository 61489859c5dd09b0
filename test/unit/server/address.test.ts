import { URI } from 'vscode-uri';
import { describe, expect, it } from 'vitest';
import { listingOf, modelOf } from '../../../server/address';

const file = (path: string, authority = '') => URI.from({ scheme: 'file', authority, path }).toString();

describe('addresses of listings', () => {
  it('is a path of its own that no pattern for models matches', () => {
    expect(listingOf('file:///a/m.onnx')).toBe('siliconlens:/a/m.onnx.onnxtxt');
  });

  it.each([
    ['plain', file('/a/m.onnx')],
    ['drive letter', file('/c:/models/m.onnx')],
    ['upper-case drive letter', URI.from({ scheme: 'file', path: '/C:/models/m.onnx' }).toString()],
    ['UNC share', file('/share/m.onnx', 'host')],
    ['hash', file('/a#b/m#1.onnx')],
    ['question mark', file('/a?b/m?.onnx')],
    ['per cent', file('/100%/m%20.onnx')],
    ['an encoded per cent', file('/a%2525/m.onnx')],
    ['spaces', file('/my models/m 1.onnx')],
    ['Korean', file('/모델/한글 이름.onnx')],
    ['upper-case extension', file('/a/M.ONNX')],
    ['listing of a listing name', file('/a/m.onnx.onnxtxt')],
    [
      'git',
      URI.from({
        scheme: 'git',
        path: '/a/m.onnx',
        query: JSON.stringify({ path: '/a/m.onnx', ref: 'HEAD~1' }),
      }).toString(),
    ],
    [
      'virtual folder',
      URI.from({ scheme: 'vscode-vfs', authority: 'github', path: '/o/r/m 한글#?.onnx' }).toString(),
    ],
    ['memory file system without a query', URI.from({ scheme: 'memfs', path: '/m.onnx' }).toString()],
    ['fragment', URI.from({ scheme: 'zip', path: '/m.onnx', query: 'a=1&b=%', fragment: 'x#y' }).toString()],
  ])('comes back from a listing: %s', (_, model) => {
    const listing = listingOf(model);
    expect(modelOf(listing)).toBe(model);
    expect(URI.parse(listing).scheme).toBe('siliconlens');
    expect(URI.parse(listing).path).toMatch(/\.onnxtxt$/);
    // Both sides of the wire must write it alike: addresses are compared as strings.
    expect(URI.parse(listing).toString()).toBe(listing);
  });

  it('keeps the file name for the tab, whatever the origin', () => {
    const model = URI.from({ scheme: 'git', path: '/a/m.onnx', query: '{"ref":"~"}' }).toString();
    expect(URI.parse(listingOf(model)).path).toBe('/a/m.onnx.onnxtxt');
  });

  it('tells different revisions of one file apart', () => {
    const at = (ref: string) => URI.from({ scheme: 'git', path: '/m.onnx', query: ref }).toString();
    expect(listingOf(at('a'))).not.toBe(listingOf(at('b')));
    expect(listingOf(at('a'))).not.toBe(listingOf(file('/m.onnx')));
  });

  it.each(['file:///a/m.onnx', 'file:///a/m.onnxtxt', 'siliconlens:/a/m.onnx', 'no address', ''])(
    'has no model for %s',
    (address) => {
      expect(modelOf(address)).toBeNull();
    },
  );
});
