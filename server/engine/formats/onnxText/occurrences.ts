import type { Steps } from '../../scheduler';
import type { Range, Scope } from './places';

/** Places of one value: a range, or the cell of the table where a place in a statement stands. */
export interface Occurrences {
  readonly definitions: (Range | number)[];
  readonly uses: (Range | number)[];
}

/** What each scope defines, and uses without any definition, by name. */
export type OccurrencesByScope = ReadonlyMap<Scope, Map<string, Occurrences>>;

/** A name in a statement, and the cell where its place stands. */
export type NameCell = readonly [name: string, cell: number];

/** The names of a statement that the text shows. */
export interface StatementNames {
  readonly scope: Scope;
  readonly outputs: readonly NameCell[];
  readonly inputs: readonly NameCell[];
}

/**
 * Gathers the places of all values.
 * @param statements gives all statements, each time it is asked
 */
export function* collectOccurrences(
  scopes: readonly Scope[],
  statements: () => Iterable<StatementNames>,
): Steps<OccurrencesByScope> {
  const all = new Map<Scope, Map<string, Occurrences>>();
  const ensure = (scope: Scope, name: string): Occurrences => {
    const names = all.get(scope)!;
    let value = names.get(name);
    if (!value) names.set(name, (value = { definitions: [], uses: [] }));
    return value;
  };
  const use = (scope: Scope, name: string, place: Range | number): void => {
    if (name === '') return;
    let at: Scope | null = scope;
    while (at && !all.get(at)!.has(name)) at = at.parent;
    ensure(at ?? scope, name).uses.push(place);
  };
  for (const scope of scopes) {
    all.set(scope, new Map());
    for (const { name, range } of [...scope.inputs, ...scope.initializers]) {
      yield;
      ensure(scope, name).definitions.push(range);
    }
  }
  // All definitions first: a text may use a value before the line that makes it.
  for (const { scope, outputs } of statements()) {
    yield;
    for (const [name, cell] of outputs) if (name !== '') ensure(scope, name).definitions.push(cell);
  }
  for (const { scope, inputs } of statements()) {
    yield;
    for (const [name, cell] of inputs) use(scope, name, cell);
  }
  for (const scope of scopes) {
    for (const { name, range } of [...scope.outputs, ...(scope.declared ?? [])]) use(scope, name, range);
  }
  return all;
}
