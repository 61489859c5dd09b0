import { add, symbol } from '../../graph/dim';
import { batch } from '../blocks';
import { gatedSum, modulation, stepAndText } from './conditions';
import {
  behindAttention,
  jointAttention,
  lastRows,
  ownAttention,
  part,
  shiftedNorm,
  type Joint,
  type Streams,
} from './joint';
import { concat, gelu, input, layersOf, linear, output, pathOf, type Net } from './net';

/** Rows of patches of an image, and of tokens of a text. */
const imageTokens = symbol('image_tokens');
const textTokens = symbol('text_tokens');

/**
 * FluxTransformer2DModel: blocks over text and image with weights of their own, then blocks over both as one.
 * Source: diffusers, models/transformers/transformer_flux.py. Cosines and sines of positions come in as they are the same for all steps.
 */
export function flux(net: Net): void {
  const { fields } = net;
  const heads = fields.need('num_attention_heads');
  const size = fields.need('attention_head_dim');
  const width = heads * size;
  const channels = fields.need('in_channels');
  const textWidth = fields.need('joint_attention_dim');
  const image = linear(net, 'x_embedder', input(net, 'hidden_states', [batch, imageTokens, channels]), [
    width,
    channels,
  ]);
  const condition = stepAndText(net, width);
  const given = input(net, 'encoder_hidden_states', [batch, textTokens, textWidth]);
  const text = linear(net, 'context_embedder', given, [width, textWidth]);
  const positions = [batch, add(textTokens, imageTokens), size / 2];
  const rotary = [input(net, 'rotary_cos', positions), input(net, 'rotary_sin', positions)] as const;
  const joint: Joint = { net, width, heads, condition, rotary, isNormed: true };
  let streams: Streams = { text, image };
  for (let layer = 0; layer < layersOf(fields, 'num_layers'); layer++)
    streams = doubleBlock(joint, `transformer_blocks.${layer}`, streams);
  let both = concat(net, '/streams', [streams.text, streams.image], 1);
  for (let layer = 0; layer < layersOf(fields, 'num_single_layers'); layer++)
    both = singleBlock(joint, `single_transformer_blocks.${layer}`, both);
  const rows = part(net, '/image', both, { of: image, isLast: true });
  const patch = fields.need('patch_size');
  const outputs = patch * patch * (fields.size('out_channels') ?? channels);
  output(net, lastRows(joint, rows, outputs), 'sample');
}

function doubleBlock(joint: Joint, module: string, { text, image }: Streams): Streams {
  const { net, width, condition } = joint;
  const six = (name: string): readonly string[] =>
    modulation(net, `${module}.${name}`, condition, { width, count: 6 });
  const [own, added] = [six('norm1'), six('norm1_context')];
  const read = (name: string, state: string, [shift, scale]: readonly string[]): string =>
    shiftedNorm(net, `${pathOf(module)}/${name}`, state, { shift: shift!, scale: scale! });
  const found = jointAttention(
    joint,
    { text: read('norm1_context', text, added), image: read('norm1', image, own) },
    { module: `${module}.attn`, isTextLast: false, textOutput: 'to_add_out' },
  );
  const behind = (state: string, value: string, rows: readonly string[], suffix: string): string =>
    behindAttention(joint, state, value, {
      module,
      names: { norm: `norm2${suffix}`, network: `ff${suffix}` },
      rows: rows.slice(2) as [string, string, string, string],
    });
  return { image: behind(image, found.image, own, ''), text: behind(text, found.text!, added, '_context') };
}

/** Attention and network side by side, with one product behind both. */
function singleBlock(joint: Joint, module: string, state: string): string {
  const { net, width, condition } = joint;
  const path = pathOf(module);
  const [shift, scale, gate] = modulation(net, `${module}.norm`, condition, { width, count: 3 });
  const read = shiftedNorm(net, `${path}/norm`, state, { shift: shift!, scale: scale! });
  const up = linear(net, `${module}.proj_mlp`, read, [4 * width, width]);
  const mapped = gelu(net, `${path}/act_mlp`, up, 'tanh');
  const found = ownAttention(joint, `${module}.attn`, read, false);
  const both = concat(net, `${path}/both`, [found, mapped], 2);
  const value = linear(net, `${module}.proj_out`, both, [width, 5 * width]);
  return gatedSum(net, path, state, { gate: gate!, value });
}
