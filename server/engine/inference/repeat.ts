import type { FlatModel } from './flatModel';

/** How a node's subgraph was asked for. */
export interface BodyUse {
  repeat: number | null;
  exclusive: boolean;
}

/** Runs of every scope per run of the model; `uses` is undefined for subgraphs that no rule asked for. */
export function scopeRepeats(
  flat: FlatModel,
  uses: readonly (BodyUse | undefined)[],
): readonly (number | null)[] {
  const repeats: (number | null)[] = [];
  for (const { index, parent } of flat.scopes) {
    const outer = parent === null ? 1 : repeats[parent]!;
    const use = uses[index];
    const mine = use ? use.repeat : 1;
    repeats.push(outer === 0 || mine === 0 ? 0 : outer === null || mine === null ? null : outer * mine);
  }
  return repeats;
}
