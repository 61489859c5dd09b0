import { chipById } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { estimateChipWith } from '../engine/cost/estimate';
import type { Inference } from '../engine/inference/types';
import { planKernels } from '../engine/kernels/plan';
import { profileById } from '../engine/kernels/profile';
import type { RuntimeProfile } from '../engine/kernels/profile';
import type { KernelPlan } from '../engine/kernels/types';
import type { Scheduler } from '../engine/scheduler';
import type { Choices } from './choices';
import type { ChipAnalysis } from './analysis';

const plans = new WeakMap<Inference, Map<string, KernelPlan>>();

/** Puts a model on a chip: kernels by the runtime's profile (shared by chips of equal runtime), then their costs. */
export async function estimate(
  inference: Inference,
  chip: Chip,
  choices: Choices,
  scheduler: Scheduler,
): Promise<ChipAnalysis> {
  const profile = profileFor(chip, choices.workload.runtime);
  const plan = await planFor(inference, profile, scheduler);
  const host = choices.host === null ? undefined : chipById(choices.host);
  const { workload } = choices;
  const cost = await estimateChipWith(scheduler, inference, plan, chip, profile, workload, { host });
  return { chip, plan, cost };
}

/** The chosen runtime, else the chip's own; `none` for a chip file that names one nobody knows. */
export function profileFor(chip: Chip, runtime: string | null): RuntimeProfile {
  const profile =
    (runtime === null ? undefined : profileById(runtime)) ??
    profileById(chip.defaultRuntime) ??
    profileById('none');
  if (!profile) throw new Error('the table of runtime profiles lacks "none"');
  return profile;
}

async function planFor(
  inference: Inference,
  profile: RuntimeProfile,
  scheduler: Scheduler,
): Promise<KernelPlan> {
  let byRuntime = plans.get(inference);
  if (!byRuntime) plans.set(inference, (byRuntime = new Map()));
  let plan = byRuntime.get(profile.id);
  if (!plan) byRuntime.set(profile.id, (plan = await planKernels(inference, profile, scheduler)));
  return plan;
}
