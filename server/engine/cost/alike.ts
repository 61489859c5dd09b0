import type { Inference } from '../inference/types';
import type { Kernel, KernelPlan } from '../kernels/types';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import type { LevelBytes } from './classes/shared/model';
import { costKernel, graphFacts, type CostedKernel, type Site } from './kernelCost';
import { storedTypeOf } from './kernelFormat';

const kindsIn = new Query<KernelPlan, Int32Array>();

/**
 * Numbers kernels by all that their cost depends on besides the bytes of each memory: layers that repeat have equal ones. No
 * chip changes it.
 */
function kindsOf(inference: Inference, plan: KernelPlan): Steps<Int32Array> {
  return kindsIn.steps(plan, () => findKinds(inference, plan));
}

function* findKinds(inference: Inference, plan: KernelPlan): Steps<Int32Array> {
  const kinds = new Int32Array(plan.kernels.length);
  const known = new Map<string, number>();
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const { operatorClass, operations, matrixShape, perClock, fusion, nodes } = kernel;
    const parts = [
      operatorClass,
      fusion,
      nodes.length,
      operations,
      matrixShape,
      perClock,
      storedTypeOf(inference, kernel),
      graphFacts(inference, kernel),
    ];
    const key = JSON.stringify(parts);
    const kind = known.get(key) ?? known.size;
    known.set(key, kind);
    kinds[kernel.index] = kind;
  }
  return kinds;
}

/** What was costed last of a kind of kernels, and under which circumstances. */
interface Last {
  readonly costed: CostedKernel;
  readonly site: Site;
  readonly bytes: LevelBytes | null;
}

/**
 * Costs of all kernels of a plan in their order, each at its site. Equal ones are computed once and share one result, which
 * bears the number of the first.
 */
export function* costKernels(
  inference: Inference,
  plan: KernelPlan,
  siteOf: (kernel: Kernel) => Site,
): Steps<CostedKernel[]> {
  const kinds = yield* kindsOf(inference, plan);
  const last: Last[] = [];
  const all: CostedKernel[] = [];
  for (const kernel of plan.kernels) {
    const site = siteOf(kernel);
    const bytes = site.residency.bytesOf(kernel);
    const kind = kinds[kernel.index]!;
    const before = last[kind];
    // What an update or a pattern of zeros does depends on the very weights.
    const isOwn = site.training !== null || site.sparse !== undefined;
    if (before && !isOwn && before.site === site && isSame(before.bytes, bytes)) all.push(before.costed);
    else {
      const costed = costKernel(inference, kernel, site, bytes);
      last[kind] = { costed, site, bytes };
      all.push(costed);
    }
    yield;
  }
  return all;
}

function isSame(a: LevelBytes | null, b: LevelBytes | null): boolean {
  if (!a || !b) return a === b;
  return a.main === b.main && a.mainWeights === b.mainWeights && a.near === b.near && a.link === b.link;
}
