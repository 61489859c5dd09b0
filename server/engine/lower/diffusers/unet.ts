import { symbol } from '../../graph/dim';
import { batch } from '../blocks';
import { MissingKeyError } from '../hyperparameters';
import { embedding, waves } from './conditions';
import { doubled, halved, residual, transformer, type Images, type Text } from './images';
import {
  allowOnly,
  blocksOf,
  concat,
  convolution,
  depthsOf,
  groupNorm,
  input,
  operate,
  output,
  silu,
  sizesOf,
  type Net,
} from './net';

/** Tokens of a text as CLIP reads them. */
const textTokens = symbol('clip_tokens');

const withText = 'CrossAttn';
const downTypes: ReadonlySet<string> = new Set(['CrossAttnDownBlock2D', 'DownBlock2D']);
const upTypes: ReadonlySet<string> = new Set(['CrossAttnUpBlock2D', 'UpBlock2D']);

/** Sizes of the blocks, from the first one down. */
interface Sizes {
  readonly channels: readonly number[];
  /** Residual blocks on the way down; there is one more on the way up. */
  readonly layers: readonly number[];
  readonly heads: readonly number[];
  /** Blocks of each transformer. */
  readonly depths: readonly number[];
  readonly isLinear: boolean;
}

/**
 * UNet2DConditionModel: blocks down to a smaller image and up again, which attend to a text (SD 1.5, SDXL).
 * Source: diffusers, models/unets/unet_2d_condition.py and unet_2d_blocks.py.
 */
export function unet(net: Net): void {
  const { fields } = net;
  allowOnly(fields, {
    mid_block_type: ['UNetMidBlock2DCrossAttn'],
    addition_embed_type: [null, 'text_time'],
    act_fn: ['silu', 'swish'],
    class_embed_type: [null],
    encoder_hid_dim_type: [null],
    resnet_time_scale_shift: ['default'],
    time_embedding_type: ['positional'],
    attention_type: ['default'],
    only_cross_attention: [false],
    dual_cross_attention: [false],
    reverse_transformer_layers_per_block: [null],
    time_cond_proj_dim: [null],
    conv_in_kernel: [3],
    conv_out_kernel: [3],
  });
  const down = blocksOf(fields, 'down_block_types', downTypes);
  const up = blocksOf(fields, 'up_block_types', upTypes);
  if (up.length !== down.length) throw new MissingKeyError('up_block_types');
  const count = down.length;
  const sizes: Sizes = {
    channels: sizesOf(fields, 'block_out_channels', count),
    layers: depthsOf(fields, 'layers_per_block', count),
    // The field of the number of heads was named after their width by mistake, and stays so.
    heads: sizesOf(
      fields,
      fields.holds('num_attention_heads') ? 'num_attention_heads' : 'attention_head_dim',
      count,
    ),
    depths: depthsOf(fields, 'transformer_layers_per_block', count),
    isLinear: fields.holds('use_linear_projection'),
  };
  const [first = 0] = sizes.channels;
  const channels = fields.need('in_channels');
  const side = fields.pair('sample_size');
  const sample = input(net, 'sample', [batch, channels, ...side]);
  const step = stepOf(net, first);
  const width = fields.need('cross_attention_dim');
  const text = { rows: input(net, 'encoder_hidden_states', [batch, textTokens, width]), width };
  const groups = fields.need('norm_num_groups');
  const images: Images = { net, groups, epsilon: fields.number('norm_eps') ?? 1e-5, step };
  const start = convolution(net, 'conv_in', sample, { outputs: first, inputs: channels, size: 3 });
  const way: Way = { images, text, sizes, kept: [{ value: start, channels: first }] };
  const bottom = middle(way, downwards(way, down, start));
  const top = upwards(way, up, bottom);
  const normed = groupNorm(net, 'conv_norm_out', top, { channels: first, groups, epsilon: images.epsilon });
  const open = silu(net, '/conv_norm_out', normed);
  const outputs = fields.need('out_channels');
  output(net, convolution(net, 'conv_out', open, { outputs, inputs: first, size: 3 }), 'out_sample');
}

/** The row of the step of time, four times as wide as the first block; in SDXL with that of a pooled text and of sizes. */
function stepOf(net: Net, first: number): Images['step'] {
  const { fields } = net;
  const width = 4 * first;
  const path = '/time_proj';
  let row = embedding(net, 'time_embedding', waves(net, path, input(net, 'timestep', [batch]), first), [
    width,
    first,
  ]);
  if (fields.holds('addition_embed_type')) {
    const inputs = fields.need('projection_class_embeddings_input_dim');
    const each = fields.need('addition_time_embed_dim');
    const numbers = sizeNumbers;
    const ids = input(net, 'time_ids', [batch, numbers]);
    const pooled = inputs - numbers * each;
    if (pooled <= 0) throw new MissingKeyError('projection_class_embeddings_input_dim');
    const text = input(net, 'text_embeds', [batch, pooled]);
    const made = waves(net, '/add_time_proj', ids, each);
    const flat = operate(net, '/add_time_proj', 'Reshape', [
      made,
      net.writer.integers('/add_time_proj/dims', [0, numbers * each]),
    ]);
    const both = concat(net, '/add_embedding', [text, flat], 1);
    row = operate(net, '/add_embedding', 'Add', [
      row,
      embedding(net, 'add_embedding', both, [width, inputs]),
    ]);
  }
  return { row: silu(net, '/time_embedding/step', row), width };
}

/** Original size, place of the crop and size asked for, two numbers each (SDXL, arXiv 2307.01952, 2.2). */
const sizeNumbers = 6;

interface Way {
  readonly images: Images;
  readonly text: Text;
  readonly sizes: Sizes;
  /** What was made on the way down, for the way up. */
  readonly kept: { readonly value: string; readonly channels: number }[];
}

function attended({ images, text, sizes }: Way, module: string, state: string, block: number): string {
  const { channels, heads, depths, isLinear } = sizes;
  const kind = { width: channels[block]!, heads: heads[block]!, layers: depths[block]!, isLinear, text };
  return transformer(images, module, state, kind);
}

function downwards(way: Way, types: readonly string[], start: string): string {
  const { images, sizes, kept } = way;
  const { channels, layers } = sizes;
  let state = start;
  let inputs = channels[0]!;
  for (const [block, type] of types.entries()) {
    const module = `down_blocks.${block}`;
    const outputs = channels[block]!;
    for (let layer = 0; layer < layers[block]!; layer++) {
      state = residual(images, `${module}.resnets.${layer}`, state, { inputs, outputs });
      if (type.startsWith(withText)) state = attended(way, `${module}.attentions.${layer}`, state, block);
      kept.push({ value: state, channels: outputs });
      inputs = outputs;
    }
    if (block === types.length - 1) continue;
    state = halved(images.net, module, state, { channels: outputs, pads: [1, 1] });
    kept.push({ value: state, channels: outputs });
  }
  return state;
}

function middle(way: Way, state: string): string {
  const { images, sizes } = way;
  const block = sizes.channels.length - 1;
  const width = sizes.channels[block]!;
  const same = { inputs: width, outputs: width };
  const first = residual(images, 'mid_block.resnets.0', state, same);
  return residual(images, 'mid_block.resnets.1', attended(way, 'mid_block.attentions.0', first, block), same);
}

function upwards(way: Way, types: readonly string[], bottom: string): string {
  const { images, sizes, kept } = way;
  let state = bottom;
  let before = sizes.channels.at(-1)!;
  for (const [up, type] of types.entries()) {
    const module = `up_blocks.${up}`;
    const block = types.length - 1 - up;
    const outputs = sizes.channels[block]!;
    for (let layer = 0; layer <= sizes.layers[block]!; layer++) {
      const skipped = kept.pop();
      if (!skipped) throw new MissingKeyError('layers_per_block');
      const both = concat(images.net, `/${module}/skips.${layer}`, [state, skipped.value], 1);
      const inputs = before + skipped.channels;
      state = residual(images, `${module}.resnets.${layer}`, both, { inputs, outputs });
      if (type.startsWith(withText)) state = attended(way, `${module}.attentions.${layer}`, state, block);
      before = outputs;
    }
    if (block > 0) state = doubled(images.net, module, state, outputs);
  }
  return state;
}
