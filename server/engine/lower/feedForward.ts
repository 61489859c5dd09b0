import type { Activation, Experts, FeedForward, Role } from './architecture';
import { linear, type Building, type Place } from './blocks';
import { splitInto } from './shapes';
import { float, int, microsoft, text, type GraphWriter } from './graphWriter';
import { mixed, shifted } from './tokenShift';

/** What looks at one token at a time: a network, or several of which each token chooses some. */
export function feedForward(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
): string {
  const { feedForward: kind } = building.architecture.layers[place.layer]!;
  const { experts } = kind;
  if (building.weights.has('mapShift', place.layer)) return channelMix(building, place, input, kind);
  if (!experts) return network(building, place, input, kind, plainRoles);
  const routed = mixture(building, place, input, kind, experts);
  if (!building.weights.has('sharedDown', place.layer)) return routed;
  const shared = gatedShare(building, place, input, network(building, place, input, kind, sharedRoles));
  return building.writer.node(`${place.path}/Add`, 'Add', [routed, shared]);
}

/** Whether a layer has such a part; those of state-space models have none. */
export function hasFeedForward({ weights, architecture }: Building, layer: number): boolean {
  return architecture.layers[layer]!.feedForward.experts !== null || weights.has('down', layer);
}

/** The network of RWKV, which reads a mixture of a token with the one before it; that of RWKV-6 has a gate on its result. */
function channelMix(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  { activation, inner }: FeedForward,
): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const at = shifted(building, place, input, 'channel');
  const up = linear(building, place, mixed(building, place, at, 'mapShift'), 'up', [inner, hidden]);
  const down = linear(building, place, activated(writer, place.path, up, activation), 'down', [
    hidden,
    inner,
  ]);
  if (!weights.has('mapGate', place.layer)) return down;
  const open = linear(building, place, mixed(building, place, at, 'mapShiftGate'), 'mapGate', [
    hidden,
    hidden,
  ]);
  const gate = writer.node(`${place.path}/gate/Sigmoid`, 'Sigmoid', [open]);
  return writer.node(`${place.path}/gate/Mul`, 'Mul', [gate, down]);
}

interface NetworkRoles {
  readonly gate: Role;
  readonly up: Role;
  readonly down: Role;
  /** Gate and up in one product; undefined where no model has them so. */
  readonly gateUp?: Role;
  readonly path: string;
  readonly size: 'inner' | 'sharedInner';
}

const plainRoles: NetworkRoles = {
  gate: 'gate',
  up: 'up',
  gateUp: 'gateUp',
  down: 'down',
  path: '',
  size: 'inner',
};
const sharedRoles: NetworkRoles = {
  gate: 'sharedGate',
  up: 'sharedUp',
  down: 'sharedDown',
  path: '/shared',
  size: 'sharedInner',
};

function network(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  kind: FeedForward,
  roles: NetworkRoles,
): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const inner = kind[roles.size];
  const at = { ...place, path: `${place.path}${roles.path}` };
  const has = (role: Role | undefined): role is Role => role !== undefined && weights.has(role, place.layer);
  let middle: string;
  if (has(roles.gateUp)) {
    const both = linear(building, at, input, roles.gateUp, [2 * inner, hidden]);
    const [gate, up] = splitInto(building, at.path, both, [inner, inner]);
    middle = writer.node(`${at.path}/Mul`, 'Mul', [activated(writer, at.path, gate, kind.activation), up]);
  } else if (has(roles.gate)) {
    const gate = linear(building, at, input, roles.gate, [inner, hidden]);
    const up = linear(building, at, input, roles.up, [inner, hidden]);
    middle = writer.node(`${at.path}/Mul`, 'Mul', [activated(writer, at.path, gate, kind.activation), up]);
  } else {
    const up = linear(building, at, input, roles.up, [inner, hidden]);
    middle = activated(writer, at.path, up, kind.activation);
  }
  return linear(building, at, middle, roles.down, [hidden, inner]);
}

/** Operators of an activation, each reading what the one before made. */
const steps: Readonly<
  Record<
    Activation,
    readonly {
      readonly operator: string;
      readonly attributes?: readonly ReturnType<typeof text | typeof float>[];
    }[]
  >
> = {
  silu: [{ operator: 'Swish' }],
  gelu: [{ operator: 'Gelu' }],
  gelu_tanh: [{ operator: 'Gelu', attributes: [text('approximate', 'tanh')] }],
  quick_gelu: [{ operator: 'Swish', attributes: [float('alpha', 1.702)] }],
  relu: [{ operator: 'Relu' }],
  relu2: [{ operator: 'Relu' }],
};

/** Activations whose result is squared. */
const squared: ReadonlySet<Activation> = new Set(['relu2']);

/** A value behind an activation. */
export function activated(writer: GraphWriter, path: string, input: string, activation: Activation): string {
  let value = input;
  for (const { operator, attributes = [] } of steps[activation])
    value = writer.node(`${path}/${operator}`, operator, [value], { attributes });
  return squared.has(activation) ? writer.node(`${path}/square/Mul`, 'Mul', [value, value]) : value;
}

/** What ONNX Runtime's MoE calls an activation. */
const expertActivations: Readonly<Record<Activation, string>> = {
  silu: 'silu',
  gelu: 'gelu',
  gelu_tanh: 'gelu',
  quick_gelu: 'silu',
  relu: 'relu',
  relu2: 'relu',
};

/** Experts with their router: the score of each token for each expert, and the sum of the best. */
function mixture(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  kind: FeedForward,
  { count, chosen }: Experts,
): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const { path, layer } = place;
  const inner = kind.expertInner;
  let scores = linear(building, place, input, 'router', [count, hidden]);
  const correction = weights.find('routerBias', 'bias', [count], layer);
  if (correction) scores = writer.node(`${path}/router_bias/Add`, 'Add', [scores, writer.weight(correction)]);
  const rows = writer.node(`${path}/router/Reshape`, 'Reshape', [
    scores,
    writer.integers(`${path}/router/dims`, [-1, count]),
  ]);
  const operand = (role: Role, dims: readonly number[]): [weight: string, bias: string] => {
    const weight = writer.weight(weights.take(role, 'weight', dims, layer));
    const bias = weights.find(role, 'bias', dims.slice(0, 2), layer);
    return [weight, bias ? writer.weight(bias) : ''];
  };
  const isFused = weights.has('expertGateUp', layer);
  const isGated = isFused || weights.has('expertGate', layer);
  const down = operand('expertDown', [count, hidden, inner]);
  const operands = isFused
    ? [...operand('expertGateUp', [count, 2 * inner, hidden]), ...down]
    : isGated
      ? [
          ...operand('expertGate', [count, inner, hidden]),
          ...down,
          ...operand('expertUp', [count, inner, hidden]),
        ]
      : [...operand('expertUp', [count, inner, hidden]), ...down];
  const activation = isFused ? 'swiglu' : expertActivations[kind.activation];
  return writer.node(`${path}/MoE`, 'MoE', withoutLastEmpty([input, rows, ...operands]), {
    domain: microsoft,
    attributes: [
      int('k', chosen),
      text('activation_type', activation),
      ...(isFused ? [int('swiglu_fusion', 1)] : []),
      int('normalize_routing_weights', 1),
    ],
  });
}

function withoutLastEmpty(inputs: readonly string[]): readonly string[] {
  return inputs.at(-1) === '' ? inputs.slice(0, -1) : inputs;
}

/** What the experts that all tokens go through give, weighted where the model weighs it. */
function gatedShare(building: Building, place: Place, input: string, shared: string): string {
  const { writer, weights, architecture } = building;
  const { path, layer } = place;
  if (!weights.has('sharedRouter', layer)) return shared;
  const at = { ...place, path: `${path}/shared_gate` };
  const score = linear(building, at, input, 'sharedRouter', [1, architecture.hidden]);
  const weight = writer.node(`${at.path}/Sigmoid`, 'Sigmoid', [score]);
  return writer.node(`${at.path}/Mul`, 'Mul', [shared, weight]);
}
