import type { Attribute, ModelFunction } from '../graph/model';
import type { Fact, RuleState } from '../operators/rule';
import type { FlatModel, FlatNode, FlatScope } from './flatModel';
import type { BodyUse } from './repeat';

/** What a pass has found out so far, by value, node and scope. */
export interface Findings {
  readonly facts: (Fact | undefined)[];
  readonly traits: Uint8Array;
  readonly states: RuleState[];
  readonly folded: Uint8Array;
  readonly uses: (BodyUse | undefined)[];
}

/**
 * Calls of one function with equal arguments, which come to the same: the body is inferred for the first of them, and the
 * others copy what was found.
 */
export class SharedCalls {
  private readonly bodies = new Map<ModelFunction, Map<string, FlatScope>>();
  private readonly keys = new Map<number, string>();
  private readonly numbers = new WeakMap<object, number>();
  private count = 0;

  constructor(
    private readonly flat: FlatModel,
    private readonly findings: Findings,
  ) {}

  /** All that the body's facts depend on, as text. */
  keyOf(call: FlatNode, body: FlatScope): string {
    const { facts, traits } = this.findings;
    const inputs = call.inputs.map((id) => (id === null ? null : [facts[id] ?? null, traits[id]!]));
    const attributes = [...(body.environment ?? [])].map(([name, attribute]) => [
      name,
      this.valueOf(attribute),
    ]);
    return JSON.stringify([inputs, attributes, [...body.versions]], plain);
  }

  /** Fills in a body from an equal call; false where there is none. */
  copied(key: string, body: FlatScope): boolean {
    const equal = this.bodies.get(body.function!)?.get(key);
    if (!equal) return false;
    if (equal === body) return true;
    if (!this.isAlike(equal, body)) return false;
    this.copy(equal, body);
    return true;
  }

  /** The body is about to be inferred anew: what was kept of it holds no longer. */
  forget(body: FlatScope): void {
    const bodies = this.bodies.get(body.function!);
    const key = this.keys.get(body.index);
    if (key !== undefined && bodies?.get(key) === body) bodies.delete(key);
  }

  /** The body was inferred, and nothing was to be said of it or named after it. */
  keep(key: string, body: FlatScope): void {
    let bodies = this.bodies.get(body.function!);
    if (!bodies) this.bodies.set(body.function!, (bodies = new Map<string, FlatScope>()));
    bodies.set(key, body);
    this.keys.set(body.index, key);
  }

  private valueOf(attribute: Attribute): unknown {
    const { value } = attribute;
    if (typeof value !== 'object' || value === null || numeric.has(attribute.kind))
      return [attribute.kind, value];
    // Tensors and graphs are equal where they are the same.
    let number = this.numbers.get(value);
    if (number === undefined) this.numbers.set(value, (number = this.count++));
    return [attribute.kind, number];
  }

  /** Limits may have cut one of them short. */
  private isAlike(from: FlatScope, to: FlatScope): boolean {
    return (
      from.nodes.length === to.nodes.length &&
      from.inputs.length === to.inputs.length &&
      this.bodiesOf(from).length === this.bodiesOf(to).length &&
      this.bodiesOf(from).every((inner, i) => this.isAlike(inner, this.bodiesOf(to)[i]!))
    );
  }

  private bodiesOf(scope: FlatScope): FlatScope[] {
    return scope.nodes.flatMap((index) => {
      const { call, bodies } = this.flat.nodes[index]!;
      const inner = call === undefined ? [...(bodies?.values() ?? [])] : [call];
      return inner.map((one) => this.flat.scopes[one]!);
    });
  }

  private copy(from: FlatScope, to: FlatScope): void {
    const { facts, traits, states, folded, uses } = this.findings;
    const copyValue = (source: number | null, target: number | null | undefined): void => {
      if (source === null || target === null || target === undefined) return;
      facts[target] = facts[source];
      traits[target] = traits[source]!;
    };
    from.inputs.forEach((id, i) => copyValue(id, to.inputs[i]));
    from.nodes.forEach((index, i) => {
      const [source, target] = [this.flat.nodes[index]!, this.flat.nodes[to.nodes[i]!]!];
      states[target.index] = states[index]!;
      folded[target.index] = folded[index]!;
      source.outputs.forEach((id, at) => copyValue(id, target.outputs[at]));
    });
    const inner = this.bodiesOf(to);
    this.bodiesOf(from).forEach((scope, i) => {
      uses[inner[i]!.index] = uses[scope.index];
      this.copy(scope, inner[i]!);
    });
  }
}

const numeric: ReadonlySet<Attribute['kind']> = new Set(['ints', 'floats', 'strings']);

/** For JSON, equal texts for equal facts: dimensions by theirs, fields in order, numbers that JSON has none for. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { number: String(value) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('terms' in value && 'key' in value) return { dim: value.key };
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
