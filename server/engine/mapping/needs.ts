import type { System } from '../systems/system';
import type { Limits } from './limits';

/** Seconds within which a system needs a result: those that it states, else before the next frames come; null without either. */
export function deadlineOf({ deadlineSeconds, streams }: NonNullable<System['needs']>): number | null {
  return deadlineSeconds?.value ?? (streams ? 1 / streams.perSecond.value : null);
}

/**
 * What a system needs, beside the limits that somebody set: of two limits of a figure the stricter. Being offline and
 * keeping the input are no matter of one chip (see mapping/cut).
 */
export function limitsWith(limits: Limits, { needs = {} }: System): Limits {
  const { deadlineSeconds, watts, learning = false } = needs;
  const { figures = {} } = limits;
  const least = (given: number | undefined, needed: { readonly value: number } | undefined): number =>
    Math.min(given ?? Infinity, needed?.value ?? Infinity);
  const needed = { latency: least(figures.latency, deadlineSeconds), watts: least(figures.watts, watts) };
  const known = Object.entries(needed).filter(([, value]) => Number.isFinite(value));
  return {
    ...limits,
    learning: learning || limits.learning === true,
    figures: { ...figures, ...Object.fromEntries(known) },
  };
}
