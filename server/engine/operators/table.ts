/** The table of all operators. A family is a file; it is added here with one import and one line. */
import { attentionOperators } from './attention';
import { contribOperators } from './contrib/index';
import { convolutionOperators } from './convolution';
import { gemmOperators } from './gemm';
import { machineLearningOperators } from './ml/index';
import { normalizationOperators } from './normalization';
import { poolingOperators } from './pooling';
import { quantizationOperators } from './quantization';
import { randomOperators } from './random';
import { recurrentOperators } from './recurrent';
import { reductionOperators } from './reduction';
import { softmaxOperators } from './softmax';
import { legacyOperators } from './legacy';
import { lossOperators } from './loss';
import { signalOperators } from './signal';
import { textOperators } from './text';
import { trainingOperators } from './training';
import { visionOperators } from './vision';
import { castOperators } from './cast';
import { controlOperators } from './control';
import { einsumOperators } from './einsum';
import { elementwiseOperators } from './elementwise';
import { generatorOperators } from './generator';
import { resizeOperators } from './resize';
import { indexingOperators } from './indexing';
import { sequenceOperators } from './sequence';
import { tensorJoinOperators } from './tensorJoin';
import type { OperatorName } from '../graph/model';
import { coremlOperators } from './coreml/index';
import { coremlLayers } from './coreml/layers';
import { kerasOperators } from './keras/index';
import { openvinoOperators } from './openvino/index';
import { ggmlOperators } from './ggml/recurrences';
import { pytorchOperators } from './pytorch/index';
import { stablehloOperators } from './stablehlo/index';
import type { OperatorRule } from './rule';
import { tfliteOperators } from './tflite/index';
import { tensorShapeOperators } from './tensorShape';
import { canonicalDomain } from './domain';

const onnxOperators: readonly OperatorRule[] = [
  ...attentionOperators,
  ...contribOperators,
  ...convolutionOperators,
  ...gemmOperators,
  ...machineLearningOperators,
  ...normalizationOperators,
  ...poolingOperators,
  ...quantizationOperators,
  ...randomOperators,
  ...recurrentOperators,
  ...reductionOperators,
  ...softmaxOperators,
  ...legacyOperators,
  ...lossOperators,
  ...signalOperators,
  ...textOperators,
  ...trainingOperators,
  ...visionOperators,
  ...tensorShapeOperators,
  ...castOperators,
  ...controlOperators,
  ...einsumOperators,
  ...elementwiseOperators,
  ...generatorOperators,
  ...resizeOperators,
  ...indexingOperators,
  ...sequenceOperators,
  ...tensorJoinOperators,
];

const table = new Map<string, Map<string, OperatorRule>>();
function list(rules: readonly OperatorRule[]): void {
  for (const rule of rules) {
    const domain = table.get(rule.domain) ?? new Map<string, OperatorRule>();
    table.set(rule.domain, domain.set(rule.name, rule));
  }
}

list(onnxOperators);
const ofOthers = [
  tfliteOperators,
  openvinoOperators,
  pytorchOperators,
  stablehloOperators,
  coremlOperators,
  coremlLayers,
  kerasOperators,
].flatMap((operatorsOf) => operatorsOf((name) => ruleOf('', name)));
list(ggmlOperators);
list(ofOthers);

/** The rules of all formats. */
export const allOperators: readonly OperatorRule[] = [...onnxOperators, ...ggmlOperators, ...ofOthers];

/** All that is known about an operator; undefined for those without a rule. */
export function ruleOf(domain: string, name: string): OperatorRule | undefined {
  return table.get(canonicalDomain(domain))?.get(name);
}

/** The name under which tables about operators of ONNX know an operator: of one of another format that of its counterpart. */
export function nameInOnnx(domain: string, name: string): string {
  return ruleOf(domain, name)?.counterpart?.name ?? name;
}

/** The operator that fusions take one for: that of ONNX where one of another format has its form, else itself. */
export function seenByFusions({ domain, operator }: OperatorName): OperatorName {
  const counterpart = domain === '' ? undefined : ruleOf(domain, operator)?.counterpart;
  return counterpart?.isSameForm ? { domain: '', operator: counterpart.name } : { domain, operator };
}
