import type { Refusal } from '../kernels/support/conditions';
import type { Kernel } from '../kernels/types';
import { Query } from '../query';
import { runThrough, type Steps } from '../scheduler';
import { trainingOf } from '../workload';
import { modelFor } from './classes/index';
import { siteSteps } from './estimate';
import { costKernel, type CostedKernel, type Site } from './kernelCost';
import { kernelSupport } from './placement';
import { shareOut } from './shares';
import type { Bound, ChipCost, Estimate, KernelCost, NodeCost, PlannedModel } from './types';
import type { Unit } from './units';

/** A node on one of the units of a run. */
export interface OnUnit {
  readonly unit: Unit;
  readonly isHere: boolean;
  /** Its share of its kernel there without transfers, of all runs; null where that is unknown or it can't run there. */
  readonly seconds: Estimate | null;
  readonly bound: Bound;
  /** Why the runtime of the unit does not run it; null where it does. */
  readonly refusal: Refusal | null;
}

/** A run on several units. */
export interface UnitsRun extends PlannedModel {
  readonly cost: ChipCost;
}

const sitesOf = new Query<ChipCost, readonly Site[]>();

/** The units of a run as places for any kernel; made once per run. */
export function unitSites(run: UnitsRun): Steps<readonly Site[]> {
  return sitesOf.steps(run.cost, () => makeSites(run));
}

function* makeSites({ cost, ...model }: UnitsRun): Steps<readonly Site[]> {
  const sites: Site[] = [];
  for (const [index, unit] of cost.units.entries()) sites.push(yield* siteSteps(model, unit, index));
  return sites;
}

/** What a node would take on each unit of a run, and which cannot run it; none for a node that no kernel runs, and in training. */
export function nodeOnUnits(run: UnitsRun, index: number): OnUnit[] {
  const { plan, cost } = run;
  const kernel = plan.kernels[plan.kernelOfNode[index] ?? -1];
  if (!kernel || trainingOf(run.workload)) return [];
  const here = cost.kernels[kernel.index]?.unit;
  return runThrough(unitSites(run)).map((site, at) => {
    const unit = cost.units[at]!;
    const refusal = refusalAt(run, unit, site)(kernel);
    const share = refusal ? null : shareAt(run, kernel, site, index);
    return {
      unit,
      isHere: here === at,
      seconds: share?.seconds ?? null,
      bound: share?.bound ?? 'unknown',
      refusal,
    };
  });
}

function refusalAt(
  { inference, plan }: UnitsRun,
  { chip, profile }: Unit,
  { table }: Site,
): (kernel: Kernel) => Refusal | null {
  return profile && modelFor(chip) ? kernelSupport(inference, plan, profile, table) : () => null;
}

/** The node's share, with what the runtime puts in beside it. */
function shareAt(
  { inference, plan }: UnitsRun,
  kernel: Kernel,
  site: Site,
  index: number,
): Pick<NodeCost, 'seconds' | 'bound'> {
  const own = plan.kernels.filter(
    (one) => one === kernel || (one.nodes.length === 0 && one.anchor === index),
  );
  const costs: KernelCost[] = [];
  const costed: CostedKernel[] = [];
  for (const one of own) {
    const own = costKernel(inference, one, site, site.residency.bytesOf(one));
    costs[one.index] = own.cost;
    costed[one.index] = own;
  }
  const part = { inference, plan: { ...plan, kernels: own } };
  return runThrough(shareOut(part, costs, costed, new Map()))[index]!;
}
