import { stablehloDomain } from '../../graph/domains';
import { truth } from '../elements';
import { evenLoop, evenLoopFormula, setAll } from '../foreign/control';
import { joinTypes } from '../joinTypes';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from '../rule';

function control(name: string, formula: string, infer: OperatorRule['infer']): OperatorRule {
  return { domain: stablehloDomain, name, operatorClass: 'control', formula, infer };
}

/** Whichever branch is taken: it is known, or the one that costs most counts. */
function* branch(
  context: NodeContext,
  names: readonly string[],
  taken: number | undefined,
): Generator<ReturnType<typeof asked>, void, readonly Fact[]> {
  const results: (readonly Fact[])[] = [];
  for (const [i, name] of names.entries())
    results.push(yield asked(name, taken === undefined || taken === i));
  if (taken !== undefined) return setAll(context, results[taken] ?? []);
  const costs = names.map((name) => context.costOf(name));
  if (costs.every((cost) => cost !== undefined)) {
    const dearest = costs.indexOf(costs.reduce((a, b) => Math.max(a, b), 0));
    for (const [i, name] of names.entries()) if (i !== dearest) yield asked(name, false);
  }
  for (let index = 0; index < context.outputCount; index++) {
    const fresh = (axis: number) => context.fresh(`branch${index}.${axis}`);
    const types = results.map((facts) => facts[index]?.type);
    context.setType(
      index,
      types.reduce((a, b) => joinTypes(a, b, fresh)),
    );
  }
}

function asked(attribute: string, isRun: boolean) {
  return { attribute, inputs: [], repeat: isRun ? 1 : 0, exclusive: true };
}

function* inferIf(context: NodeContext): SubgraphSteps {
  const condition = truth(context.elements(0)?.[0]);
  const taken = condition === undefined ? undefined : condition ? 0 : 1;
  yield* branch(context, ['true_branch', 'false_branch'], taken);
}

/** An index beyond the branches takes the last one. */
function* inferCase(context: NodeContext): SubgraphSteps {
  const names = context.node.attributes.filter(({ kind }) => kind === 'graph').map(({ name }) => name);
  const index = context.elements(0)?.[0];
  const last = names.length - 1;
  const taken = typeof index === 'number' ? (index >= 0 && index <= last ? index : last) : undefined;
  if (names.length > 0) yield* branch(context, names, taken);
}

/** Operators that run regions. Source: StableHLO specification. */
export const controlRules: readonly OperatorRule[] = [
  control('while', evenLoopFormula, evenLoop('cond', 'body')),
  control('if', 'the branch that is taken, else the dearer one', inferIf),
  control('case', 'the branch that is taken, else the dearest one', inferCase),
];
