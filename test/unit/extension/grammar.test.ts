import { describe, expect, it } from 'vitest';
import grammar from '../../../media/onnxtxt/onnxtxt.tmLanguage.json';

describe('the grammar', () => {
  it.each([
    ['cat = Concat <axis = 1> (a, b)', ['axis']],
    ['a, b = Split <axis = 0, num_outputs = 2> (x)', ['axis', 'num_outputs']],
    ['y = Conv <dilations = [1, 1], auto_pad = "VALID"> (x)', ['dilations', 'auto_pad']],
    ['y = Add (a, b)', []],
    ['y = com.microsoft.FusedMatMul <alpha = 0.5> (a, b)', ['alpha']],
  ])('tells attributes of %s from its outputs', (line, attributes) => {
    const pattern = new RegExp(grammar.repository.attribute.match, 'g');
    expect([...line.matchAll(pattern)].map((match) => match[1])).toEqual(attributes);
  });
});
