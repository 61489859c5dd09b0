/** Sequence, batch, width and heads of the layers below. */
export const [s, b, h, a] = [16, 2, 32, 4];
const d = h / a;

export interface Written {
  readonly layers: number;
  readonly hasDropout: boolean;
  readonly isFused: boolean;
}

/**
 * Layers of Korthikanti et al. 2022 (fig. 2): normalisation, attention, dropout, sum; normalisation, h × 4h, GELU, 4h × h, dropout,
 * sum; in 16-bit floats.
 */
export function layersOf({ layers, hasDropout, isFused }: Written): string {
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
