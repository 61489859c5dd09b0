import { add, equalDims, multiply, subtract, type Dim } from '../graph/dim';
import type { Shape, ValueType } from '../graph/model';
import { truth } from './elements';
import type { Fact, NodeContext, OperatorRule, SubgraphSteps } from './rule';
import { isDim, normalizeAxis, tensor } from './shared';

/** Facts that hold whichever of two branches ran. */
export function joinTypes(
  a: ValueType | undefined,
  b: ValueType | undefined,
  fresh: (axis: number) => Dim,
): ValueType | undefined {
  if (!a || !b) return undefined;
  if (isTensor(a) && isTensor(b)) {
    const dtype = a.dtype === b.dtype ? a.dtype : (a.dtype ?? b.dtype);
    return tensor(dtype, joinShapes(a.shape, b.shape, fresh));
  }
  if (a.kind === 'sequence' && b.kind === 'sequence') {
    // An empty sequence says nothing of its elements.
    const element =
      a.element && b.element ? joinTypes(a.element, b.element, fresh) : (a.element ?? b.element);
    return { kind: 'sequence', ...(element && { element }) };
  }
  if (a.kind === 'optional' || b.kind === 'optional') {
    const [left, right] = [a, b].map((type) => (type.kind === 'optional' ? type.element : type));
    const element = left && right ? joinTypes(left, right, fresh) : (left ?? right);
    return { kind: 'optional', ...(element && { element }) };
  }
  return a.kind === b.kind ? a : undefined;
}

function isTensor(type: ValueType): type is ValueType & { kind: 'tensor' | 'sparse' } {
  return type.kind === 'tensor' || type.kind === 'sparse';
}

function joinShapes(
  a: Shape | undefined,
  b: Shape | undefined,
  fresh: (axis: number) => Dim,
): Shape | undefined {
  if (!a || !b || a.length !== b.length) return undefined;
  return a.map((dim, axis) => (equalDims(dim, b[axis]!) ? dim : fresh(axis)));
}

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
  for (let index = 0; index < context.outputCount; index++) {
    const [a, b] = [taken[index], other[index]];
    const certain = condition === undefined ? undefined : condition ? a : b;
    if (certain) {
      context.setType(index, certain.type);
      if (certain.elements) context.setElements(index, certain.elements);
    } else {
      context.setType(
        index,
        joinTypes(a?.type, b?.type, (axis) => context.fresh(`branch${index}.${axis}`)),
      );
    }
  }
}

/** The name under which a trip count is bound: that of the node, else of its first output. */
function loopName(context: NodeContext): string {
  return `loop:${context.node.name || context.node.outputs.find((output) => output !== '')}`;
}

/** Runs of a body: the user's binding, a known count, else 1, which is said. */
function trips(context: NodeContext, known: Dim | undefined): number | null {
  const name = loopName(context);
  const bound = context.binding(name);
  if (bound !== undefined) return bound;
  if (typeof known === 'number') return known;
  if (known !== undefined) return null;
  context.report('information', 'loop-trips-assumed', { binding: name });
  return 1;
}

/** Endless loops of exporters are written with the largest integers. */
const endless = 2 ** 31 - 1;

function* inferLoop(context: NodeContext): SubgraphSteps {
  const limit = context.elements(0)?.[0];
  const first = context.hasInput(1) ? truth(context.elements(1)?.[0]) : true;
  const known =
    first === false
      ? 0
      : isDim(limit) && !(typeof limit === 'number' && limit >= endless)
        ? limit
        : undefined;
  const count = trips(context, known);
  const state = Array.from({ length: Math.max(context.inputCount - 2, 0) }, (_, i) =>
    initialState(context, i + 2),
  );
  const iteration: Fact = {
    type: { kind: 'tensor', dtype: 'int64', shape: [] },
    elements: [context.fresh('iteration')],
  };
  const condition: Fact = {
    type: { kind: 'tensor', dtype: 'bool', shape: [] },
    ...(first && { elements: [1] }),
  };
  const ask = (facts: readonly (Fact | undefined)[]) => ({
    attribute: 'body',
    inputs: [iteration, condition, ...facts],
    repeat: count,
  });
  const initial = state.map((type, i) => type && { type, items: context.fact(i + 2)?.items });
  let results = yield ask(initial);
  const added = initial.map((own, i) => addedItems(own, results[i + 1]));
  let states: LoopState[] = state.map((type, i) => ({ during: type, after: type ?? results[i + 1]?.type }));
  let asked = false;
  for (let pass = 0; pass < 3 && !states.every((own, i) => settled(own, results[i + 1]?.type)); pass++) {
    states = states.map((own, i) => grow(context, i, own, results[i + 1]?.type, pass === 0 ? count : null));
    results = yield ask(states.map(({ during }) => during && { type: during }));
    asked = true;
  }
  // Later runs see a longer list than the first did.
  if (!asked && added.some((step) => step))
    results = yield ask(states.map(({ during }) => during && { type: during }));
  const final = states.map(({ after }, i) => (isBare(after) ? context.type(i + 2) : after));
  const steady = truth(results[0]?.elements?.[0]) === true && known !== undefined;
  const bound = context.binding(loopName(context));
  const length: Dim = bound ?? (steady ? known : context.fresh('trips'));
  setLoopOutputs(context, state.length, final, results, length);
  setGrownLists(context, final, added, length);
}

/** A list that starts empty has no say in what it will hold. */
function initialState(context: NodeContext, input: number): ValueType | undefined {
  return context.fact(input)?.items?.length === 0 ? { kind: 'sequence' } : context.type(input);
}

function isBare(type: ValueType | undefined): boolean {
  return type?.kind === 'sequence' && type.element === undefined;
}

/** How many items one run appends to a list whose items are known; undefined where it is not such a list. */
function addedItems(before: Fact | undefined, after: Fact | undefined): number | undefined {
  return before?.items && after?.items ? after.items.length - before.items.length : undefined;
}

/** Lists that grow by as many items in every run have a known length after a known number of runs. */
function setGrownLists(
  context: NodeContext,
  final: readonly (ValueType | undefined)[],
  added: readonly (number | undefined)[],
  length: Dim,
): void {
  added.forEach((step, i) => {
    const type = final[i];
    if (step === undefined || typeof length !== 'number' || type?.kind !== 'sequence') return;
    const count = (context.fact(i + 2)?.items?.length ?? 0) + step * length;
    if (count >= 0 && count <= 1024)
      context.setItems(i, new Array<ValueType | undefined>(count).fill(type.element));
  });
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
  readonly steps?: readonly number[];
}

function settled({ during, steps }: LoopState, result: ValueType | undefined): boolean {
  if (!steps) return sameType(during, result);
  const added = addedPerRun(during, result);
  return added !== undefined && added.every((step, axis) => step === steps[axis]);
}

/** What one run adds to each dimension, when that is a number for all of them. */
function addedPerRun(
  before: ValueType | undefined,
  after: ValueType | undefined,
): readonly number[] | undefined {
  const [from, to] = [before, after].map((type) => (type && isTensor(type) ? type.shape : undefined));
  if (!from || !to || from.length !== to.length) return undefined;
  const steps = from.map((dim, axis) => subtract(to[axis]!, dim));
  return steps.every((step) => typeof step === 'number') ? steps : undefined;
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
 * A state that comes out of the body larger than it went in. By a constant amount per run: its size in the middle of
 * the loop stands for all runs, and its size at the end is exact. Otherwise its size becomes a symbol.
 */
function grow(
  context: NodeContext,
  index: number,
  own: LoopState,
  result: ValueType | undefined,
  count: number | null,
): LoopState {
  const before = own.during;
  if (!before || !result || (sameType(before, result) && !own.steps)) {
    return { during: before ?? result, after: before ?? result };
  }
  const steps = count === null ? undefined : addedPerRun(before, result);
  if (steps && isTensor(before)) {
    const at = (runs: number): ValueType => ({
      ...before,
      shape: before.shape!.map((dim, axis) => add(dim, multiply(steps[axis]!, runs))),
    });
    return { during: at(Math.floor(Math.max(count! - 1, 0) / 2)), after: at(count!), steps };
  }
  const joined = joinTypes(before, result, (axis) => context.fresh(`state${index}.${axis}`));
  // An optional that the body fills: full once it has run.
  const filled = before.kind === 'optional' && result.kind !== 'optional';
  return { during: joined, after: filled ? result : joined };
}

interface ScanLayout {
  readonly states: number;
  /** Position of the first state among the inputs: 1 in version 8, after sequence_lens. */
  readonly offset: number;
  /** Leading batch axis of version 8. */
  readonly batched: boolean;
  readonly scans: number;
}

function* inferScan(context: NodeContext): SubgraphSteps {
  const batched = context.version < 9;
  const offset = batched ? 1 : 0;
  const scans = Math.max(0, Math.min(context.int('num_scan_inputs', 0), context.inputCount));
  const layout: ScanLayout = { states: context.inputCount - offset - scans, offset, batched, scans };
  const axes = context.ints('scan_input_axes') ?? [];
  let length: Dim | undefined;
  const slices: (ValueType | undefined)[] = [];
  for (let i = 0; i < scans; i++) {
    const index = offset + layout.states + i;
    const shape = context.shape(index);
    const axis = shape && (batched ? 1 : normalizeAxis(axes[i] ?? 0, shape.length));
    const own = axis === undefined ? undefined : shape![axis];
    length = length === undefined || (typeof length !== 'number' && typeof own === 'number') ? own : length;
    const rest = shape?.filter((_, at) => at !== axis && !(batched && at === 0));
    slices.push(tensor(context.dtype(index), axis === undefined ? undefined : rest));
  }
  const initial = Array.from({ length: layout.states }, (_, i) => stateType(context, layout, i));
  const repeat = trips(context, length);
  const inputs = [...initial, ...slices].map((type) => (type ? { type } : undefined));
  const results = yield {
    attribute: 'body',
    inputs,
    repeat: batched ? timesBatch(context, layout, repeat) : repeat,
  };
  setScanOutputs(context, layout, initial, results, length ?? context.fresh('steps'));
}

function stateType(context: NodeContext, layout: ScanLayout, i: number): ValueType | undefined {
  const index = layout.offset + i;
  const shape = context.shape(index);
  return layout.batched ? tensor(context.dtype(index), shape?.slice(1)) : context.type(index);
}

function timesBatch(context: NodeContext, layout: ScanLayout, repeat: number | null): number | null {
  const batch = context.shape(layout.offset + layout.states)?.[0];
  return repeat === null || typeof batch !== 'number' ? null : repeat * batch;
}

function setScanOutputs(
  context: NodeContext,
  layout: ScanLayout,
  initial: readonly (ValueType | undefined)[],
  results: readonly Fact[],
  length: Dim,
): void {
  const axes = context.ints('scan_output_axes') ?? [];
  const lead = layout.batched
    ? (context.shape(layout.offset + layout.states)?.[0] ?? context.fresh('batch'))
    : undefined;
  for (let index = 0; index < context.outputCount; index++) {
    const type = index < layout.states ? (initial[index] ?? results[index]?.type) : results[index]?.type;
    if (!type || !isTensor(type)) continue;
    let shape = type.shape && [...type.shape];
    if (shape && index >= layout.states) {
      const axis = layout.batched
        ? 0
        : (normalizeAxis(axes[index - layout.states] ?? 0, shape.length + 1) ?? 0);
      shape.splice(axis, 0, length);
    }
    if (shape && lead !== undefined) shape = [lead, ...shape];
    context.setTensor(index, type.dtype, shape);
  }
}

function* inferSequenceMap(context: NodeContext): SubgraphSteps {
  const items = context.fact(0)?.items;
  const element = (index: number): ValueType | undefined => {
    const type = context.type(index);
    return type?.kind === 'sequence' ? type.element : type;
  };
  const inputs = Array.from({ length: context.inputCount }, (_, index) => {
    const type = element(index);
    return type ? { type } : undefined;
  });
  const results = yield { attribute: 'body', inputs, repeat: trips(context, items?.length) };
  for (let index = 0; index < context.outputCount; index++) {
    const type = results[index]?.type;
    context.setType(index, { kind: 'sequence', ...(type && { element: type }) });
    if (items) {
      context.setItems(
        index,
        items.map(() => type),
      );
    }
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
