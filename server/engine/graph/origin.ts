import type { Model, OnnxFacts, OnnxOrigin, Origin } from './model';

/** The origin of an ONNX model of which nothing but these facts is known. */
export function onnxOrigin(facts: Partial<OnnxFacts> = {}): OnnxOrigin {
  const none: OnnxFacts = {
    irVersion: null,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: null,
    docString: '',
    metadata: [],
    trainingInfoCount: 0,
  };
  return { format: 'onnx', facts: { ...none, ...facts } };
}

/** Whether a model was read from a file or text of ONNX. */
export function isOnnx(origin: Origin): origin is OnnxOrigin {
  return origin.format === 'onnx' || origin.format === 'onnx-text';
}

/**
 * Whether its nodes are those of a file of ONNX or of ONNX Runtime, as they stand there: graphs that are made from other files use
 * operators in ways that no runtime of ONNX has a kernel for.
 */
export function hasOnnxNodes(origin: Origin): boolean {
  return isOnnx(origin) || origin.format === 'ort';
}

/** What ONNX files say: of models of other formats that part which every format has. */
export function onnxFacts({ origin }: Model): OnnxFacts {
  return isOnnx(origin) ? origin.facts : onnxOrigin(origin.facts).facts;
}

/** The program that wrote a file, with its version; '' where the file does not say. */
export function producerOf(model: Model): string {
  const { producerName, producerVersion } = onnxFacts(model);
  return [producerName, producerVersion].filter((part) => part !== '').join(' ');
}
