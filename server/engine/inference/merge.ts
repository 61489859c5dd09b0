import { equalDims, printDim, substitute, symbolsOf, type Dim } from '../graph/dim';
import type { Shape, ValueType } from '../graph/model';

/** Symbols that declarations use beside those of the inputs, as inference finds out what they are. */
export interface Unifier {
  readonly inputSymbols: ReadonlySet<string>;
  /** Symbols that rules made up for dimensions that depend on data. */
  readonly freshSymbols: ReadonlySet<string>;
  /** Numbers of symbols: input bindings, and what declared names turned out to be. */
  readonly known: Map<string, number>;
  /** Of the graph around this one, for what is not known here. */
  readonly outer?: Unifier;
  /** Hears which dimensions are equal by what the file declares. */
  readonly tie?: (a: Dim, b: Dim, isCertain: boolean, isDeclared?: boolean) => void;
}

function numberOf(unifier: Unifier, name: string): number | undefined {
  for (let at: Unifier | undefined = unifier; at; at = at.outer) {
    const known = at.known.get(name);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** A dimension with the names that are known replaced by their numbers. */
function bound(dim: Dim, unifier: Unifier): Dim {
  return substitute(dim, (name) => numberOf(unifier, name));
}

export interface Merged {
  readonly type: ValueType | undefined;
  /** Declaration and inference exclude each other. */
  readonly contradiction?: { readonly declared: string; readonly inferred: string };
}

/** Joins what the file declares of a value with what its node's rule says; the rule wins where both are certain. */
export function mergeTypes(
  declared: ValueType | undefined,
  inferred: ValueType | undefined,
  unifier: Unifier,
): Merged {
  if (!declared) return { type: inferred };
  if (!inferred) return { type: declaredUnder(declared, unifier) };
  if (isTensor(declared) && isTensor(inferred)) {
    const dtype = inferred.dtype ?? declared.dtype;
    const { shape, contradiction } = mergeShapes(declared.shape, inferred.shape, unifier);
    const clash = inferred.dtype && declared.dtype && inferred.dtype !== declared.dtype;
    return {
      type: { kind: inferred.kind, ...(dtype && { dtype }), ...(shape && { shape }) },
      ...(clash ? { contradiction: { declared: declared.dtype, inferred: inferred.dtype } } : {}),
      ...(contradiction && { contradiction }),
    };
  }
  if (
    (declared.kind === 'sequence' && inferred.kind === 'sequence') ||
    (declared.kind === 'optional' && inferred.kind === 'optional')
  ) {
    const { type, contradiction } = mergeTypes(declared.element, inferred.element, unifier);
    return {
      type: { kind: inferred.kind, ...(type && { element: type }) },
      ...(contradiction && { contradiction }),
    };
  }
  if (declared.kind !== inferred.kind) {
    return { type: inferred, contradiction: { declared: declared.kind, inferred: inferred.kind } };
  }
  return { type: inferred };
}

/** The type of a formal input of a body that is declared and what it is given. */
export function receivedType(
  declared: ValueType | undefined,
  given: ValueType | undefined,
  unifier: Unifier,
): ValueType | undefined {
  // A state that may be missing at the first run is what the run before left at the next.
  if (declared?.kind === 'optional' && given && given.kind !== 'optional')
    return { kind: 'optional', element: given };
  // What a list holds that starts empty is for the body to say, not for the declaration.
  return given?.kind === 'sequence' ? given : mergeTypes(declared, given, unifier).type;
}

function isTensor(type: ValueType): type is ValueType & { kind: 'tensor' | 'sparse' } {
  return type.kind === 'tensor' || type.kind === 'sparse';
}

function declaredUnder(type: ValueType, unifier: Unifier): ValueType {
  if (isTensor(type)) {
    return type.shape ? { ...type, shape: type.shape.map((dim) => bound(dim, unifier)) } : type;
  }
  if ((type.kind === 'sequence' || type.kind === 'optional') && type.element) {
    return { ...type, element: declaredUnder(type.element, unifier) };
  }
  return type;
}

function mergeShapes(
  declared: Shape | undefined,
  inferred: Shape | undefined,
  unifier: Unifier,
): { shape?: Shape; contradiction?: Merged['contradiction'] } {
  if (!declared) return { shape: inferred };
  if (!inferred) return { shape: declared.map((dim) => bound(dim, unifier)) };
  if (declared.length !== inferred.length) {
    return {
      shape: inferred,
      contradiction: { declared: `rank ${declared.length}`, inferred: `rank ${inferred.length}` },
    };
  }
  let contradiction: Merged['contradiction'];
  const shape = inferred.map((dim, axis) => {
    const stated = bound(declared[axis]!, unifier);
    const merged = mergeDims(stated, dim, unifier);
    if (merged === undefined)
      contradiction ??= { declared: statedText(declared[axis]!, stated), inferred: printDim(dim) };
    return merged ?? dim;
  });
  return { shape, ...(contradiction && { contradiction }) };
}

/** `2`, or `K = 2` for a name that stands for a number by now. */
function statedText(declared: Dim, stated: Dim): string {
  return typeof declared === 'number' ? String(declared) : `${printDim(declared)} = ${printDim(stated)}`;
}

/** Undefined for two different numbers. */
function mergeDims(declared: Dim, inferred: Dim, unifier: Unifier): Dim | undefined {
  if (equalDims(declared, inferred)) return inferred;
  if (typeof declared !== 'number' && unifier.tie) tieDeclared(declared, inferred, unifier);
  if (typeof inferred === 'number') {
    if (typeof declared === 'number') return undefined;
    // A name of the exporter's own: from here on it is known.
    const [term, ...more] = declared.terms;
    const factor = term!.factors[0];
    if (more.length === 0 && term!.coefficient === 1 && term!.factors.length === 1 && factor!.power === 1) {
      const atom = factor!.atom;
      if (atom.kind === 'symbol' && !unifier.inputSymbols.has(atom.name)) {
        if (numberOf(unifier, atom.name) === undefined) unifier.known.set(atom.name, inferred);
      }
    }
    return inferred;
  }
  // Data decides the inferred dimension: the declaration may know more.
  if (!symbolsOf(inferred).some((name) => unifier.freshSymbols.has(name))) return inferred;
  return typeof declared === 'number' || symbolsOf(declared).every((name) => unifier.inputSymbols.has(name))
    ? declared
    : inferred;
}

/** Names of inputs in a declaration say what the inferred dimension is; numbers are often those of one example. */
function tieDeclared(declared: Dim, inferred: Dim, unifier: Unifier): void {
  if (symbolsOf(declared).every((name) => unifier.inputSymbols.has(name)))
    unifier.tie?.(declared, inferred, false, true);
}
