import { joinTypes } from '../joinTypes';
import { truth } from '../elements';
import { evenLoop, evenLoopFormula, passed, setAll } from '../foreign/control';
import type { NodeContext, OperatorRule, SubgraphSteps } from '../rule';
import { tflite } from './rule';

function* inferIf(context: NodeContext): SubgraphSteps {
  const condition = truth(context.elements(0)?.[0]);
  const inputs = passed(context, 1);
  const ask = (attribute: string, isTaken: boolean | undefined) => ({
    attribute,
    inputs,
    repeat: isTaken === false ? 0 : 1,
    exclusive: true,
  });
  const one = yield ask('then_subgraph', condition);
  const other = yield ask('else_subgraph', condition === undefined ? undefined : !condition);
  const [noThen, noElse] = [context.cannotRun('then_subgraph'), context.cannotRun('else_subgraph')];
  const isThen = condition ?? (noThen === noElse ? undefined : noElse);
  if (isThen !== undefined) return setAll(context, isThen ? one : other);
  for (let index = 0; index < context.outputCount; index++) {
    const fresh = (axis: number) => context.fresh(`branch${index}.${axis}`);
    context.setType(index, joinTypes(one[index]?.type, other[index]?.type, fresh));
  }
}

/** A subgraph that runs in the place of the node. */
function call(name: string, attribute: string, formula: string, repeat: number): OperatorRule {
  return tflite(name, 'control', formula, function* (context: NodeContext): SubgraphSteps {
    setAll(context, yield { attribute, inputs: passed(context, 0), repeat });
  });
}

/** Operators that run subgraphs. */
export const controlRules: readonly OperatorRule[] = [
  tflite('IF', 'control', 'the branch that is taken, else the dearer one', inferIf),
  tflite('WHILE', 'control', evenLoopFormula, evenLoop('cond_subgraph', 'body_subgraph')),
  call('CALL', 'subgraph', 'its subgraph', 1),
  // What it sets up is set up when the model is loaded.
  call('CALL_ONCE', 'init_subgraph', 'none per run', 0),
  call('STABLEHLO_COMPOSITE', 'decomposition_subgraph', 'its decomposition', 1),
];
