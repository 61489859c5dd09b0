import type { FlatModel, FlatNode, FlatScope, FlatValue } from './flatModel';

/** What a graph or function gives to its scope. */
type ScopeTraits = Pick<FlatScope, 'holder' | 'name' | 'versions' | 'environment' | 'function'>;

/** What is known of a value when it is listed; `producer` is given for those that nodes make. */
export type NewValue = Pick<FlatValue, 'name' | 'origin' | 'tensor'> &
  Partial<Pick<FlatValue, 'producer' | 'held'>>;

/** The lists of a flat model as they grow, and names looked up in them. */
export class FlatLists implements FlatModel {
  readonly scopes: FlatScope[] = [];
  readonly nodes: FlatNode[] = [];
  readonly values: FlatValue[] = [];

  constructor(readonly hasOnnxNodes: boolean) {}

  addScope(outer: FlatScope | null, traits: ScopeTraits): FlatScope {
    const { holder, name, versions, environment } = traits;
    const scope: FlatScope = {
      index: this.scopes.length,
      parent: outer?.index ?? null,
      holder,
      name,
      depth: outer ? outer.depth + 1 : 0,
      versions,
      environment,
      function: traits.function,
      names: new Map(),
      inputs: [],
      outputs: [],
      nodes: [],
      outOfOrder: false,
    };
    this.scopes.push(scope);
    return scope;
  }

  /** Lists a value and gives it its name in the scope. */
  define(scope: FlatScope, made: NewValue): FlatValue {
    const value = this.addValue(scope, made);
    scope.names.set(value.name, value.id);
    return value;
  }

  /** Lists a value whose name stands for another one. */
  addValue(scope: FlatScope, { name, origin, producer = null, tensor, held }: NewValue): FlatValue {
    const value: FlatValue = {
      id: this.values.length,
      name,
      scope: scope.index,
      origin,
      producer,
      consumers: [],
      tensor,
      held,
      declared: undefined,
    };
    this.values.push(value);
    return value;
  }

  /** The scope and those around it, from the inside out; a function's body has callers around it. */
  *enclosing(scope: FlatScope): Generator<FlatScope> {
    let at: FlatScope | undefined = scope;
    while (at) {
      yield at;
      at = at.parent === null ? undefined : this.scopes[at.parent];
    }
  }

  /** Enclosing scopes up to the function body; notes when the value is made after the node that captures it. */
  lookUpOutside(scope: FlatScope, name: string): number | null | undefined {
    for (let at = scope; at.parent !== null && !this.isFunctionBody(at);) {
      const outer = this.scopes[at.parent]!;
      const id = outer.names.get(name);
      if (id !== undefined) {
        const producer = id === null ? null : this.values[id]!.producer;
        if (producer !== null && producer >= at.holder!) outer.outOfOrder = true;
        return id;
      }
      at = outer;
    }
    return undefined;
  }

  private isFunctionBody(scope: FlatScope): boolean {
    return (
      scope.function !== undefined && scope.holder !== null && this.nodes[scope.holder]?.call === scope.index
    );
  }
}
