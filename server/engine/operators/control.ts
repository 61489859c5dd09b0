import { maximum } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { truth } from './elements';
import { joinTypes } from './joinTypes';
import { inferLoop, trips } from './loop';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from './rule';
import { inferScan } from './scan';
import { lengthOf, setLength } from './sequence';

function* inferIf(context: NodeContext): SubgraphSteps {
  const condition = truth(context.elements(0)?.[0]);
  const exclusive = true;
  const taken = yield {
    attribute: 'then_branch',
    inputs: [],
    repeat: condition === false ? 0 : 1,
    exclusive,
  };
  const other = yield { attribute: 'else_branch', inputs: [], repeat: condition === true ? 0 : 1, exclusive };
  // Of two branches of which one can't run with these sizes it is the other that does.
  const [noThen, noElse] = [context.cannotRun('then_branch'), context.cannotRun('else_branch')];
  const isThen = condition ?? (noThen === noElse ? undefined : noElse);
  for (let index = 0; index < context.outputCount; index++) {
    const [a, b] = [taken[index], other[index]];
    const certain = isThen === undefined ? undefined : isThen ? a : b;
    if (certain) {
      context.setType(index, certain.type);
      context.setContent(index, certain);
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
