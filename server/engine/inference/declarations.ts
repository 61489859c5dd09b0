import type { Bindings } from '../graph/dim';
import type { ValueType } from '../graph/model';
import type { Fact } from '../operators/rule';
import type { Steps } from '../scheduler';
import { cleanType, type InputBindings } from './bindings';
import type { FlatModel, FlatScope, FlatValue } from './flatModel';
import { mergeTypes, receivedType, type Merged, type Unifier } from './merge';

/** Of a value: what the file declares of it excludes what was inferred. */
export type Contradiction = NonNullable<Merged['contradiction']>;

/** What names in declarations are from the beginning. */
interface DeclaredNames {
  readonly input: InputBindings;
  readonly userBindings: Bindings;
  readonly freshSymbols: ReadonlySet<string>;
  readonly tie?: Unifier['tie'];
}

/** The types that a file declares of its values, joined with those that the rules infer. */
export class Declarations {
  /** By scope: names that declarations use mean something of their own in each body and in each run of it. */
  private readonly unifiers: (Unifier | undefined)[] = [];

  constructor(
    private readonly flat: FlatModel,
    private readonly names: DeclaredNames,
  ) {
    const { input, userBindings, freshSymbols, tie } = names;
    const known = new Map(Object.entries({ ...userBindings, ...input.bindings }));
    this.unifiers[0] = { inputSymbols: input.names, freshSymbols, known, ...(tie && { tie }) };
  }

  /** The names of a body about to run: a subgraph begins with those around it, a function with none. */
  begin(body: FlatScope, outer: number, isCall: boolean): void {
    const { input, userBindings, freshSymbols } = this.names;
    const around = this.unifiers[outer]!;
    const own = Object.entries(userBindings).filter(([name]) => !input.names.has(name));
    this.unifiers[body.index] = isCall
      ? { inputSymbols: new Set(), freshSymbols, known: new Map(own) }
      : { ...around, known: new Map(), outer: around };
  }

  /** Joins what is declared of a value with what was inferred. */
  join(value: FlatValue, inferred: ValueType | undefined): Merged {
    return mergeTypes(cleanType(value.declared, value.name), inferred, this.unifiers[value.scope]!);
  }

  /** The type of a formal input of a body that is given a value. */
  received(value: FlatValue, given: ValueType | undefined): ValueType | undefined {
    return receivedType(cleanType(value.declared, value.name), given, this.unifiers[value.scope]!);
  }

  /** A value may be declared more than once: as input and by its initializer, as output and in value_info. */
  *checkRepeated(
    facts: readonly (Fact | undefined)[],
    contradicted: (value: FlatValue, contradiction: Contradiction) => void,
  ): Steps<void> {
    for (const value of this.flat.values) {
      yield;
      const others = [
        ...(value.declaredAgain ?? []),
        ...(value.tensor && value.declared ? [value.declared] : []),
      ];
      const unifier = this.unifiers[value.scope];
      for (const other of unifier ? others : []) {
        const declared = cleanType(other, value.name);
        const { contradiction } = mergeTypes(declared, facts[value.id]?.type, unifier!);
        if (contradiction) contradicted(value, contradiction);
      }
    }
  }
}
