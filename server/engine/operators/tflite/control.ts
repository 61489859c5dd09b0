import { joinTypes } from '../joinTypes';
import { truth } from '../elements';
import { trips } from '../loop';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from '../rule';
import { tflite } from './rule';

/** What a node passes to a subgraph: its inputs from one place on. */
function passed(context: NodeContext, from: number): (Fact | undefined)[] {
  return Array.from({ length: Math.max(context.inputCount - from, 0) }, (_, i) => context.fact(i + from));
}

function setAll(context: NodeContext, facts: readonly Fact[]): void {
  for (let index = 0; index < context.outputCount; index++) {
    const fact = facts[index];
    context.setType(index, fact?.type);
    if (fact?.elements) context.setElements(index, fact.elements);
  }
}

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

/** Runs of a loop that are looked for; a count beyond is not known. */
const mostRuns = 2 ** 20;

/** The one number that a state holds. */
function numberOf(fact: Fact | undefined): number | undefined {
  const only = fact?.elements?.length === 1 ? fact.elements[0] : undefined;
  return typeof only === 'number' ? only : undefined;
}

/** States after so many runs, where each number that grows evenly has its value; of others only the type is known. */
function statesAfter(
  first: readonly (Fact | undefined)[],
  steps: readonly (number | undefined)[],
  runs: number,
): (Fact | undefined)[] {
  return first.map((fact, i) => {
    const [start, step] = [numberOf(fact), steps[i]];
    if (start === undefined || step === undefined) return fact && { type: fact.type };
    return { type: fact!.type, elements: [start + step * runs] };
  });
}

/**
 * A loop runs while its condition holds. How often is found out where numbers that grow by the same amount in each run decide it
 * (a counter against a limit): the condition is evaluated for later and later runs, then for those in between.
 */
function* inferWhile(context: NodeContext): SubgraphSteps {
  const first = passed(context, 0);
  const body = (inputs: readonly (Fact | undefined)[], repeat: number | null) => ({
    attribute: 'body_subgraph',
    inputs,
    repeat,
  });
  const once = yield body(first, null);
  const steps = first.map((fact, i) => {
    const [before, after] = [numberOf(fact), numberOf(once[i])];
    return before === undefined || after === undefined ? undefined : after - before;
  });
  const twice = yield body(statesAfter(first, steps, 1), null);
  const even = steps.map((step, i) => {
    const [before, after] = [numberOf(once[i]), numberOf(twice[i])];
    return step !== undefined && before !== undefined && after === before + step ? step : undefined;
  });
  const runs = yield* runsOf(first, even);
  const count = trips(context, runs);
  yield {
    attribute: 'cond_subgraph',
    inputs: typesOf(first, once),
    repeat: count === null ? null : count + 1,
  };
  const last = yield body(typesOf(first, once), count);
  for (let index = 0; index < context.outputCount; index++) context.setType(index, last[index]?.type);
}

/** What holds of the states in every run: a type that a run does not change. */
function typesOf(first: readonly (Fact | undefined)[], once: readonly Fact[]): (Fact | undefined)[] {
  return first.map((fact, i) => {
    const [before, after] = [fact?.type, once[i]?.type];
    return before && JSON.stringify(before) === JSON.stringify(after) ? { type: before } : undefined;
  });
}

function* runsOf(
  first: readonly (Fact | undefined)[],
  steps: readonly (number | undefined)[],
): Generator<ReturnType<typeof condition>, number | undefined, readonly Fact[]> {
  const condition = conditionAfter(first, steps);
  const holds = (results: readonly Fact[]): boolean | undefined => truth(results[0]?.elements?.[0]);
  const before = holds(yield condition(0));
  if (before !== true) return before === false ? 0 : undefined;
  let [low, high] = [0, 1];
  for (; high <= mostRuns; [low, high] = [high, high * 2]) {
    const state = holds(yield condition(high));
    if (state === undefined) return undefined;
    if (!state) break;
  }
  if (high > mostRuns) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const state = holds(yield condition(middle));
    if (state === undefined) return undefined;
    if (state) low = middle;
    else high = middle;
  }
  return high;
}

function condition(
  first: readonly (Fact | undefined)[],
  steps: readonly (number | undefined)[],
  runs: number,
): { attribute: string; inputs: (Fact | undefined)[]; repeat: null } {
  return { attribute: 'cond_subgraph', inputs: statesAfter(first, steps, runs), repeat: null };
}

function conditionAfter(first: readonly (Fact | undefined)[], steps: readonly (number | undefined)[]) {
  return (runs: number) => condition(first, steps, runs);
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
  tflite('WHILE', 'control', 'body × runs, condition × runs + 1', inferWhile),
  call('CALL', 'subgraph', 'its subgraph', 1),
  // What it sets up is set up when the model is loaded.
  call('CALL_ONCE', 'init_subgraph', 'none per run', 0),
  call('STABLEHLO_COMPOSITE', 'decomposition_subgraph', 'its decomposition', 1),
];
