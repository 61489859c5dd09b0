import { sum, symbol, type Dim } from '../../graph/dim';
import type { Equation } from './equations';
import { roleOf, sums, type Role, type SizedSymbol } from './roles';

const plus = /\s*\+\s*|_?plus_?/i;

/** What the names of symbols say of each other: `past_seq_plus_seq` is a sum, and a total is past and sequence. */
export function namedEquations(symbols: readonly SizedSymbol[]): Equation[] {
  const byName = new Set(symbols.map(({ name }) => name));
  const byRole = new Map<Role, string>();
  for (const { name, role, isNamed } of [...symbols].sort((a, b) => Number(b.isNamed) - Number(a.isNamed))) {
    if (!byRole.has(role) && !(isNamed && plus.test(name))) byRole.set(role, name);
  }
  return symbols.flatMap((one): Equation[] => {
    const spelled = spelledSum(one.name, byName, byRole);
    if (spelled) return [{ left: symbol(one.name), right: spelled, isCertain: true }];
    const rule = sums.find(({ role }) => role === one.role);
    const parts = rule?.of.map((role) => byRole.get(role));
    // An input without a cache has no past; a name says more than a place, of which a part may stand elsewhere.
    const known = parts?.filter((part) => part !== undefined) ?? [];
    if (known.length === 0 || (one.isNamed && known.length < parts!.length)) return [];
    const right = sum(known.map((part) => symbol(part)));
    return [{ left: symbol(one.name), right, isCertain: one.isNamed && rule!.isCertain }];
  });
}

/** The sum that a name spells out; undefined where it is none or a part is nobody's name. */
function spelledSum(
  name: string,
  byName: ReadonlySet<string>,
  byRole: ReadonlyMap<Role, string>,
): Dim | undefined {
  const parts = name.split(plus);
  if (parts.length < 2) return undefined;
  const dims = parts.map((part): Dim | undefined => {
    if (/^\d+$/.test(part)) return Number(part);
    if (byName.has(part)) return symbol(part);
    const role = roleOf(part.replaceAll(/\s+/g, '_'));
    const own = role && byRole.get(role);
    return own === undefined || own === name ? undefined : symbol(own);
  });
  return dims.every((dim) => dim !== undefined) ? sum(dims) : undefined;
}
