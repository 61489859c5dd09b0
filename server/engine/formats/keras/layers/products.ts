import type { DataType } from '../../../graph/dataTypes';
import { product, type Dim } from '../../../graph/dim';
import type { Shape } from '../../../graph/model';
import { smallest } from '../../../lists';
import type { Call } from '../call';
import { absent, type Value } from '../writer';

/** How the matrix of a layer is stored, with what its numbers are scaled by. */
interface Stored {
  readonly matrix: Value;
  readonly others: readonly Value[];
}

/** Values of a history of largest numbers, which float8 keeps. */
const history = 1024;

/**
 * The matrix of a layer, in fewer bits where its policy says so: rows of it are what is summed over, columns what comes out.
 * Two numbers of 4 bits share a byte. Source: the builds of quantised layers in Keras 3.15 (core/dense.py, einsum_dense.py and embedding.py).
 */
function stored(
  call: Call,
  name: string,
  dims: readonly (Dim | undefined)[],
  { rows, columns }: { readonly rows: Dim | undefined; readonly columns: readonly (Dim | undefined)[] },
): Stored {
  const { mode, weights, block } = call.policy;
  if (mode === undefined) return { matrix: call.weight(name, dims), others: [] };
  const scale = `${name}_scale`;
  if (mode === 'int8')
    return { matrix: call.weight(name, dims, 'int8'), others: [call.weight(scale, columns)] };
  if (mode === 'int4') {
    const matrix = call.weight(name, dims, 'int4');
    if (block === undefined) return { matrix, others: [call.weight(scale, columns)] };
    const groups = typeof rows === 'number' ? Math.ceil(rows / block) : undefined;
    const shape = [groups, whole(columns)];
    const zero = call.weight(`${name}_zero`, shape, 'int8');
    return { matrix, others: [call.weight(scale, shape), zero, call.weight('g_idx', [rows])] };
  }
  const matrix = call.weight(name, dims);
  if (mode !== 'float8') {
    // Sizes of other ways to store it are not known here.
    call.writer.problems.addOnce('warning', 'format.keras-policy', { policy: mode }, 0);
    call.writer.storesMore = true;
    return { matrix, others: [] };
  }
  const kept = (part: string): readonly Value[] => [
    call.weight(`${part}_scale`, [], weights),
    call.weight(`${part}_amax_history`, [history], weights),
  ];
  return { matrix, others: ['inputs', 'kernel', 'outputs_grad'].flatMap(kept) };
}

function whole(dims: readonly (Dim | undefined)[]): Dim | undefined {
  return dims.every((dim) => dim !== undefined) ? product(dims) : undefined;
}

/** Matrices of a low rank whose product is added to the layer's own. */
function lowRank(
  call: Call,
  name: string,
  first: readonly (Dim | undefined)[],
  last: Dim | undefined,
): readonly Value[] {
  const rank = call.int('lora_rank');
  if (rank === undefined) return [];
  return [call.weight(`lora_${name}_a`, [...first, rank]), call.weight(`lora_${name}_b`, [rank, last])];
}

export function dense(call: Call): Value {
  const { shape } = call;
  const [inner, units] = [shape?.at(-1), call.int('units')];
  const { matrix, others } = stored(call, 'kernel', [inner, units], { rows: inner, columns: [units] });
  const bias = call.is('use_bias', true) ? call.weight('bias', [units]) : absent;
  const lora = lowRank(call, 'kernel', [inner], units);
  const result =
    shape && shape.length > 0 && units !== undefined ? [...shape.slice(0, -1), units] : undefined;
  return call.activated(call.emit(result, { inputs: [call.x, matrix, bias, ...others, ...lora] }));
}

/** A product by letters, as it stands in the configuration: `abc,cde->abde`. */
interface Equation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
}

/** An equation whose `...` has a letter of its own for each axis that it stands for. */
function equationOf(text: string, rank: number | undefined): Equation | undefined {
  const found = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(text.replaceAll(' ', ''));
  if (!found || rank === undefined) return undefined;
  const [, input = '', kernel = '', output = ''] = found;
  const extra = Math.max(rank - input.replace('...', '').length, 0);
  const letters = '0123456789'.slice(0, extra);
  const written = (side: string): string => side.replace('...', letters);
  const equation = { input: written(input), kernel, output: written(output) };
  return equation.input.length === rank && !/\./.test(equation.input + equation.output)
    ? equation
    : undefined;
}

/** Sizes by letter: those of the input, and those that the configuration states of the output, at whose end they stand. */
function sizesOf({ input, output }: Equation, shape: Shape, stated: unknown): ReadonlyMap<string, Dim> {
  const list: readonly unknown[] = Array.isArray(stated) ? stated : [stated];
  const sizes = new Map<string, Dim>();
  [...output].toReversed().forEach((letter, i) => {
    const size = list.at(-1 - i);
    if (i < list.length && Number.isSafeInteger(size)) sizes.set(letter, size as number);
  });
  [...input].forEach((letter, i) => sizes.set(letter, shape[i]!));
  return sizes;
}

export function einsumDense(call: Call, stated: unknown = call.value('output_shape')): Value {
  const { shape } = call;
  const equation = equationOf(call.text('equation'), shape?.length);
  const sizes = equation && shape ? sizesOf(equation, shape, stated) : new Map<string, Dim>();
  const dimsOf = (letters: string): (Dim | undefined)[] => [...letters].map((letter) => sizes.get(letter));
  const output = equation?.output ?? '';
  const kernel = equation?.kernel ?? '?';
  const isSummed = (letter: string): boolean => !output.includes(letter);
  const dims = dimsOf(kernel);
  const { matrix, others } = stored(call, 'kernel', dims, {
    rows: whole(dimsOf([...kernel].filter(isSummed).join(''))),
    columns: dimsOf([...kernel].filter((letter) => !isSummed(letter)).join('')),
  });
  const axes = call.text('bias_axes');
  const bias = axes === '' ? absent : call.weight('bias', biasDims(axes, output, sizes));
  const result = dimsOf(output);
  const isKnown = equation !== undefined && result.every((dim) => dim !== undefined);
  const lora = lowRank(call, 'kernel', dims.slice(0, -1), dims.at(-1));
  const inputs = [call.x, matrix, bias, ...others, ...lora];
  return call.activated(call.emit(isKnown ? result : undefined, { inputs }));
}

/** A bias has the axes that are named, from the first of them on; those between are 1. */
function biasDims(
  axes: string,
  output: string,
  sizes: ReadonlyMap<string, Dim>,
): readonly (Dim | undefined)[] {
  const first = smallest(
    [...axes].map((letter) => output.indexOf(letter)).filter((at) => at >= 0),
    output.length,
  );
  return [...output.slice(first)].map((letter) => (axes.includes(letter) ? sizes.get(letter) : 1));
}

export function embedding(call: Call): Value {
  const [rows, width] = [call.int('input_dim'), call.int('output_dim')];
  const { matrix, others } = stored(call, 'embeddings', [rows, width], { rows: width, columns: [rows] });
  const lora = lowRank(call, 'embeddings', [rows], width);
  const back = call.value('tie_weights') === false ? [call.weight('reverse_embeddings', [width, rows])] : [];
  const { shape } = call;
  const isBack = call.is('reverse');
  const result = isBack
    ? shape && rows !== undefined && [...shape.slice(0, -1), rows]
    : shape && width !== undefined && [...shape, width];
  const dtype: DataType = call.policy.compute;
  const operator = isBack ? 'ReverseEmbedding' : call.className;
  return call.emit(result || undefined, {
    inputs: [call.x, matrix, ...others, ...lora, ...back],
    dtype,
    operator,
  });
}
