import { ggmlDomain } from '../graph/domains';
import type { Role, TimeMix } from './architecture';
import { batch, linear, productWith, type Building, type Place } from './blocks';
import { state, type Shared } from './caches';
import { activated } from './feedForward';
import { float, int, ints } from './graphWriter';
import { reshape } from './shapes';
import { mixed, mixtures, shifted, type Shifted } from './tokenShift';

type LayerPlace = Place & { readonly layer: number };

/**
 * The recurrence of RWKV with what is around it: mixtures of a token with the one before it, products of these, the
 * recurrence, a norm of each head but in RWKV-4, a gate and a product back.
 * Source: transformers, RwkvSelfAttention; llama.cpp, src/models/rwkv6-base.cpp and rwkv7-base.cpp (build_rwkv6_time_mix,
 * build_rwkv7_time_mix).
 */
export function timeMix(
  building: Building,
  place: LayerPlace,
  input: string,
  kind: TimeMix,
  shared: Shared,
): string {
  const { hidden } = building.architecture;
  const at = shifted(building, place, input, 'token');
  const made = recurrence(building, place, at, kind, shared);
  return linear(building, place, made, 'attentionOutput', [hidden, kind.heads * kind.headSize]);
}

function recurrence(
  building: Building,
  place: LayerPlace,
  at: Shifted,
  kind: TimeMix,
  shared: Shared,
): string {
  switch (kind.rule) {
    case 'mean':
      return averaged(building, place, at, kind);
    case 'decay':
      return decayed(building, place, at, kind);
    case 'delta':
      return corrected(building, place, at, kind, shared);
  }
}

/** RWKV-4: of each channel a mean of the values so far, weighted by their keys, in a numerator, a denominator and the largest power. */
function averaged(building: Building, place: LayerPlace, shift: Shifted, { heads }: TimeMix): string {
  const { writer, weights, architecture } = building;
  const { path, layer } = place;
  const product = (share: Role, role: Role): string =>
    linear(building, place, mixed(building, place, shift, share), role, [heads, architecture.hidden]);
  const key = product('mixShiftKey', 'key');
  const value = product('mixShiftValue', 'value');
  const gate = sigmoid({ building, place }, 'gate', product('mixShiftQuery', 'query'));
  const channels = (role: Role): string => writer.weight(weights.take(role, 'weight', [heads], layer));
  const [past, present] = state(building, `${layer}.state`, [batch, heads, 3]);
  const operands = [key, value, channels('mixBonus'), channels('mixDecay'), past];
  const found = writer.node(`${path}/RWKV_WKV4`, 'RWKV_WKV4', operands, {
    domain: ggmlDomain,
    outputs: [`${path}/RWKV_WKV4_output_0`, present],
  });
  return writer.node(`${path}/gate/Mul`, 'Mul', [gate, found]);
}

/** A product with a square matrix of the model's width. */
function square({ building, place }: At, input: string, role: Role): string {
  const { hidden } = building.architecture;
  return linear(building, place, input, role, [hidden, hidden]);
}

interface At {
  readonly building: Building;
  readonly place: LayerPlace;
}

interface LowRank {
  readonly roles: readonly [down: Role, up: Role];
  /** Between the two products. */
  readonly activation?: 'Tanh' | 'Sigmoid';
  /** What is added to the result. */
  readonly base?: Role;
}

/** Two products with a narrow row between them. */
function lowRank({ building, place }: At, input: string, { roles, activation, base }: LowRank): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const [down, up] = roles;
  const rank = weights.take(down, 'weight', [0, hidden], place.layer).dims[0] ?? 0;
  let value = linear(building, place, input, down, [rank, hidden]);
  if (activation) value = writer.node(`${place.path}/${down}/${activation}`, activation, [value]);
  value = linear(building, place, value, up, [hidden, rank]);
  if (!base) return value;
  const weight = writer.weight(weights.take(base, 'weight', [hidden], place.layer));
  return writer.node(`${place.path}/${base}/Add`, 'Add', [value, weight]);
}

/** RWKV-6. */
function decayed(building: Building, place: LayerPlace, shift: Shifted, kind: TimeMix): string {
  const { writer, weights } = building;
  const { path, layer } = place;
  const at = { building, place };
  const [forDecay, forKey, forValue, forQuery, forGate] = fiveMixtures(at, shift);
  const query = square(at, forQuery!, 'query');
  const key = square(at, forKey!, 'key');
  const value = square(at, forValue!, 'value');
  const gate = activated(writer, `${path}/gate`, square(at, forGate!, 'mixGate'), 'silu');
  const power = lowRank(at, forDecay!, {
    roles: ['mixDecayDown', 'mixDecayUp'],
    activation: 'Tanh',
    base: 'mixDecay',
  });
  const inner = writer.node(`${path}/decay/Exp`, 'Exp', [power]);
  const negative = writer.node(`${path}/decay/Neg`, 'Neg', [inner]);
  const decay = writer.node(`${path}/decay/outer/Exp`, 'Exp', [negative]);
  const bonus = writer.weight(weights.take('mixBonus', 'weight', [kind.heads, kind.headSize], layer));
  const [past, present] = state(building, `${layer}.state`, stateShape(kind));
  const found = writer.node(`${path}/RWKV_WKV6`, 'RWKV_WKV6', [key, value, query, bonus, decay, past], {
    domain: ggmlDomain,
    outputs: [`${path}/RWKV_WKV6_output_0`, present],
  });
  return writer.node(`${path}/gate/Mul`, 'Mul', [headNormed(at, found, kind), gate]);
}

/** Mixtures whose shares depend on the token: a fixed one of each channel, and what a narrow row adds to it. */
function fiveMixtures({ building, place }: At, shift: Shifted): readonly string[] {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const { path, layer } = place;
  const count = 5;
  const first = mixed(building, place, shift, 'mixShiftAll');
  const rank = (weights.take('mixShiftDown', 'weight', [0, hidden], layer).dims[0] ?? 0) / count;
  const down = linear(building, place, first, 'mixShiftDown', [count * rank, hidden]);
  const narrow = writer.node(`${path}/shift/Tanh`, 'Tanh', [down]);
  const apart = reshape(building, `${path}/shift/parts`, narrow, [0, 0, count, -1]);
  const swap = [ints('perm', [0, 2, 1, 3])];
  const parts = writer.node(`${path}/shift/Transpose`, 'Transpose', [apart], { attributes: swap });
  const up = writer.weight(weights.take('mixShiftUp', 'weight', [count, hidden, rank], layer));
  const more = productWith(writer, `${path}/shift/up`, parts, up);
  const find = (role: Role): ReturnType<typeof weights.take> => weights.take(role, 'weight', [hidden], layer);
  const tensors = weights.has('mixShift', layer) ? [find('mixShift')] : ownShares.map(find);
  return mixtures(building, `${path}/mixtures`, shift, { tensors, count, more });
}

/** Shares of mixtures in files that have each by itself. */
const ownShares: readonly Role[] = [
  'mixShiftDecay',
  'mixShiftKey',
  'mixShiftValue',
  'mixShiftQuery',
  'mixShiftGate',
];

/** RWKV-7. */
function corrected(
  building: Building,
  place: LayerPlace,
  shift: Shifted,
  kind: TimeMix,
  shared: Shared,
): string {
  const { writer, weights, architecture } = building;
  const { path, layer } = place;
  const at = { building, place };
  const hasGate = weights.has('mixGateUp', layer);
  const count = hasGate ? 6 : 5;
  const share = weights.take('mixShift', 'weight', [count, architecture.hidden], layer);
  const made = mixtures(building, `${path}/mixtures`, shift, { tensors: [share], count, more: '' });
  const [forQuery, forDecay, forKey, forValue, forRate, forGate] = made;
  const query = square(at, forQuery!, 'query');
  const decay = boundedDecay(at, forDecay!);
  const value = withFirstValue(at, forValue!, square(at, forValue!, 'value'), shared);
  const rate = sigmoid(
    at,
    'rate',
    lowRank(at, forRate!, { roles: ['mixRateDown', 'mixRateUp'], base: 'mixRate' }),
  );
  const plain = square(at, forKey!, 'key');
  const direction = directionOf(at, plain, kind);
  const key = keyAtRate(at, plain, rate);
  const removed = writer.node(`${path}/removed/Neg`, 'Neg', [direction]);
  const replaced = writer.node(`${path}/replaced/Mul`, 'Mul', [direction, rate]);
  const [past, present] = state(building, `${layer}.state`, stateShape(kind));
  const operands = [query, decay, key, value, removed, replaced, past];
  const found = writer.node(`${path}/RWKV_WKV7`, 'RWKV_WKV7', operands, {
    domain: ggmlDomain,
    outputs: [`${path}/RWKV_WKV7_output_0`, present],
  });
  const normed = headNormed(at, found, kind);
  const sum = writer.node(`${path}/bonus/Add`, 'Add', [normed, bonus(at, [query, key, value], kind)]);
  if (!hasGate) return sum;
  const gate = lowRank(at, forGate!, { roles: ['mixGateDown', 'mixGateUp'], activation: 'Sigmoid' });
  return writer.node(`${path}/gate/Mul`, 'Mul', [sum, gate]);
}

function sigmoid({ building, place }: At, name: string, value: string): string {
  return building.writer.node(`${place.path}/${name}/Sigmoid`, 'Sigmoid', [value]);
}

/** exp(-e^-½ · sigmoid(w)): between 0.545 and 1. */
function boundedDecay(at: At, input: string): string {
  const { writer } = at.building;
  const path = `${at.place.path}/decay`;
  const made = lowRank(at, input, {
    roles: ['mixDecayDown', 'mixDecayUp'],
    activation: 'Tanh',
    base: 'mixDecay',
  });
  const factor = writer.scalar(`${path}/factor`, -Math.exp(-0.5));
  const power = writer.node(`${path}/Mul`, 'Mul', [sigmoid(at, 'decay', made), factor]);
  return writer.node(`${path}/Exp`, 'Exp', [power]);
}

/** A value moved towards that of the first layer, as far as the token says; the first layer's own is kept for the others. */
function withFirstValue(at: At, input: string, value: string, { kept }: Shared): string {
  const first = kept.get('value');
  if (first === undefined) {
    kept.set('value', value);
    return value;
  }
  const { writer } = at.building;
  const path = `${at.place.path}/first`;
  const share = sigmoid(
    at,
    'first',
    lowRank(at, input, { roles: ['mixFirstDown', 'mixFirstUp'], base: 'mixFirst' }),
  );
  const way = writer.node(`${path}/Sub`, 'Sub', [first, value]);
  return writer.node(`${path}/Add`, 'Add', [value, writer.node(`${path}/Mul`, 'Mul', [way, share])]);
}

function channelWeight({ building, place }: At, role: Role): string {
  const { writer, weights, architecture } = building;
  return writer.weight(weights.take(role, 'weight', [architecture.hidden], place.layer));
}

/** The direction of a key in each head: a row of length 1. */
function directionOf(at: At, key: string, { heads, headSize }: TimeMix): string {
  const { building, place } = at;
  const path = `${place.path}/direction`;
  const weighed = building.writer.node(`${path}/Mul`, 'Mul', [key, channelWeight(at, 'mixKeyDirection')]);
  const apart = reshape(building, `${path}/heads`, weighed, [0, 0, heads, headSize]);
  const attributes = [int('axis', -1), int('p', 2)];
  const unit = building.writer.node(`${path}/LpNormalization`, 'LpNormalization', [apart], { attributes });
  return reshape(building, `${path}/rows`, unit, [0, 0, -1]);
}

/** k + (a · k · w - k · w): a key as large as the rate a lets it be. */
function keyAtRate(at: At, key: string, rate: string): string {
  const { writer } = at.building;
  const path = `${at.place.path}/key_rate`;
  const part = writer.node(`${path}/Mul`, 'Mul', [key, channelWeight(at, 'mixKeyRate')]);
  const rated = writer.node(`${path}/rate/Mul`, 'Mul', [part, rate]);
  return writer.node(`${path}/Add`, 'Add', [key, writer.node(`${path}/Sub`, 'Sub', [rated, part])]);
}

/** What a token adds to its own result: its value, times the weighed product of its key and query in each head. */
function bonus(
  { building, place }: At,
  [query, key, value]: readonly [string, string, string],
  { heads, headSize }: TimeMix,
): string {
  const { writer, weights } = building;
  const path = `${place.path}/bonus`;
  const apart = (part: string, rows: string): string =>
    reshape(building, `${path}/${part}`, rows, [0, 0, heads, headSize]);
  const flat = writer.weight(weights.take('mixBonus', 'weight', [heads, headSize], place.layer));
  const weight = reshape(building, `${path}/weight`, flat, [heads, headSize]);
  const product = writer.node(`${path}/pair/Mul`, 'Mul', [apart('key', key), apart('query', query)]);
  const weighed = writer.node(`${path}/weighed/Mul`, 'Mul', [product, weight]);
  const axis = writer.integers(`${path}/axis`, [-1]);
  const sum = writer.node(`${path}/ReduceSum`, 'ReduceSum', [weighed, axis], {
    attributes: [int('keepdims', 1)],
  });
  const all = writer.node(`${path}/Mul`, 'Mul', [apart('value', value), sum]);
  return reshape(building, `${path}/rows`, all, [0, 0, -1]);
}

/** Added to a head's variance (`group_norm_eps` of llama.cpp: 1e-5 times the square of 8, by which heads are divided). */
const headEpsilon = 64e-5;

/** A norm of each head by itself; the result itself where the model has none. */
function headNormed({ building, place }: At, found: string, { heads, headSize }: TimeMix): string {
  const { writer, weights } = building;
  if (!weights.has('attentionSubNorm', place.layer)) return found;
  const path = `${place.path}/heads`;
  const factors = (['weight', 'bias'] as const).map((part) => {
    const tensor = weights.take('attentionSubNorm', part, [heads * headSize], place.layer);
    return reshape(building, `${path}/${part}`, writer.weight(tensor), [heads, headSize]);
  });
  const apart = reshape(building, `${path}/apart`, found, [0, 0, heads, headSize]);
  const normed = writer.node(`${path}/LayerNormalization`, 'LayerNormalization', [apart, ...factors], {
    attributes: [int('axis', -1), float('epsilon', headEpsilon)],
  });
  return reshape(building, path, normed, [0, 0, -1]);
}

function stateShape({ heads, headSize }: TimeMix): (typeof batch | number)[] {
  return [batch, heads, headSize, headSize];
}
