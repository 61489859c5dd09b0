import type {
  DeviceConfiguration,
  NodeDeviceConfiguration,
  QuantizationAnnotation,
  Sharding,
} from '../../graph/model';
import { parseDim } from '../../graph/dim';
import { metadataOf } from './newer';
import type { Span } from './newer';

/** Multi-device configurations (IR version 11) and quantisation annotations, which `onnx-proto` does not know. */

type Intern = (text: string) => string;

/** `configuration` of a ModelProto. */
export function deviceConfigurationsOf(model: Span): readonly DeviceConfiguration[] {
  return model.children(26).map((span) => ({
    name: span.text(1),
    deviceCount: span.integers(2).at(-1) ?? null,
    devices: span.texts(3),
  }));
}

/** `device_configurations` of a NodeProto. */
export function nodeDevicesOf(node: Span, intern: Intern): readonly NodeDeviceConfiguration[] {
  return node.children(10).map((span) => ({
    configuration: intern(span.text(1)),
    pipelineStage: span.integers(3).at(-1) ?? null,
    shardings: span.children(2).map((one) => shardingOf(one, intern)),
  }));
}

function shardingOf(span: Span, intern: Intern): Sharding {
  return {
    tensor: intern(span.text(1)),
    devices: span.integers(2),
    groups: span.children(3).map((entry) => ({
      group: entry.integers(1).at(-1) ?? 0,
      devices: entry.integers(2),
    })),
    axes: span.children(4).map((axis) => ({
      axis: axis.integers(1).at(-1) ?? 0,
      parts: axis.children(2).map((part) => ({
        dim: part.integers(1).at(-1) ?? parseDim(part.text(2)) ?? null,
        shards: part.integers(3).at(-1) ?? null,
      })),
    })),
  };
}

/** `quantization_annotation` of a GraphProto. */
export function quantizationAnnotationsOf(graph: Span, intern: Intern): readonly QuantizationAnnotation[] {
  return graph.children(14).map((span) => ({
    tensor: intern(span.text(1)),
    parameters: metadataOf(span, 2, intern),
  }));
}
