import { linear, productWith } from '../blocks';
import { int } from '../graphWriter';
import type { Joined } from './joined';
import { pooled } from '../pooling';
import { statesOf } from '../transformer';

/**
 * A text and an image, each as one row of the same space, and how near the rows are to each other: logits [images, texts].
 * Source: CLIP (arXiv 2103.00020), figure 3; SigLIP (arXiv 2303.15343), algorithm 1.
 */
export function contrastive(joined: Joined): void {
  const { writer, weights } = joined;
  const texts = row(joined, 'text', 'textProjection');
  const images = row(joined, 'vision', 'imageProjection');
  const path = '/logits';
  const scale = writer.node(`${path}/Exp`, 'Exp', [writer.weight(weights.take('logitScale', 'weight', [1]))]);
  const product = productWith(writer, path, images, texts);
  let logits = writer.node(`${path}/Mul`, 'Mul', [product, scale]);
  const bias = weights.find('logitBias', 'weight', [1]);
  if (bias) logits = writer.node(`${path}/Add`, 'Add', [logits, writer.weight(bias)]);
  writer.node(`${path}/Identity`, 'Identity', [logits], { outputs: ['logits_per_image'] });
  writer.output('logits_per_image', writer.type);
}

/** The row of length 1 that stands for what a part read; it is given out too. */
function row(
  { writer, weights, fields, part }: Joined,
  name: 'text' | 'vision',
  role: 'textProjection' | 'imageProjection',
): string {
  const building = part(name);
  const state = pooled(building, statesOf(building));
  const { path, architecture } = building;
  const projected = weights.has(role)
    ? linear({ ...building, weights }, { path }, state, role, [
        fields.need('projection_dim'),
        architecture.hidden,
      ])
    : state;
  const output = name === 'text' ? 'text_embeds' : 'image_embeds';
  writer.node(`${path}/LpNormalization`, 'LpNormalization', [projected], {
    outputs: [output],
    attributes: [int('axis', -1), int('p', 2)],
  });
  writer.output(output, writer.type);
  return output;
}
