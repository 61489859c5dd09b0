import { expect, it } from 'vitest';
import { flexAttributes } from '../../../server/engine/formats/flatbuffer/flexMap';

/** Written by flatbuffers 25.12.19 (PyPI): flexbuffers.Dumps({'a': 300, 'b': True, 'c': 0.5, 'd': 'text', 'e': -2, 'f': [1]}). */
const written = Uint8Array.from(
  Buffer.from(
    '61006200630064000474657874006500660001010406161514130c0b0600000001000000060000002c010000010000000000003f2b000000feffffff29000000066a0e1406281e2601',
    'hex',
  ),
);

it('reads the numbers and texts of a map', () => {
  expect(flexAttributes(written)).toEqual([
    { name: 'a', kind: 'int', value: 300 },
    { name: 'b', kind: 'int', value: 1 },
    { name: 'c', kind: 'float', value: 0.5 },
    { name: 'd', kind: 'string', value: 'text' },
    { name: 'e', kind: 'int', value: -2 },
  ]);
});

it('reads nothing where there is no map, and never outside', () => {
  // The number 7, as flexbuffers.Dumps(7) writes it.
  expect(flexAttributes(Uint8Array.of(7, 4, 1))).toEqual([]);
  expect(flexAttributes(new Uint8Array(0))).toEqual([]);
  for (let i = 0; i < written.length; i++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const broken = Uint8Array.from(written);
      broken[i] = value;
      expect(() => flexAttributes(broken)).not.toThrow();
      expect(() => flexAttributes(broken.subarray(i))).not.toThrow();
    }
  }
});
