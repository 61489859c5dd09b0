import type { InferredNode } from '../../inference/types';
import table from './saved.json';

/** Something that a backward pass needs of the pass before it (saved.json). */
export type Need =
  /** An input or output; only where the gradient of one of the inputs `for` is asked for, else where any is. */
  | { readonly input: number; readonly for?: readonly number[] }
  | { readonly output: number; readonly for?: readonly number[] }
  /** So many bytes per element of the first output. */
  | { readonly mask: number }
  /** So many 32-bit floats per row, per channel, per query of each head. */
  | { readonly perRow: number }
  | { readonly perChannel: number }
  | { readonly perQuery: number };

const operators = new Map<string, readonly Need[]>(Object.entries(table.operators as Record<string, Need[]>));
const fusions = new Map<string, readonly Need[]>(Object.entries(table.fusions as Record<string, Need[]>));

/** What the backward pass of a node needs, or of nodes that are one operator; undefined where it is unknown. */
export function needsOf({ node }: InferredNode, fusion: string | null): readonly Need[] | undefined {
  if (fusion !== null) return fusions.get(fusion);
  return operators.get(node.domain === '' ? node.operator : `${node.domain}.${node.operator}`);
}

const aliases: ReadonlySet<string> = new Set(table.aliases);

/** Its results are its input, looked at in another order or in part: they lie in the same buffer, of which all stays. */
export function isAlias({ node }: InferredNode): boolean {
  return node.domain === '' && aliases.has(node.operator);
}
