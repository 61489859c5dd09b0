import type { Chip } from '../../chips/chip';
import { modelFor } from '../../cost/classes/index';
import type { KernelInput } from '../../cost/classes/shared/model';
import { costKernel, kernelTerms, type Site } from '../../cost/kernelCost';
import { unitSites, type UnitsRun } from '../../cost/onUnits';
import type { Estimate, KernelCost } from '../../cost/types';
import { dispatchOf } from '../../kernels/profile';
import type { Kernel } from '../../kernels/types';
import type { Steps } from '../../scheduler';
import { kernelAccuracy, modelAccuracy, type KernelAccuracy, type ModelAccuracy } from './accuracy';
import { computeRates, memoryRates, type Rated } from './rates';

/** What a kernel asks of a chip, and what its law makes of that. */
export interface Law {
  readonly group: string;
  readonly compute: readonly Rated[];
  readonly memory: readonly Rated[];
  /** Kinds of operations follow each other; null: they run side by side. */
  readonly isSerial: boolean;
  /** Constants of the law by their names. */
  readonly constants: readonly (readonly [name: string, value: number])[];
  readonly source: string;
  /** What the law adds to each kernel, whatever the runtime. */
  readonly fixedSeconds: number;
  /** Facts that a stand-in replaces, with its key. */
  readonly standins: readonly { readonly fact: string; readonly standin: string }[];
  readonly kernels: readonly KernelAccuracy[];
}

/** What starting a kernel takes, and who says so. */
interface DispatchFact {
  readonly seconds: number;
  /** It is hidden behind work that takes longer. */
  readonly isQueued: boolean;
  readonly basis: 'measured' | 'published' | 'assumption' | null;
  readonly source: string | null;
}

/** How the time of a node comes about. */
export interface Derivation {
  readonly node: number;
  readonly chip: Chip;
  readonly runtime: string;
  readonly kernel: Kernel;
  readonly cost: KernelCost;
  /** Null: its time is not that of one kernel by itself (training, devices that share the model), or it is unknown. */
  readonly law: Law | null;
  readonly dispatch: DispatchFact;
  /** What the kernel waits for before it runs, once per run of it. */
  readonly transferSeconds: number | null;
  /** Of all its runs; null where it is unknown. */
  readonly seconds: Estimate | null;
  readonly models: ModelAccuracy | null;
}

/** How the time of a node on a chip comes about; null for a node that no kernel runs. */
export function* derivationOf(run: UnitsRun, node: number): Steps<Derivation | null> {
  const { plan, cost } = run;
  const kernel = plan.kernels[plan.kernelOfNode[node] ?? -1];
  const own = kernel && cost.kernels[kernel.index];
  if (!kernel || !own) return null;
  const sites = yield* unitSites(run);
  const unit = cost.units[own.unit ?? 0]!;
  const site = sites[own.unit ?? 0]!;
  return {
    node,
    chip: unit.chip,
    runtime: unit.profile?.name ?? cost.runtime,
    kernel,
    cost: own,
    law: lawOf(run, kernel, site, own),
    dispatch: dispatchFact(site, unit.profile),
    transferSeconds: cost.kernels.find(({ before }) => before === kernel.index)?.seconds?.value ?? null,
    seconds: cost.nodes[node]?.seconds ?? null,
    models: modelAccuracy(unit.chip),
  };
}

function dispatchFact(
  { dispatch }: Site,
  profile: UnitsRun['cost']['units'][number]['profile'],
): DispatchFact {
  const stated = profile?.dispatchSeconds;
  const known = profile && (stated?.[profile.launch] ?? stated?.eager ?? stated?.graph);
  const isStated = profile !== null && dispatchOf(profile).seconds === dispatch.seconds;
  return {
    seconds: dispatch.seconds,
    isQueued: dispatch.queued,
    basis: (isStated && known?.basis) || null,
    source: (isStated && known?.source) || null,
  };
}

/** What the law was asked; only where that gives the time that the run has. */
function lawOf({ inference }: UnitsRun, kernel: Kernel, site: Site, own: KernelCost): Law | null {
  const model = modelFor(site.chip);
  const { cost, input: given } = costKernel(inference, kernel, site, site.residency.bytesOf(kernel));
  if (!model || !given || !own.seconds || !cost.seconds) return null;
  if (Math.abs(cost.seconds.value - own.seconds.value) > 1e-9 * own.seconds.value) return null;
  const input: KernelInput = model.asTaken?.(given) ?? given;
  return {
    group: input.group,
    compute: computeRates(input),
    memory: memoryRates(input),
    isSerial: model.serialUnits,
    constants: Object.entries(input.constants.value),
    source: input.constants.source,
    fixedSeconds: kernelTerms(model, given).fixed,
    standins: input.machine.standins,
    kernels: kernelAccuracy(site.chip, input.group, own.precision),
  };
}
