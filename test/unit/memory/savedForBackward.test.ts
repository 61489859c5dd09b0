import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { TrainingMemory } from '../../../server/engine/memory/training/training';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Training } from '../../../server/engine/workload';

/** Sequence, batch, width and heads of the layers below. */
const [s, b, h, a] = [16, 2, 32, 4];
const d = h / a;

interface Written {
  readonly layers: number;
  readonly hasDropout: boolean;
  readonly isFused: boolean;
}

/**
 * Layers of Korthikanti et al. 2022 (fig. 2): normalisation, attention, dropout, sum; normalisation, h × 4h, GELU, 4h × h, dropout,
 * sum; in 16-bit floats.
 */
function layersOf({ layers, hasDropout, isFused }: Written): string {
  const weights: string[] = [];
  const lines: string[] = [];
  const weight = (name: string, ...dims: number[]): void => {
    const zeros = Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => 0);
    weights.push(`float16[${dims.join(', ')}] ${name} = {${zeros.join(', ')}}`);
  };
  const dropout = (from: string): string => {
    if (!hasDropout) return from;
    lines.push(`${from}_d = Dropout (${from}, half, yes)`);
    return `${from}_d`;
  };
  // Positions that are learned come before the first layer and keep nothing.
  weight('positions', s, h);
  lines.push('x = Add (given, positions)');
  let x = 'x';
  for (let layer = 0; layer < layers; layer++) {
    const of = (name: string): string => `${name}${layer}`;
    for (const name of ['g', 'o', 'g2', 'o2']) weight(of(name), h);
    for (const name of ['wq', 'wk', 'wv', 'wo']) weight(of(name), h, h);
    weight(of('w1'), h, 4 * h);
    weight(of('w2'), 4 * h, h);
    lines.push(`${of('n')} = LayerNormalization (${x}, ${of('g')}, ${of('o')})`);
    for (const name of ['q', 'k', 'v']) {
      lines.push(`${of(name)} = MatMul (${of('n')}, ${of(`w${name}`)})`);
      lines.push(`${of(`${name}r`)} = Reshape (${of(name)}, heads)`);
      lines.push(
        `${of(`${name}t`)} = Transpose <perm = [${name === 'k' && !isFused ? '0, 2, 3, 1' : '0, 2, 1, 3'}]> (${of(`${name}r`)})`,
      );
    }
    if (isFused) lines.push(`${of('c')} = Attention (${of('qt')}, ${of('kt')}, ${of('vt')})`);
    else {
      lines.push(`${of('e')} = MatMul (${of('qt')}, ${of('kt')})`);
      lines.push(`${of('f')} = Mul (${of('e')}, scale)`);
      lines.push(`${of('p')} = Softmax (${of('f')})`);
      lines.push(`${of('c')} = MatMul (${dropout(of('p'))}, ${of('vt')})`);
    }
    lines.push(`${of('ct')} = Transpose <perm = [0, 2, 1, 3]> (${of('c')})`);
    lines.push(`${of('cr')} = Reshape (${of('ct')}, flat)`);
    lines.push(`${of('z')} = MatMul (${of('cr')}, ${of('wo')})`);
    lines.push(`${of('x1')} = Add (${x}, ${dropout(of('z'))})`);
    lines.push(`${of('n2')} = LayerNormalization (${of('x1')}, ${of('g2')}, ${of('o2')})`);
    lines.push(`${of('u')} = MatMul (${of('n2')}, ${of('w1')})`);
    lines.push(`${of('r')} = Gelu (${of('u')})`);
    lines.push(`${of('y')} = MatMul (${of('r')}, ${of('w2')})`);
    lines.push(`${of('x2')} = Add (${of('x1')}, ${dropout(of('y'))})`);
    x = of('x2');
  }
  const initializers = [
    `int64[4] heads = {${b}, ${s}, ${a}, ${d}}`,
    `int64[3] flat = {${b}, ${s}, ${h}}`,
    'bool yes = {1}',
    'float half = {0.1}',
    'float16 scale = {0.35}',
    ...weights,
  ];
  return `<ir_version: 10, opset_import: ["": 23]>
g (float16[${b}, ${s}, ${h}] given) => (float16[${b}, ${s}, ${h}] ${x})
<${initializers.join(', ')}>
{
  ${lines.join('\n  ')}
}`;
}

async function trained(text: string, training: Partial<Training> = {}): Promise<TrainingMemory> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = {
    bindings: {},
    phase: 'training',
    precision: 'as-stored',
    runtime: 'none',
    training,
  } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  return (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).training!;
}

/** What is kept for the way back, without the statistics that the paper leaves out as small. */
async function kept(written: Partial<Written>, training?: Partial<Training>): Promise<number> {
  const text = layersOf({ layers: 1, hasDropout: true, isFused: false, ...written });
  const memory = await trained(text, training);
  return memory.savedBytes! - memory.statisticsBytes!;
}

// Korthikanti et al. 2022, equations 1 and 4 and table 2.
describe('what a layer keeps for its way back', () => {
  it('is 34 sbh and 5 as²b', async () => {
    expect(await kept({})).toBe(34 * s * b * h + 5 * a * s * s * b);
  });

  it('is 32 sbh and 2 as²b without dropout', async () => {
    expect(await kept({ hasDropout: false })).toBe(32 * s * b * h + 2 * a * s * s * b);
  });

  it('has nothing that grows with the square of the sequence where attention is one operator', async () => {
    expect(await kept({ isFused: true })).toBe(34 * s * b * h);
  });

  it('is 34 sbh where the inside of attention runs twice', async () => {
    expect(await kept({}, { recompute: 'selective' })).toBe(34 * s * b * h);
  });

  it('is 2 sbh where layers run twice', async () => {
    expect(await kept({ layers: 6 }, { recompute: 'full' })).toBe(6 * 2 * s * b * h);
  });
});

describe('an operator of which it is unknown what it keeps', () => {
  const head = '<ir_version: 10, opset_import: ["": 21]>';
  const lstm = `${head} g (float[3, 1, 4] x) => (float[3, 1, 1, 4] y) <float[1, 16, 4] w = {${'1, '.repeat(63)}1}, float[1, 16, 4] r = {${'1, '.repeat(63)}1}> {
    y = LSTM <hidden_size = 4> (x, w, r)
  }`;

  it('leaves open what training needs', async () => {
    const memory = await trained(lstm);
    expect(memory).toMatchObject({ unknownOperators: ['LSTM'], savedBytes: null, peak: null });
  });

  it('keeps nothing before the first weight that is trained', async () => {
    // A GELU of what is given asks for no gradient.
    const text = `${head} g (float[2, 4] x) => (float[2, 3] y) <float[4, 3] w = {${'1, '.repeat(11)}1}> {
      b = Gelu (x)
      y = MatMul (b, w)
    }`;
    // The product keeps b, 2 × 4 floats.
    expect(await trained(text)).toMatchObject({ unknownOperators: [], savedBytes: 32 });
  });
});
