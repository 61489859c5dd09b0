import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SchemaAttribute } from '../../../server/engine/operators/schema';
import { newestVersion, schemaAt } from '../../../server/engine/operators/schema';
import { allOperators } from '../../../server/engine/operators/table';
import { checkRule, type CheckAttribute, type CheckInput } from './check';

/** Rules that ask for subgraphs are driven by the walk, whose own tests are hostile to it. */
const withGraphs = new Set(
  allOperators
    .filter((operator) => operator.infer.constructor.name === 'GeneratorFunction')
    .map(({ domain, name }) => `${domain}.${name}`),
);

const dim = fc.oneof(
  fc.constantFrom('0', '1', '2', '3', '4', '7', '16', 'n', 'm*2', '1000000007'),
  fc.integer({ min: 1, max: 12 }).map(String),
);
const dtype = fc.constantFrom('float', 'int64', 'uint8', 'float16', 'int4', 'string', 'bool', 'complex64');
const number = fc.oneof(
  fc.integer({ min: -3, max: 8 }),
  fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300, -1e300),
);

const typeText = fc
  .tuple(dtype, fc.option(fc.array(dim, { maxLength: 6 })))
  .map(([element, dims]) => (dims === null ? element : `${element}[${dims.join(', ')}]`));

const content = fc.array(fc.oneof(number, fc.constantFrom('n', 'n*3'), fc.constant(null)), { maxLength: 8 });

const input: fc.Arbitrary<CheckInput> = fc.oneof(
  { weight: 6, arbitrary: typeText },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom('seq(float[2])', 'optional(float[n])', 'map(int64,float[])') },
  {
    weight: 3,
    arbitrary: fc
      .tuple(typeText, content, fc.boolean())
      .map(([type, elements, weight]) => ({ type, elements, weight })),
  },
);

function value({ name, type }: SchemaAttribute): fc.Arbitrary<CheckAttribute | undefined> {
  const integers = number.filter(Number.isInteger);
  const words = fc.constantFrom('', 'SAME_UPPER', 'bidirectional', 'linear', 'none', 'constructor', 'bad');
  const arbitrary: fc.Arbitrary<CheckAttribute | undefined> =
    type === 'int'
      ? integers.map((one) => ({ name, kind: 'int' as const, value: one }))
      : type === 'ints'
        ? fc.array(integers, { maxLength: 6 }).map((list) => ({ name, kind: 'ints' as const, value: list }))
        : type === 'float'
          ? number.map((one) => ({ name, kind: 'float' as const, value: one }))
          : type === 'floats'
            ? fc
                .array(number, { maxLength: 6 })
                .map((list) => ({ name, kind: 'floats' as const, value: list }))
            : type === 'string'
              ? words.map((text) => ({ name, kind: 'string' as const, value: text }))
              : type === 'strings'
                ? fc
                    .array(words, { maxLength: 4 })
                    .map((list) => ({ name, kind: 'strings' as const, value: list }))
                : fc.constant(undefined);
  // Now and then the attribute is missing or of another kind.
  return fc.oneof(
    { weight: 6, arbitrary },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant<CheckAttribute>({ name, kind: 'ints', value: [] }) },
  );
}

const plain = allOperators.filter(({ domain, name }) => !withGraphs.has(`${domain}.${name}`));

describe('rules meet anything', () => {
  it.each(plain.map(({ domain, name }) => [domain, name] as const))('%s.%s', (domain, name) => {
    const version = newestVersion(domain) ?? 1;
    const schema = schemaAt(domain, name, version);
    const attributes = fc.record(
      Object.fromEntries((schema?.attributes ?? []).map((one) => [one.name, value(one)])),
    );
    const count = Math.max(schema?.inputs.length ?? 3, 1);
    const inputs = fc.array(input, { minLength: 0, maxLength: count + 1 });
    fc.assert(
      fc.property(inputs, attributes, fc.integer({ min: 1, max: 5 }), (given, named, outputs) => {
        const known = Object.entries(named).filter(([, one]) => one !== undefined);
        const { work } = checkRule(name, {
          domain,
          version,
          inputs: given,
          attributes: Object.fromEntries(known) as Record<string, CheckAttribute>,
          outputs,
        });
        if (work === null) return;
        const { matrix, vector, special } = work.operations;
        const { weights, inputs: read, outputs: written } = work.bytes;
        for (const figure of [matrix, vector, special, weights, read, written]) {
          expect(Number.isNaN(figure)).toBe(false);
          expect(figure).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
