import type { Node } from '../../graph/model';
import type { Range, Scope } from './places';
import type { Writable } from './writable';

/** A scope of which the name alone is known, as the last child of its parent; the rest follows as it is read or written. */
export function newScope(
  kind: Scope['kind'],
  owner: Scope['owner'],
  parent: Scope | null,
  node: Node | null,
  name: Range,
): Writable<Scope> {
  const scope: Writable<Scope> = {
    kind,
    owner,
    parent,
    node,
    children: [],
    nodes: [],
    inputs: [],
    outputs: [],
    initializers: [],
    name,
    header: name,
    range: name,
  };
  (parent?.children as Scope[] | undefined)?.push(scope);
  return scope;
}
