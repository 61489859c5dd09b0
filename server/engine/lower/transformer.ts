import { ggmlDomain } from '../graph/domains';
import type { Graph, OperatorSet, Tensor } from '../graph/model';
import type { Architecture, Role } from './architecture';
import { attention } from './attention';
import { batch, norm, plainInputs, positionsInAll, scaled, type Building, type Place } from './blocks';
import type { Lengths, Shared } from './caches';
import { crossAttention } from './crossAttention';
import { embedded } from './entries';
import { finish } from './exits';
import { feedForward, hasFeedForward } from './feedForward';
import { GraphWriter, int, microsoft, typeCode } from './graphWriter';
import type { WeightSource } from './weightSource';

/** The operator sets that graphs are written in: 24 has Swish, RMS norms stand in 1 as ONNX Runtime registers them. */
const operatorSets: readonly OperatorSet[] = [
  { domain: '', version: 24 },
  { domain: microsoft, version: 1 },
];

/** The operator sets of a graph; ggml's only where it is written with one of its operators. */
export function operatorSetsOf({ nodes }: Graph): readonly OperatorSet[] {
  const isGgml = nodes.some(({ domain }) => domain === ggmlDomain);
  return isGgml ? [...operatorSets, { domain: ggmlDomain, version: 1 }] : operatorSets;
}

/**
 * The graph of a transformer: what its entry says in, logits [batch, sequence, vocabulary] or what its exit says out.
 * Throws a `MissingTensorError` where the weights lack a tensor that it cannot do without.
 * @param stored tensors of the file, of which those that no node names stand at the end of its initializers
 */
export function transformerGraph(
  architecture: Architecture,
  weights: WeightSource,
  stored: readonly Tensor[],
): Graph {
  const writer = new GraphWriter(weights.activationType);
  const building: Building = { writer, weights, architecture, path: '', inputs: plainInputs };
  finish(building, statesOf(building));
  storePredictors(building);
  return writer.graph(architecture.name, stored);
}

/**
 * The states [batch, positions, width] behind the last layer and norm of a model or tower.
 * @param given what the first layer reads, where it is not what the entry makes
 */
export function statesOf(building: Building, given?: string): string {
  const { path } = building;
  return norm(building, { path }, statesOfLayers(building, given).at(-1)!, 'finalNorm');
}

/** What the first layer reads, and the states behind each layer; else as {@link statesOf}. */
export function statesOfLayers(building: Building, given?: string): readonly string[] {
  const { architecture, path } = building;
  const states = [given ?? embedded(building)];
  const shared = sharedOf(building);
  for (const layer of architecture.layers.keys())
    states.push(layerOf(building, { layer, path: `${path}/layers.${layer}` }, states.at(-1)!, shared));
  return states;
}

function sharedOf(building: Building): Shared {
  const lengths = building.architecture.hasCache ? lengthsOf(building) : null;
  return { lengths, bias: distanceBias(building, lengths), kept: new Map() };
}

/** The bias of scores by the distance of positions, from a table with a row for each bucket of distances (T5, 2.1). */
function distanceBias(
  { writer, weights, architecture, inputs, path }: Building,
  lengths: Lengths | null,
): string {
  const heads = architecture.layers[0]?.attention.heads ?? 0;
  const table = weights.find('distanceBias', 'weight', [0, heads]);
  if (!table) return '';
  const at = `${path}/distance`;
  const queries = writer.node(`${at}/Shape`, 'Shape', [`${inputs.prefix}input_ids`], {
    attributes: [int('start', 1), int('end', 2)],
  });
  let keys = queries;
  if (lengths) {
    const to = typeCode('int64');
    keys = writer.node(`${at}/Cast`, 'Cast', [lengths.total], { attributes: [int('to', to)] });
  }
  return writer.node(
    `${at}/RelativePositionBias`,
    'RelativePositionBias',
    [writer.weight(table), queries, keys],
    {
      domain: microsoft,
      attributes: [int('max_distance', architecture.distance), int('is_bidirectional', lengths ? 0 : 1)],
    },
  );
}

/** From a mask as exporters have it, with a 1 for each position, the numbers that attention operators ask for. */
function lengthsOf({ writer, inputs, path }: Building): Lengths {
  const mask = writer.input(`${inputs.prefix}attention_mask`, 'int64', [batch, positionsInAll]);
  const attributes = [int('to', typeCode('int32'))];
  const axis = writer.integers(`${path}/lengths/axis`, [1]);
  const count = writer.node(`${path}/lengths/ReduceSum`, 'ReduceSum', [mask, axis], {
    attributes: [int('keepdims', 0)],
  });
  const one = writer.integers(`${path}/lengths/one`, [1]);
  const last = writer.node(`${path}/lengths/Sub`, 'Sub', [count, one]);
  const shape = writer.node(`${path}/lengths/Shape`, 'Shape', [mask], {
    attributes: [int('start', 1), int('end', 2)],
  });
  return {
    last: writer.node(`${path}/lengths/last/Cast`, 'Cast', [last], { attributes }),
    total: writer.node(`${path}/lengths/total/Cast`, 'Cast', [shape], { attributes }),
  };
}

/** The weights of layers that predict further tokens: those of any layer, and what makes their input of state and token. */
function storePredictors(building: Building): void {
  const { architecture, writer, weights } = building;
  const { hidden, layers, predictors } = architecture;
  if (predictors.length === 0) return;
  const all = { ...architecture, layers: [...layers, ...predictors] };
  const aside = { ...building, writer: writer.aside(), architecture: all };
  const shared = sharedOf(aside);
  for (const [index] of predictors.entries()) {
    const layer = layers.length + index;
    layerOf(aside, { layer, path: `/layers.${layer}` }, '', shared);
    for (const role of ['predictorTokenNorm', 'predictorStateNorm', 'predictorNorm'] as const)
      writer.stored(weights.take(role, 'weight', [hidden], layer));
    writer.stored(weights.take('predictorProjection', 'weight', [hidden, 2 * hidden], layer));
  }
}

type LayerPlace = Place & { readonly layer: number };

function layerOf(building: Building, place: LayerPlace, state: string, shared: Shared): string {
  const { isParallel, isPostNorm } = building.architecture;
  if (isParallel) return parallelLayer(building, place, state, shared);
  const read = isPostNorm ? state : norm(building, place, state, 'attentionNorm');
  const attended = attention(building, { ...place, path: `${place.path}/attention` }, read, shared);
  const own = joined(building, place, state, attended, 'attentionPostNorm');
  const middle = crossed(building, { ...place, path: `${place.path}/cross` }, own);
  if (!hasFeedForward(building, place.layer)) return middle;
  const readNext = isPostNorm ? middle : norm(building, place, middle, 'feedForwardNorm');
  const mapped = feedForward(building, { ...place, path: `${place.path}/mlp` }, readNext);
  return joined(building, { ...place, path: `${place.path}/mlp` }, middle, mapped, 'feedForwardPostNorm');
}

/** The state with what an attention to another part of the model adds to it; itself where a layer has none. */
function crossed(building: Building, place: LayerPlace, state: string): string {
  const memory = building.memory?.[place.layer];
  if (!memory) return state;
  const { isPostNorm } = building.architecture;
  const read = isPostNorm ? state : norm(building, place, state, 'crossNorm');
  const attended = crossAttention(building, { ...place, path: `${place.path}/attention` }, read, memory);
  return joined(building, place, state, attended, 'crossPostNorm');
}

/** The residual with what a part of a layer adds to it; a norm behind it stands before or after the addition. */
function joined(
  building: Building,
  place: LayerPlace,
  state: string,
  added: string,
  role: 'attentionPostNorm' | 'crossPostNorm' | 'feedForwardPostNorm',
): string {
  const { writer, architecture } = building;
  const { isPostNorm, residualScale } = architecture;
  const normed = isPostNorm ? added : norm(building, place, added, role);
  const weighed = layerScaled(building, place, normed, scaleRoles[role]);
  const part = scaled(writer, `${place.path}/residual`, weighed, residualScale);
  const sum = writer.node(`${place.path}/residual/Add`, 'Add', [state, part]);
  return isPostNorm ? norm(building, place, sum, role) : sum;
}

const scaleRoles = {
  attentionPostNorm: 'attentionScale',
  crossPostNorm: null,
  feedForwardPostNorm: 'feedForwardScale',
} as const;

/** What a part adds, times a learned factor of each channel, where the model has such. */
function layerScaled(
  { writer, weights, architecture }: Building,
  place: Place,
  added: string,
  role: Role | null,
): string {
  const factors = role && weights.find(role, 'weight', [architecture.hidden], place.layer);
  if (!factors) return added;
  return writer.node(`${place.path}/layer_scale/Mul`, 'Mul', [added, writer.weight(factors)]);
}

/** Attention and feed-forward side by side, behind one norm or one each. */
function parallelLayer(building: Building, place: LayerPlace, state: string, shared: Shared): string {
  const { writer, weights } = building;
  const { layer, path } = place;
  const first = norm(building, place, state, 'attentionNorm');
  const own = (['secondNorm', 'feedForwardNorm'] as const).find((role) => weights.has(role, layer));
  const second = own ? norm(building, place, state, own) : first;
  // Where a second norm is told by its place alone (Falcon), it is the attention's and the first one the feed-forward's.
  const attended = attention(building, { ...place, path: `${path}/attention` }, first, shared);
  const mapped = feedForward(building, { ...place, path: `${path}/mlp` }, second);
  const both = writer.node(`${path}/parallel/Add`, 'Add', [attended, mapped]);
  return writer.node(`${path}/residual/Add`, 'Add', [state, both]);
}
