import { symbol } from '../../graph/dim';
import { batch } from '../blocks';
import { MissingKeyError } from '../hyperparameters';
import { gatedSum, modulated, modulation, stepAndText } from './conditions';
import {
  behindAttention,
  jointAttention,
  lastRows,
  ownAttention,
  shiftedNorm,
  type Joint,
  type Streams,
} from './joint';
import {
  allowOnly,
  convolution,
  input,
  layersOf,
  linear,
  operate,
  output,
  parameter,
  pathOf,
  plainNorm,
  rowsOfImage,
  type Net,
} from './net';

/** Tokens of a text: those of CLIP, and behind them those of T5. */
const textTokens = symbol('clip_and_t5_tokens');

/**
 * SD3Transformer2DModel: blocks over text and image, of which the last one leaves the text alone.
 * Source: diffusers, models/transformers/transformer_sd3.py and models/attention.py, `JointTransformerBlock`.
 */
export function stableDiffusion3(net: Net): void {
  const { fields } = net;
  allowOnly(fields, { qk_norm: [null, 'rms_norm'] });
  const heads = fields.need('num_attention_heads');
  const width = heads * fields.need('attention_head_dim');
  const patch = fields.need('patch_size');
  const textWidth = fields.need('joint_attention_dim');
  const image = patches(net, width, patch);
  const condition = stepAndText(net, width);
  const given = input(net, 'encoder_hidden_states', [batch, textTokens, textWidth]);
  const text = linear(net, 'context_embedder', given, [fields.need('caption_projection_dim'), textWidth]);
  const isNormed = fields.holds('qk_norm');
  const joint: Joint = { net, width, heads, condition, rotary: null, isNormed };
  const count = layersOf(fields, 'num_layers');
  const dual = fields.list('dual_attention_layers') ?? [];
  let streams: Streams = { text, image };
  for (let layer = 0; layer < count; layer++)
    streams = block(joint, `transformer_blocks.${layer}`, streams, {
      isLast: layer === count - 1,
      isDual: dual.includes(layer),
    });
  const channels = fields.size('out_channels') ?? fields.need('in_channels');
  output(net, lastRows(joint, streams.image, patch * patch * channels), 'sample');
}

/** Patches of a latent image as rows, with positions from the middle of a larger table. */
function patches(net: Net, width: number, patch: number): string {
  const { fields, writer } = net;
  const channels = fields.need('in_channels');
  const size = fields.need('sample_size');
  const most = fields.need('pos_embed_max_size');
  const side = Math.floor(size / patch);
  if (side > most) throw new MissingKeyError('pos_embed_max_size');
  const path = '/pos_embed';
  const latent = input(net, 'hidden_states', [batch, channels, size, size]);
  const kernel = { outputs: width, inputs: channels, size: patch, stride: patch, pads: [0, 0] as const };
  const rows = rowsOfImage(net, path, convolution(net, 'pos_embed.proj', latent, kernel));
  // The table is stored, and no parameter of the model: the sines and cosines of its places.
  const table = parameter(net, 'pos_embed.pos_embed', [1, most * most, width]);
  const square = operate(net, `${path}/square`, 'Reshape', [
    table,
    writer.integers(`${path}/square/dims`, [1, most, most, width]),
  ]);
  const start = Math.floor((most - side) / 2);
  const [starts, ends, axes] = [
    [start, start],
    [start + side, start + side],
    [1, 2],
  ].map((values, i) => writer.integers(`${path}/crop.${i}`, values));
  const middle = operate(net, path, 'Slice', [square, starts!, ends!, axes!]);
  const flat = operate(net, `${path}/crop`, 'Reshape', [
    middle,
    writer.integers(`${path}/crop/dims`, [1, side * side, width]),
  ]);
  return operate(net, path, 'Add', [rows, flat]);
}

interface Kind {
  /** Nothing behind it reads the text. */
  readonly isLast: boolean;
  /** The image attends to itself a second time. */
  readonly isDual: boolean;
}

function block(joint: Joint, module: string, { text, image }: Streams, { isLast, isDual }: Kind): Streams {
  const { net, width, condition } = joint;
  const rowsOf = (name: string, count: number): readonly string[] =>
    modulation(net, `${module}.${name}`, condition, { width, count });
  const own = rowsOf('norm1', isDual ? 9 : 6);
  const added = rowsOf('norm1_context', isLast ? 2 : 6);
  // Of the last block's text the scale stands before the shift.
  const [first, second] = added;
  const rows = isLast ? { shift: second!, scale: first! } : { shift: first!, scale: second! };
  const readText = shiftedNorm(net, `${pathOf(module)}/norm1_context`, text, rows);
  const at = `${pathOf(module)}/norm1`;
  const plain = plainNorm(net, at, image);
  const found = jointAttention(
    joint,
    { text: readText, image: modulated(net, at, plain, { shift: own[0]!, scale: own[1]! }) },
    { module: `${module}.attn`, isTextLast: true, textOutput: isLast ? null : 'to_add_out' },
  );
  let state = image;
  if (isDual) {
    const read = modulated(net, `${at}/second`, plain, { shift: own[6]!, scale: own[7]! });
    const again = ownAttention(joint, `${module}.attn2`, read, true);
    state = gatedSum(net, `${pathOf(module)}/attn2`, image, { gate: own[8]!, value: again });
  }
  const behind = (value: string, of: string, rows: readonly string[], suffix: string): string =>
    behindAttention(joint, of, value, {
      module,
      names: { norm: `norm2${suffix}`, network: `ff${suffix}` },
      rows: rows.slice(2, 6) as [string, string, string, string],
    });
  const next = behind(found.image, state, own, '');
  return { image: next, text: found.text === null ? text : behind(found.text, text, added, '_context') };
}
