import type { Scheduler } from '../engine/scheduler';
import { sweepOf, whatIf } from '../engine/whatIf';
import type { WhatIfParams, WhatIfResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { chosenHost } from '../workspace/chosenChips';

/** What a model takes on a chosen chip at other precisions and sizes; no rows for a chip that is not chosen. */
export async function variants(
  { chips, prepared, catalogue, choices }: Analysis,
  { chip: id, dimension }: WhatIfParams,
  scheduler: Scheduler,
): Promise<WhatIfResult> {
  const sweep = sweepOf(prepared, dimension);
  const chip = chips.find((one) => one.chip.id === id)?.chip;
  const host = chosenHost(choices, catalogue);
  const found = chip ? await whatIf({ prepared, ...(host && { host }) }, chip, sweep, scheduler) : [];
  return {
    chip: id,
    ...sweep,
    rows: found.map(({ cells, ...row }) => ({
      ...row,
      cells: cells.map(
        (cell) =>
          cell && {
            seconds: cell.figures.latency,
            joules: cell.figures.energy,
            bytes: cell.figures.memory?.value ?? null,
            fits: cell.fits,
            samples: cell.samples,
          },
      ),
    })),
  };
}
