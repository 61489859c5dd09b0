import { batch } from '../blocks';
import { int } from '../graphWriter';
import { input, linear, operate, pathOf, silu, type Net } from './net';

/**
 * Sines and cosines of a number at so many frequencies: [batch, width].
 * Source: diffusers, models/embeddings.py, `get_timestep_embedding`.
 */
export function waves(net: Net, path: string, numbers: string, width: number): string {
  const { writer } = net;
  const frequencies = writer.stored({
    name: `${path}/frequencies`,
    dtype: writer.type,
    dims: [1, width / 2],
    data: { place: 'none' },
    elements: Array.from({ length: width / 2 }, (_, i) => Math.exp((-Math.log(10_000) * i) / (width / 2))),
  });
  const axis = writer.integers(`${path}/axis`, [-1]);
  const column = operate(net, path, 'Unsqueeze', [numbers, axis]);
  const angles = operate(net, path, 'Mul', [column, frequencies]);
  const both = [operate(net, path, 'Cos', [angles]), operate(net, path, 'Sin', [angles])];
  return operate(net, path, 'Concat', both, { attributes: [int('axis', -1)] });
}

/** Two products with SiLU between them: `linear_1` and `linear_2` of a module. */
export function embedding(
  net: Net,
  module: string,
  value: string,
  dims: readonly [width: number, inputs: number],
): string {
  const [width, inputs] = dims;
  const first = linear(net, `${module}.linear_1`, value, [width, inputs]);
  return linear(net, `${module}.linear_2`, silu(net, pathOf(module), first), [width, width]);
}

/** Frequencies of the step of time in models of transformers. */
const stepWaves = 256;

/**
 * The condition [batch, width] of a transformer's blocks: of the step, the guidance where the model takes it, and a pooled text.
 * Source: diffusers, `CombinedTimestepGuidanceTextProjEmbeddings`.
 */
export function stepAndText(net: Net, width: number): string {
  const { fields } = net;
  const module = 'time_text_embed';
  const path = pathOf(module);
  const part = (name: string, given: string): string =>
    embedding(net, `${module}.${name}`, waves(net, `${path}/${name}/waves`, given, stepWaves), [
      width,
      stepWaves,
    ]);
  let sum = part('timestep_embedder', input(net, 'timestep', [batch]));
  if (fields.holds('guidance_embeds')) {
    const guidance = part('guidance_embedder', input(net, 'guidance', [batch]));
    sum = operate(net, `${path}/guidance`, 'Add', [sum, guidance]);
  }
  const pooled = fields.need('pooled_projection_dim');
  const text = input(net, 'pooled_projections', [batch, pooled]);
  return operate(net, path, 'Add', [sum, embedding(net, `${module}.text_embedder`, text, [width, pooled])]);
}

/** So many rows [batch, 1, width] that a block takes from the condition: shifts, scales and gates. */
export function modulation(
  net: Net,
  module: string,
  condition: string,
  { width, count }: { readonly width: number; readonly count: number },
): readonly string[] {
  const path = pathOf(module);
  const made = linear(net, `${module}.linear`, silu(net, path, condition), [count * width, width]);
  const outputs = Array.from({ length: count }, (_, i) => `${path}/Split_output_${i}`);
  const axis = net.writer.integers(`${path}/axis`, [1]);
  const row = operate(net, path, 'Unsqueeze', [made, axis]);
  net.writer.node(`${path}/Split`, 'Split', [row], {
    outputs,
    attributes: [int('axis', -1), int('num_outputs', count)],
  });
  return outputs;
}

/** value · (1 + scale) + shift, each of which is one row for all tokens. */
export function modulated(
  net: Net,
  path: string,
  value: string,
  { shift, scale }: { readonly shift: string; readonly scale: string },
): string {
  const one = net.writer.scalar(`${path}/one`, 1);
  const factor = operate(net, `${path}/scale`, 'Add', [scale, one]);
  const product = operate(net, path, 'Mul', [value, factor]);
  return operate(net, `${path}/shift`, 'Add', [product, shift]);
}

/** A residual with what a gate lets through added to it. */
export function gatedSum(
  net: Net,
  path: string,
  residual: string,
  { gate, value }: { readonly gate: string; readonly value: string },
): string {
  return operate(net, `${path}/residual`, 'Add', [
    residual,
    operate(net, `${path}/gate`, 'Mul', [gate, value]),
  ]);
}

/** [batch, channels] as [batch, channels, 1, 1]. */
export function asImage(net: Net, path: string, value: string): string {
  const axes = net.writer.integers(`${path}/axes`, [2, 3]);
  return operate(net, path, 'Unsqueeze', [value, axes]);
}
