import { describe, expect, it } from 'vitest';
import { checkRule, floatAttribute, type Check } from './check';

const ints = (elements: readonly (number | string | null)[], type = `int64[${elements.length}]`) => ({
  type,
  elements,
});

describe('types and shapes', () => {
  it.each<[string, Check, string]>([
    ['Add', { inputs: ['float[2, 1, 4]', 'float[3, 1]'] }, 'float[2, 3, 4]'],
    ['Add', { version: 6, inputs: ['float[2, 3]', 'float[3]'], attributes: { broadcast: 1 } }, 'float[2, 3]'],
    ['Pow', { inputs: ['float[2]', 'int64[]'] }, 'float[2]'],
    ['Greater', { inputs: ['float[batch, 1]', 'float[4]'] }, 'bool[batch, 4]'],
    ['PRelu', { inputs: ['float[1, 8, 4, 4]', 'float[8, 1, 1]'] }, 'float[1, 8, 4, 4]'],
    ['Where', { inputs: ['bool[4, 1]', 'int32[1, 5]', 'int32[]'] }, 'int32[4, 5]'],
    ['Max', { inputs: ['float[3]', 'float[1]', 'float[2, 1]'] }, 'float[2, 3]'],
    ['IsNaN', { inputs: ['float16[2]'] }, 'bool[2]'],
    ['Not', { inputs: ['bool[2]'] }, 'bool[2]'],
    ['Cast', { inputs: ['float[2]'], attributes: { to: 10 } }, 'float16[2]'],
    ['Cast', { version: 1, inputs: ['float[2]'], attributes: { to: 'INT32' } }, 'int32[2]'],
    ['CastLike', { inputs: ['float[2]', 'bfloat16[]'] }, 'bfloat16[2]'],
    ['Clip', { inputs: ['float[2]', 'float[]', null] }, 'float[2]'],
    ['SwiGLU', { inputs: ['float[2, 4]', 'float[2, 4]'] }, 'float[2, 4]'],
  ])('%s %j', (operator, check, expected) => {
    expect(checkRule(operator, check).types).toEqual([expected]);
  });

  it('reports shapes that cannot be broadcast', () => {
    expect(checkRule('Mul', { inputs: ['float[2, 3]', 'float[4]'] }).problems).toEqual([
      'broadcast-mismatch',
    ]);
  });
});

describe('folding', () => {
  it.each<[string, Check, readonly (number | string | null)[]]>([
    ['Add', { inputs: [ints([1, 'seq', null]), ints([2], 'int64[]')] }, [3, 'seq + 2', null]],
    ['Sub', { inputs: [ints(['past + seq']), ints(['past'])] }, ['seq']],
    ['Mul', { inputs: [ints(['batch']), ints([12])] }, ['batch*12']],
    ['Div', { inputs: [ints([7, -7]), ints([2], 'int64[]')] }, [3, -3]],
    ['Div', { inputs: [ints(['seq']), ints([2])] }, ['floor(seq/2)']],
    ['Mod', { inputs: [ints([7, -7]), ints([3], 'int64[]')] }, [1, 2]],
    ['Mod', { inputs: [ints([7, -7]), ints([3], 'int64[]')], attributes: { fmod: 1 } }, [1, -1]],
    ['Equal', { inputs: [ints(['batch', -1, 3]), ints([-1], 'int64[]')] }, [0, 1, 0]],
    ['Less', { inputs: [ints(['a', 'a']), ints(['a + 1', 'b'])] }, [1, null]],
    ['GreaterOrEqual', { inputs: [ints(['seq', 'seq']), ints([0, 1])] }, [1, null]],
    ['And', { inputs: [ints([1, 0], 'bool[2]'), ints([null, null], 'bool[2]')] }, [null, 0]],
    ['Where', { inputs: [ints([1, 0], 'bool[2]'), ints(['a', 'b']), ints([5, 6])] }, ['a', 6]],
    ['Max', { inputs: [ints(['a', 3]), ints(['a + 1', 5])] }, ['a + 1', 5]],
    ['Sqrt', { inputs: [{ type: 'float[1]', elements: [64] }] }, [8]],
    ['Clip', { inputs: [ints([-5, 9]), ints([0], 'int64[]'), ints([7], 'int64[]')] }, [0, 7]],
    ['Clip', { version: 6, inputs: [ints([-5, 9])], attributes: { min: floatAttribute('min', 0) } }, [0, 9]],
    ['Cast', { inputs: [{ type: 'float[2]', elements: [2.7, -2.7] }], attributes: { to: 7 } }, [2, -2]],
    ['Cast', { inputs: [ints([0, 4])], attributes: { to: 9 } }, [0, 1]],
    ['Round', { inputs: [{ type: 'float[3]', elements: [0.5, 1.5, -2.5] }] }, [0, 2, -2]],
    ['BitShift', { inputs: [ints([3]), ints([2])], attributes: { direction: 'LEFT' } }, [12]],
  ])('%s %j', (operator, check, expected) => {
    expect(checkRule(operator, check).elements).toEqual([expected]);
  });

  it('computes sizes through floats as exporters do', () => {
    // floor(float(h) * 0.5) and back to an integer
    const half = checkRule('Mul', {
      inputs: [
        { type: 'float[1]', elements: ['h'] },
        { type: 'float[1]', elements: [0.5] },
      ],
    });
    expect(half.elements).toEqual([['h*0.5']]);
    const floor = checkRule('Floor', { inputs: [{ type: 'float[2]', elements: [7.5, 8] }] });
    expect(floor.elements).toEqual([[7, 8]]);
  });
});

describe('work', () => {
  // Counts per element: docs/operators.md; composites by their formula in the ONNX operator documentation.
  it.each<[string, Check, number, number]>([
    ['Add', { inputs: ['float[2, 5]', 'float[5]'] }, 10, 0],
    ['Exp', { inputs: ['float[10]'] }, 0, 10],
    ['Sigmoid', { inputs: ['float[10]'] }, 30, 10],
    ['Gelu', { inputs: ['float[10]'] }, 40, 10],
    ['Gelu', { inputs: ['float[10]'], attributes: { approximate: 'tanh' } }, 80, 10],
    ['Sum', { inputs: ['float[10]', 'float[10]', 'float[10]'] }, 20, 0],
    ['Mean', { inputs: ['float[10]', 'float[10]', 'float[10]'] }, 30, 0],
    ['Clip', { inputs: ['float[10]'] }, 20, 0],
    ['Cast', { inputs: ['float[10]'], attributes: { to: 10 } }, 0, 0],
    ['SwiGLU', { inputs: ['float[10]', 'float[10]'] }, 50, 10],
  ])('%s %j', (operator, check, vector, special) => {
    expect(checkRule(operator, check).work?.operations).toEqual({ matrix: 0, vector, special });
  });

  it('counts bytes by class at stored types', () => {
    const { work } = checkRule('Mul', { inputs: ['float16[4, 6]', { type: 'float16[6]', weight: true }] });
    expect(work?.bytes).toEqual({ weights: 12, inputs: 48, outputs: 48 });
    const cast = checkRule('Cast', { inputs: ['int4[5]'], attributes: { to: 1 } });
    expect(cast.work?.bytes).toEqual({ weights: 0, inputs: 3, outputs: 20 });
  });
});
