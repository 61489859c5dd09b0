import { addTo, appendAll } from '../lists';
import type { Model } from '../graph/model';
import type { Work } from '../operators/rule';
import { isKnownDomain } from '../operators/schema';
import { namesOf } from '../operators/nodeChecks';
import { canonicalDomain } from '../operators/domain';
import { problem, type Problem } from '../problem';
import { isStepDue, type Steps } from '../scheduler';
import type { FlatModel } from './flatModel';

/** What tells why the work of a node is not known. */
export interface Unknowns {
  readonly flat: FlatModel;
  /** By node. */
  readonly works: readonly (Work | null)[];
}

/** Nodes of operators of which nothing is known; calls whose bodies are not written out are none of them. */
export function* unknownOperators({ nodes }: FlatModel, functions: Model['functions']): Steps<number[]> {
  const key = (domain: string, name: string): string => `${canonicalDomain(domain)}\0${name}`;
  const own = new Set(functions.map(({ domain, name }) => key(domain, name)));
  const found: number[] = [];
  for (const { index, rule, call, node } of nodes) {
    if (isStepDue(index)) yield;
    if (!rule && call === undefined && !own.has(key(node.domain, node.operator))) found.push(index);
  }
  return found;
}

/**
 * By node of unknown work the node that is to blame: itself, or the one before it on which its sizes depend; -1 where that is none
 * of `roots`.
 * @param roots nodes that are to blame, the gravest first
 */
export function* causesOf({ flat, works }: Unknowns, roots: Iterable<number>): Steps<Int32Array> {
  const causes = new Int32Array(flat.nodes.length).fill(-1);
  const seen = new Uint8Array(flat.nodes.length);
  const inside = new Map<number, number[]>();
  for (const { index, parent } of flat.nodes) if (parent !== null) addTo(inside, parent, index);
  for (const root of roots) {
    const pending = [root];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (isStepDue(pending.length)) yield;
      if (seen[index] === 1) continue;
      const isUnknown = works[index] === null;
      const { parent, outputs } = flat.nodes[index]!;
      // What holds others passes on what it is given; where all is known nothing is passed on.
      if (!isUnknown && !inside.has(index) && index !== root) continue;
      seen[index] = 1;
      if (isUnknown) causes[index] = root;
      for (const output of outputs) if (output !== null) appendAll(pending, flat.values[output]!.consumers);
      appendAll(pending, inside.get(index) ?? []);
      if (parent !== null) pending.push(parent);
    }
  }
  return causes;
}

/** One problem for each operator of which nothing is known, at its first node, with how many nodes it leaves unknown. */
export function operatorProblems(
  { nodes }: FlatModel,
  unknown: readonly number[],
  causes: Int32Array,
): Problem[] {
  const operators = new Map<string, { readonly first: number; count: number; more: number }>();
  const keyOf = (index: number): string => {
    const { operator, domain } = nodes[index]!.node;
    return `${canonicalDomain(domain)}\0${operator}`;
  };
  for (const index of unknown) {
    const known = operators.get(keyOf(index));
    if (known) known.count++;
    else operators.set(keyOf(index), { first: index, count: 1, more: 0 });
  }
  causes.forEach((cause, index) => {
    if (cause >= 0 && cause !== index) {
      const blamed = operators.get(keyOf(cause));
      if (blamed) blamed.more++;
    }
  });
  return [...operators.values()].map(({ first, count, more }) => {
    const { node } = nodes[first]!;
    const args = { ...namesOf(node), count, more };
    // The standard is known as a whole; of other domains there may be more than is known here.
    const isStandard = canonicalDomain(node.domain) === '' || canonicalDomain(node.domain) === 'ai.onnx.ml';
    const code = isKnownDomain(canonicalDomain(node.domain)) ? 'operator.unknown' : 'operator.unmodelled';
    return problem(isStandard ? 'error' : 'warning', code, args, { node: first });
  });
}
