import { describe, expect, it } from 'vitest';
import {
  arity,
  newestVersion,
  operatorNames,
  parameterAt,
  schemaAt,
  schemasOf,
} from '../../../server/engine/operators/schema';
import { allOperators } from '../../../server/engine/operators/table';

describe('operator schemas', () => {
  it('gives the version in force', () => {
    // Specification: axes is an attribute of Squeeze before opset 13 and an input from then on.
    const old = schemaAt('', 'Squeeze', 12);
    expect(old?.since).toBe(11);
    expect(old?.attributes).toEqual([{ name: 'axes', type: 'ints', required: false }]);
    const newer = schemaAt('ai.onnx', 'Squeeze', 13);
    expect(newer?.attributes).toEqual([]);
    expect(newer?.inputs.map(({ name, option }) => [name, option])).toEqual([
      ['data', 'single'],
      ['axes', 'optional'],
    ]);
    expect([...(newer?.inputs[1]?.types ?? [])]).toEqual(['int64']);
    expect(schemaAt('', 'Gelu', 19)).toBeUndefined();
  });

  it('states defaults and what is required', () => {
    const gemm = schemaAt('', 'Gemm', 13);
    expect(gemm?.attributes.find(({ name }) => name === 'alpha')).toEqual({
      name: 'alpha',
      type: 'float',
      required: false,
      default: 1,
    });
    expect(schemaAt('', 'Concat', 13)?.attributes).toEqual([{ name: 'axis', type: 'int', required: true }]);
    expect(schemaAt('com.microsoft', 'Attention', 1)?.attributes).toContainEqual({
      name: 'num_heads',
      type: 'int',
      required: true,
    });
  });

  it('counts arguments', () => {
    expect(arity(schemaAt('', 'Conv', 11)?.inputs ?? [])).toEqual([2, 3]);
    expect(arity(schemaAt('', 'Concat', 13)?.inputs ?? [])).toEqual([1, Infinity]);
    expect(arity(schemaAt('', 'LSTM', 14)?.outputs ?? [])).toEqual([0, 3]);
    expect(arity(schemaAt('', 'Loop', 13)?.inputs ?? [])).toEqual([0, Infinity]);
    expect(arity(schemaAt('', 'BatchNormalization', 15)?.inputs ?? [])).toEqual([5, 5]);
    expect(parameterAt(schemaAt('', 'Concat', 13)?.inputs ?? [], 7)?.name).toBe('inputs');
    expect(parameterAt(schemaAt('', 'Add', 14)?.inputs ?? [], 2)).toBeUndefined();
  });

  it('says what is deprecated', () => {
    expect(schemasOf('', 'Upsample').map(({ since, deprecated }) => [since, deprecated])).toEqual([
      [1, false],
      [7, false],
      [9, false],
      [10, true],
    ]);
  });

  it('knows every operator that has a rule in the standard domains', () => {
    const missing = allOperators.filter(
      ({ domain, name }) => domain === '' && schemasOf(domain, name).length === 0,
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(newestVersion('')).toBeGreaterThanOrEqual(28);
    expect(operatorNames('').length).toBeGreaterThan(195);
    expect(newestVersion('no.such')).toBeNull();
  });
});
