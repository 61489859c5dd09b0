import { batch } from '../blocks';
import { doubled, halved, placesAttention, residual, type Images } from './images';
import {
  allowOnly,
  blocksOf,
  convolution,
  groupNorm,
  input,
  layersOf,
  output,
  silu,
  sizesOf,
  type Net,
} from './net';

const upTypes: ReadonlySet<string> = new Set(['UpDecoderBlock2D']);
const downTypes: ReadonlySet<string> = new Set(['DownEncoderBlock2D']);

/**
 * The decoder of an AutoencoderKL: an image of a latent one, eight times as high and wide with four blocks. The encoder is
 * stored, and not run: pipelines that make images of texts do not need it.
 * Source: diffusers, models/autoencoders/autoencoder_kl.py and vae.py.
 */
export function autoencoder(net: Net): void {
  const { fields } = net;
  allowOnly(fields, { act_fn: ['silu', 'swish'] });
  const down = blocksOf(fields, 'down_block_types', downTypes);
  const up = blocksOf(fields, 'up_block_types', upTypes);
  const channels = sizesOf(fields, 'block_out_channels', up.length);
  sizesOf(fields, 'block_out_channels', down.length);
  const latent = fields.need('latent_channels');
  const scale = 2 ** (channels.length - 1);
  const side = fields.pair('sample_size').map((size) => Math.ceil(size / scale));
  let state = input(net, 'latent_sample', [batch, latent, ...side]);
  const place = { outputs: latent, inputs: latent, size: 1, pads: [0, 0] as const };
  if (fields.holds('use_post_quant_conv')) state = convolution(net, 'post_quant_conv', state, place);
  const images: Images = { net, groups: fields.need('norm_num_groups'), epsilon: 1e-6, step: null };
  output(net, decoded(images, state, channels, latent), 'sample');
  const aside = net.writer.aside();
  encoded({ ...images, net: { ...net, writer: aside } }, channels, latent);
}

/** What all blocks end with: a norm, SiLU and a convolution. */
function last(
  { net, groups, epsilon }: Images,
  module: string,
  state: string,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): string {
  const name = `${module}.conv_norm_out`;
  const open = silu(net, `/${module}`, groupNorm(net, name, state, { channels: inputs, groups, epsilon }));
  return convolution(net, `${module}.conv_out`, open, { outputs, inputs, size: 3 });
}

function middle(images: Images, module: string, state: string, width: number): string {
  const same = { inputs: width, outputs: width };
  let value = residual(images, `${module}.resnets.0`, state, same);
  if (images.net.fields.holds('mid_block_add_attention'))
    value = placesAttention(images, `${module}.attentions.0`, value, width);
  return residual(images, `${module}.resnets.1`, value, same);
}

function decoded(images: Images, given: string, channels: readonly number[], latent: number): string {
  const { net } = images;
  const { fields } = net;
  const widest = channels.at(-1)!;
  let state = convolution(net, 'decoder.conv_in', given, { outputs: widest, inputs: latent, size: 3 });
  state = middle(images, 'decoder.mid_block', state, widest);
  let inputs = widest;
  for (const [block, outputs] of [...channels].reverse().entries()) {
    const module = `decoder.up_blocks.${block}`;
    for (let layer = 0; layer <= layersOf(fields, 'layers_per_block'); layer++) {
      state = residual(images, `${module}.resnets.${layer}`, state, { inputs, outputs });
      inputs = outputs;
    }
    if (block < channels.length - 1) state = doubled(net, module, state, outputs);
  }
  return last(images, 'decoder', state, { inputs, outputs: fields.need('out_channels') });
}

/** The encoder's weights, by the graph that would read them. */
function encoded(images: Images, channels: readonly number[], latent: number): void {
  const { net } = images;
  const { fields } = net;
  const first = channels[0]!;
  const given = fields.need('in_channels');
  let state = convolution(net, 'encoder.conv_in', '', { outputs: first, inputs: given, size: 3 });
  let inputs = first;
  for (const [block, outputs] of channels.entries()) {
    const module = `encoder.down_blocks.${block}`;
    for (let layer = 0; layer < layersOf(fields, 'layers_per_block'); layer++) {
      state = residual(images, `${module}.resnets.${layer}`, state, { inputs, outputs });
      inputs = outputs;
    }
    if (block < channels.length - 1) state = halved(net, module, state, { channels: outputs, pads: [0, 1] });
  }
  state = middle(images, 'encoder.mid_block', state, inputs);
  // Means and variances.
  const both = 2 * latent;
  state = last(images, 'encoder', state, { inputs, outputs: both });
  if (fields.holds('use_quant_conv'))
    convolution(net, 'quant_conv', state, { outputs: both, inputs: both, size: 1, pads: [0, 0] });
}
