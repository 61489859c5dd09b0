import type { Work } from '../operators/rule';
import type { Steps } from '../scheduler';
import { workOfNode, type Counted } from './nodeWork';
import type { BodyUse } from './repeat';

export interface CostFindings extends Counted {
  readonly uses: readonly (BodyUse | undefined)[];
  /** By node: 1 where it is computed at load time. */
  readonly folded: Uint8Array;
  readonly runs: { readonly means: ReadonlyMap<number, Work | null> };
}

/** Operations and bytes of one run of a scope with all that it holds, as far as they are known: which of two costs more. */
export function* scopeCost(findings: CostFindings, scope: number): Steps<number> {
  const { flat, uses, folded, runs } = findings;
  let total = 0;
  for (const index of flat.scopes[scope]!.nodes) {
    yield;
    const node = flat.nodes[index]!;
    if (node.call !== undefined) total += yield* scopeCost(findings, node.call);
    for (const body of node.bodies?.values() ?? []) {
      const repeat = uses[body]?.repeat ?? 1;
      if (repeat > 0) total += repeat * (yield* scopeCost(findings, body));
    }
    if (folded[index] === 1) continue;
    total += weightOf(runs.means.has(index) ? runs.means.get(index)! : workOfNode(findings, node));
  }
  return total;
}

function weightOf(work: Work | null): number {
  if (!work) return 0;
  const { operations, bytes } = work;
  return (
    operations.matrix + operations.vector + operations.special + bytes.weights + bytes.inputs + bytes.outputs
  );
}
