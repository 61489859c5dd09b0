import type { Work } from '../operators/rule';
import { isStepDue, type Steps } from '../scheduler';
import type { FlatModel } from './flatModel';

/** How a node's subgraph was asked for. */
export interface BodyUse {
  repeat: number | null;
  exclusive: boolean;
}

/**
 * Runs of every scope per run of the model. Of exclusive subgraphs (If) the one with the most operations and bytes
 * counts and the others get 0; `uses` is undefined for subgraphs that no rule asked for.
 */
export function* scopeRepeats(
  flat: FlatModel,
  uses: readonly (BodyUse | undefined)[],
  works: readonly (Work | null)[],
): Steps<{ repeats: (number | null)[]; choices: { node: number; taken: string }[] }> {
  const own = flat.scopes.map((scope) => uses[scope.index]?.repeat ?? (uses[scope.index] ? null : 1));
  const totals = yield* scopeTotals(flat, own, works);
  const choices: { node: number; taken: string }[] = [];
  for (const node of flat.nodes) {
    if (isStepDue(node.index)) yield;
    if (!node.bodies) continue;
    const rivals = [...node.bodies.values()].filter((scope) => uses[scope]?.exclusive && own[scope] !== 0);
    if (rivals.length < 2) continue;
    const dearest = rivals.reduce((best, scope) => (totals[scope]! > totals[best]! ? scope : best));
    for (const scope of rivals) if (scope !== dearest) own[scope] = 0;
    choices.push({ node: node.index, taken: flat.scopes[dearest]!.name });
  }
  const repeats: (number | null)[] = [];
  for (const scope of flat.scopes) {
    const outer = scope.parent === null ? 1 : repeats[scope.parent]!;
    const mine = own[scope.index]!;
    repeats.push(outer === 0 || mine === 0 ? 0 : outer === null || mine === null ? null : outer * mine);
  }
  return { repeats, choices };
}

/** Operations and bytes of a scope with all that it holds, children first (they have larger indices). */
function* scopeTotals(
  flat: FlatModel,
  own: readonly (number | null)[],
  works: readonly (Work | null)[],
): Steps<number[]> {
  const totals = new Array<number>(flat.scopes.length).fill(0);
  for (let index = flat.scopes.length - 1; index >= 0; index--) {
    for (const at of flat.scopes[index]!.nodes) {
      if (isStepDue(at)) yield;
      totals[index]! += weightOf(works[at] ?? null);
    }
    const parent = flat.scopes[index]!.parent;
    if (parent !== null) totals[parent]! += totals[index]! * (own[index] ?? 1);
  }
  return totals;
}

function weightOf(work: Work | null): number {
  if (!work) return 0;
  const { operations, bytes } = work;
  return (
    operations.matrix + operations.vector + operations.special + bytes.weights + bytes.inputs + bytes.outputs
  );
}
