import { passesTest, passesValueTest } from './conditions';
import type { Expression, OperatorExpression } from './pattern';
import { fragments } from './patterns';
import type { WorkGraph, WorkNode } from './workGraph';

/** A found pattern: the nodes it covers and the values its names stand for. */
export interface Match {
  /** Positions in the work graph. */
  readonly nodes: ReadonlySet<number>;
  readonly values: ReadonlyMap<string, number>;
  /** Outputs of duplicated nodes that others still need, each with the value it is computed from. */
  readonly recomputed: ReadonlyMap<number, number>;
}

/** Inputs may come in either order. */
const commutative: ReadonlySet<string> = new Set(['Add', 'Mul', 'Max', 'Min', 'And', 'Or', 'Sum']);
/** Relative difference up to which a stored scalar is the written number (1/sqrt(2) in 32 bits or fewer digits). */
const tolerance = 1e-3;
/** Fragments within fragments; more than any exporter writes around a softmax. */
const deepest = 16;

/** A node on the way, with the part it plays. */
interface Step {
  readonly at: number;
  readonly role: 'member' | 'duplicable' | 'context';
}

/** Somebody besides the given nodes reads an output of the node. */
function isReadOutside(graph: WorkGraph, node: WorkNode, inside: ReadonlySet<number>): boolean {
  for (const output of node.outputs) {
    if (output === null) continue;
    if (graph.leavesScope(output)) return true;
    const resolved = graph.resolve(output);
    const outside = (at: number): boolean => !inside.has(at) && !graph.nodes[at]!.recomputed.has(resolved);
    if (graph.someConsumer(output, outside)) return true;
  }
  return false;
}

/** Tries at one root after the other. What one found is a trail: a failed branch cuts it back. */
export class Matcher {
  private readonly steps: Step[] = [];
  private readonly bindings: [name: string, value: number][] = [];

  constructor(private readonly graph: WorkGraph) {}

  /**
   * Matches a pattern with its root at a node. Values inside the match must not be read from outside, unless `shared`.
   */
  matchAt(at: number, pattern: OperatorExpression, shared: boolean): Match | null {
    const { graph, steps } = this;
    this.cutBack(0, 0);
    if (!this.matchNode(at, pattern, 0)) return null;
    const root = graph.nodes[at]!;
    const members = new Set(steps.filter(({ role }) => role !== 'context').map((step) => step.at));
    const near = new Set(steps.map((step) => step.at));
    const recomputed = new Map<number, number>();
    for (const { at: inner, role } of steps) {
      if (inner === at || role === 'context') continue;
      const node = graph.nodes[inner]!;
      if (node.root.scope !== root.root.scope) return null;
      if (!isReadOutside(graph, node, near)) continue;
      if (role === 'duplicable') {
        const [output, input] = [node.outputs[0], node.inputs[0]];
        if (typeof output !== 'number' || typeof input !== 'number') return null;
        members.delete(inner);
        recomputed.set(graph.resolve(output), graph.resolve(input));
      } else if (!shared) return null;
    }
    return { nodes: members, values: new Map(this.bindings), recomputed };
  }

  private matchNode(at: number, pattern: OperatorExpression, depth: number): boolean {
    const node = this.graph.nodes[at];
    if (!node || node.domain !== '' || !pattern.operators.has(node.operator)) return false;
    for (const test of pattern.tests) if (!passesTest(test, node, this.graph)) return false;
    const output = node.outputs[0];
    if (pattern.name !== null && typeof output === 'number' && !this.bind(pattern.name, output)) return false;
    this.steps.push({ at, role: pattern.context ? 'context' : pattern.duplicable ? 'duplicable' : 'member' });
    if (this.matchInputs(node.inputs, pattern.inputs, depth, false)) return true;
    return (
      commutative.has(node.operator) &&
      pattern.inputs.length === 2 &&
      this.matchInputs(node.inputs, pattern.inputs, depth, true)
    );
  }

  /** All or nothing. */
  private matchInputs(
    inputs: readonly (number | null)[],
    patterns: readonly Expression[],
    depth: number,
    swapped: boolean,
  ): boolean {
    const inputOf = (index: number): number | null | undefined => inputs[swapped ? 1 - index : index];
    // Most tries end here, before anything is written to the trail.
    for (let index = 0; index < patterns.length; index++) {
      const input = inputOf(index);
      if (typeof input !== 'number' || !this.mayMatch(input, patterns[index]!)) return false;
    }
    const [steps, bindings] = [this.steps.length, this.bindings.length];
    for (let index = 0; index < patterns.length; index++) {
      if (!this.matchValue(inputOf(index)!, patterns[index]!, depth)) {
        this.cutBack(steps, bindings);
        return false;
      }
    }
    return true;
  }

  private mayMatch(value: number, pattern: Expression): boolean {
    if (pattern.kind !== 'operator' || pattern.optional) return true;
    const producer = this.graph.producer(value);
    return producer !== -1 && pattern.operators.has(this.graph.nodes[producer]!.operator);
  }

  private matchValue(value: number, pattern: Expression, depth: number): boolean {
    const { graph } = this;
    switch (pattern.kind) {
      case 'any':
        return true;
      case 'number':
        return isNumber(graph, value, pattern.value);
      case 'value': {
        const resolved = graph.resolve(value);
        if (pattern.constant && !graph.value(resolved).isConstant) return false;
        for (const test of pattern.tests) if (!passesValueTest(test, resolved, graph)) return false;
        return this.bind(pattern.name, value);
      }
      case 'fragment':
        return (
          this.matchFragment(value, pattern.fragment, depth) &&
          (pattern.name === null || this.bind(pattern.name, value))
        );
      case 'operator': {
        const producer = graph.producer(value);
        if (producer !== -1 && graph.nodes[producer]!.outputs[0] === graph.resolve(value)) {
          const [steps, bindings] = [this.steps.length, this.bindings.length];
          if (this.matchNode(producer, pattern, depth)) return true;
          this.cutBack(steps, bindings);
        }
        return pattern.optional && this.matchValue(value, pattern.inputs[0]!, depth);
      }
    }
  }

  private matchFragment(value: number, name: string, depth: number): boolean {
    if (depth > deepest) return false;
    const alternatives = fragments.get(name);
    if (!alternatives) throw new Error(`no fragment "${name}"`);
    for (const alternative of alternatives) {
      if (!this.mayMatch(value, alternative)) continue;
      const [steps, bindings] = [this.steps.length, this.bindings.length];
      if (this.matchValue(value, alternative, depth + 1)) return true;
      this.cutBack(steps, bindings);
    }
    return false;
  }

  private cutBack(steps: number, bindings: number): void {
    this.steps.length = steps;
    this.bindings.length = bindings;
  }

  private bind(name: string, value: number): boolean {
    const resolved = this.graph.resolve(value);
    for (const [known, bound] of this.bindings) if (known === name) return bound === resolved;
    this.bindings.push([name, resolved]);
    return true;
  }
}

/** Every element of a constant is the number. */
function isNumber(graph: WorkGraph, value: number, wanted: number): boolean {
  const found = graph.value(graph.resolve(value));
  if (!found.isConstant || !found.elements || found.elements.length === 0) return false;
  return found.elements.every(
    (element) => typeof element === 'number' && Math.abs(element - wanted) <= tolerance * Math.abs(wanted),
  );
}
