import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chips } from '../../../server/engine/chips/catalogue';
import schema from '../../../server/engine/chips/chip.schema.json';
import { checkSchema } from '../../../server/engine/chips/schemaCheck';
import { argOf } from '../../../server/engine/problem';

const whole = {
  id: 'my-npu',
  name: 'My NPU',
  vendor: 'Me',
  class: 'npu',
  place: ['device'],
  phase: ['inference'],
  peakOpsPerSecond: { int8: 4e12 },
  memory: [{ name: 'LPDDR5', bandwidthBytesPerSecond: 25.6e9 }],
};
const told = (change: object): string[] =>
  checkSchema({ ...whole, ...change }).map(
    ({ code, path, severity }) => `${severity} ${code} ${path.join('/')}`,
  );

type Json = Record<string, unknown>;

/** Every way from the whole to a part of it. */
function paths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => paths(item, [...path, key]))];
}

/** The same with another value at a place; undefined takes the part away. */
function changed(value: unknown, [step, ...rest]: readonly (string | number)[], next: unknown): unknown {
  if (step === undefined) return next;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? changed(item, rest, next) : item));
  const copy = { ...(value as Json), [step]: changed((value as Json)[step], rest, next) };
  if (copy[step] === undefined) delete copy[step];
  return copy;
}

describe('the check of chip files', () => {
  it('finds nothing in a right one', () => {
    expect(told({})).toEqual([]);
    expect(checkSchema({ id: 'x', extends: 'nvidia-t4' })).toEqual([]);
  });

  it('names every kind of mistake at its place', () => {
    expect(told({ power: { tdpWatts: '72 W' } })).toEqual(['error chip.schema-number power/tdpWatts']);
    expect(told({ peakOpsPerSecond: { int8: -1 } })).toEqual(['error chip.schema-low peakOpsPerSecond/int8']);
    expect(told({ sustained: { bandwidth: 1.5 } })).toEqual(['error chip.schema-high sustained/bandwidth']);
    expect(told({ class: 'graphics' })).toEqual(['error chip.schema-choice class']);
    expect(told({ id: 'My NPU' })).toEqual(['error chip.schema-pattern id']);
    expect(told({ name: '' })).toEqual(['error chip.schema-empty name']);
    expect(told({ name: 'x'.repeat(101) })).toEqual(['error chip.schema-long name']);
    // A character of two code units counts once.
    expect(told({ name: '\u{1f642}'.repeat(100) })).toEqual([]);
    expect(told({ name: '\u{1f642}'.repeat(101) })).toEqual(['error chip.schema-long name']);
    expect(told({ place: [] })).toEqual(['error chip.schema-empty place']);
    expect(told({ place: ['cloud', 'cloud'] })).toEqual(['error chip.schema-twice place/1']);
    expect(told({ memory: {} })).toEqual(['error chip.schema-array memory']);
    expect(told({ memory: [{ kind: 'hbm3' }] })).toEqual(['error chip.schema-missing memory/0']);
    expect(told({ power: 5 })).toEqual(['error chip.schema-object power']);
    expect(told({ devices: 1.5 })).toEqual(['error chip.schema-integer devices']);
    expect(told({ vendor: 1 })).toEqual(['error chip.schema-string vendor']);
    expect(told({ onnxTarget: 'no' })).toEqual(['error chip.schema-boolean onnxTarget']);
    expect(told({ clockHz: Infinity })).toEqual(['error chip.schema-number clockHz']);
    expect(told({ clockHz: { value: 1e9 } })).toEqual([
      'error chip.schema-missing clockHz',
      'error chip.schema-missing clockHz',
    ]);
    expect(told({ tops: 4 })).toEqual(['warning chip.schema-unknown tops']);
    expect(told({ peakOpsPerSecond: { int8: 4e12, int16: 2e12 } })).toEqual([
      'warning chip.schema-unknown peakOpsPerSecond/int16',
    ]);
    const [near] = checkSchema({ ...whole, vectorOpsPerSec: {} });
    expect(near).toMatchObject({ code: 'chip.schema-unknown-near', args: { near: 'vectorOpsPerSecond' } });
    expect(checkSchema({ id: 'x' }).map((one) => argOf(one, 'field'))).toEqual([
      'name',
      'vendor',
      'class',
      'place',
      'phase',
      'peakOpsPerSecond',
      'memory',
    ]);
  });

  it('knows every keyword that the schema uses', () => {
    const keywords = new Set<string>();
    const collect = (value: unknown, isNames: boolean): void => {
      if (value === null || typeof value !== 'object') return;
      if (Array.isArray(value)) return value.forEach((item) => collect(item, false));
      for (const [key, item] of Object.entries(value)) {
        if (!isNames) keywords.add(key);
        // What stands there are values.
        if (!isNames && key === 'default') continue;
        collect(item, !isNames && ['properties', 'definitions'].includes(key));
      }
    };
    collect(schema, false);
    const checked = [
      '$ref',
      'type',
      'enum',
      'const',
      'required',
      'properties',
      'additionalProperties',
      'items',
    ];
    checked.push(
      'minItems',
      'maxItems',
      'uniqueItems',
      'minimum',
      'maximum',
      'minLength',
      'maxLength',
      'pattern',
      'anyOf',
      'allOf',
    );
    checked.push('if', 'then', 'else', 'propertyNames');
    const words = ['$schema', 'title', 'description', 'definitions', 'default', 'merge'];
    expect([...keywords].filter((key) => !checked.includes(key) && !words.includes(key))).toEqual([]);
  });

  it('agrees with a validator of JSON Schema on changed chips', () => {
    const validate = new Ajv({ strict: false }).compile(schema);
    const values: unknown[] = [
      undefined,
      null,
      0,
      -1,
      1.5,
      2,
      1e300,
      '',
      'gpu',
      'x',
      true,
      [],
      ['x'],
      [0, 0],
      {},
    ];
    values.push(
      { value: 1, sources: [0], basis: 'read' },
      { value: '1', sources: [0], basis: 'read' },
      { x: 1 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(whole, ...chips),
        fc.nat(),
        fc.constantFrom(...values),
        (chip, nth, value) => {
          const places = paths(chip).slice(1);
          const json = changed(chip, places[nth % places.length]!, value);
          const problems = checkSchema(json);
          // What a schema forbids is marked so: an editor that validates tells it too.
          expect(problems.every(({ bySchema }) => bySchema)).toBe(true);
          expect(problems.length === 0, JSON.stringify([json, problems, validate.errors])).toBe(
            validate(json),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
