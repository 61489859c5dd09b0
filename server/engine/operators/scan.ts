import type { Dim } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { isTensor } from './joinTypes';
import { trips } from './loop';
import type { Fact, NodeContext, SubgraphSteps } from './rule';
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
