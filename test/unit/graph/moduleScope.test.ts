import { describe, expect, it } from 'vitest';
import { moduleScope, scopeSteps } from '../../../server/engine/graph/moduleScope';

const metadata = (scopes: string): [string, string][] => [
  ['namespace', ': a/b: c'],
  ['pkg.torch.onnx.name_scopes', scopes],
];

describe('module scope of a node', () => {
  it.each([
    ["['', 'model', 'model.h.0', 'model.h.0.attn', 'view']", 'model.h.0.attn'],
    ["['', 'linear']", ''],
    ["['_empty_nn_module_stack_from_metadata_hook', 'add_1']", ''],
    ['["it\'s", "x"]', "it's"],
    ['[]', ''],
  ])('reads metadata %s', (scopes, path) => {
    expect(moduleScope({ name: '/other/MatMul', metadata: metadata(scopes) })).toBe(path);
  });

  it.each([
    ['/encoder/layer.0/attention/self/MatMul', 'encoder.layer.0.attention.self'],
    ['model/dense/MatMul', 'model.dense'],
    ['/Add', ''],
    ['Conv_12', ''],
    ['', ''],
  ])('reads the name %s', (name, path) => {
    expect(moduleScope({ name, metadata: [] })).toBe(path);
  });

  it('keeps the number of a list with its name', () => {
    expect(scopeSteps('model.h.0.attn')).toEqual(['model', 'h.0', 'attn']);
    expect(scopeSteps('0.block.1.2')).toEqual(['0', 'block.1.2']);
    expect(scopeSteps('')).toEqual([]);
  });
});
