import { activationWork, addWork } from '../activations';
import { sameShape, sameType } from '../helpers';
import {
  layerNormOperations,
  normalizationWork,
  rmsNormOperations,
  rowsBefore,
  setStatistics,
} from '../normalization';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf, whole } from './attentionShapes';
import { contrib, microsoft } from './microsoft';

const last = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;

/** Rows that a normalisation over the last axis has. */
const rows = (context: WorkContext): number =>
  last(context.shape(0)) === 0 ? 0 : context.count(0) / last(context.shape(0));

/** Layer or RMS normalisation of a sum: output 0 normalised, 1 and 2 statistics, 3 the sum. */
function skipNormalization(name: string, perElement: number, bias: number): OperatorRule {
  return contrib(
    name,
    'normalization',
    `${String(perElement)}·|X| in all (1 special per row), vector |X| for the residual, + |X| for a bias`,
    (context) => {
      sameType(context);
      setStatistics(context, -1, 'float', [1, 2]);
      if (context.hasOutput(3)) sameType(context, 0, 3);
    },
    (context) =>
      addWork(normalizationWork(perElement, context.count(0), rows(context)), {
        vector: context.count(0) * (context.hasInput(bias) ? 2 : 1),
      }),
  );
}

/** RMS normalisation as exporters wrote it before opset 23; ONNX Runtime registers it in ONNX's own domain. */
function simplified(domain: string): OperatorRule {
  return {
    domain,
    name: 'SimplifiedLayerNormalization',
    operatorClass: 'normalization',
    formula: '5·|X| in all: 1 special per row, the rest vector',
    infer(context) {
      sameShape(context, context.dtype(1) ?? context.dtype(0));
      setStatistics(context, context.int('axis', -1), 'float', [1]);
    },
    work: (context) =>
      normalizationWork(
        rmsNormOperations,
        context.count(0),
        rowsBefore(context.shape(0), context.int('axis', -1)),
      ),
  };
}

/** Images × groups, each of which has one root. */
const groups = (context: WorkContext): number => (context.shape(0)[0] ?? 1) * context.int('groups', 1);

/** The attribute `activation` is 1 for SiLU. */
function groupNormWork(context: WorkContext, extra: number): OperatorWork {
  const elements = context.count(0);
  const work = addWork(normalizationWork(layerNormOperations, elements, groups(context)), {
    vector: extra * elements,
  });
  return addWork(work, activationWork(context.int('activation', 0) === 1 ? 'silu' : '', elements));
}

const groupNorm = contrib(
  'GroupNorm',
  'normalization',
  '8·|X| in all (1 special per image and group); SiLU 4·|X| vector, |X| special',
  (context) => sameType(context),
  (context) => groupNormWork(context, 0),
);

const skipGroupNorm = contrib(
  'SkipGroupNorm',
  'normalization',
  '8·|X| in all (1 special per image and group), vector |X| for the residual, + |X| for a bias; SiLU',
  (context) => {
    sameType(context);
    if (context.hasOutput(1)) sameType(context, 0, 1);
  },
  (context) => groupNormWork(context, context.hasInput(4) ? 2 : 1),
);

/** Normalisation over groups of the last axis, as long as the scale; the gate is activated and multiplied. */
const gatedRmsNorm = contrib(
  'GatedRMSNorm',
  'normalization',
  '5·|X| in all (1 special per group); vector |X| for the gate; activation',
  (context) => sameType(context),
  (context) => {
    const elements = context.count(0);
    const group = Math.max(1, context.count(1));
    const work = addWork(normalizationWork(rmsNormOperations, elements, elements / group), {
      vector: elements,
    });
    return addWork(work, activationWork(context.string('activation', 'silu'), elements));
  },
);

const branchwiseRmsNorm = contrib(
  'BranchwiseRMSNorm',
  'normalization',
  '5·|X| in all (1 special per row and branch)',
  (context) => sameType(context),
  (context) => {
    const branches = Math.max(1, context.int('num_branches', 1));
    return normalizationWork(rmsNormOperations, context.count(0), rows(context) * branches);
  },
);

/** Requantised layer normalisation. */
const orderedLayerNorm = contrib(
  'QOrderedLayerNormalization',
  'normalization',
  '8·|X| in all (1 special per row) + vector 5·|X| (dequantise, requantise)',
  (context) => sameType(context),
  (context) =>
    addWork(normalizationWork(layerNormOperations, context.count(0), rows(context)), {
      vector: 5 * context.count(0),
    }),
);

/** Tables looked up by row: only the touched rows are read. */
function touchedRows(context: WorkContext, tables: readonly number[]): Record<number, number> {
  const tokens = context.count(0);
  const bytes: Record<number, number> = {};
  for (const table of tables) {
    if (!context.hasInput(table)) continue;
    const width = last(context.shape(table));
    const count = Math.min(tokens * width, context.count(table));
    bytes[table] = bytesOf(context, table, count);
  }
  return bytes;
}

function inferEmbedding(context: NodeContext, dtypeInput: number): void {
  const ids = context.shape(0);
  const width = context.shape(2)?.[1];
  const dtype = context.dtype(dtypeInput);
  const shape = whole(ids?.[0], ids?.[1], width);
  context.setTensor(0, dtype, shape);
  if (context.hasOutput(1)) context.setTensor(1, 'int32', ids?.[0] === undefined ? undefined : [ids[0]]);
  if (context.hasOutput(2)) context.setTensor(2, dtype, shape);
}

/** Sum of word, position and segment rows, then layer normalisation. */
const embedLayerNormalization = contrib(
  'EmbedLayerNormalization',
  'normalization',
  '8·|Y| in all (1 special per token), vector |Y| or 2·|Y| for the sums; touched rows of the tables',
  (context) => inferEmbedding(context, 2),
  (context) => {
    const elements = context.outputCountOf(0);
    return {
      ...addWork(normalizationWork(layerNormOperations, elements, context.count(0)), {
        vector: elements * (context.hasInput(4) ? 2 : 1),
      }),
      inputBytes: touchedRows(context, [2, 3, 4]),
    };
  },
);

const quantizedEmbedLayerNormalization = contrib(
  'QEmbedLayerNormalization',
  'normalization',
  '8·|Y| in all (1 special per token), vector 5·|Y| or 8·|Y| (dequantise, sums); touched rows of the tables',
  (context) => inferEmbedding(context, 8),
  (context) => {
    const elements = context.outputCountOf(0);
    return {
      ...addWork(normalizationWork(layerNormOperations, elements, context.count(0)), {
        vector: elements * (context.hasInput(4) ? 8 : 5),
      }),
      inputBytes: touchedRows(context, [2, 3, 4]),
    };
  },
);

/** Keys and queries are normalised, multiplied and summed to one gate per row, which scales the value. */
const engramGate = contrib(
  'EngramGate',
  'normalization',
  'vector 2·5·|key| (norms) + 2·|key| (dot product) + |Y| (gate), + 5·|Y| for the normed output; special 3 per row',
  (context) => {
    sameType(context);
    if (context.hasOutput(1)) sameType(context, 0, 1);
  },
  (context) => {
    const elements = context.count(0);
    const norms = context.hasOutput(1) ? 15 : 10;
    return { vector: (norms + 3) * elements, special: 3 * rows(context) };
  },
);

/** ONNX Runtime's normalisations. Shapes: its ContribOperators.md; operations per element: docs/operators.md. */
export const contribNormalizationOperators: readonly OperatorRule[] = [
  simplified(''),
  simplified(microsoft),
  skipNormalization('SkipLayerNormalization', layerNormOperations, 4),
  skipNormalization('SkipSimplifiedLayerNormalization', rmsNormOperations, 3),
  groupNorm,
  skipGroupNorm,
  gatedRmsNorm,
  branchwiseRmsNorm,
  orderedLayerNorm,
  embedLayerNormalization,
  quantizedEmbedLayerNormalization,
  engramGate,
];
