import type { Model, OnnxFacts, Origin } from './model';

/** The origin of an ONNX model of which nothing but these facts is known. */
export function onnxOrigin(facts: Partial<OnnxFacts> = {}): Origin {
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

/** The program that wrote a file, with its version; '' where the file does not say. */
export function producerOf({ origin }: Model): string {
  const { producerName, producerVersion } = origin.facts;
  return [producerName, producerVersion].filter((part) => part !== '').join(' ');
}
