import { multiply } from '../../graph/dim';
import type { PatchEntry } from '../architecture';
import { batch, linear, norm, type Building } from '../blocks';
import { embedded, patchesOf } from '../entries';
import { finish } from '../exits';
import { activated } from '../feedForward';
import { graph, ints, type GraphWriter } from '../graphWriter';
import { pooled } from '../pooling';
import { statesOf, statesOfLayers } from '../transformer';
import type { Joined } from './joined';

/**
 * A text in which an image stands: its patches go through a tower and a projector and take the places of tokens. Whether a
 * run has one says the input `has_images`; a decode step has none.
 * Source: LLaVA (arXiv 2304.08485), 4.1; the projectors in transformers' modeling_llava.py, _gemma3.py and _paligemma.py.
 */
export function imagesInText(joined: Joined): void {
  const { writer, part } = joined;
  const text = part('text');
  const path = '/images';
  const state = embedded(text);
  const within = writer.branch(`${path}/some`, (branch) => [withImages(joined, branch, state)]);
  const without = writer.branch(`${path}/none`, (branch) => [
    branch.node(`${path}/none/Identity`, 'Identity', [state]),
  ]);
  const condition = writer.input('has_images', 'bool', [1]);
  const read = writer.node(`${path}/If`, 'If', [condition], {
    attributes: [graph('then_branch', within), graph('else_branch', without)],
  });
  finish(text, statesOf(text, read));
}

/** The embeddings of a text, with rows of its image in the places [rows, batch and position] that say where each goes. */
function withImages(joined: Joined, writer: GraphWriter, state: string): string {
  const { fields, part } = joined;
  const tower = part('vision', { writer });
  const tokens = fields.number('mm_tokens_per_image');
  const { rows, count } = imageRows(tower, fields.number('vision_feature_layer'), tokens);
  const made = projected(joined, tower, rows);
  const places = writer.input('image_places', 'int64', [multiply(batch, count), 2]);
  return writer.node('/images/ScatterND', 'ScatterND', [state, places, made]);
}

/** Rows of an image that a projector reads, [batch, rows, width], and how many. */
function imageRows(
  tower: Building,
  layer: number | undefined,
  tokens: number | undefined,
): { readonly rows: string; readonly count: number } {
  const states = statesOfLayers(tower);
  const last = norm(tower, { path: tower.path }, states.at(-1)!, 'finalNorm');
  // A state for the whole image is made as well, though nothing reads it; a runtime may drop that.
  if (tower.architecture.pool !== 'none') pooled(tower, last);
  const read = (layer === undefined ? undefined : states.at(layer)) ?? last;
  const entry = tower.architecture.entry as PatchEntry;
  if (tokens !== undefined) return { rows: means(tower, entry, read, tokens), count: tokens };
  return { rows: withoutClass(tower, read), count: patchesOf(entry) };
}

/** The rows of patches without that of the token before them. */
function withoutClass({ writer, weights, path }: Building, rows: string): string {
  if (!weights.has('classToken')) return rows;
  const at = `${path}/patches`;
  const [start, end, axis] = [1, Number.MAX_SAFE_INTEGER, 1].map((value, i) =>
    writer.integers(`${at}/slice.${i}`, [value]),
  );
  return writer.node(`${at}/Slice`, 'Slice', [rows, start!, end!, axis!]);
}

/** Means of squares of patches, as many as a model takes of an image. */
function means(
  { writer, path }: Building,
  { image, patch }: PatchEntry,
  rows: string,
  tokens: number,
): string {
  const [height, width] = [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])];
  const side = Math.floor(height / Math.sqrt(tokens));
  const at = `${path}/means`;
  const swap = [ints('perm', [0, 2, 1])];
  const columns = writer.node(`${at}/Transpose`, 'Transpose', [rows], { attributes: swap });
  const square = writer.integers(`${at}/square`, [0, 0, height, width]);
  const grid = writer.node(`${at}/Reshape`, 'Reshape', [columns, square]);
  const pool = writer.node(`${at}/AveragePool`, 'AveragePool', [grid], {
    attributes: [ints('kernel_shape', [side, side]), ints('strides', [side, side])],
  });
  const dims = writer.integers(`${at}/dims`, [0, 0, -1]);
  const flat = writer.node(`${at}/flat/Reshape`, 'Reshape', [pool, dims]);
  return writer.node(`${at}/back/Transpose`, 'Transpose', [flat], { attributes: swap });
}

/** Rows of an image in the space of the text's embeddings: [rows of all requests, width]. */
function projected({ weights, part }: Joined, tower: Building, rows: string): string {
  const { writer } = tower;
  const { hidden, norm: kind } = part('text').architecture;
  const path = '/projector';
  const width = tower.architecture.hidden;
  // The projector is the text model's: its norm is of that one's kind.
  const building = { ...tower, weights, path, architecture: { ...tower.architecture, norm: kind } };
  const normed = norm(building, { path }, rows, 'projectorNorm', [width]);
  let state = linear(building, { path }, normed, 'projectorUp', [hidden, width]);
  if (weights.has('projectorDown')) {
    const middle = activated(writer, path, state, 'gelu');
    state = linear(building, { path }, middle, 'projectorDown', [hidden, hidden]);
  }
  const dims = writer.integers(`${path}/dims`, [-1, hidden]);
  return writer.node(`${path}/Reshape`, 'Reshape', [state, dims]);
}
