import { ggmlDomain } from '../graph/domains';
import type { Role, StateSpace } from './architecture';
import { batch, linear, norm, type Building, type Place } from './blocks';
import { activeState, state } from './caches';
import { int, ints, microsoft, text } from './graphWriter';
import { reshape, splitInto } from './shapes';

type LayerPlace = Place & { readonly layer: number };

/**
 * A selective scan with what is around it: a product into twice its width (and more in Mamba 2), a short convolution, the
 * scan, a gate, and a product back. The convolution's last inputs and the scan's states go in and come out.
 */
export function stateSpace(building: Building, place: LayerPlace, input: string, kind: StateSpace): string {
  const { inner } = kind;
  const { hidden } = building.architecture;
  const scanned =
    kind.rank > 0 ? stepped(building, place, input, kind) : headed(building, place, input, kind);
  return linear(building, place, scanned, 'scanOut', [hidden, inner]);
}

/** Mamba 1: steps, B and C come from what the convolution gives. */
function stepped(building: Building, place: LayerPlace, input: string, kind: StateSpace): string {
  const { inner, stateSize, rank } = kind;
  const { path } = place;
  const both = linear(building, place, input, 'scanIn', [2 * inner, building.architecture.hidden]);
  const [x, gate] = splitInto(building, `${path}/in`, both, [inner, inner]);
  const seen = convolved(building, place, x, { channels: inner, kernel: kind.kernel });
  const rows = rank + 2 * stateSize;
  const made = linear(building, place, seen, 'scanParameters', [rows, inner]);
  const sizes = [rank, stateSize, stateSize] as const;
  const parts = splitInto(building, `${path}/parameters`, made, sizes);
  const [step, b, c] = kind.isNormed ? unitRows(building, `${path}/parameters`, parts, sizes) : parts;
  const steps = softplus(building, path, linear(building, place, step, 'scanSteps', [inner, rank]));
  const y = scan(building, place, kind, [seen, steps, b, c]);
  return gated(building, path, y, gate);
}

type Three<T> = readonly [T, T, T];

/** Rows over the root of their mean square: those of length 1, times the root of their width. */
function unitRows(
  { writer }: Building,
  path: string,
  rows: Three<string>,
  widths: Three<number>,
): Three<string> {
  const normed = rows.map((row, i) => {
    const at = `${path}/norm.${i}`;
    const attributes = [int('axis', -1), int('p', 2)];
    const unit = writer.node(`${at}/LpNormalization`, 'LpNormalization', [row], { attributes });
    return writer.node(`${at}/Mul`, 'Mul', [unit, writer.scalar(`${at}/root`, Math.sqrt(widths[i]!))]);
  });
  return normed as unknown as Three<string>;
}

/** Mamba 2: all of them come out of the first product, and heads share one decay. */
function headed(building: Building, place: LayerPlace, input: string, kind: StateSpace): string {
  const { writer, weights, architecture } = building;
  const { inner, heads, stateSize, groups, kernel } = kind;
  const { path, layer } = place;
  const shared = groups * stateSize;
  const channels = inner + 2 * shared;
  const rows = inner + channels + heads;
  const all = linear(building, place, input, 'scanIn', [rows, architecture.hidden]);
  const [gate, mixed, step] = splitInto(building, `${path}/in`, all, [inner, channels, heads]);
  const seen = convolved(building, place, mixed, { channels, kernel });
  const [x, b, c] = splitInto(building, `${path}/mixed`, seen, [inner, shared, shared]);
  const bias = writer.weight(weights.take('scanStepBias', 'weight', [heads], layer));
  const steps = softplus(building, path, writer.node(`${path}/step/Add`, 'Add', [step, bias]));
  const y = gated(building, path, scan(building, place, kind, [x, steps, b, c]), gate);
  return groupNormed(building, place, y, kind);
}

/** The norm behind the gate: over all channels, or in files of ggml, over those of each group. */
function groupNormed(building: Building, place: LayerPlace, y: string, { inner }: StateSpace): string {
  const weight = building.weights.find('scanNorm', 'weight', [inner], place.layer);
  if (weight?.dims.length !== 2) return norm(building, place, y, 'scanNorm', [inner]);
  const apart = reshape(building, `${place.path}/groups`, y, [0, 0, ...weight.dims]);
  return reshape(building, `${place.path}/normed`, norm(building, place, apart, 'scanNorm', weight.dims), [
    0,
    0,
    inner,
  ]);
}

function softplus({ writer }: Building, path: string, value: string): string {
  return writer.node(`${path}/step/Softplus`, 'Softplus', [value]);
}

function gated({ writer }: Building, path: string, value: string, gate: string): string {
  const open = writer.node(`${path}/gate/Swish`, 'Swish', [gate]);
  return writer.node(`${path}/gate/Mul`, 'Mul', [value, open]);
}

/** A convolution of each channel over the last tokens, and an activation. */
function convolved(
  building: Building,
  { layer, path }: LayerPlace,
  value: string,
  { channels, kernel }: { readonly channels: number; readonly kernel: number },
): string {
  const { writer, weights } = building;
  const at = `${path}/convolution`;
  const swap = [ints('perm', [0, 2, 1])];
  const columns = writer.node(`${at}/Transpose`, 'Transpose', [value], { attributes: swap });
  const kernels = weights.take('scanConvolution', 'weight', [channels, 1, kernel], layer);
  const stored = writer.weight(kernels);
  // Files of ggml leave out the axis of one channel for each.
  const weight =
    kernels.dims.length === 3 ? stored : reshape(building, `${at}/weight`, stored, [channels, 1, kernel]);
  const bias = weights.find('scanConvolution', 'bias', [channels], layer);
  const [past, keep] = activeState(building, `${layer}.convolution`, [batch, channels, kernel - 1]);
  const inputs = [columns, weight, bias ? writer.weight(bias) : '', past];
  const last = `${at}/CausalConvWithState_output_1`;
  const found = writer.node(`${at}/CausalConvWithState`, 'CausalConvWithState', inputs, {
    domain: microsoft,
    outputs: [`${at}/CausalConvWithState_output_0`, last],
    attributes: [text('activation', 'silu')],
  });
  keep(last);
  return writer.node(`${at}/back/Transpose`, 'Transpose', [found], { attributes: swap });
}

function scan(
  building: Building,
  { layer, path }: LayerPlace,
  { inner, heads, stateSize, rank }: StateSpace,
  [x, steps, b, c]: readonly [x: string, steps: string, b: string, c: string],
): string {
  const { writer, weights } = building;
  const stored = (role: Role, dims: readonly number[]): string =>
    writer.weight(weights.take(role, 'weight', dims, layer));
  const dims = rank > 0 ? [inner, stateSize] : [heads];
  // Files of transformers keep the logarithm of the decay, those of ggml the decay.
  let decay: string;
  if (weights.has('scanDecayLog', layer)) {
    const power = writer.node(`${path}/decay/Exp`, 'Exp', [stored('scanDecayLog', dims)]);
    decay = writer.node(`${path}/decay/Neg`, 'Neg', [power]);
  } else decay = stored('scanDecay', dims);
  const shape = [batch, heads, inner / heads, stateSize];
  const [past, present] = state(building, `${layer}.state`, shape);
  const y = writer.node(`${path}/SSM_SCAN`, 'SSM_SCAN', [past, x, steps, decay, b, c], {
    domain: ggmlDomain,
    outputs: [`${path}/SSM_SCAN_output_0`, present],
  });
  return skipped(building, path, y, {
    x,
    weight: stored('scanSkip', rank > 0 ? [inner] : [heads]),
    inner,
    heads,
  });
}

interface Skip {
  readonly x: string;
  readonly weight: string;
  readonly inner: number;
  readonly heads: number;
}

/** The scan's result with its input added, times a learned factor of each channel, or of each head. */
function skipped({ writer }: Building, path: string, y: string, { x, weight, inner, heads }: Skip): string {
  const at = `${path}/skip`;
  if (inner === heads) {
    const added = writer.node(`${at}/Mul`, 'Mul', [x, weight]);
    return writer.node(`${at}/Add`, 'Add', [y, added]);
  }
  const apart = writer.integers(`${at}/heads`, [0, 0, heads, -1]);
  const column = writer.integers(`${at}/column`, [heads, 1]);
  const factors = writer.node(`${at}/factors/Reshape`, 'Reshape', [weight, column]);
  const byHead = writer.node(`${at}/heads/Reshape`, 'Reshape', [x, apart]);
  const added = writer.node(`${at}/Mul`, 'Mul', [byHead, factors]);
  const rows = writer.integers(`${at}/rows`, [0, 0, inner]);
  const back = writer.node(`${at}/back/Reshape`, 'Reshape', [added, rows]);
  return writer.node(`${at}/Add`, 'Add', [y, back]);
}
