import { multiply, type Dim } from '../../graph/dim';
import type { HeadsAttention, PatchEntry, RowEntry } from '../architecture';
import { batch, linear, norm, type Building } from '../blocks';
import { embedded, mergedCount, patchCount, patchesOf } from '../entries';
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
  withRows(joined, towerRows);
}

/**
 * The same for images of any size, whose tower reads rows of patches, and whose projector makes one row of several.
 * Source: Qwen2-VL (arXiv 2409.12191), 2.1; Qwen2.5-VL (arXiv 2502.13923), 2.1; transformers' modeling_qwen2_5_vl.py.
 */
export function anyImagesInText(joined: Joined): void {
  withRows(joined, mergedRows);
}

/** What a tower and its projector make of an image: [rows of all requests, width of the text], and rows of each request. */
type RowsOfImage = (joined: Joined, tower: Building) => { readonly made: string; readonly count: Dim };

function withRows(joined: Joined, rowsOf: RowsOfImage): void {
  const { writer, part } = joined;
  const text = part('text');
  const path = '/images';
  const state = embedded(text);
  const within = writer.branch(`${path}/some`, (branch) => [withImages(joined, branch, state, rowsOf)]);
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
function withImages(joined: Joined, writer: GraphWriter, state: string, rowsOf: RowsOfImage): string {
  const { made, count } = rowsOf(joined, joined.part('vision', { writer }));
  const places = writer.input('image_places', 'int64', [multiply(batch, count), 2]);
  return writer.node('/images/ScatterND', 'ScatterND', [state, places, made]);
}

function towerRows(joined: Joined, tower: Building): ReturnType<RowsOfImage> {
  const { fields } = joined;
  const tokens = fields.number('mm_tokens_per_image');
  const { rows, count } = imageRows(tower, fields.number('vision_feature_layer'), tokens);
  return { made: projected(joined, tower, rows), count };
}

/** Groups of patches as one row each, through a norm and two products (`PatchMerger`). */
function mergedRows({ part }: Joined, tower: Building): ReturnType<RowsOfImage> {
  const { writer, architecture, path } = tower;
  const entry = architecture.entry as RowEntry;
  const { headSize } = architecture.layers[0]!.attention as HeadsAttention;
  const angles = [batch, patchCount(entry), headSize / 2];
  const rotary = [
    writer.input('rotary_cos', writer.type, angles),
    writer.input('rotary_sin', writer.type, angles),
  ] as const;
  const states = statesOf({ ...tower, rotary });
  const at = `${path}/merger`;
  const normed = norm(tower, { path: at }, states, 'projectorNorm');
  const inner = entry.merged * architecture.hidden;
  const groups = writer.node(`${at}/Reshape`, 'Reshape', [
    normed,
    writer.integers(`${at}/dims`, [-1, inner]),
  ]);
  const up = linear(tower, { path: at }, groups, 'projectorUp', [inner, inner]);
  const middle = activated(writer, at, up, 'gelu');
  const { hidden } = part('text').architecture;
  const made = linear(tower, { path: at }, middle, 'projectorDown', [hidden, inner]);
  return { made, count: mergedCount(entry) };
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
