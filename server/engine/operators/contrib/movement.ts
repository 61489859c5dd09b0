import { elementCount } from '../../graph/dataTypes';
import { add, floorDivide, multiply, product, subtract, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { knownDims, knownScalar, sameType } from '../helpers';
import { fourierOperations } from '../signal';
import { gridSample } from '../vision';
import type { OperatorRule, WorkContext } from '../rule';
import { normalizeAxis } from '../shared';
import { bytesOf, scalarDim } from './attentionShapes';
import { contrib, microsoft } from './microsoft';

/**
 * Values packed into bytes unpack along the last axis. Source: ONNX Runtime, ContribOperators.md,
 * GatherBlockQuantized.
 */
const gatherBlockQuantized = contrib(
  'GatherBlockQuantized',
  'movement',
  'vector |Y| (scale), + |Y| for zero points; touched rows of data, scales and zero points',
  (context) => {
    const data = context.shape(0);
    const indices = context.shape(1);
    const axis = data && normalizeAxis(context.int('gather_axis', 0), data.length);
    if (data === undefined || indices === undefined || axis === undefined) {
      context.setTensor(0, context.dtype(2), undefined);
      return;
    }
    const perByte = context.dtype(0) === 'uint8' ? 8 / context.int('bits', 4) : 1;
    const unpacked = data.map((dim, index) => (index === data.length - 1 ? multiply(dim, perByte) : dim));
    const shape = [...unpacked.slice(0, axis), ...indices, ...unpacked.slice(axis + 1)];
    context.setTensor(0, context.dtype(2), shape);
  },
  (context) => {
    const inputBytes: Record<number, number> = {};
    const rows = context.shape(0)[0] ?? 0;
    const share = rows === 0 ? 0 : Math.min(1, context.count(1) / rows);
    for (const input of [0, 2, 3])
      if (context.hasInput(input))
        inputBytes[input] = bytesOf(context, input, Math.round(context.count(input) * share));
    return { vector: context.outputCountOf(0) * (context.hasInput(3) ? 2 : 1), inputBytes };
  },
);

const gatherNd = contrib(
  'GatherND',
  'movement',
  '0 operations; touched elements of the data',
  (context) => {
    const data = context.shape(0);
    const indices = context.shape(1);
    const depth = indices?.[indices.length - 1];
    const known = data !== undefined && indices !== undefined && typeof depth === 'number';
    context.setTensor(
      0,
      context.dtype(0),
      known ? [...indices.slice(0, -1), ...data.slice(depth)] : undefined,
    );
  },
  (context) => ({ inputBytes: { 0: bytesOf(context, 0, context.outputCountOf(0)) } }),
);

const torchEmbedding = contrib(
  'TorchEmbedding',
  'movement',
  '0 operations; touched rows of the weights',
  (context) => {
    const width = context.shape(0)?.[1];
    const indices = context.shape(1);
    const known = width !== undefined && indices !== undefined;
    context.setTensor(0, context.dtype(0), known ? [...indices, width] : undefined);
  },
  (context) => ({
    inputBytes: { 0: bytesOf(context, 0, Math.min(context.count(0), context.outputCountOf(0))) },
  }),
);

const expandDims: OperatorRule = {
  ...contrib('ExpandDims', 'view', '0 operations', (context) => {
    const shape = context.shape(0);
    const axis = knownScalar(context, 1);
    if (shape === undefined || axis === undefined) {
      const unknown = shape && [...shape, 1].map(() => context.fresh('dim'));
      context.setTensor(0, context.dtype(0), unknown);
      return;
    }
    const at = axis < 0 ? axis + shape.length + 1 : axis;
    context.setTensor(0, context.dtype(0), [...shape.slice(0, at), 1, ...shape.slice(at)]);
  }),
  view: true,
};

const trilu = contrib('Trilu', 'movement', '0 operations', (context) => sameType(context));

/** pads is one list of begins and ends, or has a leading axis of 1. */
const pad = contrib('Pad', 'movement', '0 operations', (context) => {
  const shape = context.shape(0);
  const pads = knownDims(context, 1);
  const padded = shape?.map((dim, axis): Dim => {
    const begin = pads?.[axis];
    const end = pads?.[axis + shape.length];
    if (begin === undefined || end === undefined) return context.fresh('padded');
    return add(add(dim, begin), end);
  });
  context.setTensor(0, context.dtype(0), padded);
});

const range = contrib(
  'Range',
  'movement',
  'vector 2·|Y|',
  (context) => {
    const start = scalarDim(context, 0);
    const limit = scalarDim(context, 1);
    const step = context.hasInput(2) ? knownScalar(context, 2) : 1;
    const known = start !== undefined && limit !== undefined && step !== undefined && step !== 0;
    context.setTensor(0, context.dtype(0), [
      known ? rangeLength(start, limit, step) : context.fresh('range'),
    ]);
  },
  (context) => ({ vector: 2 * context.outputCountOf(0) }),
);

function rangeLength(start: Dim, limit: Dim, step: number): Dim {
  const span = subtract(limit, start);
  if (typeof span === 'number') return Math.max(0, Math.ceil(span / step));
  return floorDivide(add(span, step - Math.sign(step)), step);
}

const unfold = contrib('UnfoldTensor', 'movement', '0 operations', (context) => {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('dim', -1), shape.length);
  const size = context.int('size');
  if (shape === undefined || axis === undefined || size === undefined) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const step = context.int('step', 1);
  const cut = shape.map((dim, index) =>
    index === axis ? add(floorDivide(subtract(dim, size), step), 1) : dim,
  );
  context.setTensor(0, context.dtype(0), [...cut, size]);
});

const unique = contrib(
  'Unique',
  'other',
  'vector |X| (look-ups)',
  (context) => {
    const read = context.shape(0);
    const found = [context.fresh('unique', read && product(read))];
    context.setTensor(0, context.dtype(0), found);
    if (context.hasOutput(1)) context.setTensor(1, 'int64', context.shape(0));
    if (context.hasOutput(2)) context.setTensor(2, 'int64', found);
  },
  (context) => ({ vector: context.count(0) }),
);

/** Regions of images resized to crop_size: bilinear 4 multiplications and 3 additions per result. */
const cropAndResize = contrib(
  'CropAndResize',
  'movement',
  'vector 7·|Y| (bilinear), 0 for nearest',
  (context) => {
    const channels = context.shape(0)?.[1];
    const regions = context.shape(1)?.[0];
    const size = context.elements(3);
    const dim = (index: number): Dim => {
      const element = size?.[index];
      return element === undefined || typeof element === 'string' ? context.fresh('crop') : element;
    };
    const known = channels !== undefined && regions !== undefined;
    context.setTensor(0, context.dtype(0), known ? [regions, channels, dim(0), dim(1)] : undefined);
  },
  (context) => ({
    vector: context.string('mode', 'bilinear') === 'nearest' ? 0 : 7 * context.outputCountOf(0),
  }),
);

/** Fourier transforms of the last axis; the complex side has an axis of 2 behind it. */
const rfft = contrib(
  'Rfft',
  'other',
  'vector 2.5·n·log2 n per transform',
  (context) => {
    const shape = context.shape(0);
    const length = shape?.[shape.length - 1];
    const known = shape !== undefined && length !== undefined;
    context.setTensor(
      0,
      context.dtype(0),
      known ? [...shape.slice(0, -1), add(floorDivide(length, 2), 1), 2] : undefined,
    );
  },
  (context) => transforms(context.shape(0)),
);

const irfft = contrib(
  'Irfft',
  'other',
  'vector 2.5·n·log2 n per transform',
  (context) => {
    const shape = context.shape(0);
    const bins = shape?.[shape.length - 2];
    const known = shape !== undefined && bins !== undefined;
    context.setTensor(
      0,
      context.dtype(0),
      known ? [...shape.slice(0, -2), multiply(subtract(bins, 1), 2)] : undefined,
    );
  },
  (context) => transforms(context.outputShape(0)),
);

/** Real transforms of the last axis of a shape. */
function transforms(shape: readonly number[]): { vector: number } {
  const length = shape[shape.length - 1] ?? 0;
  return { vector: elementCount(shape.slice(0, -1)) * fourierOperations(length, true) };
}

/** Packed tokens: how many there are is data. */
const removePadding = contrib('RemovePadding', 'movement', '0 operations', (context) => {
  const [batch, length, width] = context.shape(0) ?? [];
  const known = batch !== undefined && length !== undefined && width !== undefined;
  context.setTensor(0, context.dtype(0), known ? [context.fresh('tokens'), width] : undefined);
  if (context.hasOutput(1)) context.setTensor(1, 'int32', known ? [batch, length] : undefined);
  if (context.hasOutput(2)) context.setTensor(2, 'int32', known ? [add(batch, 1)] : undefined);
  if (context.hasOutput(3)) context.setTensor(3, 'int32', [1]);
});

const restorePadding = contrib('RestorePadding', 'movement', '0 operations', (context) => {
  const width = context.shape(0)?.[1];
  const offsets = context.shape(1);
  const known = width !== undefined && offsets?.length === 2;
  context.setTensor(0, context.dtype(0), known ? [...offsets, width] : undefined);
});

/** Path through a cost matrix: its length is data. */
const dynamicTimeWarping = contrib(
  'DynamicTimeWarping',
  'other',
  'vector 3·|X| (two comparisons, one addition)',
  (context) => context.setTensor(0, 'int32', [2, context.fresh('path')]),
  (context) => ({ vector: 3 * context.count(0) }),
);

/** Tokens per text are data; every text is padded to the longest. */
const tokenizer = contrib('Tokenizer', 'other', 'not counted: text', (context) => {
  const shape = context.shape(0);
  context.setTensor(0, 'string', shape && [...shape, context.fresh('tokens')]);
});

const nGramRepeatBlock = contrib(
  'NGramRepeatBlock',
  'other',
  'vector |input ids|·ngram size (comparisons)',
  (context) => context.setType(0, context.type(1)),
  (context) => ({ vector: context.count(0) * context.int('ngram_size', 1) }),
);

const bifurcationDetector = contrib(
  'BifurcationDetector',
  'other',
  'vector |source tokens| (comparisons)',
  (context) => {
    context.setTensor(0, 'int64', [context.fresh('tokens')]);
    if (context.hasOutput(1)) context.setTensor(1, 'int64', []);
  },
  (context) => ({ vector: context.count(0) }),
);

/** Hash ids of n-grams: a multiplication and an xor per shift, a modulo per head. */
function nGramHash(name: string, packed: boolean): OperatorRule {
  return contrib(
    name,
    'other',
    'vector 3·|hash ids|',
    (context) => {
      const ids = context.shape(0);
      const grams = context.int('max_ngram_size', 1) - 1;
      const heads = grams * context.int('n_head_per_ngram', 1);
      context.setTensor(0, context.dtype(0), ids && [...ids, heads]);
      const ends = context.shape(3)?.[0];
      const batch = packed ? (ends === undefined ? undefined : subtract(ends, 1)) : ids?.[0];
      const history = batch === undefined ? undefined : [batch, grams];
      if (context.hasOutput(1)) context.setTensor(1, context.dtype(0), history);
      if (context.hasOutput(2)) context.setTensor(2, 'int32', history);
      const capacity = context.int('state_update_capacity', 0);
      const captured: Shape | undefined = batch === undefined ? undefined : [batch, capacity, grams];
      if (context.hasOutput(3)) context.setTensor(3, context.dtype(0), captured);
    },
    (context: WorkContext) => ({ vector: 3 * context.outputCountOf(0) }),
  );
}

/** ONNX Runtime's movers and look-ups. Shapes: its ContribOperators.md. */
export const contribMovementOperators: readonly OperatorRule[] = [
  gatherBlockQuantized,
  gatherNd,
  torchEmbedding,
  expandDims,
  trilu,
  pad,
  range,
  unfold,
  unique,
  cropAndResize,
  { ...gridSample, domain: microsoft },
  rfft,
  irfft,
  removePadding,
  restorePadding,
  dynamicTimeWarping,
  tokenizer,
  nGramRepeatBlock,
  bifurcationDetector,
  nGramHash('NGramHashMapping', false),
  nGramHash('VarlenNGramHashMapping', true),
];
