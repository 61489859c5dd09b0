import { maximum } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { truth } from './elements';
import { joinTypes } from './joinTypes';
import { inferLoop, trips } from './loop';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from './rule';
import { inferScan } from './scan';
import { lengthOf, setLength } from './sequence';

const [ofTrue, ofFalse] = ['then_branch', 'else_branch'] as const;
/** The subgraph that runs where a condition is true. */
export const branchOfTruth: string = ofTrue;

/** The attributes of the branch that counts and of the other one, by the condition. */
export function branchNames(isThen: boolean): { readonly counts: string; readonly other: string } {
  return isThen ? { counts: ofTrue, other: ofFalse } : { counts: ofFalse, other: ofTrue };
}

function* inferIf(context: NodeContext): SubgraphSteps {
  const condition = context.chosen ?? truth(context.elements(0)?.[0]);
  const exclusive = true;
  const ask = (attribute: string, isRun: boolean) => ({
    attribute,
    inputs: [],
    repeat: isRun ? 1 : 0,
    exclusive,
  });
  const taken = yield ask(ofTrue, condition !== false);
  const other = yield ask(ofFalse, condition !== true);
  // Of two branches of which one can't run with these sizes it is the other that does.
  const [noThen, noElse] = [context.cannotRun(ofTrue), context.cannotRun(ofFalse)];
  const certain = condition ?? (noThen === noElse ? undefined : noElse);
  const isThen = certain ?? dearer(context);
  if (certain === undefined && isThen !== undefined) context.take(isThen ? ofTrue : ofFalse);
  for (let index = 0; index < context.outputCount; index++) {
    const [a, b] = [taken[index], other[index]];
    const fact = isThen === undefined ? undefined : isThen ? a : b;
    if (fact) {
      context.setType(index, fact.type);
      context.setContent(index, fact);
    } else {
      context.setType(
        index,
        joinTypes(a?.type, b?.type, (axis, left, right) =>
          context.fresh(`branch${index}.${axis}`, maximum(left, right)),
        ),
      );
    }
  }
}

/** Whether the branch of a true condition costs more, or as much and is named first; undefined where nobody counts. */
function dearer(context: NodeContext): boolean | undefined {
  const [a, b] = [context.costOf(ofTrue), context.costOf(ofFalse)];
  if (a === undefined || b === undefined) return undefined;
  if (a !== b) return a > b;
  const first = context.node.attributes.find(({ name }) => name === ofTrue || name === ofFalse);
  return first?.name === ofTrue;
}

function* inferSequenceMap(context: NodeContext): SubgraphSteps {
  const length = lengthOf(context.fact(0));
  const element = (index: number): ValueType | undefined => {
    const type = context.type(index);
    return type?.kind === 'sequence' ? type.element : type;
  };
  const inputs = Array.from({ length: context.inputCount }, (_, index) => {
    const type = element(index);
    return type ? { type } : undefined;
  });
  const repeat = trips(context, length);
  const items = context.fact(0)?.items;
  let results = yield { attribute: 'body', inputs, repeat };
  if (items && repeat === items.length && repeat > 0 && context.variesByRun('body', repeat)) {
    const at = (run: number): readonly (Fact | undefined)[] =>
      inputs.map((own, index) => {
        const type = context.fact(index)?.items?.[run];
        return type ? { type } : own;
      });
    results = yield { attribute: 'body', inputs: at(0), repeat, next: at };
  }
  for (let index = 0; index < context.outputCount; index++) {
    const type = results[index]?.type;
    context.setType(index, { kind: 'sequence', ...(type && { element: type }) });
    if (length !== undefined) setLength(context, index, type, length);
  }
}

const control = (name: string, infer: OperatorRule['infer'], formula: string): OperatorRule => ({
  domain: '',
  name,
  operatorClass: 'control',
  formula,
  infer,
});

export const controlOperators: readonly OperatorRule[] = [
  control('If', inferIf, 'the branch that is taken, else the dearer one'),
  control('Loop', inferLoop, 'body × trips'),
  control('Scan', inferScan, 'body × length of the scanned axis'),
  control('SequenceMap', inferSequenceMap, 'body × length of the sequence'),
];
