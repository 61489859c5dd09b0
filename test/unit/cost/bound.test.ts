import { describe, expect, it } from 'vitest';
import { mostlyBound } from '../../../server/engine/cost/bound';
import type { Bound } from '../../../server/engine/cost/types';

const kernel = (index: number, bound: Bound, value: number | null) => ({
  kernel: index,
  bound,
  seconds: value === null ? null : { value, low: value, high: value, basis: 'class' as const },
});
const plan = { kernels: [{ repeat: 1 }, { repeat: 4 }, { repeat: null }] };

describe('what bounds most of a run', () => {
  it('counts kernels as often as they run, and transfers once', () => {
    // Memory 3 + 1 = 4 against 4 × 1.5 = 6 of overhead.
    const kernels = [kernel(0, 'memory', 3), kernel(1, 'overhead', 1.5), kernel(2, 'memory', 1)];
    expect(mostlyBound(kernels, plan)).toBe('overhead');
    // A transfer stands behind the plan's kernels: 6.5 of link.
    expect(mostlyBound([...kernels, kernel(3, 'link', 6.5)], plan)).toBe('link');
  });

  it('is unknown where no time is', () => {
    expect(mostlyBound([], plan)).toBe('unknown');
    expect(mostlyBound([kernel(0, 'compute', null)], plan)).toBe('unknown');
  });
});
