import { elementCount } from '../graph/dataTypes';
import { add, floorDivide, multiply, subtract, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { knownScalar } from './helpers';
import type { NodeContext, OperatorRule, WorkContext } from './rule';
import { dtypeAttribute, isDim, normalizeAxis } from './shared';

/** A length given by a scalar input: its content, else a fresh symbol. */
function lengthInput(context: NodeContext, input: number, hint: string): Dim {
  const element = context.elements(input)?.[0];
  return element !== undefined && isDim(element) ? element : context.fresh(hint);
}

/** Distinct bins of a transform of real data: floor(n/2) + 1. */
const halfSpectrum = (length: Dim): Dim => add(floorDivide(length, 2), 1);

/**
 * Operations of a complex transform of n points: 5·n·log2 n, of real data half of it. Source: the operation count
 * by which FFTW reports speed (benchFFT methodology), exact for radix 2.
 */
export function fourierOperations(points: number, real: boolean): number {
  return points < 2 ? 0 : (real ? 2.5 : 5) * points * Math.log2(points);
}

/** The transformed axis: an attribute until 19 (default 1), an input from 20 on (default -2). */
function dftAxis(context: NodeContext | WorkContext, rank: number): number | undefined {
  const axis =
    context.version < 20 ? context.int('axis', 1) : context.hasInput(2) ? knownScalar(context, 2) : -2;
  return axis === undefined ? undefined : normalizeAxis(axis, rank);
}

function dftShape(context: NodeContext): Shape | undefined {
  const shape = context.shape(0);
  if (shape === undefined || shape.length < 2) return undefined;
  const axis = dftAxis(context, shape.length);
  const last = shape.length - 1;
  const oneSided = context.int('onesided', 0) !== 0;
  const toReal = oneSided && context.int('inverse', 0) !== 0;
  return shape.map((dim, index) => {
    if (index === last) return toReal ? 1 : 2;
    // Without a length of its own a two-sided transform keeps every axis, whichever it runs along.
    if (axis === undefined && !oneSided && !context.hasInput(1)) return dim;
    if (axis === undefined) return context.fresh('frequency');
    if (index !== axis) return dim;
    if (context.hasInput(1)) {
      const length = lengthInput(context, 1, 'frequency');
      return oneSided && !toReal ? halfSpectrum(length) : length;
    }
    if (toReal) return multiply(2, subtract(dim, 1));
    return oneSided ? halfSpectrum(dim) : dim;
  });
}

const dft: OperatorRule = {
  domain: '',
  name: 'DFT',
  operatorClass: 'other',
  formula: 'vector 5·n·log2 n per transform (half for real input)',
  infer: (context) => context.setTensor(0, context.dtype(0), dftShape(context)),
  work(context) {
    const shape = context.shape(0);
    const axis = dftAxis(context, shape.length) ?? Math.max(0, shape.length - 2);
    const points = knownScalar(context, 1) ?? shape[axis] ?? 1;
    const others = shape.filter((_, index) => index !== axis && index !== shape.length - 1);
    const real = shape[shape.length - 1] === 1;
    return { vector: elementCount(others) * fourierOperations(points, real) };
  },
};

/** Samples per frame: stated, else the window's length. */
function frameLength(context: NodeContext): Dim {
  const window = context.shape(2)?.[0];
  return context.hasInput(3) || window === undefined ? lengthInput(context, 3, 'frame_length') : window;
}

const stft: OperatorRule = {
  domain: '',
  name: 'STFT',
  operatorClass: 'other',
  formula: 'vector per frame: 5·n·log2 n (half for real input), + n for a window',
  infer(context) {
    const signal = context.shape(0);
    const [batch, samples] = signal ?? [];
    if (batch === undefined || samples === undefined) {
      context.setTensor(0, context.dtype(0), undefined);
      return;
    }
    const length = frameLength(context);
    const step = lengthInput(context, 1, 'frame_step');
    const frames = add(floorDivide(subtract(samples, length), step), 1);
    const bins = context.int('onesided', 1) === 0 ? length : halfSpectrum(length);
    context.setTensor(0, context.dtype(0), [batch, frames, bins, 2]);
  },
  work(context) {
    const [batch = 0, frames = 0, bins = 0] = context.outputShape(0);
    const half = context.int('onesided', 1) === 0 ? bins : 2 * (bins - 1);
    const points = knownScalar(context, 3) ?? context.shape(2)[0] ?? half;
    const real = context.shape(0)[2] !== 2;
    const window = context.hasInput(2) ? points : 0;
    return { vector: batch * frames * (fourierOperations(points, real) + window) };
  },
};

const melWeightMatrix: OperatorRule = {
  domain: '',
  name: 'MelWeightMatrix',
  operatorClass: 'other',
  formula: 'vector 4·|Y| (slopes of the triangles)',
  infer(context) {
    const bins = lengthInput(context, 0, 'mel_bins');
    const length = lengthInput(context, 1, 'dft_length');
    const dtype = dtypeAttribute(context, 'output_datatype', 'float');
    context.setTensor(0, dtype, [halfSpectrum(length), bins]);
  },
  work: (context) => ({ vector: 4 * context.outputCountOf(0) }),
};

/** A window function: `cosines` terms a·cos(…) per sample, each a multiplication and an addition. */
function windowFunction(name: string, cosines: number): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'other',
    formula: `vector ${String(2 * cosines)}·|Y|, special ${String(cosines)}·|Y| (cosine)`,
    infer(context) {
      const dtype = dtypeAttribute(context, 'output_datatype', 'float');
      context.setTensor(0, dtype, [lengthInput(context, 0, 'size')]);
    },
    work: (context) => ({
      vector: 2 * cosines * context.outputCountOf(0),
      special: cosines * context.outputCountOf(0),
    }),
  };
}

/** Signal processing. Shapes: ONNX operator specification, DFT-20, STFT-17, MelWeightMatrix-17. */
export const signalOperators: readonly OperatorRule[] = [
  dft,
  stft,
  melWeightMatrix,
  windowFunction('HannWindow', 1),
  windowFunction('HammingWindow', 1),
  windowFunction('BlackmanWindow', 2),
];
