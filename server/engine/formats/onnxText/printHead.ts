import { byteLength } from '../../graph/dataTypes';
import type { Graph, Model, ModelFunction, OperatorSet } from '../../graph/model';
import { configurationText } from './devices';
import { shortened } from './values';
import { commentText, grouped, quote } from './words';

export interface PrintOptions {
  /** Name of the model file, without folders: it stands in the first comment and as the place of embedded weights. */
  readonly fileName: string;
  /** Bytes of the model file, if known. */
  readonly fileSize?: number;
  /** Sentences for comment lines below the first, such as what is wrong with a file that was read in part. */
  readonly remarks?: readonly string[];
  /**
   * True prints all that the grammar can say (labels, documentation, metadata, declared types, long lists); false is the
   * listing, which leaves to the hover what a reader does not look for. Default: true for models that came from text.
   */
  readonly complete?: boolean;
}

/** The comments that a listing begins with: what the file is, and what of it is not shown. */
export function commentLines(model: Model, { fileName, fileSize, remarks = [] }: PrintOptions): string[] {
  const { graph, origin } = model;
  const { deviceConfigurations = [], trainingInfoCount } = origin.facts;
  const parts = [
    ...(fileSize === undefined ? [] : [`${grouped(fileSize)} bytes`]),
    `${grouped(graph.nodes.length)} nodes`,
    `${grouped(graph.initializers.length)} initializers (${grouped(weightBytes(graph))} bytes)`,
  ];
  return [
    `# ${commentText(shortened(fileName))}: ${parts.join(', ')}`,
    ...deviceConfigurations.map((one) => `# ${commentText(shortened(configurationText(one)))}`),
    ...(trainingInfoCount > 0 ? [`# training_info: ${grouped(trainingInfoCount)}, not shown`] : []),
    ...remarks.map((remark) => `# ${commentText(remark)}`),
  ];
}

function weightBytes({ initializers }: Graph): number {
  let bytes = 0;
  for (const { dtype, dims } of initializers) {
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (dtype) bytes += byteLength(dtype, count) ?? 0;
  }
  return bytes;
}

/** The head of a model in angle brackets; no lines where it has none. */
export function headLines(model: Model, isComplete: boolean): string[] {
  const { irVersion, producerName, producerVersion, domain, modelVersion, docString, metadata } =
    model.origin.facts;
  const sets = model.operatorSets;
  const text = (key: string, value: string): string[] =>
    value === '' ? [] : [`${key}: ${quote(isComplete ? value : shortened(value))}`];
  const pairs = metadata.map(([key, value]) => `${quote(key)}: ${quote(value)}`);
  const entries = [
    ...(irVersion === null ? [] : [`ir_version: ${irVersion}`]),
    ...(sets.length === 0 ? [] : [`opset_import: ${setsText(sets)}`]),
    ...text('producer_name', producerName),
    ...text('producer_version', producerVersion),
    ...text('domain', domain),
    ...(modelVersion === null ? [] : [`model_version: ${modelVersion}`]),
    ...(isComplete ? text('doc_string', docString) : []),
    ...(isComplete && pairs.length > 0 ? [`metadata_props: [${pairs.join(', ')}]`] : []),
  ];
  if (entries.length === 0) return [];
  return ['<', ...entries.map((entry, i) => `  ${entry}${i < entries.length - 1 ? ',' : ''}`), '>'];
}

/** What stands in angle brackets before a function; empty where it has nothing to say. */
export function functionHead(item: ModelFunction, isComplete: boolean): string {
  const entries = [
    ...(item.domain === '' ? [] : [`domain: ${quote(item.domain)}`]),
    ...(item.overload === '' ? [] : [`overload: ${quote(item.overload)}`]),
    ...(item.operatorSets.length === 0 ? [] : [`opset_import: ${setsText(item.operatorSets)}`]),
    ...(isComplete && item.docString ? [`doc_string: ${quote(item.docString)}`] : []),
  ];
  return entries.length > 0 ? `<${entries.join(', ')}>` : '';
}

function setsText(sets: readonly OperatorSet[]): string {
  return `[${sets.map(({ domain, version }) => `${quote(domain)} : ${version}`).join(', ')}]`;
}
