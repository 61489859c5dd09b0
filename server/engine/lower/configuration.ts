import { entryOf } from '../../../outside/table';
import type { DataType } from '../graph/dataTypes';
import type { Tensor } from '../graph/model';
import type { Architecture, Entry, Exit, Layer, RowEntry } from './architecture';
import table from './configuration.json';
import { isInLayer, layerOf, patchesOfWindow } from './configurationLayers';
import { hasRole, isTrue, rowAndFields, rowOf, type Row } from './configurationRow';
import { objectOf, type Fields, type JsonObject } from './fields';
import { MissingKeyError } from './hyperparameters';
import type { Quantisation } from './quantisation';
import { WeightsOfConfiguration, type StatedWeights } from './weightsOfConfiguration';

/** Layers at most: the largest models have some 130. */
const mostLayers = 2000;

/** A configuration of transformers with what belongs to it. */
export interface Given {
  readonly configuration: JsonObject;
  readonly tensors: readonly Tensor[];
  readonly quantisation: Quantisation | null;
}

/** Which part of a model a configuration is of: its type, what its tensors' names begin with, and what its fields default to. */
export interface PartOfModel {
  readonly type: string;
  readonly prefix?: string;
  readonly defaults?: JsonObject;
}

/** An architecture in neutral terms with its weights by role. */
export interface Described {
  readonly architecture: Architecture;
  readonly weights: WeightsOfConfiguration;
}

/** A configuration's architecture and weights. Throws a `MissingKeyError` where a number is missing. */
export function ofConfiguration(name: string, given: Given, part: PartOfModel): Described {
  const { row, fields } = rowAndFields(rowOf(part.type)!, given.configuration, part.defaults);
  const hidden = fields.need('hidden');
  const count = fields.need('layers');
  const further = row.names?.predictorProjection ? (fields.number('num_nextn_predict_layers') ?? 0) : 0;
  if (count + further > mostLayers) throw new MissingKeyError('num_hidden_layers');
  const all = Array.from({ length: count + further }, (_, layer) => layerOf(row, fields, layer));
  const [layers, predictors] = [all.slice(0, count), all.slice(count)];
  const weights = weightsOf({ row, fields, layers: all, rows: rowsOf(row, fields) }, given, part.prefix);
  return { architecture: { ...architectureOf(row, fields, hidden), name, layers, predictors }, weights };
}

/** What a row and fields say of weights, and the layers that they are in. */
export interface StatedRow {
  readonly row: Row;
  readonly fields: Fields;
  readonly layers: readonly Layer[];
  readonly rows: StatedWeights['rows'];
}

/** The weights that a row names. */
export function weightsOf(
  { row, fields, layers, rows }: StatedRow,
  { tensors, quantisation }: Given,
  prefix = '',
): WeightsOfConfiguration {
  const stated: StatedWeights = {
    names: row.names ?? {},
    prefix,
    has: (role, part, layer) => hasRole(row, fields, role, part) && isInLayer(layers, role, layer),
    rows,
    type: elementType(fields),
    isQuantised: quantisation !== null,
    quantised: (role) => (quantisation?.isOf(role) === true ? quantisation.type : undefined),
    expertParts: row.experts?.parts ?? table.expertParts,
  };
  return new WeightsOfConfiguration(stated, tensors);
}

/** Rows of tables that no product states. */
function rowsOf(row: Row, fields: Fields): StatedWeights['rows'] {
  const classes = Object.keys(objectOf(fields.value('id2label')) ?? {}).length;
  const labels = classes || (fields.number('num_labels') ?? 2);
  const heads = { classifier: labels, distillationClassifier: labels };
  if (row.entry !== undefined) return heads;
  return {
    embedding: fields.need('vocabulary'),
    positions: positionsOf(row, fields),
    tokenTypes: fields.number('tokenTypes') ?? 0,
    distanceBias: fields.number('relative_attention_num_buckets') ?? 0,
  };
}

function entryOfRow(row: Row, fields: Fields): Entry {
  const { entry } = row;
  if (entry === undefined) return { kind: 'tokens' };
  if (entry === 'frames')
    return { kind: 'frames', channels: fields.need('channels'), positions: fields.need('positions') };
  if (entry === 'rows') return rowEntry(row, fields);
  return {
    kind: 'patches',
    channels: fields.need('channels'),
    image: fields.pair('image'),
    patch: fields.pair('patch'),
  };
}

function rowEntry({ windows }: Row, fields: Fields): RowEntry {
  const [height, width] = fields.pair('patch');
  const hasWindows = typeof windows === 'object' && 'pixels' in windows;
  return {
    kind: 'rows',
    patch: [fields.need('channels'), fields.need('temporal_patch_size'), height, width],
    merged: fields.need('spatial_merge_size') ** 2,
    window: hasWindows ? patchesOfWindow(fields, windows.pixels) : null,
  };
}

function exitOf(row: Row, fields: Fields): Exit {
  if (row.exit !== undefined && hasRole(row, fields, 'classifier', 'weight')) return row.exit;
  return row.isEncoder === true ? 'states' : 'logits';
}

function architectureOf(
  row: Row,
  fields: Fields,
  hidden: number,
): Omit<Architecture, 'name' | 'layers' | 'predictors'> {
  return {
    entry: entryOfRow(row, fields),
    hidden,
    norm: { kind: row.norm ?? 'rms', epsilon: fields.number('epsilon') ?? 1e-5 },
    isParallel: isTrue(row.isParallel, fields),
    isPostNorm: row.isEncoder === true && row.isPreNorm !== true,
    isCausal: row.isEncoder !== true || row.isCausalEncoder === true,
    hasCache: row.isEncoder !== true && row.recurrence === undefined,
    embeddingScale:
      fields.number('embedding_multiplier') ?? (row.scalesEmbedding === true ? Math.sqrt(hidden) : 1),
    residualScale: fields.number('residual_multiplier') ?? 1,
    logitScale:
      fields.number('logit_scale') ??
      (row.scalesLogits === true ? hidden ** -0.5 : 1 / (fields.number('logits_scaling') ?? 1)),
    logitSoftcap: fields.number('final_logit_softcapping') ?? 0,
    exit: exitOf(row, fields),
    pool: row.pool ?? 'none',
    attentionScale: row.attentionScale ?? null,
    distance: fields.number('relative_attention_max_distance') ?? 128,
  };
}

function positionsOf({ positionOffset = 0 }: Row, fields: Fields): number {
  return (fields.number('positions') ?? 0) + positionOffset;
}

function elementType(fields: Fields): DataType {
  return (entryOf(table.elementTypes, fields.text('type') ?? 'float32') ?? 'float') as DataType;
}
