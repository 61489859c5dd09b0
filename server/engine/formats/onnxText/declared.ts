import { covers, type Named, type Place, type Range, type Scope } from './places';

/** A name in the header of a graph or function, and where it stands. */
interface DeclaredName {
  readonly scope: Scope;
  readonly name: string;
  readonly range: Range;
}

/** The input, output, declared value or initializer that stands at a place outside of all statements. */
export function declaredAt(scopes: readonly Scope[], place: Place): DeclaredName | undefined {
  for (const scope of scopes) {
    if (!covers(scope.range, place)) continue;
    const named = [...scope.inputs, ...scope.outputs, ...(scope.declared ?? [])].find(({ range }) =>
      covers(range, place),
    );
    const one = named ?? namedAt(scope.initializers, place);
    if (one) return { scope, name: one.name, range: one.range };
  }
  return undefined;
}

/** Initializers stand in order, one to a line; there may be many. */
function namedAt(list: readonly Named[], place: Place): Named | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.range.end.line < place.line) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < list.length && list[i]!.range.start.line === place.line; i++) {
    if (covers(list[i]!.range, place)) return list[i];
  }
  return undefined;
}
