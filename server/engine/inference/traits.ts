import { numericCount } from '../operators/broadcast';
import type { Fact } from '../operators/rule';
import type { FlatNode } from './flatModel';
import type { RuleContext } from './ruleContext';

/** What is followed of a value beside its type and content. */
export enum Trait {
  None = 0,
  /** Does not depend on the graph's inputs and is computed at load time. */
  Constant = 1,
  /** Stems from weights alone, whether or not it is computed at load time (dequantised weights). */
  Weight = 2,
  /** Its shape or content changes with the symbols of the graph's inputs. */
  Dynamic = 4,
  /** Something it is made of is wrong, and was reported there: what does not fit further on is no fault of its own. */
  Faulty = 8,
  /** Its content stems from what inputs hold or from a branch that data chooses: no runtime knows it ahead. */
  Given = 16,
}

/** Traits that pass from any input on to all outputs. */
const inherited = Trait.Dynamic | Trait.Faulty;

/**
 * The traits of what a node makes: by those of its inputs, by its rule, and by what the rule found out.
 * @param traits by value
 */
export function traitsMade(traits: Uint8Array, node: FlatNode, context: RuleContext | undefined): number {
  let shared = node.bodies ? Trait.None : Trait.Constant | Trait.Weight;
  let passed = 0;
  for (const input of node.inputs) {
    if (input === null) continue;
    shared &= traits[input]!;
    passed |= traits[input]! & inherited;
  }
  if (!node.rule) shared = Trait.None;
  if (node.rule?.neverFolded) shared &= node.inputs.length > 0 ? Trait.Weight : Trait.None;
  if ((passed & Trait.Dynamic) === 0 && context !== undefined && isDecided(node, context))
    shared |= Trait.Constant;
  return shared | passed | givenBy(traits, node, context);
}

function givenBy(traits: Uint8Array, { inputs }: FlatNode, context: RuleContext | undefined): Trait {
  if (!context) return Trait.None;
  const isAsked = inputs.some(
    (id, at) => id !== null && (traits[id]! & Trait.Given) !== 0 && context.asked(at),
  );
  const isChosen = context.taken !== undefined || context.chosen !== undefined;
  return isAsked || isChosen ? Trait.Given | Trait.Dynamic : Trait.None;
}

/** Shape of a fixed shape, say: all content is known although the inputs are not constant. */
function isDecided(node: FlatNode, context: RuleContext): boolean {
  if (node.rule?.neverFolded || node.bodies) return false;
  let some = false;
  for (let position = 0; position < node.outputs.length; position++) {
    if (node.outputs[position] === null) continue;
    if (!isComplete(context.output(position))) return false;
    some = true;
  }
  return some;
}

/** Every element is a number or text: the content is decided by shapes alone. */
function isComplete(fact: Fact): boolean {
  const type = fact.type;
  if (!fact.elements || type?.kind !== 'tensor' || numericCount(type.shape) !== fact.elements.length)
    return false;
  return fact.elements.every((element) => typeof element === 'number' || typeof element === 'string');
}
