/** Operators of ONNX Runtime's own domain. A family is a file; it is added here with one import and one line. */
import type { OperatorRule } from '../rule';
import { contribAttentionOperators } from './attention';
import { blockOperators } from './blocks';
import { contribConvolutionOperators } from './convolution';
import { contribElementwiseOperators } from './elementwise';
import { contribGemmOperators } from './gemm';
import { contribGenerationOperators } from './generation';
import { contribGroupedAttentionOperators } from './groupedAttention';
import { contribLinearAttentionOperators } from './linearAttention';
import { contribMoeOperators } from './moe';
import { contribMovementOperators } from './movement';
import { blockedOperators } from './nchwc';
import { contribNormalizationOperators } from './normalization';
import { contribPackedAttentionOperators } from './packedAttention';
import { packedWeightOperators } from './packedWeights';
import { contribPagedAttentionOperators } from './pagedAttention';
import { contribPositionBiasOperators } from './positionBias';
import { contribQuantizedOperators } from './quantized';
import { speculationOperators } from './speculation';

export const contribOperators: readonly OperatorRule[] = [
  ...blockedOperators,
  ...blockOperators,
  ...contribAttentionOperators,
  ...contribConvolutionOperators,
  ...contribElementwiseOperators,
  ...contribGemmOperators,
  ...contribGenerationOperators,
  ...contribGroupedAttentionOperators,
  ...contribLinearAttentionOperators,
  ...contribMoeOperators,
  ...contribMovementOperators,
  ...contribNormalizationOperators,
  ...contribPackedAttentionOperators,
  ...contribPagedAttentionOperators,
  ...contribPositionBiasOperators,
  ...contribQuantizedOperators,
  ...packedWeightOperators,
  ...speculationOperators,
];
