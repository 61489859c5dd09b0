import { branches, branchesFormula, evenLoop, evenLoopFormula, passed, setAll } from '../foreign/control';
import type { NodeContext, OperatorRule, SubgraphSteps } from '../rule';
import { tflite } from './rule';

/** A subgraph that runs in the place of the node. */
function call(name: string, attribute: string, formula: string, repeat: number): OperatorRule {
  return tflite(name, 'control', formula, function* (context: NodeContext): SubgraphSteps {
    setAll(context, yield { attribute, inputs: passed(context, 0), repeat });
  });
}

/** Operators that run subgraphs. */
export const controlRules: readonly OperatorRule[] = [
  tflite('IF', 'control', branchesFormula, branches('then_subgraph', 'else_subgraph')),
  tflite('WHILE', 'control', evenLoopFormula, evenLoop('cond_subgraph', 'body_subgraph')),
  call('CALL', 'subgraph', 'its subgraph', 1),
  // What it sets up is set up when the model is loaded.
  call('CALL_ONCE', 'init_subgraph', 'none per run', 0),
  call('STABLEHLO_COMPOSITE', 'decomposition_subgraph', 'its decomposition', 1),
];
