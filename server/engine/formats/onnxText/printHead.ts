import { byteLength, elementCount } from '../../graph/dataTypes';
import type { Graph, Model, ModelFunction, OperatorSet } from '../../graph/model';
import { isOnnx, onnxFacts } from '../../graph/origin';
import { configurationText } from './devices';
import { shortened } from './values';
import { commentText, grouped, quote } from './words';

export interface PrintOptions {
  /**
   * Name of the model file, without folders, for a text that stands away from it: the first comment and the place of embedded
   * weights name it. Without it the text does not say where weights begin either, so listings of two models differ in what differs.
   */
  readonly fileName?: string;
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
  const { graph } = model;
  const { deviceConfigurations = [], trainingInfoCount } = onnxFacts(model);
  const parts = [
    ...(fileSize === undefined ? [] : [`${grouped(fileSize)} bytes`]),
    `${grouped(graph.nodes.length)} nodes`,
    `${grouped(graph.initializers.length)} initializers (${weightText(graph)})`,
  ];
  return [
    `# ${fileName === undefined ? '' : `${commentText(shortened(fileName))}: `}${parts.join(', ')}`,
    ...deviceConfigurations.map((one) => `# ${commentText(shortened(configurationText(one)))}`),
    ...(trainingInfoCount > 0 ? [`# training_info: ${grouped(trainingInfoCount)}, not shown`] : []),
    ...remarks.map((remark) => `# ${commentText(remark)}`),
  ];
}

/** Bytes of the initializers; strings count nothing, and of types that nobody knows here they are more. */
function weightText({ initializers }: Graph): string {
  let bytes = 0;
  let isLeast = false;
  for (const { dtype, dims } of initializers) {
    const count = elementCount(dims);
    if (dtype) bytes += byteLength(dtype, count) ?? 0;
    else isLeast = true;
  }
  return `${isLeast ? 'at least ' : ''}${grouped(bytes)} bytes`;
}

/** The head of a model in angle brackets; no lines where it has none. */
export function headLines(model: Model, isComplete: boolean): string[] {
  const { irVersion, producerName, producerVersion, domain, modelVersion, docString } = onnxFacts(model);
  const sets = model.operatorSets;
  const text = (key: string, value: string): string[] =>
    value === '' ? [] : [`${key}: ${quote(isComplete ? value : shortened(value))}`];
  const entries = [
    ...(irVersion === null ? [] : [`ir_version: ${irVersion}`]),
    ...(sets.length === 0 ? [] : [`opset_import: ${setsText(sets)}`]),
    ...text('producer_name', producerName),
    ...text('producer_version', producerVersion),
    ...text('domain', domain),
    ...(modelVersion === null ? [] : [`model_version: ${modelVersion}`]),
    ...(isComplete ? text('doc_string', docString) : []),
    ...metadataText(model, isComplete),
  ];
  if (entries.length === 0) return [];
  const lines = entries.map((entry, i) => `  ${entry}${i < entries.length - 1 ? ',' : ''}`);
  return ['<', ...lines.flatMap((line) => line.split('\n')), '>'];
}

/**
 * The metadata on a line, or one to a line where they are what a reader looks for: of formats that tell no more of a model.
 */
function metadataText({ origin }: Model, isComplete: boolean): string[] {
  const isListed = !isOnnx(origin);
  if (origin.facts.metadata.length === 0 || !(isComplete || isListed)) return [];
  const text = (part: string): string => quote(isComplete ? part : shortened(part));
  const pairs = origin.facts.metadata.map(([key, value]) => `${text(key)}: ${text(value)}`);
  return isListed
    ? [`metadata_props: [\n    ${pairs.join(',\n    ')}\n  ]`]
    : [`metadata_props: [${pairs.join(', ')}]`];
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
