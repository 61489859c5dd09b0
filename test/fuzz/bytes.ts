import { randomOf, type Random } from './random';

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

function replaced(bytes: Uint8Array, from: number, to: number, by: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + by.length);
  result.set(bytes.subarray(0, from));
  result.set(by, from);
  result.set(bytes.subarray(to), from + by.length);
  return result;
}

/** Lengths that readers trip over: the largest varints, signed limits, a few bytes too many. */
const absurd: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x80],
  [0x00],
  [0x0b],
];

const mutations: readonly Mutation[] = [
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => {
    const result = bytes.slice();
    for (let i = 1 + random(4); i > 0; i--) result[random(bytes.length)]! ^= 1 << random(8);
    return result;
  },
  (bytes, random) => {
    const result = bytes.slice();
    for (let i = 1 + random(8); i > 0; i--) result[random(bytes.length)] = random(256);
    return result;
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return replaced(bytes, at, Math.min(at + random(3), bytes.length), absurd[random(absurd.length)]!);
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return replaced(bytes, at, Math.min(at + random(200), bytes.length), []);
  },
  (bytes, random) => {
    const at = random(bytes.length);
    const from = random(bytes.length);
    return replaced(bytes, at, at, bytes.subarray(from, from + random(2000)));
  },
  (bytes, random) => {
    const result = bytes.slice();
    const at = random(bytes.length);
    result.fill(random(2) * 255, at, at + random(500));
    return result;
  },
  // The file within itself, at a place that may be a message: deep nesting in a few steps.
  (bytes, random) => {
    const at = random(Math.min(bytes.length, 4000));
    const length = Math.min(bytes.length, 20_000);
    return replaced(bytes, at, at, [
      0x3a,
      (length & 0x7f) | 0x80,
      (length >> 7) & 0x7f,
      ...bytes.subarray(0, length),
    ]);
  },
];

/** A damaged copy of a file: one to three mutations, all from the seed. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed);
  let result = bytes;
  for (let i = 1 + random(3); i > 0 && result.length > 0; i--)
    result = mutations[random(mutations.length)]!(result, random);
  return result;
}
