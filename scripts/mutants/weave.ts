import type { Mutant } from './mutators';

export interface Numbered extends Mutant {
  readonly id: number;
}

/**
 * The source with all its mutants in it, each behind `globalThis.mutant(id)`: one text serves them all, and a number
 * decides which one runs. Mutants that stand inside each other are never on together.
 */
export function weave(text: string, mutants: readonly Numbered[]): string {
  const hosts = new Map<string, Numbered[]>();
  for (const mutant of mutants) {
    const key = `${mutant.host.start}-${mutant.host.end}`;
    hosts.set(key, [...(hosts.get(key) ?? []), mutant]);
  }
  // The wider first, so that those inside follow their outermost one.
  const groups = [...hosts.values()].sort(
    ([a], [b]) => a!.host.start - b!.host.start || b!.host.end - a!.host.end,
  );
  return woven(text, { start: 0, end: text.length }, groups);
}

type Range = Mutant['host'];

function woven(text: string, { start, end }: Range, groups: readonly (readonly Numbered[])[]): string {
  const parts: string[] = [];
  let at = start;
  for (let i = 0; i < groups.length;) {
    const group = groups[i]!;
    const { host } = group[0]!;
    let next = i + 1;
    while (next < groups.length && groups[next]![0]!.host.start < host.end) next++;
    parts.push(text.slice(at, host.start), chosen(text, group, woven(text, host, groups.slice(i + 1, next))));
    at = host.end;
    i = next;
  }
  return parts.join('') + text.slice(at, end);
}

function chosen(text: string, group: readonly Numbered[], original: string): string {
  return group.reduce((rest, mutant) => {
    const on = `globalThis.mutant(${mutant.id})`;
    if (mutant.text === '') return `{ if (!${on}) { ${rest} } }`;
    const { host } = mutant;
    const changed = text.slice(host.start, mutant.start) + mutant.text + text.slice(mutant.end, host.end);
    return `(${on} ? (${changed}) : (${rest}))`;
  }, original);
}
