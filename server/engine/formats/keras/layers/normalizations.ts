import type { Dim } from '../../../graph/dim';
import type { Call } from '../call';
import { axisOf } from '../../shapes';
import { absent, type Value } from '../writer';

/** A weight for each place of an axis, where the layer is told to have it. */
function perPlace(call: Call, flag: string, name: string, dims: readonly (Dim | undefined)[]): Value {
  return call.is(flag, true) ? call.weight(name, dims) : absent;
}

export function batchNormalization(call: Call): Value {
  const axis = call.axis('axis', -1);
  const dims = [axis === undefined ? undefined : call.shape?.[axis]];
  const renorm = call.is('renorm') ? ['moving_stddev', 'renorm_mean', 'renorm_stddev'] : [];
  const inputs = [
    call.x,
    perPlace(call, 'scale', 'gamma', dims),
    perPlace(call, 'center', 'beta', dims),
    ...['moving_mean', 'moving_variance', ...renorm].map((name) => call.weight(name, dims)),
  ];
  return call.emit(call.shape, { inputs });
}

/** Sizes of the axes that a layer names; of all where it names none. */
function named(call: Call): readonly (Dim | undefined)[] {
  const { shape } = call;
  const list = call.list('axis') ?? [call.int('axis') ?? -1];
  return list.map((axis) => shape?.[axisOf(axis, shape.length) ?? -1]);
}

export function layerNormalization(call: Call): Value {
  const dims = named(call);
  const inputs = [call.x, perPlace(call, 'scale', 'gamma', dims), perPlace(call, 'center', 'beta', dims)];
  return call.emit(call.shape, { inputs });
}

export function rmsNormalization(call: Call): Value {
  return call.emit(call.shape, { inputs: [call.x, call.weight('scale', named(call))] });
}

/** Mean and variance that were counted beforehand, of each place of the axes; numbers of the configuration are no weights. */
export function normalization(call: Call): Value {
  const isStated = call.value('mean') !== undefined && call.value('mean') !== null;
  const dims = call.list('axis')?.length === 0 ? [] : named(call);
  const counted = isStated
    ? []
    : [call.weight('mean', dims), call.weight('variance', dims), call.weight('count', [], 'int64')];
  // The count says how many rows were adapted to; no run reads it.
  return call.emit(call.shape, { inputs: [call.x, ...counted.slice(0, 2)] });
}

export function pRelu(call: Call): Value {
  const shared = new Set(call.list('shared_axes') ?? []);
  const dims = call.shape?.slice(1).map((dim, i) => (shared.has(i + 1) ? 1 : dim));
  return call.emit(call.shape, { inputs: [call.x, call.weight('alpha', dims)] });
}

/** A factor for each channel (ConvNeXt). */
export function layerScale(call: Call): Value {
  return call.emit(call.shape, { inputs: [call.x, call.weight('gamma', [call.int('projection_dim')])] });
}
