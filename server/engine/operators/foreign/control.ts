import { joinTypes } from '../joinTypes';
import { truth } from '../elements';
import { trips } from '../loop';
import type { Fact, NodeContext, SubgraphRequest, SubgraphSteps } from '../rule';

/** What a node passes to a subgraph: its inputs from one place on. */
export function passed(context: NodeContext, from: number): (Fact | undefined)[] {
  return Array.from({ length: Math.max(context.inputCount - from, 0) }, (_, i) => context.fact(i + from));
}

/** Gives the results of a node the facts of a subgraph's. */
export function setAll(context: NodeContext, facts: readonly Fact[]): void {
  for (let index = 0; index < context.outputCount; index++) {
    const fact = facts[index];
    context.setType(index, fact?.type);
    if (fact?.elements) context.setElements(index, fact.elements);
  }
}

/** What a node of two branches counts, in words. */
export const branchesFormula = 'the branch that is taken, else the dearer one';

/** Of two branches the one that input 0 takes; the other inputs are handed on. Attributes by their names. */
export function branches(thenName: string, elseName: string): (context: NodeContext) => SubgraphSteps {
  return function* (context) {
    yield* inferBranches(context, thenName, elseName);
  };
}

function* inferBranches(context: NodeContext, thenName: string, elseName: string): SubgraphSteps {
  const condition = truth(context.elements(0)?.[0]);
  const inputs = passed(context, 1);
  const ask = (attribute: string, isTaken: boolean | undefined) => ({
    attribute,
    inputs,
    repeat: isTaken === false ? 0 : 1,
    exclusive: true,
  });
  const one = yield ask(thenName, condition);
  const other = yield ask(elseName, condition === undefined ? undefined : !condition);
  const [noThen, noElse] = [context.cannotRun(thenName), context.cannotRun(elseName)];
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

/** What a loop counts, in words. */
export const evenLoopFormula = 'body × runs, condition × runs + 1';

/**
 * A loop runs while its condition holds. How often is found out where numbers that grow by the same amount in each run decide it
 * (a counter against a limit): the condition is evaluated for later and later runs, then for those in between.
 * @param conditionName attribute with the graph of the condition
 * @param bodyName attribute with the graph of a run
 */
export function evenLoop(conditionName: string, bodyName: string): (context: NodeContext) => SubgraphSteps {
  return function* (context) {
    yield* inferLoop(context, conditionName, bodyName);
  };
}

function* inferLoop(context: NodeContext, conditionName: string, bodyName: string): SubgraphSteps {
  const first = passed(context, 0);
  const body = (inputs: readonly (Fact | undefined)[], repeat: number | null) => ({
    attribute: bodyName,
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
  const runs = yield* runsOf((runs) => ({
    attribute: conditionName,
    inputs: statesAfter(first, even, runs),
    repeat: null,
  }));
  const count = trips(context, runs);
  yield {
    attribute: conditionName,
    inputs: lasting(first, once, even),
    repeat: count === null ? null : count + 1,
  };
  const last = yield body(lasting(first, once, even), count);
  for (let index = 0; index < context.outputCount; index++) context.setType(index, last[index]?.type);
}

/** What holds of the states in every run: a type that a run does not change, and a number that stays. */
function lasting(
  first: readonly (Fact | undefined)[],
  once: readonly Fact[],
  steps: readonly (number | undefined)[],
): (Fact | undefined)[] {
  return first.map((fact, i) => {
    const [before, after] = [fact?.type, once[i]?.type];
    if (!before || JSON.stringify(before) !== JSON.stringify(after)) return undefined;
    return steps[i] === 0 ? { type: before, elements: fact!.elements! } : { type: before };
  });
}

/** How often a loop runs, by what its condition says before a run; undefined where it does not tell. */
function* runsOf(
  condition: (runs: number) => SubgraphRequest,
): Generator<SubgraphRequest, number | undefined, readonly Fact[]> {
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
