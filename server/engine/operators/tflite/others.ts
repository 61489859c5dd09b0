import { tfliteCustomDomain } from '../../graph/domains';
import { multiply, type Dim } from '../../graph/dim';
import { knownScalar } from '../helpers';
import type { NodeContext, OperatorRule, WorkContext } from '../rule';
import { tflite } from './rule';

function sizeOf(context: NodeContext, input: number, hint: string): Dim {
  return knownScalar(context, input) ?? context.fresh(hint);
}

/** Threshold of a score, and one comparison of overlap of 12 operations with a box that was chosen, at least. */
const perBox = 13;

/** Boxes that stay: their places, then scores (of V5), then how many they are. */
function nonMaxSuppression(name: string, lists: readonly ('int32' | 'float')[]): OperatorRule {
  return tflite(
    name,
    'other',
    'vector 13·|scores| (threshold, and one comparison of overlap each, at least)',
    (context) => {
      const most = sizeOf(context, 2, 'selected');
      lists.forEach((dtype, i) => context.setTensor(i, dtype, [most]));
      context.setTensor(lists.length, 'int32', []);
    },
    (context) => ({ vector: perBox * context.count(1) }),
  );
}

/**
 * Boxes of anchors are decoded (8 operations and 2 exponentials each), and the best ones kept.
 * Source: LiteRT's kernels/detection_postprocess.cc.
 */
const detectionPostProcess: OperatorRule = {
  ...tflite(
    'TFLite_Detection_PostProcess',
    'other',
    'vector 8 per anchor + 13 per score; special 2 per anchor',
    (context) => {
      const most = context.int('max_detections');
      const count =
        most === undefined
          ? context.fresh('detections')
          : multiply(most, context.int('max_classes_per_detection', 1));
      const shapes: readonly (readonly Dim[])[] = [[1, count, 4], [1, count], [1, count], [1]];
      shapes.forEach((shape, i) => context.setTensor(i, 'float', shape));
    },
    (context) => {
      const anchors = context.shape(0)[1] ?? 0;
      return { vector: 8 * anchors + perBox * context.count(1), special: 2 * anchors };
    },
  ),
  domain: tfliteCustomDomain,
};

/** Rows of a segment are joined: as many rows as the last segment says, or as an input does. */
function segment(name: string, rows: (context: NodeContext) => Dim): OperatorRule {
  return tflite(
    name,
    'reduction',
    'vector |X|',
    (context) => {
      const [data, ids] = [context.shape(0), context.rank(1)];
      context.setTensor(
        0,
        context.dtype(0),
        data && ids !== undefined ? [rows(context), ...data.slice(ids)] : undefined,
      );
    },
    (context) => ({ vector: context.count(0) }),
  );
}

/** Ids are sorted: the last one is the largest. */
function lastSegment(context: NodeContext): Dim {
  const last = context.elements(1)?.at(-1);
  return typeof last === 'number' ? last + 1 : context.fresh('segments');
}

const givenSegments = (context: NodeContext): Dim => sizeOf(context, 2, 'segments');

/** Nothing of the graph comes out of it, or what the file declares. */
function declared(name: string, formula = 'none: bytes only'): OperatorRule {
  return tflite(name, 'other', formula, () => {});
}

const multinomial = tflite(
  'MULTINOMIAL',
  'other',
  'special |logits| (exp); vector 2 per sample',
  (context) => {
    const batch = context.shape(0)?.[0];
    context.setTensor(0, undefined, batch === undefined ? undefined : [batch, sizeOf(context, 1, 'samples')]);
  },
  (context: WorkContext) => ({ special: context.count(0), vector: 2 * context.outputCountOf(0) }),
);

/** Rows of a sorted table that keys are found in. */
const hashtableLookup = tflite('HASHTABLE_LOOKUP', 'movement', 'none: bytes of the rows', (context) => {
  const [keys, values] = [context.shape(0), context.shape(2)];
  context.setTensor(0, context.dtype(2), keys && values ? [...keys, ...values.slice(1)] : undefined);
  context.setTensor(1, 'uint8', keys);
});

/** UNIQUE: what there is, as often as it differs, and the place of each element in it. */
const unique = tflite(
  'UNIQUE',
  'movement',
  'vector |X|·log2|X|',
  (context) => {
    const elements = context.elements(0);
    const isKnown = elements?.every((element) => element !== undefined) === true;
    context.setTensor(0, context.dtype(0), [isKnown ? new Set(elements).size : context.fresh('count')]);
    context.setTensor(1, undefined, context.shape(0));
  },
  (context) => ({ vector: Math.ceil(context.count(0) * Math.log2(Math.max(context.count(0), 1))) }),
);

const hashtableSize = tflite('HASHTABLE_SIZE', 'other', 'none', (context) =>
  context.setTensor(0, 'int64', [1]),
);

/** What is written in place: only the update moves. */
const dynamicUpdateSlice = tflite(
  'DYNAMIC_UPDATE_SLICE',
  'movement',
  'none: bytes of the update read and written in place',
  (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
);

/** Detection, tables, variables and segments. Source: LiteRT's kernels. */
export const otherRules: readonly OperatorRule[] = [
  nonMaxSuppression('NON_MAX_SUPPRESSION_V4', ['int32']),
  nonMaxSuppression('NON_MAX_SUPPRESSION_V5', ['int32', 'float']),
  detectionPostProcess,
  segment('SEGMENT_SUM', lastSegment),
  ...['MAX', 'MIN', 'PROD', 'SUM'].map((kind) => segment(`UNSORTED_SEGMENT_${kind}`, givenSegments)),
  multinomial,
  hashtableLookup,
  hashtableSize,
  unique,
  dynamicUpdateSlice,
  declared('HASHTABLE'),
  declared('HASHTABLE_IMPORT'),
  declared('VAR_HANDLE'),
  declared('READ_VARIABLE'),
  declared('ASSIGN_VARIABLE'),
  { ...declared('BITCAST', 'none, no bytes'), operatorClass: 'view', view: true },
];
