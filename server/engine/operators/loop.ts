import { add, equalDims, floorDivide, multiply, subtract, symbolsOf, type Dim } from '../graph/dim';
import type { DataType } from '../graph/dataTypes';
import type { ValueType } from '../graph/model';
import { maximumElements } from './broadcast';
import { truth } from './elements';
import { isTensor, joinTypes } from './joinTypes';
import type { Fact, NodeContext, SubgraphRequest, SubgraphSteps } from './rule';
import { lengthOf, setLength } from './sequence';
import { isDim } from './shared';

/** The name under which a trip count is bound: that of the node, else of its first output. */
function loopName(context: NodeContext): string {
  return `loop:${context.node.name || context.node.outputs.find((output) => output !== '')}`;
}

/** Runs of a body: the user's binding, a known count, else 1, which is said. */
export function trips(context: NodeContext, known: Dim | undefined): number | null {
  const name = loopName(context);
  const bound = context.binding(name);
  if (bound !== undefined) return bound;
  if (typeof known === 'number') return known;
  if (known !== undefined) return null;
  context.report('information', 'loop-trips-assumed', { binding: name });
  return 1;
}

/** Hint of the symbol that stands for the number of the run. */
const iterationName = 'iteration';

/** Endless loops of exporters are written with the largest integers. */
const endless = 2 ** 31 - 1;

export function* inferLoop(context: NodeContext): SubgraphSteps {
  const first = context.hasInput(1) ? truth(context.elements(1)?.[0]) : true;
  const known = first === false ? 0 : limitOf(context);
  const count = trips(context, known);
  const state = Array.from({ length: Math.max(context.inputCount - 2, 0) }, (_, i) =>
    initialState(context, i + 2),
  );
  const condition: Fact = { type: scalar('bool'), ...(first && { elements: [1] }) };
  const iteration = iterationFact(context.unknown(iterationName));
  const ask = (facts: readonly (Fact | undefined)[]) => ({
    attribute: 'body',
    inputs: [iteration, condition, ...facts],
    repeat: count,
  });
  const runs = count ?? known ?? null;
  const initial = state.map((type, i) => type && listFact(context.fact(i + 2), type));
  let results = yield ask(initial);
  const added = initial.map((own, i) => addedItems(own, results[i + 1]));
  let states: LoopState[] = state.map((type, i) => ({ during: type, after: type ?? results[i + 1]?.type }));
  let asked = false;
  for (let pass = 0; pass < 3 && !states.every((own, i) => settled(own, results[i + 1]?.type)); pass++) {
    states = states.map((own, i) => grow(context, i, own, results[i + 1]?.type, pass === 0 ? runs : null));
    results = yield ask(states.map(({ during }) => during && { type: during }));
    asked = true;
  }
  // Later runs see a longer list than the first did.
  if (!asked && added.some((step) => step !== undefined && step !== 0))
    results = yield ask(states.map(({ during }) => during && { type: during }));
  if (count && context.variesByRun('body', count, asked)) {
    const inputs = [iterationFact(0), condition, ...factsOf(context, state)];
    const shown = asked ? shownRun(state, states, count) : {};
    yield* followRuns(context, { attribute: 'body', inputs, repeat: count, ...shown });
    return;
  }
  const final = states.map(({ after }, i) => (isBare(after) ? context.type(i + 2) : after));
  const steady = truth(results[0]?.elements?.[0]) === true && known !== undefined;
  const bound = context.binding(loopName(context));
  const length: Dim = bound ?? (steady ? known : context.fresh('trips'));
  setLoopOutputs(context, state.length, final, results, length);
  setGrownLists(context, final, added, length);
}

/** The largest number of runs, where one is stated. */
function limitOf(context: NodeContext): Dim | undefined {
  const limit = context.elements(0)?.[0];
  return isDim(limit) && !(typeof limit === 'number' && limit >= endless) ? limit : undefined;
}

/** Of states that grow by a steady amount the one in the middle is shown, as where the count has no number. */
function shownRun(
  before: readonly (ValueType | undefined)[],
  states: readonly LoopState[],
  count: number,
): { readonly shown?: number } {
  const isSteady = states.every(({ during, steps }, i) => sameType(during, before[i]) || steps);
  return isSteady ? { shown: Math.floor(count / 2) } : {};
}

const scalar = (dtype: DataType): ValueType => ({ kind: 'tensor', dtype, shape: [] });

function iterationFact(run: Dim): Fact {
  return { type: scalar('int64'), elements: [run] };
}

/** What the first run is given as states. */
function factsOf(context: NodeContext, state: readonly (ValueType | undefined)[]): (Fact | undefined)[] {
  return state.map((type, i) => type && { ...context.fact(i + 2), type });
}

/** Walks all runs with what each leaves to the next: a slice of another length in each, say. */
function* followRuns(context: NodeContext, request: SubgraphRequest): SubgraphSteps {
  const { inputs } = request;
  let runs = 0;
  let isSteady = true;
  const next = (done: number, results: readonly Fact[]): readonly (Fact | undefined)[] | undefined => {
    runs = done;
    const goesOn = truth(results[0]?.elements?.[0]);
    // Nobody counts the runs of a loop that data ends.
    if (goesOn === undefined) isSteady = false;
    return goesOn === false ? undefined : [iterationFact(done), ...results.slice(0, inputs.length - 1)];
  };
  const results = yield { ...request, next };
  const states = results.slice(1, inputs.length - 1);
  const length: Dim = context.binding(loopName(context)) ?? (isSteady ? runs : context.fresh('trips'));
  setLoopOutputs(
    context,
    states.length,
    states.map(({ type }) => type),
    results,
    length,
  );
  if (!isSteady) return;
  states.forEach((state, i) => context.setContent(i, state));
}

/** A list that starts empty has no say in what it will hold. */
function initialState(context: NodeContext, input: number): ValueType | undefined {
  return context.fact(input)?.items?.length === 0 ? { kind: 'sequence' } : context.type(input);
}

function isBare(type: ValueType | undefined): boolean {
  return type?.kind === 'sequence' && type.element === undefined;
}

/** What is known of a list before the loop. */
function listFact(before: Fact | undefined, type: ValueType): Fact {
  return { type, items: before?.items, length: before?.length };
}

/** How many items one run appends to a list; undefined where it is none, or where that may differ from run to run. */
function addedItems(before: Fact | undefined, after: Fact | undefined): Dim | undefined {
  const [from, to] = [lengthOf(before), lengthOf(after)];
  const step = from === undefined || to === undefined ? undefined : subtract(to, from);
  return step !== undefined && isSteady(step) ? step : undefined;
}

/** Lists that grow by as many items in every run have a known length after a known number of runs. */
function setGrownLists(
  context: NodeContext,
  final: readonly (ValueType | undefined)[],
  added: readonly (Dim | undefined)[],
  length: Dim,
): void {
  added.forEach((step, i) => {
    const type = final[i];
    if (step === undefined || type?.kind !== 'sequence') return;
    const count = add(lengthOf(context.fact(i + 2)) ?? 0, multiply(step, length));
    const isShort = typeof count === 'number' && count <= maximumElements;
    if (isShort || isSteadyType(type.element)) setLength(context, i, type.element, count);
  });
}

/** Whether its sizes are the same in every run. */
function isSteadyType(type: ValueType | undefined): boolean {
  return type !== undefined && isTensor(type) && type.shape?.every(isSteady) === true;
}

function setLoopOutputs(
  context: NodeContext,
  states: number,
  final: readonly (ValueType | undefined)[],
  results: readonly Fact[],
  length: Dim,
): void {
  for (let index = 0; index < context.outputCount; index++) {
    const result = results[index + 1]?.type;
    if (index < states) context.setType(index, final[index]);
    else if (result && isTensor(result)) {
      context.setTensor(index, result.dtype, result.shape && [length, ...result.shape]);
    }
  }
}

/** A value that a loop carries: its type in the body, at the end, and what a run adds to each dimension. */
interface LoopState {
  readonly during: ValueType | undefined;
  readonly after: ValueType | undefined;
  readonly steps?: readonly Dim[];
}

function settled({ during, steps }: LoopState, result: ValueType | undefined): boolean {
  if (!steps) return sameType(during, result);
  const added = addedPerRun(during, result);
  return added !== undefined && added.every((step, axis) => equalDims(step, steps[axis]!));
}

/** Symbols that rules make up inside a body end in its scope: data of each run decides them. */
const ofBody = /:\d+$/;

/** What one run adds to each dimension, when that is the same in every run as far as its names say. */
function addedPerRun(
  before: ValueType | undefined,
  after: ValueType | undefined,
): readonly Dim[] | undefined {
  const [from, to] = [before, after].map((type) => (type && isTensor(type) ? type.shape : undefined));
  if (!from || !to || from.length !== to.length) return undefined;
  const steps = from.map((dim, axis) => subtract(to[axis]!, dim));
  return steps.every(isSteady) ? steps : undefined;
}

/** The same in every run, as far as its names say. */
function isSteady(dim: Dim): boolean {
  return !symbolsOf(dim).some((name) => ofBody.test(name) || name.endsWith(iterationName));
}

function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (!a || !b) return true;
  if (isTensor(a) && isTensor(b)) {
    if (!a.shape || !b.shape) return a.shape === b.shape;
    return a.shape.length === b.shape.length && a.shape.every((dim, axis) => equalDims(dim, b.shape![axis]!));
  }
  if ((a.kind === 'sequence' && b.kind === 'sequence') || (a.kind === 'optional' && b.kind === 'optional')) {
    return (
      a.element === b.element ||
      (a.element !== undefined && sameType(a.element, b.element) && b.element !== undefined)
    );
  }
  return a.kind === b.kind;
}

/**
 * A state that comes out of the body larger than it went in. By the same amount in every run: its size in the middle of
 * the loop stands for all runs, and its size at the end is exact. Otherwise its size becomes a symbol.
 */
function grow(
  context: NodeContext,
  index: number,
  own: LoopState,
  result: ValueType | undefined,
  count: Dim | null,
): LoopState {
  const before = own.during;
  if (!before || !result || (sameType(before, result) && !own.steps)) {
    return { during: before ?? result, after: before ?? result };
  }
  const steps = count === null ? undefined : addedPerRun(before, result);
  if (steps && isTensor(before)) {
    const at = (runs: Dim): ValueType => ({
      ...before,
      shape: before.shape!.map((dim, axis) => add(dim, multiply(steps[axis]!, runs))),
    });
    // A run in the middle, and not the first where there are two: what grows by its own size shows itself there.
    return { during: at(floorDivide(count!, 2)), after: at(count!), steps };
  }
  const joined = joinTypes(before, result, (axis) => context.fresh(`state${index}.${axis}`));
  // An optional that the body fills: full once it has run.
  const filled = before.kind === 'optional' && result.kind !== 'optional';
  return { during: joined, after: filled ? result : joined };
}
