import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { runtimeProfiles, type RuntimeProfile } from '../../../server/engine/kernels/profile';
import type { Condition } from '../../../server/engine/kernels/support/conditions';
import { inEveryForm, nodeSupport } from '../../../server/engine/kernels/support/support';
import schema from '../../../server/engine/kernels/support/support.schema.json';
import { formTables } from '../../../server/engine/kernels/support/tables';
import { ruleOf } from '../../../server/engine/operators/table';
import { uninterrupted } from '../../../server/engine/scheduler';

const none = runtimeProfiles.find(({ id }) => id === 'none')!;

/** A runtime that runs everything, in these forms. */
function runtime(
  operators: Readonly<Record<string, readonly Condition[]>>,
  every: readonly Condition[] = [],
): RuntimeProfile {
  const forms = { sources: [], operators, every: [{ conditions: every, unless: ['Relu'] }] };
  return { ...none, supports: { source: '', operators: null, types: null, forms } };
}

/** What a runtime says of the only node of a graph `(inputs) => (outputs) {node}`. */
async function saidOf(profile: RuntimeProfile, graph: string): Promise<string | null> {
  const { value } = await parseOnnxText(
    `<ir_version: 8, opset_import: ["" : 18]>\ng ${graph}`,
    uninterrupted,
  );
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, workload, {}, uninterrupted);
  const refusal = nodeSupport(profile, inference)(inference.nodes.at(-1)!);
  return refusal && [refusal.code, refusal.what, refusal.found, refusal.allowed].join('|');
}

const resize = (attributes: string): string =>
  `(float[1, 4, 8, 8] x) => (y) <float[4] s = {1.0, 1.0, 2.0, 2.0}> { y = Resize <${attributes}> (x, , s) }`;
const pool = (attributes: string): string =>
  `(float[1, 4, 8, 8] x) => (y) { y = MaxPool <${attributes}> (x) }`;

describe('forms of operators', () => {
  it('are attributes, as given or by default', async () => {
    const linear = runtime({ Resize: [{ of: 'attribute', name: 'mode', in: ['nearest', 'linear'] }] });
    expect(await saidOf(linear, resize('mode = "linear"'))).toBeNull();
    expect(await saidOf(linear, resize('mode = "cubic"'))).toBe('attribute|mode|cubic|nearest, linear');
    // The mode that nobody gives is nearest (ONNX, Resize).
    const smooth = runtime({ Resize: [{ of: 'attribute', name: 'mode', not: ['nearest'] }] });
    expect(await saidOf(smooth, resize('antialias = 0'))).toBe('attribute-not|mode|nearest|');
    expect(await saidOf(smooth, resize('mode = "linear"'))).toBeNull();
  });

  it('are lists of numbers, one by one, multiplied or counted', async () => {
    const dense = runtime({ MaxPool: [{ of: 'attribute', name: 'dilations', in: [1] }] });
    expect(await saidOf(dense, pool('kernel_shape = [2, 2], dilations = [1, 1]'))).toBeNull();
    expect(await saidOf(dense, pool('kernel_shape = [2, 2], dilations = [1, 2]'))).toBe(
      'attribute|dilations|[1, 2]|1',
    );
    expect(await saidOf(dense, pool('kernel_shape = [2, 2]'))).toBeNull();
    const small = runtime({
      MaxPool: [{ of: 'attribute', name: 'kernel_shape', combined: 'product', max: 6 }],
    });
    expect(await saidOf(small, pool('kernel_shape = [2, 3]'))).toBeNull();
    expect(await saidOf(small, pool('kernel_shape = [4, 2]'))).toBe('attribute|kernel_shape|8|≤ 6');
    const flat = runtime({
      MaxPool: [{ of: 'attribute', name: 'kernel_shape', combined: 'count', min: 1, max: 1 }],
    });
    expect(await saidOf(flat, pool('kernel_shape = [4, 2]'))).toBe('attribute|kernel_shape|2|1–1');
  });

  it('are ranks, sizes and types of inputs and outputs, by their names', async () => {
    const graph = '(float[2, 3, 4] x) => (y) { y = Transpose <perm = [2, 1, 0]> (x) }';
    const rank = runtime({ Transpose: [{ of: 'rank', input: 'each', max: 2 }] });
    expect(await saidOf(rank, graph)).toBe('rank|data|3|≤ 2');
    const first = runtime({ Transpose: [{ of: 'size', output: 0, axes: [0], in: [1] }] });
    expect(await saidOf(first, graph)).toBe('size|transposed|4|1');
    const last = runtime({ Transpose: [{ of: 'size', input: 0, axes: [-1], max: 4 }] });
    expect(await saidOf(last, graph)).toBeNull();
    const whole = runtime({ Transpose: [{ of: 'type', input: 0, not: ['int64'] }] });
    expect(await saidOf(whole, graph.replace('float', 'int64'))).toBe('type-not|data|int64|');
    // What a float is computed in is asked of the chip.
    const bytes = runtime({ Transpose: [{ of: 'type', input: 0, in: ['int8'] }] });
    expect(await saidOf(bytes, graph)).toBeNull();
    expect(await saidOf(bytes, graph.replace('float', 'double'))).toBe('type|data|double|int8');
  });

  it('are axes from the end', async () => {
    const last = runtime({ Softmax: [{ of: 'axis', name: 'axis', in: [-1] }] });
    const graph = (axis: number): string => `(float[2, 3, 4] x) => (y) { y = Softmax <axis = ${axis}> (x) }`;
    expect(await saidOf(last, graph(2))).toBeNull();
    expect(await saidOf(last, graph(-1))).toBeNull();
    expect(await saidOf(last, graph(1))).toBe('attribute|axis|-2|-1');
  });

  it('are constants, their content, and what is there at all', async () => {
    const fixed = runtime({ Reshape: [{ of: 'constant', input: 1 }] });
    const open = '(float[2, 3] x, int64[2] s) => (y) { y = Reshape (x, s) }';
    const stored = '(float[2, 3] x) => (y) <int64[2] s = {3, 2}> { y = Reshape (x, s) }';
    expect(await saidOf(fixed, open)).toBe('constant|shape||');
    expect(await saidOf(fixed, stored)).toBeNull();
    expect(await saidOf(runtime({ Reshape: [{ of: 'constant', input: 1, is: false }] }), stored)).toBe(
      'varying|shape||',
    );
    expect(await saidOf(runtime({ Reshape: [{ of: 'value', input: 1, not: [3] }] }), stored)).toBe(
      'value-not|shape|[3, 2]|',
    );
    expect(await saidOf(runtime({ Reshape: [{ of: 'value', input: 1, max: 2 }] }), stored)).toBe(
      'value|shape|[3, 2]|≤ 2',
    );
    expect(
      await saidOf(runtime({ Reshape: [{ of: 'given', name: 'allowzero', is: false }] }), stored),
    ).toBeNull();
    expect(await saidOf(runtime({ Resize: [{ of: 'given', input: 3 }] }), resize('mode = "linear"'))).toBe(
      'missing|sizes||',
    );
    expect(
      await saidOf(runtime({ Resize: [{ of: 'given', input: 2, is: false }] }), resize('mode = "linear"')),
    ).toBe('given|scales||');
    expect(await saidOf(runtime({ Resize: [{ of: 'opset', min: 19 }] }), resize('mode = "linear"'))).toBe(
      'opset||18|≥ 19',
    );
  });

  it('are sizes that are known before the model runs, of all operators but those named', async () => {
    const fixed = runtime({}, [{ of: 'static', output: 'each' }]);
    expect(await saidOf(fixed, '(float[2, 3] x) => (y) { y = NonZero (x) }')).toBe('static|Y||');
    expect(await saidOf(fixed, '(float[2, 3] x) => (y) { y = Abs (x) }')).toBeNull();
    expect(await saidOf(fixed, '(float[2, 3] x) => (y) { z = NonZero (x) y = Relu (z) }')).toBeNull();
  });

  it('hold only where, or unless, others do', async () => {
    const conditions = (or: number): Condition[] => [
      {
        of: 'attribute',
        name: 'dilations',
        in: [1],
        where: [{ of: 'rank', input: 0, in: [4] }],
        or: [{ of: 'attribute', name: 'kernel_shape', max: or }],
      },
    ];
    const graph = pool('kernel_shape = [2, 2], dilations = [2, 2]');
    expect(await saidOf(runtime({ MaxPool: conditions(1) }), graph)).toBe('attribute|dilations|[2, 2]|1');
    expect(await saidOf(runtime({ MaxPool: conditions(2) }), graph)).toBeNull();
    const line = '(float[1, 4, 8] x) => (y) { y = MaxPool <kernel_shape = [2], dilations = [2]> (x) }';
    expect(await saidOf(runtime({ MaxPool: conditions(1) }), line)).toBeNull();
  });

  it('come after the list of operators and the types of tensors', async () => {
    const profile = runtime({});
    const supports = { ...profile.supports!, except: ['Abs'], exceptTypes: ['double'] };
    const graph = '(float[2] x) => (y) { y = Abs (x) }';
    expect(await saidOf({ ...profile, supports }, graph)).toBe('operator|||');
    expect(
      await saidOf({ ...profile, supports }, graph.replace('float', 'double').replace('Abs', 'Neg')),
    ).toBe('tensor||double|');
  });

  it('can be left out for some operators', () => {
    const one: Condition[] = [{ of: 'rank', input: 0, max: 4 }];
    const forms = {
      sources: [],
      operators: { Abs: one, Neg: one },
      domains: { tflite: { ABS: one, NEG: one } },
    };
    expect(inEveryForm(forms, ['Abs', 'ABS'])).toMatchObject({
      operators: { Neg: one },
      domains: { tflite: { NEG: one } },
    });
    expect(Object.keys(inEveryForm(forms, ['Abs']).operators)).toEqual(['Neg']);
  });
});

describe('the deep-learning accelerator of Orin', () => {
  const dla = runtimeProfiles.find(({ id }) => id === 'tensorrt-dla')!;

  it('multiplies by weights alone, and pools in small windows', async () => {
    const product = (second: string): string =>
      `(float[4, 8] x, float[8, 8] z) => (y) <float[8, 8] w = ["location": "w", "offset": "0", "length": "256"]> { y = MatMul (x, ${second}) }`;
    expect(await saidOf(dla, product('w'))).toBeNull();
    expect(await saidOf(dla, product('z'))).toBe('constant|B||');
    expect(await saidOf(dla, pool('kernel_shape = [8, 8]'))).toBeNull();
    expect(await saidOf(dla, pool('kernel_shape = [9, 9]'))).toBe('attribute|kernel_shape|[9, 9]|≤ 8');
  });
});

describe('tables of forms', () => {
  it.each(Object.entries(formTables))(
    '%s keeps the schema, and names operators that exist',
    (_name, table) => {
      const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
      validate(table);
      expect(validate.errors ?? []).toEqual([]);
      const unknown = Object.keys(table.operators).filter(
        (name) => !ruleOf('', name) && !ruleOf('com.microsoft', name),
      );
      for (const [domain, operators] of Object.entries(table.domains ?? {}))
        unknown.push(...Object.keys(operators).filter((name) => !ruleOf(domain, name)));
      expect(unknown).toEqual([]);
    },
  );

  it('are those that profiles name', () => {
    const named = runtimeProfiles.flatMap(({ supports }) => (supports?.forms ? [supports.forms] : []));
    expect(new Set(named)).toEqual(new Set(Object.values(formTables)));
  });
});
