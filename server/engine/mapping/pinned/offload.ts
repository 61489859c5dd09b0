import type { Chip } from '../../chips/chip';
import { hostOf } from '../../chips/hosts';
import { isHost } from '../../cost/placement';
import { runtimeFor } from '../../cost/runtimes';
import { hostUnitId, ownUnitId, unitOf, type Units } from '../../cost/units';
import type { Inference } from '../../inference/types';
import type { RuntimeProfile } from '../../kernels/profile';
import { problem, type Problem } from '../../problem';
import { isStepDue, type Steps } from '../../scheduler';
import type { PinnedNodes } from './assign';

/** Nodes of a layer, as `lower/` names them. */
const ofLayer = /^\/layers\.(\d{1,6})\//;

/** Where a model runs whose layers may be shared out. */
interface Place {
  readonly chip: Chip;
  readonly profile: RuntimeProfile;
  /** Undefined: the one that belongs to the chip. */
  readonly host: Chip | undefined;
}

/**
 * The nodes of a model on a chip and its host, where the workload says how many layers the chip gets and the runtime has such an
 * option. Why it does not happen is told.
 * @param layers null or undefined: nothing is shared out
 * @param format of the model
 */
export function* offloadOf(
  inference: Inference,
  layers: number | null | undefined,
  { chip, profile, host = hostOf(chip) }: Place,
  format: string,
): Steps<{ readonly pinned: PinnedNodes | null; readonly problems: readonly Problem[] }> {
  const own = unitOf(ownUnitId, chip, profile);
  if (layers === null || layers === undefined || isHost(own)) return { pinned: null, problems: [] };
  if (!profile.offload)
    return { pinned: null, problems: [problem('information', 'offload.runtime', { runtime: profile.name })] };
  const away = unitOf(hostUnitId, host, runtimeFor(host, null, format).profile);
  const pinned = yield* shareOut(inference, { list: [own, away], links: [] }, layers);
  return { pinned, problems: pinned ? [] : [problem('information', 'offload.no-layers', {})] };
}

/**
 * Layers from the last one on are on the chip, as many as are asked for. What comes behind all of them, the norm and the product
 * that makes logits, counts as one more, and what comes before the first stays with the host whatever is asked for (load_tensors of
 * llama.cpp). Null where no node is of a layer.
 */
function* shareOut({ nodes }: Inference, units: Units, layers: number): Steps<PinnedNodes | null> {
  const layerOf = new Int32Array(nodes.length).fill(-1);
  let [count, last] = [0, -1];
  for (const { index, node } of nodes) {
    if (isStepDue(index)) yield;
    const layer = ofLayer.exec(node.name)?.[1];
    if (layer === undefined) continue;
    layerOf[index] = Number(layer);
    count = Math.max(count, Number(layer) + 1);
    last = index;
  }
  if (last === -1) return null;
  const first = Math.max(count + 1 - layers, 0);
  const places = new Int8Array(nodes.length);
  let layer = -1;
  for (const { index } of nodes) {
    if (isStepDue(index)) yield;
    // Nodes between those of layers, such as of a state, are of the layer before.
    layer = index > last ? count : layerOf[index] === -1 ? layer : layerOf[index]!;
    places[index] = layer >= first ? 0 : 1;
  }
  return { units, unitOf: places, rest: 0, isByRuntime: true };
}
