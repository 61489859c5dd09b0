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

const sizes = new Set(table.sizes);
const constants = new Set(table.constants);
const counts = new Set(table.counts);
const onSizes = new Set(table.onSizes);
const nothing = new Set(table.nothing);

/** What a name stands for: a few sizes, or as many numbers as one of them says; two of those may span a plane. */
type Kind = 'sizes' | 'count';

/**
 * Stretches of statements that follow each other and say nothing about cost, whatever the chip: constants, arithmetic on
 * sizes, identities. They are told from the text alone, so that they stay what they are when a choice changes.
 */
export function* plumbing(positions: PositionTable): Steps<readonly Lines[]> {
  const stretches: { first: number; last: number }[] = [];
  const known = new Map<Scope, Map<string, Kind>>();
  for (const scope of positions.scopes) {
    const own = sizesOf(scope);
    known.set(scope, own);
    const kindOf = (name: string): Kind | undefined => {
      for (let at: Scope | null = scope; at; at = at.parent) {
        const kind = known.get(at)?.get(name);
        if (kind) return kind;
      }
      return undefined;
    };
    for (const node of scope.nodes) {
      yield;
      if (!isPlumbing(node, kindOf, own)) continue;
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
function sizesOf({ initializers }: Scope): Map<string, Kind> {
  return new Map(initializers.flatMap(({ name, item }) => (item && isSmall(item) ? [[name, 'sizes']] : [])));
}

function isSmall({ dims }: Tensor): boolean {
  return dims.length <= 1 && elementCount(dims) <= mostElements;
}

/** Whether a statement says nothing about cost; what it gives names to comes to `own`. */
function isPlumbing(node: Node, kindOf: (name: string) => Kind | undefined, own: Map<string, Kind>): boolean {
  // An operator that nobody knows may be called as one of these.
  if (!ruleOf(node.domain, node.operator)) return false;
  const operator = nameInOnnx(node.domain, node.operator);
  const made = madeBy(operator, node, kindOf);
  if (made) for (const name of node.outputs) own.set(name, made);
  return made !== null || constants.has(operator) || nothing.has(operator);
}

function madeBy(operator: string, node: Node, kindOf: (name: string) => Kind | undefined): Kind | null {
  if (sizes.has(operator)) return 'sizes';
  if (constants.has(operator)) return isSmallConstant(node) ? 'sizes' : null;
  const kinds = node.inputs.filter((name) => name !== '').map(kindOf);
  if (kinds.length === 0 || kinds.includes(undefined)) return null;
  const counted = kinds.filter((kind) => kind === 'count').length;
  if (counts.has(operator)) return counted === 0 ? 'count' : null;
  if (!onSizes.has(operator) && !nothing.has(operator)) return null;
  if (counted > 1) return null;
  return counted === 1 ? 'count' : 'sizes';
}

/** Constants written as numbers are short lists; a tensor says how long it is. */
function isSmallConstant(node: Node): boolean {
  const value = attributeNamed(node, 'value');
  return value?.kind !== 'tensor' || isSmall(value.value);
}
