import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../server/engine/formats/onnxText/lexer';
import { callAt, contextAt } from '../../../server/features/textContext';

/** Tokens of a text and the place of `|` in it. */
function marked(text: string): [ReturnType<typeof tokenize>, { line: number; character: number }] {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  const place = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return [tokenize(text.replace('|', '')), place];
}

function expected(text: string): unknown {
  return contextAt(...marked(text))?.expected ?? null;
}

const body = (text: string): string =>
  `<opset_import: ["" : 18]>\ng (float x) => (float y) <float w = {1}> {\n${text}\n}`;
const conv = { domain: '', name: 'Conv' };

describe('what may stand at the cursor', () => {
  it.each([
    ['|', { kind: 'statement' }],
    ['a = A (x)\n|', { kind: 'statement' }],
    ['a = A <k = 1> (x)\nb|', { kind: 'statement' }],
    ['a, |', { kind: 'statement' }],
    ['[name] |', { kind: 'statement' }],
    ['a = |', { kind: 'operator', domain: '' }],
    ['a = Co|', { kind: 'operator', domain: '' }],
    ['a, b = Co|nv (x)', { kind: 'operator', domain: '' }],
    ['a = com.microsoft.|', { kind: 'operator', domain: 'com.microsoft' }],
    ['a = Conv (|', { kind: 'input', operator: conv, index: 0 }],
    ['a = Conv (x, |)', { kind: 'input', operator: conv, index: 1 }],
    ['a = Conv (x,, |', { kind: 'input', operator: conv, index: 2 }],
    ['a = Conv (x, "w.|")', { kind: 'input', operator: conv, index: 1 }],
    ['a = Conv <group = 1> (|', { kind: 'input', operator: conv, index: 0 }],
    ['a = own.F:v (|', { kind: 'input', operator: { domain: 'own', name: 'F' }, index: 0 }],
    ['a = Conv <|', { kind: 'attribute', operator: conv, given: [] }],
    ['a = Conv (x, w) <|', { kind: 'attribute', operator: conv, given: [] }],
    ['a = Conv <group = 1, |>', { kind: 'attribute', operator: conv, given: ['group'] }],
    [
      'a = Conv <|, group: int = 1, pads = [1, 2]> (x)',
      { kind: 'attribute', operator: conv, given: ['group', 'pads'] },
    ],
    ['a = Conv <\n  group = 1,\n  |', { kind: 'attribute', operator: conv, given: ['group'] }],
    ['a = Conv <auto_pad = |', { kind: 'attribute-value', operator: conv, attribute: 'auto_pad' }],
    ['a = Conv <auto_pad: string = "|"', { kind: 'attribute-value', operator: conv, attribute: 'auto_pad' }],
    ['a = Conv <group = 1, pads = [|', { kind: 'attribute-value', operator: conv, attribute: 'pads' }],
    ['a = If (c) <then_branch = t (|', { kind: 'type' }],
    [
      'a = If (c) <then_branch = t () => (float q) { q = Conv (|',
      { kind: 'input', operator: conv, index: 0 },
    ],
    ['a = If (c) <then_branch = t () => (float q) { q = |', { kind: 'operator', domain: '' }],
    [
      'a = If (c) <then_branch = t () => (float q) { q = A () }, |',
      { kind: 'attribute', operator: { domain: '', name: 'If' }, given: ['then_branch'] },
    ],
    // An earlier line that was left open is forgotten.
    ['a = Add (x, \nb = |', { kind: 'operator', domain: '' }],
    ['a = Add (x, \nb = Conv (|', { kind: 'input', operator: conv, index: 0 }],
  ])('in a body: %s', (text, wanted) => {
    expect(expected(body(text))).toEqual(wanted);
  });

  it.each([
    ['<|', { kind: 'header-key' }],
    ['<ir_version: 8, |', { kind: 'header-key' }],
    ['<opset_import: [|', { kind: 'opset-domain' }],
    ['<opset_import: ["" : 18, |]>', { kind: 'opset-domain' }],
    ['<opset_import: ["ai.onnx.ml" : |]>', { kind: 'opset-version', domain: 'ai.onnx.ml' }],
    ['g (|', { kind: 'type' }],
    ['g (float x, |) => (float y) {}', { kind: 'type' }],
    ['g (float x) => (|', { kind: 'type' }],
    ['g (float x) => (float y) <|', { kind: 'type' }],
    ['g (float x) => (float y) <float w = {1}, |> {}', { kind: 'type' }],
  ])('outside: %s', (text, wanted) => {
    expect(expected(text)).toEqual(wanted);
  });

  it.each(['# |', 'a = A (x) # |', 'a = A <k = 1|', 'a = A (x |', 'a |'])('nothing: %s', (text) => {
    expect(expected(body(text))).toBeNull();
  });

  it('replaces the whole word, with its quotation marks', () => {
    expect(contextAt(...marked(body('a = Conv (x, "w.|b")')))?.word).toEqual({
      start: { line: 2, character: 13 },
      end: { line: 2, character: 18 },
    });
  });
});

describe('the call around the cursor', () => {
  it.each([
    ['a = Conv (x, w|)', { operator: conv, input: 1, attribute: null }],
    ['a = Conv <group = 1|> (x)', { operator: conv, input: null, attribute: 'group' }],
    ['a = Conv <pads = [1, 2, |', { operator: conv, input: null, attribute: 'pads' }],
    ['a = Conv <|', { operator: conv, input: null, attribute: null }],
    ['a = Conv (x)|', null],
  ])('%s', (text, wanted) => {
    expect(callAt(...marked(body(text)))).toEqual(wanted);
  });
});
