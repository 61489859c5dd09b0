import type { Scope } from '../engine/formats/onnxText/places';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import { attributeNamed } from '../engine/graph/attributes';
import { elementCount } from '../engine/graph/dataTypes';
import type { Node, Tensor } from '../engine/graph/model';
import { nameInOnnx, ruleOf } from '../engine/operators/table';
import type { Steps } from '../engine/scheduler';
import table from './plumbing.json';

/** Lines of the text, both included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** Longer constants are data and no sizes; as many elements are kept of a tensor. */
const mostElements = 1024;

const [sizes, constants, onSizes, nothing] = [table.sizes, table.constants, table.onSizes, table.nothing].map(
  (names) => new Set(names),
) as [Set<string>, Set<string>, Set<string>, Set<string>];

/**
 * Stretches of statements that follow each other and say nothing about cost, whatever the chip: constants, arithmetic on
 * sizes, identities. They are told from the text alone, so that they stay what they are when a choice changes.
 */
export function* plumbing(positions: PositionTable): Steps<readonly Lines[]> {
  const stretches: { first: number; last: number }[] = [];
  const known = new Map<Scope, Set<string>>();
  for (const scope of positions.scopes) {
    const own = sizesOf(scope);
    known.set(scope, own);
    const isSize = (name: string): boolean => {
      for (let at: Scope | null = scope; at; at = at.parent) if (known.get(at)?.has(name)) return true;
      return false;
    };
    for (const node of scope.nodes) {
      yield;
      if (!isPlumbing(node, isSize, own)) continue;
      const range = positions.position(node)?.range;
      // What holds a subgraph has a fold of its own.
      if (!range || range.start.line !== range.end.line) continue;
      const [last, { line }] = [stretches.at(-1), range.start];
      if (last?.last === line - 1) last.last = line;
      else stretches.push({ first: line, last: line });
    }
  }
  return stretches;
}

/** Names of the small constants that a scope declares. */
function sizesOf({ initializers }: Scope): Set<string> {
  return new Set(initializers.flatMap(({ name, item }) => (item && isSmall(item) ? [name] : [])));
}

function isSmall({ dims }: Tensor): boolean {
  return dims.length <= 1 && elementCount(dims) <= mostElements;
}

/** Whether a statement says nothing about cost; names that it gives to sizes come to `own`. */
function isPlumbing(node: Node, isSize: (name: string) => boolean, own: Set<string>): boolean {
  // An operator that nobody knows may be called as one of these.
  if (!ruleOf(node.domain, node.operator)) return false;
  const operator = nameInOnnx(node.domain, node.operator);
  const isSizes =
    sizes.has(operator) ||
    (constants.has(operator) && isSmallConstant(node)) ||
    ((onSizes.has(operator) || nothing.has(operator)) && onlySizes(node, isSize));
  if (isSizes) for (const name of node.outputs) own.add(name);
  return isSizes || constants.has(operator) || nothing.has(operator);
}

function onlySizes({ inputs }: Node, isSize: (name: string) => boolean): boolean {
  const given = inputs.filter((name) => name !== '');
  return given.length > 0 && given.every(isSize);
}

/** Constants written as numbers are short lists; a tensor says how long it is. */
function isSmallConstant(node: Node): boolean {
  const value = attributeNamed(node, 'value');
  return value?.kind !== 'tensor' || isSmall(value.value);
}
