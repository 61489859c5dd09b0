import { add, ceilDivide, floorDivide, minimum, multiply, subtract, type Dim } from '../graph/dim';
import type { AttributeReader } from './rule';

/** How a kernel slides over the spatial axes; every list has one entry per axis, pads has begins then ends. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

/** Reads the window attributes for `axes` spatial axes; missing ones take the defaults of the specification. */
export function readWindow(attributes: AttributeReader, kernel: readonly Dim[]): Window {
  const axes = kernel.length;
  const list = (name: string, length: number, fallback: number): readonly number[] => {
    const value = attributes.ints(name);
    return value?.length === length ? value : new Array<number>(length).fill(fallback);
  };
  return {
    kernel,
    strides: list('strides', axes, 1),
    dilations: list('dilations', axes, 1),
    pads: list('pads', 2 * axes, 0),
    autoPad: attributes.string('auto_pad', 'NOTSET'),
    ceil: attributes.int('ceil_mode', 0) !== 0,
  };
}

/** Extent of the dilated kernel on an axis: dilation·(kernel − 1) + 1. */
function extent(window: Window, axis: number): Dim {
  return add(multiply(window.dilations[axis] ?? 1, subtract(window.kernel[axis] ?? 1, 1)), 1);
}

/**
 * Output length of a convolution or pooling on one axis. Source: ONNX operator specification, Conv-22 and
 * MaxPool-22: floor or ceil((input + pads − extent) / stride) + 1; SAME_* gives ceil(input / stride). With ceil_mode
 * a window that would begin in the end padding is left out, hence the minimum.
 */
export function slideLength(input: Dim, window: Window, axis: number): Dim {
  const stride = window.strides[axis] ?? 1;
  if (window.autoPad.startsWith('SAME')) return ceilDivide(input, stride);
  const valid = window.autoPad === 'VALID';
  const begin = valid ? 0 : (window.pads[axis] ?? 0);
  const end = valid ? 0 : (window.pads[axis + window.kernel.length] ?? 0);
  const room = subtract(add(input, begin + end), extent(window, axis));
  if (!window.ceil || stride === 1) return add(floorDivide(room, stride), 1);
  return minimum(add(ceilDivide(room, stride), 1), ceilDivide(add(input, begin), stride));
}

/**
 * Output length of a transposed convolution on one axis. Source: ONNX operator specification, ConvTranspose-22:
 * stride·(input − 1) + output_padding + extent − pads; SAME_* gives input·stride.
 */
export function transposedLength(input: Dim, window: Window, outputPadding: number, axis: number): Dim {
  const stride = window.strides[axis] ?? 1;
  if (window.autoPad.startsWith('SAME')) return multiply(input, stride);
  const pads =
    window.autoPad === 'VALID'
      ? 0
      : (window.pads[axis] ?? 0) + (window.pads[axis + window.kernel.length] ?? 0);
  const span = add(multiply(subtract(input, 1), stride), extent(window, axis));
  return add(span, outputPadding - pads);
}
