import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import { symbol, type Dim } from '../../../server/engine/graph/dim';
import type { Attribute, ValueType } from '../../../server/engine/graph/model';
import { RuleContext } from '../../../server/engine/inference/ruleContext';
import { workOf } from '../../../server/engine/inference/work';
import type { Fact, OperatorRule } from '../../../server/engine/operators/rule';
import { allOperators } from '../../../server/engine/operators/table';

/** Attribute names that rules of all families read; a rule meets them with any kind and value. */
const attributeNames = [
  'axis', 'axes', 'perm', 'to', 'dtype', 'equation', 'kernel_shape', 'strides', 'pads', 'dilations', 'group', 'auto_pad',
  'keepdims', 'num_outputs', 'split', 'blocksize', 'batch_dims', 'num_heads', 'kv_num_heads', 'q_num_heads', 'hidden_size',
  'direction', 'scales', 'mode', 'k', 'shape', 'value', 'starts', 'ends', 'output_shape', 'N', 'K', 'bits', 'block_size',
  'num_scan_inputs', 'transA', 'transB', 'onesided', 'qkv_hidden_sizes', 'output_height', 'pooled_shape', 'sections',
  'max_gram_length', 'ngram_indexes', 'classlabels_int64s', 'n_targets', 'cats_int64s', 'keys_strings', 'layout',
]; // prettier-ignore

const number = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.constantFrom(0, 1, -1, 2 ** 31, -(2 ** 31), 9223372036854775807, -9223372036854775808),
);
const dim: fc.Arbitrary<Dim> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 64, 2 ** 31, 9223372036854775807) },
  { weight: 2, arbitrary: fc.constantFrom<Dim>(symbol('a'), symbol('b')) },
);
const dtype = fc.constantFrom<DataType>('float', 'int64', 'float16', 'bool', 'string', 'int4', 'uint8');
const tensorType: fc.Arbitrary<ValueType> = fc.record({
  kind: fc.constant('tensor' as const),
  dtype: fc.option(dtype, { nil: undefined }),
  shape: fc.option(fc.array(dim, { maxLength: 5 }), { nil: undefined }),
});
const type: fc.Arbitrary<ValueType> = fc.oneof(
  { weight: 9, arbitrary: tensorType },
  { weight: 1, arbitrary: tensorType.map((element) => ({ kind: 'sequence' as const, element })) },
  { weight: 1, arbitrary: tensorType.map((element) => ({ kind: 'optional' as const, element })) },
);
/** Facts as the walk makes them: content has as many elements as the shape says. */
const fact: fc.Arbitrary<Fact | undefined> = fc.option(
  fc
    .tuple(
      type,
      fc.array(fc.option(fc.oneof(number, fc.constant(symbol('a'))), { nil: undefined }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.boolean(),
    )
    .map(([t, pool, known]) => {
      const shape = t.kind === 'tensor' ? t.shape : undefined;
      const count = shape?.every((d) => typeof d === 'number')
        ? shape.reduce<number>((n, d) => n * (d as number), 1)
        : undefined;
      if (!known || count === undefined || count > 1024) return { type: t };
      return { type: t, elements: Array.from({ length: count }, (_, i) => pool[i % pool.length]) };
    }),
  { nil: undefined, freq: 8 },
);
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ name: fc.constantFrom(...attributeNames), kind: fc.constant('int' as const), value: number }),
  fc.record({
    name: fc.constantFrom(...attributeNames),
    kind: fc.constant('ints' as const),
    value: fc.array(number, { maxLength: 5 }),
  }),
  fc.record({
    name: fc.constantFrom(...attributeNames),
    kind: fc.constant('floats' as const),
    value: fc.array(fc.constantFrom(0, 0.5, -1, Infinity, NaN), { maxLength: 5 }),
  }),
  fc.record({
    name: fc.constantFrom(...attributeNames),
    kind: fc.constant('string' as const),
    value: fc.constantFrom('', 'ij,jk->ik', '...,->', 'BNSH', 'SAME_UPPER', 'bidirectional'),
  }),
);
const situation = fc.record({
  inputs: fc.array(fact, { maxLength: 8 }),
  attributes: fc.array(attribute, { maxLength: 4 }),
  outputs: fc.integer({ min: 0, max: 4 }),
  version: fc.integer({ min: 1, max: 28 }),
});

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

function run(rule: OperatorRule, { inputs, attributes, outputs, version }: Situation): void {
  const node = {
    name: '',
    operator: rule.name,
    domain: rule.domain,
    overload: '',
    inputs: inputs.map((input, i) => (input ? `i${i}` : '')),
    outputs: Array.from({ length: outputs }, (_, i) => `o${i}`),
    attributes,
    metadata: [],
  };
  const hooks = {
    symbolSuffix: '',
    binding: () => undefined,
    fresh: () => undefined,
    report: () => undefined,
  };
  const context = new RuleContext(node, { index: 0, version, inputs, hooks });
  const steps = rule.infer(context);
  // Answers to requests for subgraphs: nothing is known of their outputs.
  for (let step = steps?.next(), asked = 0; step && !step.done; step = steps!.next([]))
    expect(++asked).toBeLessThan(10);
  const facts = node.outputs.map((_, i) => context.output(i));
  for (const { type: t } of facts) if (t?.kind === 'tensor') expect(t.shape?.length ?? 0).toBeLessThan(2048);
  const work = workOf(rule, { node, version, inputs, outputs: facts, weights: inputs.map(() => false) });
  if (work)
    expect(Number.isNaN(work.operations.matrix + work.operations.vector + work.operations.special)).toBe(
      false,
    );
}

describe('rules on nodes that make no sense', () => {
  it.each(allOperators.map((rule) => [`${rule.domain}.${rule.name}`, rule] as const))('%s', (_, rule) => {
    fc.assert(
      fc.property(situation, (values) => run(rule, values)),
      { numRuns: 40, seed: 7 },
    );
  });
});
