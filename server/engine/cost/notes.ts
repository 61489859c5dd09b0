import type { Kernel } from '../kernels/types';
import { argsWith, problem } from '../problem';
import type { ArgsBut, Problem, ProblemCode, Severity } from '../problem';
import { isStepDue, type Steps } from '../scheduler';
import { byFrequency, fewOf } from '../lists';
import type { CostedGroup } from './alike';
import { modelFor } from './classes/index';
import { traitsOf } from './classes/traits';
import { isStreamed, type CostedKernel, type Site } from './kernelCost';
import type { KernelFormat } from './kernelFormat';
import type { Machine } from './machine';
import { wantedFormat } from './precision';
import type { KernelCost, PlannedModel, PrecisionChoice } from './types';
import type { Assignment } from './units';

/** The format of most of the model's operations is named for the chip; a substitution anywhere counts. */
export function* choiceOf(groups: readonly CostedGroup[], site: Site): Steps<PrecisionChoice> {
  // What runs elsewhere says nothing of the chip.
  const here = groups.filter(({ costed }) => !isElsewhere(costed.cost, site.unit));
  const found = yield* mainFormat(
    here.map(({ first: { operations }, count, costed }) => ({
      operations,
      count,
      format: costed.format?.compute,
    })),
  );
  const compute = found ?? site.table.resolve('fp32') ?? 'unknown';
  const int4 = site.table.policy === 'int4-weights';
  const substituted = here.some(({ costed }) => costed.format?.substituted);
  return { compute, weights: int4 ? 'int4' : compute, activations: compute, substituted };
}

/** Kernels that are alike, and the format that they compute in; undefined: they do not count. */
interface InFormat extends Pick<Kernel, 'operations'> {
  readonly count: number;
  readonly format: string | undefined;
}

/** The format of most operations; null where no kernel has one. */
export function* mainFormat(kernels: readonly InFormat[]): Steps<string | null> {
  const weight = new Map<string, number>();
  for (const [index, { operations: work, count, format }] of kernels.entries()) {
    if (isStepDue(index)) yield;
    if (format === undefined) continue;
    const amount = work ? work.matrix + (work.vector + work.special) * 1e-3 + 1e-9 : 1e-9;
    weight.set(format, (weight.get(format) ?? 0) + amount * count);
  }
  let [found, most]: [string | null, number] = [null, -1];
  for (const [format, amount] of weight) if (amount > most) [found, most] = [format, amount];
  return found;
}

/** A kernel runs on another unit than this one. */
function isElsewhere({ unit }: KernelCost, here: number): boolean {
  return unit !== null && unit !== here;
}

/** What does not run on the chip: the operators, the runtime's name, and the chip that runs them instead. */
interface Fallback {
  readonly operators: string;
  readonly runtime: string;
  readonly host: string;
  readonly kernels: number;
}

/** The operators of kernels that run on the host, the most frequent first; null where none does. */
export function fallbackOf(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  { units, unitOf }: Assignment,
): Fallback | null {
  const [chip, host] = units.list;
  if (!chip?.profile || !host) return null;
  const away = plan.kernels.filter(({ index }) => unitOf[index] !== 0);
  const operators = fewOf(byFrequency(away.map(({ anchor }) => inference.nodes[anchor]!.node.operator)));
  return { operators, runtime: chip.profile.name, host: host.chip.name, kernels: away.length };
}

/** Reports a problem of the chip, each once. */
type Report = <C extends ProblemCode>(severity: Severity, code: C, args: ArgsBut<C, 'chip'>) => void;

/** What a reader of the costs has to know: substitutions, missing facts, stand-ins, fallbacks. Each once. */
export function* problemsOf(
  site: Site,
  costed: readonly CostedKernel[],
  fallback: Fallback | null = null,
): Steps<Problem[]> {
  const { chip } = site;
  const problems = new Map<string, Problem>();
  const report: Report = <C extends ProblemCode>(severity: Severity, code: C, args: ArgsBut<C, 'chip'>) => {
    const key = `${code}:${JSON.stringify(args)}`;
    const all = argsWith<C, 'chip'>({ chip: chip.name }, args);
    if (!problems.has(key)) problems.set(key, problem(severity, code, all));
  };
  if (!modelFor(chip)) {
    // Nothing else matters where nothing runs.
    report('warning', traitsOf[chip.class].noMapping, {});
    return [...problems.values()];
  }
  if (chip.devices > 1) report('information', 'chip.one-of-devices', { devices: chip.devices });
  if (site.training && !chip.phase.includes('training')) report('warning', 'cost.no-training', {});
  const streams = isStreamed(costed);
  reportRoom(report, site, streams, costed[0]?.machine?.link ?? null);
  const { formats, machines, isUnknown } = yield* formatsOf(costed, site.unit);
  for (const { stored, compute } of formats.values()) {
    const wanted = wantedFormat(site.table.policy, stored);
    report('information', 'cost.precision-substituted', { wanted, used: compute });
  }
  for (const machine of machines) reportFacts(report, machine, streams);
  if (isUnknown) report('warning', 'chip.fact-missing', { fact: 'peakOpsPerSecond' });
  if (site.isSupportAssumed) report('information', 'cost.support-assumed', {});
  if (fallback) report('information', 'cost.host-fallback', { ...fallback });
  return [...problems.values()];
}

interface Formats {
  /** Those that the chip computes in for want of the stored ones. */
  readonly formats: ReadonlyMap<string, KernelFormat>;
  readonly machines: ReadonlySet<Machine>;
  /** A kernel has a format that the chip has no rate for. */
  readonly isUnknown: boolean;
}

/** Formats and machines of the kernels on one unit: thousands of kernels share a handful. */
function* formatsOf(costed: readonly CostedKernel[], unit: number): Steps<Formats> {
  const formats = new Map<string, KernelFormat>();
  const machines = new Set<Machine>();
  let isUnknown = false;
  let count = 0;
  for (const { format, machine, cost } of costed) {
    if (isStepDue(count++)) yield;
    if (isElsewhere(cost, unit)) continue;
    if (format?.substituted) formats.set(`${format.stored} ${format.compute}`, format);
    if (machine) machines.add(machine);
    isUnknown ||= !format;
  }
  return { formats, machines, isUnknown };
}

/** Whether the model has room, and what comes over the host link because it has not. */
function reportRoom(report: Report, { chip, residency }: Site, streams: boolean, link: number | null): void {
  const { weightBytes: weights } = residency;
  const shortage = residency.shortage();
  const mustFit = modelFor(chip)?.mustFit ?? false;
  if (shortage && (mustFit || (streams && link === null)))
    report('warning', 'cost.does-not-fit', { ...shortage });
  else if (residency.capacityUnknown && streams)
    report('warning', 'cost.capacity-assumed', { weights, assumed: residency.mostCapacity });
  else if (residency.capacityUnknown) report('information', 'cost.capacity-unknown', {});
  else if (streams)
    report('information', 'cost.weights-streamed', { weights, streamed: residency.streamedBytes });
}

/** What the chip's file does not state, and what stands in for it. */
function reportFacts(report: Report, machine: Machine, streams: boolean): void {
  for (const fact of machine.missing) report('warning', 'chip.fact-missing', { fact });
  for (const { fact, standin } of machine.standins) report('information', 'chip.stand-in', { fact, standin });
  if (streams && machine.linkStandin)
    report('information', 'chip.stand-in', { fact: 'host link', standin: machine.linkStandin });
  if (machine.rate?.origin === 'estimated')
    report('information', 'chip.peak-estimated', { precision: machine.format });
}
