import { markdownCode, markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { shardingText } from '../engine/formats/onnxText/devices';
import type { Graph, Metadata, Model, Node, ValueInfo } from '../engine/graph/model';
import { onnxFacts } from '../engine/graph/origin';
import type { InferredValue } from '../engine/inference/types';

/** What a file says of its parts beside the graph: documentation, metadata, quantisation, devices. */

/** Of each list; a file may have 65,536 devices. */
const shownParts = 8;

/** Stack traces and scopes of PyTorch fill pages; where a node comes from is a line of its own. */
const longKeys =
  /^pkg\.torch\.onnx\.(stack_trace|class_hierarchy|name_scopes|fx_node)$|^(namespace|stack_trace)$/;

export function metadataLines(metadata: Metadata, language: Language): string[] {
  const pairs = metadata.filter(([key]) => !longKeys.test(key));
  if (pairs.length === 0) return [];
  return [`${message(language, 'hover.metadata')} ${firstOf(pairs, pairText, ', ')}`, ''];
}

function pairText([key, value]: Metadata[number]): string {
  return `${markdownCode(key)} ${markdownCode(value)}`;
}

/** The first of a list that a file gives. */
function firstOf<T>(items: readonly T[], write: (item: T) => string, separator: string): string {
  const shown = items.slice(0, shownParts).map((item) => write(item));
  return [...shown, ...(items.length > shownParts ? ['…'] : [])].join(separator);
}

/** Devices of a node, a line for each configuration. */
export function deviceLines(node: Node, language: Language): string[] {
  return (node.devices ?? []).slice(0, shownParts).flatMap(({ configuration, pipelineStage, shardings }) => {
    const stage =
      pipelineStage === null
        ? []
        : [message(language, 'hover.devices.stage', { stage: formatterOf(language).count(pipelineStage) })];
    const split = firstOf(shardings, (one) => markdownCode(shardingText(one)), ' · ');
    const parts = [...stage, ...(split === '' ? [] : [split])].join(' · ');
    return [`${message(language, 'hover.devices')} ${markdownCode(configuration)} ${parts}`.trim(), ''];
  });
}

/** What the file says of a value of the main graph beside its type. */
export function valueExtras(model: Model, value: InferredValue, language: Language): string[] {
  const info = value.scope === 0 ? declared(model.graph, value.name) : undefined;
  const docs = [value.tensor?.docString, info?.docString].flatMap((text) => text ?? []);
  const metadata = [...(value.tensor?.metadata ?? []), ...(info?.metadata ?? [])];
  return [
    ...docs.flatMap((text) => [markdownText(text, 400), '']),
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
    .slice(0, shownParts)
    .flatMap(({ parameters }) => {
      return [`${message(language, 'hover.quantization')} ${firstOf(parameters, pairText, ', ')}`, ''];
    });
}

/** What the file says of the whole model: devices, training graphs, metadata. */
export function modelExtras(model: Model, language: Language): string[] {
  const facts = onnxFacts(model);
  const { count } = formatterOf(language);
  const configurations = facts.deviceConfigurations ?? [];
  const configuration = ({ name, deviceCount, devices }: (typeof configurations)[number]): string => {
    const names = devices.length > 0 ? ` (${firstOf(devices, (one) => markdownCode(one), ', ')})` : '';
    return `${markdownCode(name)} × ${deviceCount === null ? message(language, 'unknown') : count(deviceCount)}${names}`;
  };
  const devices = firstOf(configurations, configuration, ' · ');
  return [
    ...(devices !== '' ? [`${message(language, 'hover.devices')} ${devices}`, ''] : []),
    ...(facts.trainingInfoCount > 0
      ? [message(language, 'hover.model.training', { count: count(facts.trainingInfoCount) }), '']
      : []),
    ...metadataLines(facts.metadata, language),
  ];
}
