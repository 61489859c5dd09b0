import { setEntry } from '../../outside/table';
import { profileById } from '../engine/kernels/profile';
import { argsWith, problem } from '../engine/problem';
import type { ArgsBut, Problem, ProblemCode } from '../engine/problem';
import type { Analysis } from './analysis';
import { modelDigest } from './modelDigest';
import type { StoredProfile } from './profileStore';

/** Runtimes whose profiles name the nodes of whose kernels, by the beginning of their ids; other kinds fit all. */
const runtimesOf: Readonly<Record<string, RegExp>> = { onnxruntime: /^onnxruntime/, trtexec: /^tensorrt/ };
const namesOf: Readonly<Record<string, string>> = { onnxruntime: 'ONNX Runtime', trtexec: 'TensorRT' };

/**
 * Why measured times may not be those of what is estimated now: another state of the model, other dimensions, another
 * runtime. Each chip with a profile has at most one of each.
 */
export function profileProblems(
  analysis: Pick<Analysis, 'profiles' | 'listing' | 'inference' | 'choices' | 'chips'>,
): { readonly chip: string; readonly problem: Problem }[] {
  return analysis.profiles.flatMap((stored) => {
    const { chip } = stored;
    const found = stored.problems.filter(({ severity }) => severity === 'warning');
    const note = <C extends ProblemCode>(code: C, args: ArgsBut<C, 'file'>): void => {
      const all = argsWith<C, 'file'>({ file: stored.file }, args);
      found.push(problem('information', code, all));
    };
    if (stored.digest !== modelDigest(analysis.listing.model)) note('profile.stale', {});
    else {
      const then = workloadText(stored.bindings, stored.phase);
      const now = workloadText(bindingsInForce(analysis), analysis.choices.workload.phase);
      if (then !== now) note('profile.other-workload', { then, now });
    }
    const plan = analysis.chips.find((one) => one.chip.id === chip)?.plan;
    if (plan && runtimesOf[stored.profile.kind]?.test(plan.runtime) === false) {
      const used = profileById(plan.runtime)?.name ?? plan.runtime;
      note('profile.other-runtime', { measured: namesOf[stored.profile.kind] ?? '', used });
    }
    return found.map((problem) => ({ chip, problem }));
  });
}

/** The numbers that symbolic dimensions have, those given by default included. */
export function bindingsInForce({ inference }: Pick<Analysis, 'inference'>): Record<string, number> {
  const bound: Record<string, number> = {};
  for (const { name, value } of inference.symbols) if (value !== null) setEntry(bound, name, value);
  return bound;
}

function workloadText(bindings: StoredProfile['bindings'], phase: string): string {
  const sorted = Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1));
  return [phase, ...sorted.map(([name, value]) => `${name}=${value}`)].join(', ');
}
