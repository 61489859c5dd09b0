import type { Condition } from './conditions';
import coreml from './coreml.json';
import ethosU from './ethos-u.json';
import ethosU85 from './ethos-u85.json';
import openvino from './openvino.json';
import qnn from './qnn.json';
import tensorrt from './tensorrt.json';
import tensorrtDla from './tensorrt-dla.json';
import tfliteEdgetpu from './tflite-edgetpu.json';
import tfliteGpu from './tflite-gpu.json';
import vitisAi from './vitis-ai.json';

/** What must hold of the nodes that a runtime runs, beside its list of operators (support.schema.json). */
export interface FormTable {
  readonly sources: readonly FormSource[];
  readonly every?: readonly {
    readonly conditions: readonly Condition[];
    readonly unless?: readonly string[];
    readonly domain?: string;
  }[];
  /** By name in ONNX. */
  readonly operators: Readonly<Record<string, readonly Condition[]>>;
  /** By domain and name. */
  readonly domains?: Readonly<Record<string, Readonly<Record<string, readonly Condition[]>>>>;
}

interface FormSource {
  readonly title: string;
  readonly url?: string;
  readonly version: string;
  readonly date: string;
  readonly basis: 'tried' | 'read' | 'recalled';
}

/** Forms of operators by the name that profiles give to the table. */
export const formTables: Readonly<Record<string, FormTable>> = {
  coreml,
  'ethos-u': ethosU,
  'ethos-u85': ethosU85,
  openvino,
  qnn,
  tensorrt,
  'tensorrt-dla': tensorrtDla,
  'tflite-edgetpu': tfliteEdgetpu,
  'tflite-gpu': tfliteGpu,
  'vitis-ai': vitisAi,
} as Readonly<Record<string, unknown>> as Readonly<Record<string, FormTable>>;
