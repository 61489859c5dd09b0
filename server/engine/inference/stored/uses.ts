import type { Inference, InferredNode, InferredValue, Scope } from '../types';
import type { OperatorClass } from '../../operators/rule';
import { constantRole } from '../../operators/constantInputs';

/** Where a constant is used in the end: behind casts, views and moves. */
export interface Use {
  readonly node: InferredNode;
  readonly input: number;
  /** The value that is read there: the constant itself, or what casts and moves made of it. */
  readonly value: InferredValue;
}

/** Whether what an input holds comes out of the node again. */
export type Passes = (node: InferredNode, input: number) => boolean;

/** Uses of one constant that are looked at; more change nothing of what it is. */
const mostUses = 1000;

/** Finds the uses of constants in a graph; calls of functions are followed into their bodies. */
export class ConstantUses {
  /** The bodies of called functions, by the node that calls. */
  private readonly bodies: ReadonlyMap<number, Scope>;

  constructor(private readonly inference: Inference) {
    const called = inference.scopes.filter((scope) => scope.arguments !== null && scope.holder !== null);
    this.bodies = new Map(called.map((scope) => [scope.holder!, scope]));
  }

  of(value: InferredValue, passes: Passes = movesOnly): Use[] {
    const uses: Use[] = [];
    const seen = new Set([value.id]);
    const open = [value];
    for (let at = open.pop(); at && uses.length < mostUses; at = open.pop()) {
      for (const consumer of new Set(at.consumers)) {
        const node = this.inference.nodes[consumer]!;
        for (const [input, id] of node.inputs.entries()) {
          if (id !== at.id) continue;
          const next = passes(node, input) ? node.outputs : this.insideCall(node, id);
          if (next.length === 0) uses.push({ node, input, value: at });
          for (const found of next) {
            if (found === null || seen.has(found)) continue;
            seen.add(found);
            open.push(this.inference.values[found]!);
          }
        }
      }
    }
    return uses;
  }

  /** All that is made of a value goes to operators of a class. */
  leadTo(id: number, wanted: OperatorClass): boolean {
    const found = this.of(this.inference.values[id]!);
    return found.length > 0 && found.every(({ node }) => node.operatorClass === wanted);
  }

  /** What a small tensor contains; nothing where that is not known. */
  contentOf({ tensor, elements, producer }: InferredValue): readonly unknown[] {
    const [written] = producer === null ? [] : this.inference.nodes[producer]!.node.attributes;
    if (written?.kind === 'tensor') return written.value.elements ?? [];
    if (written?.kind === 'float' || written?.kind === 'int') return [written.value];
    if (written?.kind === 'floats' || written?.kind === 'ints') return written.value;
    return tensor?.elements ?? elements ?? [];
  }

  /** A view made the value. */
  isViewed(id: number | null | undefined): boolean {
    const producer = typeof id === 'number' ? this.inference.values[id]!.producer : null;
    return producer !== null && this.inference.nodes[producer]!.view;
  }

  /** What a function's body calls the value that a call passes. */
  private insideCall({ index }: InferredNode, id: number): readonly number[] {
    const body = this.bodies.get(index);
    return body?.inputs.filter((_, place) => body.arguments?.[place] === id) ?? [];
  }
}

/** Reinterprets, converts or moves what its first input holds. */
export const movesOnly: Passes = ({ node, operatorClass }, input) =>
  input === 0 &&
  (operatorClass === 'view' || operatorClass === 'movement') &&
  constantRole(node, input) === undefined;
