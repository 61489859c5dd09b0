import { count } from '../../l10n/format';
import { message } from '../../l10n/messages';
import type { Language } from '../../l10n/messages';
import { shardingText } from '../engine/formats/onnxText/devices';
import type { Graph, Metadata, Model, Node, ValueInfo } from '../engine/graph/model';
import type { InferredValue } from '../engine/inference/types';
import { codeSpan, escapeMarkdown } from './format';

/** What a file says of its parts beside the graph: documentation, metadata, quantisation, devices. */

const shownPairs = 8;

/** Stack traces and scopes of PyTorch fill pages; where a node comes from is a line of its own. */
const longKeys = /^pkg\.torch\.onnx\.(stack_trace|class_hierarchy|name_scopes|fx_node)$|^namespace$/;

export function metadataLines(metadata: Metadata, language: Language): string[] {
  const pairs = metadata.filter(([key]) => !longKeys.test(key));
  if (pairs.length === 0) return [];
  const shown = pairs.slice(0, shownPairs).map(([key, value]) => `${codeSpan(key)} ${codeSpan(value)}`);
  const rest = pairs.length > shownPairs ? ', …' : '';
  return [`${message(language, 'hover.metadata')} ${shown.join(', ')}${rest}`, ''];
}

/** Devices of a node, a line for each configuration. */
export function deviceLines(node: Node, language: Language): string[] {
  return (node.devices ?? []).flatMap(({ configuration, pipelineStage, shardings }) => {
    const stage =
      pipelineStage === null
        ? []
        : [message(language, 'hover.devices.stage', { stage: count(pipelineStage, language) })];
    const parts = [...stage, ...shardings.map((one) => codeSpan(shardingText(one)))];
    return [
      `${message(language, 'hover.devices')} ${codeSpan(configuration)} ${parts.join(' · ')}`.trim(),
      '',
    ];
  });
}

/** What the file says of a value of the main graph beside its type. */
export function valueExtras(model: Model, value: InferredValue, language: Language): string[] {
  const info = value.scope === 0 ? declared(model.graph, value.name) : undefined;
  const docs = [value.tensor?.docString, info?.docString].flatMap((text) => text ?? []);
  const metadata = [...(value.tensor?.metadata ?? []), ...(info?.metadata ?? [])];
  return [
    ...docs.flatMap((text) => [escapeMarkdown(text, 400), '']),
    ...(value.scope === 0 ? quantizationLines(model.graph, value.name, language) : []),
    ...metadataLines(metadata, language),
  ];
}

function declared(graph: Graph, name: string): ValueInfo | undefined {
  for (const list of [graph.inputs, graph.outputs, graph.valueInfo]) {
    const found = list.find((value) => value.name === name);
    if (found) return found;
  }
  return undefined;
}

function quantizationLines(graph: Graph, name: string, language: Language): string[] {
  return (graph.quantizationAnnotations ?? [])
    .filter(({ tensor }) => tensor === name)
    .flatMap(({ parameters }) => {
      const pairs = parameters.map(([key, value]) => `${codeSpan(key)} ${codeSpan(value)}`);
      return [`${message(language, 'hover.quantization')} ${pairs.join(', ')}`, ''];
    });
}

/** What the file says of the whole model: devices, training graphs, metadata. */
export function modelExtras(model: Model, language: Language): string[] {
  const devices = (model.deviceConfigurations ?? []).map(({ name, deviceCount, devices }) => {
    const names = devices.length > 0 ? ` (${devices.map((one) => codeSpan(one)).join(', ')})` : '';
    return `${codeSpan(name)} × ${deviceCount === null ? message(language, 'unknown') : count(deviceCount, language)}${names}`;
  });
  return [
    ...(devices.length > 0 ? [`${message(language, 'hover.devices')} ${devices.join(' · ')}`, ''] : []),
    ...(model.trainingInfoCount > 0
      ? [message(language, 'hover.model.training', { count: count(model.trainingInfoCount, language) }), '']
      : []),
    ...metadataLines(model.metadata, language),
  ];
}
