import { isCounting } from '../../graph/tensors';
import { maximumElements, numericCount } from '../../operators/broadcast';
import type { Fact } from '../../operators/rule';
import type { FlatNode } from '../flatModel';
import type { RuleContext } from '../ruleContext';

/** Follows the content of small inputs to the nodes whose branches, trips or shapes it decides. */
export class Deciders {
  /** Inputs by name that decide something. */
  readonly names = new Set<string>();
  /** By value: the inputs whose content it is made of. */
  private readonly origins = new Map<number, readonly string[]>();

  /** Of them those whose content is known. */
  private readonly known = new Set<string>();

  seed(value: number, name: string, isKnown: boolean): void {
    this.origins.set(value, [name]);
    if (isKnown) this.known.add(name);
  }

  /** The content of one value is that of another. */
  pass(from: number, to: number): void {
    const names = this.origins.get(from);
    if (names) this.origins.set(to, names);
  }

  /** The inputs that the content of a value is made of, as far as they were followed. */
  originsOf(value: number): readonly string[] {
    return this.origins.get(value) ?? [];
  }

  /** Looks at a node that was just inferred. */
  follow(node: FlatNode, context: RuleContext | undefined, facts: readonly (Fact | undefined)[]): void {
    if (!context || this.origins.size === 0) return;
    const carried = new Set<string>();
    const asked = new Set<string>();
    node.inputs.forEach((id, index) => {
      const names = id === null ? undefined : this.origins.get(id);
      for (const name of names ?? []) {
        carried.add(name);
        if (context.asked(index)) asked.add(name);
      }
    });
    if (carried.size === 0) return;
    const results = node.outputs.flatMap((id) => (id === null ? [] : [{ id, fact: facts[id] }]));
    const isShaped = decidesShape(node) && results.some(({ fact }) => !isContent(fact));
    if (node.bodies || isShaped)
      for (const name of asked)
        if (node.bodies || this.known.has(name) || results.some(isOpen)) this.names.add(name);
    if (node.bodies) return;
    for (const { id, fact } of results) if (isSmall(fact)) this.origins.set(id, [...carried]);
  }
}

/** Elementwise operators ask for contents only to compute with them. */
function decidesShape({ rule }: FlatNode): boolean {
  return rule !== undefined && rule.operatorClass !== 'elementwise';
}

/** Each element is known: the nodes that read it decide. */
function isContent(fact: Fact | undefined): boolean {
  return fact?.elements?.every((element) => element !== undefined) === true;
}

/** Its shape depends on what is not known. */
function isOpen({ fact }: { readonly fact: Fact | undefined }): boolean {
  const type = fact?.type;
  return type?.kind === 'tensor' && numericCount(type.shape) === undefined;
}

function isSmall(fact: Fact | undefined): boolean {
  const type = fact?.type;
  if (type?.kind !== 'tensor') return false;
  const count = numericCount(type.shape);
  return count !== undefined && (count <= 1 || (isCounting(type.dtype) && count <= maximumElements));
}
