import type { Dim } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { isTensor } from './joinTypes';
import { trips } from './loop';
import { numericCount } from './broadcast';
import type { Element, Fact, NodeContext, SubgraphRequest, SubgraphSteps } from './rule';
import { normalizeAxis, tensor } from './shared';

interface ScanLayout {
  readonly states: number;
  /** Position of the first state among the inputs: 1 in version 8, after sequence_lens. */
  readonly offset: number;
  /** Leading batch axis of version 8. */
  readonly batched: boolean;
  readonly scans: number;
}

export function* inferScan(context: NodeContext): SubgraphSteps {
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
  const request: SubgraphRequest = {
    attribute: 'body',
    inputs,
    repeat: batched ? timesBatch(context, layout, repeat) : repeat,
  };
  let results = yield request;
  if (!batched && repeat !== null && repeat > 0 && context.variesByRun('body', repeat)) {
    const at = (run: number): readonly (Fact | undefined)[] =>
      slices.map((type, i) => type && { type, elements: sliceElements(context, layout, i, run) });
    results = yield {
      ...request,
      inputs: [...initial.map((type, i) => type && { ...context.fact(i), type }), ...at(0)],
      next: (runs, before) => [...before.slice(0, layout.states), ...at(runs)],
    };
  }
  setScanOutputs(context, layout, initial, results, length ?? context.fresh('steps'));
}

/** What the body is given of a scanned input whose content is known. */
function sliceElements(
  context: NodeContext,
  { offset, states }: ScanLayout,
  input: number,
  run: number,
): readonly Element[] | undefined {
  const index = offset + states + input;
  const [elements, shape] = [context.elements(index), context.shape(index)];
  const axis = shape && normalizeAxis(context.ints('scan_input_axes')?.[input] ?? 0, shape.length);
  const length = axis === undefined ? undefined : shape![axis];
  const inner = axis === undefined ? undefined : numericCount(shape!.slice(axis + 1));
  if (!elements || typeof length !== 'number' || inner === undefined) return undefined;
  const isReversed = context.ints('scan_input_directions')?.[input] === 1;
  const row = isReversed ? length - 1 - run : run;
  return elements.filter((_, at) => Math.floor(at / inner) % length === row);
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
