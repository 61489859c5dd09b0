import { entryOf } from '../../../outside/table';
import type { Graph } from '../graph/model';
import { plainInputs } from './blocks';
import { ofConfiguration, weightsOf, type Described, type Given } from './configuration';
import { isKnownType, rowAndFields, rowOf, type Row } from './configurationRow';
import { objectOf, type JsonObject } from './fields';
import { GraphWriter } from './graphWriter';
import { MissingKeyError } from './hyperparameters';
import { contrastive } from './joins/contrastive';
import { encoderDecoder } from './joins/encoderDecoder';
import { anyImagesInText, imagesInText } from './joins/images';
import table from './models.json';
import { transformerGraph } from './transformer';

/** A part of a model: where its fields stand, of which type it is, and what its tensors' names begin with. */
interface PartRow {
  /** The object with its fields; left out: those of the model. */
  readonly field?: string;
  /** Older configurations have its fields among those of the model. */
  readonly isFlatBefore?: boolean;
  /** Left out: the object's own `model_type`. */
  readonly type?: string;
  /** The first of them that a file has names of; the first one without a file. */
  readonly prefixes?: readonly string[];
  readonly defaults?: JsonObject;
}

interface ModelRow extends Row {
  readonly join: keyof typeof joins;
  readonly parts: Readonly<Record<string, PartRow>>;
}

const joins = {
  contrastive,
  'encoder-decoder': encoderDecoder,
  images: imagesInText,
  'any-images': anyImagesInText,
};

const models = table.models as unknown as Readonly<Record<string, ModelRow | undefined>>;

/** Whether the graph of a `model_type` of transformers is known. */
export function isKnownModel(type: string): boolean {
  return entryOf(models, type) !== undefined || isKnownType(type);
}

/** The graph that a configuration describes, of a type that is known. Throws what `ofConfiguration` and `transformerGraph` do. */
export function graphOf(name: string, type: string, given: Given): Graph {
  const model = entryOf(models, type);
  if (model) return joinedGraph(name, model, given);
  const { architecture, weights } = ofConfiguration(name, given, { type });
  return transformerGraph(architecture, weights, weights.others);
}

function joinedGraph(name: string, model: ModelRow, given: Given): Graph {
  const { fields } = rowAndFields(model, given.configuration);
  const weights = weightsOf({ row: model, fields, layers: [], rows: {} }, given);
  const parts = new Map<string, Described>();
  for (const [part, row] of Object.entries(model.parts)) parts.set(part, partOf(name, row, given));
  const writer = new GraphWriter(weights.activationType);
  joins[model.join]({
    writer,
    fields,
    weights,
    part: (part, more = {}) => ({
      writer,
      ...parts.get(part)!,
      path: `/${part}`,
      inputs: plainInputs,
      ...more,
    }),
  });
  return writer.graph(name, weights.others);
}

function partOf(name: string, row: PartRow, given: Given): Described {
  const { field, prefixes = [], defaults = {} } = row;
  const within = field === undefined ? given.configuration : objectOf(entryOf(given.configuration, field));
  const own = within ?? (row.isFlatBefore === true ? given.configuration : {});
  const type = row.type ?? String(own['model_type'] ?? defaults['model_type']);
  if (!rowOf(type)) throw new MissingKeyError(`${field ?? ''}.model_type`);
  // The type of the numbers, and whether the head is tied, may stand outside.
  const { dtype, torch_dtype: older, tie_word_embeddings: tied } = given.configuration;
  const outside = Object.entries({ dtype: dtype ?? older, tie_word_embeddings: tied });
  const configuration = { ...Object.fromEntries(outside.filter(([, value]) => value !== undefined)), ...own };
  const starts = prefixes.filter((prefix) => given.tensors.some((tensor) => tensor.name.startsWith(prefix)));
  const prefix = starts[0] ?? prefixes[0] ?? '';
  return ofConfiguration(name, { ...given, configuration }, { type, prefix, defaults });
}
