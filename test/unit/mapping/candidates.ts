import { chipById } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import type { Candidate, Figures } from '../../../server/engine/mapping/candidate';

const nothing: Figures = {
  latency: null,
  throughput: null,
  tokens: null,
  energy: null,
  watts: null,
  memory: null,
  price: null,
};

/** A range that reaches as far below as above: the value over and times a factor. */
export function within(value: number, factor: number): { value: number; low: number; high: number } {
  return { value, low: value / factor, high: value * factor };
}

/** A chip that no other has anything to do with. */
export function chipNamed(id: string, own: Partial<Chip> = {}): Chip {
  return { ...chipById('nvidia-l4')!, id, name: id, ...own };
}

/** A whole run of a model that fits, with the figures that matter. */
export function candidate(
  chip: Chip | string,
  figures: Partial<Figures>,
  own: Partial<Candidate> = {},
): Candidate {
  return {
    chip: typeof chip === 'string' ? chipNamed(chip) : chip,
    mode: null,
    precision: 'as-stored',
    compute: 'fp32',
    substituted: false,
    runtime: 'tensorrt',
    figures: { ...nothing, ...figures },
    basis: 'class',
    isWhole: true,
    fits: true,
    timesTooLarge: null,
    ...own,
  };
}
