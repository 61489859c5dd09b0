import type { Inference } from '../inference/types';
import type { Kernel, KernelPlan } from '../kernels/types';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import type { LevelBytes } from './classes/shared/model';
import type { Flow } from './flow';
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

/** Kernels of a plan that cost the same and run as often. */
export interface AlikeKernels {
  readonly first: Kernel;
  readonly count: number;
  /** Nodes of all of them. */
  readonly nodes: number;
}

/** Kernels of a plan by which of them are alike, in the order of the first of each. */
interface Grouping {
  readonly groups: readonly AlikeKernels[];
  /** Index of the group by the index of the kernel. */
  readonly groupOf: Uint32Array;
}

/** Those that are alike with what each of them costs; equal costs are one object, which bears the number of the first. */
export type CostedGroup = AlikeKernels & { readonly costed: CostedKernel };

export interface CostedRun {
  readonly groups: readonly CostedGroup[];
  readonly groupOf: Uint32Array;
}

/** Groups of a plan on a single unit; chips that size values alike share them. */
const groupings = new Query<Flow, Grouping>();

/**
 * Costs of all kernels of a plan, each at its site.
 * @param unitOf index of the unit by the index of the kernel
 */
export function* costKernels(
  inference: Inference,
  plan: KernelPlan,
  sites: ReadonlyMap<number, Site>,
  unitOf: Uint8Array,
): Steps<CostedRun> {
  const kinds = yield* kindsOf(inference, plan);
  const [[, leading] = []] = sites;
  // What an update or a pattern of zeros does depends on the very weights.
  const isOwn = [...sites.values()].some(({ training, sparse }) => training !== null || sparse !== undefined);
  const siteOf = ({ index }: Kernel): Site => sites.get(unitOf[index]!) ?? leading!;
  const alike = ({ index }: Kernel, { residency }: Site): string =>
    `${kinds[index]} ${residency.flow.kinds[index]}`;
  const { groups, groupOf } =
    isOwn || sites.size > 1
      ? yield* group(plan, (one) => (isOwn ? one.index : `${unitOf[one.index]} ${alike(one, siteOf(one))}`))
      : yield* groupings.steps(leading!.residency.flow, () => group(plan, (one) => alike(one, leading!)));
  const costed: CostedGroup[] = [];
  const last: Last[] = [];
  for (const { first, count, nodes } of groups) {
    yield;
    const site = siteOf(first);
    const kind = kinds[first.index]!;
    const bytes = site.residency.bytesOf(first);
    let found = last[kind];
    if (!found || isOwn || found.site !== site || !isSame(found.bytes, bytes))
      last[kind] = found = { costed: costKernel(inference, first, site, bytes), site, bytes };
    costed.push({ first, count, nodes, costed: found.costed });
  }
  return { groups: costed, groupOf };
}

/** What was costed last of a kind of kernels, and under which circumstances. */
interface Last {
  readonly costed: CostedKernel;
  readonly site: Site;
  readonly bytes: LevelBytes | null;
}

/** Kernels with one key that run as often are a group. */
function* group(plan: KernelPlan, keyOf: (kernel: Kernel) => string | number): Steps<Grouping> {
  const known = new Map<string, number>();
  const groups: { first: Kernel; count: number; nodes: number }[] = [];
  const groupOf = new Uint32Array(plan.kernels.length);
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const key = `${kernel.repeat} ${keyOf(kernel)}`;
    let at = known.get(key);
    if (at === undefined) {
      known.set(key, (at = groups.length));
      groups.push({ first: kernel, count: 0, nodes: 0 });
    }
    groups[at]!.count++;
    groups[at]!.nodes += kernel.nodes.length;
    groupOf[kernel.index] = at;
  }
  return { groups, groupOf };
}

/** What each kernel costs, by its index. */
export function byKernel({ groups, groupOf }: CostedRun): CostedKernel[] {
  return Array.from(groupOf, (at) => groups[at]!.costed);
}

function isSame(a: LevelBytes | null, b: LevelBytes | null): boolean {
  if (!a || !b || a === b) return a === b;
  return a.main === b.main && a.mainWeights === b.mainWeights && a.near === b.near && a.link === b.link;
}
