import type { Chip } from '../chips/chip';
import { profileById, runtimeProfiles, type DrivenChips, type RuntimeProfile } from '../kernels/profile';
import { problem } from '../problem';
import { Query } from '../query';
import type { ArgsOf, Problem, ProblemCode } from '../problem';

/**
 * Whether a runtime can drive a chip: its table says so, or the chip names it as its default. The latter is how owners
 * of chips that no table knows say it.
 */
export function drives(profile: RuntimeProfile, chip: Chip): boolean {
  return chip.defaultRuntime === profile.id || profile.drives.chips.some((driven) => covers(driven, chip));
}

function covers({ vendors, classes, ids, except }: DrivenChips, chip: Chip): boolean {
  const words = chip.vendor.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const line = [chip.id, ...(chip.lineage ?? [])];
  return (
    (vendors?.some((vendor) => words.includes(vendor.toLowerCase())) ?? true) &&
    (classes?.includes(chip.class) ?? true) &&
    (ids?.some((id) => line.includes(id)) ?? true) &&
    !except?.some((id) => line.includes(id))
  );
}

/** The runtimes that drive a chip, in the order of the profiles. */
export function runtimesOf(chip: Chip): readonly RuntimeProfile[] {
  return runtimes.at(chip, () => runtimeProfiles.filter((profile) => drives(profile, chip)));
}

const runtimes = new Query<Chip, readonly RuntimeProfile[]>();

/**
 * The runtime that is taken for a model of a format on a chip when none is chosen: the format's own one where it drives the
 * chip, else the chip's; none at all where its file names one that there is not.
 */
export function defaultRuntimeOf(chip: Chip, format: string): RuntimeProfile {
  const own = runtimesOf(chip).find(({ formats }) => formats?.includes(format));
  return own ?? profileById(chip.defaultRuntime) ?? profileById('none')!;
}

/** The runtime that is asked for if it drives the chip, else the default for the format, with what there is to say about that. */
export function runtimeFor(
  chip: Chip,
  wanted: string | null,
  format = '',
): { readonly profile: RuntimeProfile; readonly problems: readonly Problem[] } {
  const asked = wanted === null ? undefined : profileById(wanted);
  if (asked && drives(asked, chip)) return { profile: asked, problems: [] };
  const profile = defaultRuntimeOf(chip, format);
  const problems: Problem[] = [];
  const warn = <C extends ProblemCode>(code: C, args: ArgsOf<C>): void => {
    problems.push(problem('warning', code, args));
  };
  if (asked) {
    const able = runtimesOf(chip).map(({ id }) => id);
    const names = { runtime: asked.name, chip: chip.name, used: profile.name };
    warn('runtime-not-of-chip', { ...names, able: able.join(', ') });
  } else if (wanted !== null) warn('runtime-unknown', { runtime: wanted });
  if (profile.id !== chip.defaultRuntime && !profile.formats?.includes(format))
    warn('runtime-default-unknown', { runtime: chip.defaultRuntime, chip: chip.name, used: profile.name });
  return { profile, problems };
}
