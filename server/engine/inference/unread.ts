import { isCounting, isSmallExternal } from '../graph/tensors';
import type { Tensor } from '../graph/model';
import { maximumElements, numericCount } from '../operators/broadcast';
import type { Fact } from '../operators/rule';
import type { FlatNode, FlatValue } from './flatModel';
import type { RuleContext } from './ruleContext';
import { Trait } from './traits';

/** A constant that would tell more, if the file that it lies in could be read. */
export interface Lacked {
  readonly constant: string;
  readonly file: string;
}

/** Follows small constants of other files that could not be read to the nodes whose shapes they decide. */
export class Unread {
  /** By value: what its content lacks. */
  private readonly lacks = new Map<number, Lacked>();

  constructor(values: readonly FlatValue[]) {
    for (const { id, name, tensor } of values) if (tensor) this.seed(id, name, tensor);
  }

  private seed(id: number, name: string, { data, ...tensor }: Tensor): void {
    if (data.place !== 'external' || tensor.elements || !isSmallExternal({ data, ...tensor })) return;
    this.lacks.set(id, { constant: name, file: data.location });
  }

  /** The content of one value is that of another. */
  pass(from: number, to: number): void {
    const lacked = this.lacks.get(from);
    if (lacked) this.lacks.set(to, lacked);
  }

  /** Whether the node reads something that lacks its content. */
  reaches({ inputs }: FlatNode): boolean {
    return this.lacks.size > 0 && inputs.some((id) => id !== null && this.lacks.has(id));
  }

  /**
   * Notes what the outputs of a node lack that was just inferred.
   * @returns what its own shapes lack: an input was asked for its content, and sizes stayed open
   */
  follow(
    node: FlatNode,
    context: RuleContext | undefined,
    facts: readonly (Fact | undefined)[],
    traits: number,
  ): Lacked | undefined {
    this.seedConstant(node);
    if (!context || !this.reaches(node)) return undefined;
    const at = node.inputs.findIndex(
      (id, index) => id !== null && this.lacks.has(id) && context.asked(index),
    );
    const first = this.lacks.get(node.inputs.find((id) => id !== null && this.lacks.has(id))!)!;
    let isOpen = false;
    for (const output of node.outputs) {
      if (output === null) continue;
      const fact = facts[output];
      isOpen ||= !isSized(fact);
      if (isPart(fact, traits)) this.lacks.set(output, first);
    }
    return at >= 0 && isOpen ? this.lacks.get(node.inputs[at]!) : undefined;
  }

  /** A Constant node holds its tensor itself. */
  private seedConstant({ node, inputs, outputs }: FlatNode): void {
    const [output] = outputs;
    if (inputs.length > 0 || typeof output !== 'number') return;
    for (const attribute of node.attributes)
      if (attribute.kind === 'tensor') this.seed(output, node.outputs[0]!, attribute.value);
  }
}

function isSized(fact: Fact | undefined): boolean {
  const { type } = fact ?? {};
  if (type?.kind !== 'tensor') return type !== undefined;
  return type.shape?.every((dim) => typeof dim === 'number') === true;
}

/** A small tensor of which something is not known, made of constants or a count of something. */
function isPart(fact: Fact | undefined, traits: number): boolean {
  const { type, elements } = fact ?? {};
  if (type?.kind !== 'tensor') return false;
  if ((traits & Trait.Weight) === 0 && !isCounting(type.dtype)) return false;
  const count = numericCount(type.shape);
  if (count === undefined || count > maximumElements) return false;
  return elements?.every((element) => element !== undefined) !== true;
}
