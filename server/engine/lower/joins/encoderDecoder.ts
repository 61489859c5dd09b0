import type { HeadsAttention } from '../architecture';

import { batch, encoderSequence, sequence, type Building } from '../blocks';
import { crossKeys } from '../crossAttention';
import { finish } from '../exits';
import { graph, type GraphWriter } from '../graphWriter';
import type { Joined } from './joined';
import { statesOf } from '../transformer';

/**
 * An encoder, and a decoder whose layers also attend to what it made. Keys and values of that are made in the first run
 * and kept: which run it is the input `use_cache_branch` says, as in the merged decoders of Optimum.
 */
export function encoderDecoder({ writer, part }: Joined): void {
  const encoder = part('encoder', { inputs: { prefix: '', length: encoderSequence, cache: '' } });
  const inputs = { prefix: 'decoder_', length: sequence, cache: 'decoder.' };
  const decoder = part('decoder', { inputs });
  const memory = kept(writer, encoder, decoder);
  const whole = { ...decoder, memory };
  finish(whole, statesOf(whole));
}

type Memory = readonly (readonly [key: string, value: string])[];

/** Keys and values of each layer's cross attention: of the encoder's states, or those of a run before. */
function kept(writer: GraphWriter, encoder: Building, decoder: Building): Memory {
  const { weights, architecture } = decoder;
  const { entry } = encoder.architecture;
  const path = '/memory';
  const length = entry.kind === 'frames' ? entry.positions : encoderSequence;
  const names = [...architecture.layers.keys()].flatMap((layer) =>
    (['key', 'value'] as const).map((name) => ({ layer, name: `${layer}.encoder.${name}`, part: name })),
  );
  const first = writer.branch(`${path}/made`, (branch) => {
    const states = statesOf({ ...encoder, writer: branch });
    const made = { ...decoder, writer: branch };
    return [...architecture.layers.keys()].flatMap((layer) =>
      crossKeys(made, { layer, path: `${path}/layers.${layer}` }, states, encoder.architecture.hidden),
    );
  });
  const condition = writer.input('use_cache_branch', 'bool', [1]);
  const past = names.map(({ layer, name, part }) => {
    const { heads, headSize, valueHeadSize } = architecture.layers[layer]!.attention as HeadsAttention;
    const shape = [batch, heads, length, part === 'key' ? headSize : valueHeadSize];
    writer.output(`present.${name}`, weights.cacheType, shape);
    return writer.input(`past_key_values.${name}`, weights.cacheType, shape);
  });
  const again = writer.branch(`${path}/kept`, (branch) =>
    past.map((value, i) => branch.node(`${path}/${i}/Identity`, 'Identity', [value])),
  );
  const outputs = names.map(({ name }) => `present.${name}`);
  writer.node(`${path}/If`, 'If', [condition], {
    outputs,
    attributes: [graph('then_branch', again), graph('else_branch', first)],
  });
  return [...architecture.layers.keys()].map((layer) => [outputs[2 * layer]!, outputs[2 * layer + 1]!]);
}
