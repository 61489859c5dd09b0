import { entryOf } from '../../../../../outside/table';
import type { Call } from '../call';
import type { Value } from '../writer';
import { groupedQueryAttention, multiHeadAttention, plainAttention } from './attention';
import table from './layers.json';
import * as movements from './movements';
import * as normalizations from './normalizations';
import { dense, einsumDense, embedding } from './products';
import { ofCells, recurrent } from './recurrent';
import * as windows from './windows';
import { bidirectional, spectralNormalization, timeDistributed, type CallInner } from './wrappers';

/** What a layer gives for what it is called with. */
type Layer = (call: Call, inner: CallInner) => Value | readonly Value[] | Promise<readonly Value[]>;

/** Families of classes, as layers.json names them. */
const families: Readonly<Record<keyof typeof table.families, Layer>> = {
  activation: movements.activation,
  adaptivePooling: windows.adaptivePooling,
  batchNormalization: normalizations.batchNormalization,
  bidirectional,
  concatenated: movements.concatenated,
  convolution: windows.convolution,
  convolutionalRecurrence: windows.convolutionalRecurrence,
  cropping: windows.cropping,
  dense,
  depthwiseConvolution: windows.depthwiseConvolution,
  dot: movements.dot,
  einsumDense: (call) => einsumDense(call),
  embedding,
  flattened: movements.flattened,
  globalPooling: windows.globalPooling,
  groupedQueryAttention,
  layerScale: normalizations.layerScale,
  layerNormalization: normalizations.layerNormalization,
  merged: movements.merged,
  multiHeadAttention,
  normalization: normalizations.normalization,
  ofCells,
  padding: windows.padding,
  pRelu: normalizations.pRelu,
  permuted: movements.permuted,
  plainAttention,
  pooling: (call) => windows.pooling(call),
  recurrent,
  repeated: movements.repeated,
  reshaped: movements.reshaped,
  rmsNormalization: normalizations.rmsNormalization,
  sameShape: movements.sameShape,
  separableConvolution: windows.separableConvolution,
  sized: windows.sized,
  spectralNormalization,
  timeDistributed,
  transposedConvolution: windows.transposedConvolution,
  upSampling: windows.upSampling,
};

const layers: ReadonlyMap<string, Layer> = new Map(
  Object.entries(families).flatMap(([family, layer]) => {
    const classes = entryOf(table.families as Readonly<Record<string, readonly string[]>>, family) ?? [];
    return classes.map((name) => [name, layer] as const);
  }),
);

/** How a class of keras.layers is written out; undefined for one that is not known here. */
export function layerOf(className: string): Layer | undefined {
  return layers.get(className);
}
