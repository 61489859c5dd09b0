import type { Dim } from '../../../graph/dim';
import type { Shape } from '../../../graph/model';
import { objectOf, type JsonObject } from '../../../lower/fields';
import { listOf, member, textOf } from '../../json';
import { Call } from '../call';
import { absent, type Value } from '../writer';

/** Gates of a cell, and how often its bias stands there. */
interface Kind {
  readonly gates: number;
  readonly states: number;
}

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['LSTM', { gates: 4, states: 2 }],
  ['GRU', { gates: 3, states: 1 }],
  ['SimpleRNN', { gates: 1, states: 1 }],
]);

/** The weights of a cell, whose bias stands twice where a gate is applied behind the product. */
function weights(call: Call, kind: Kind, inner: Dim | undefined): readonly Value[] {
  const units = call.int('units');
  const width = units === undefined ? undefined : kind.gates * units;
  const isTwice = kind.gates === 3 && call.is('reset_after', true);
  const bias = call.is('use_bias', true) ? call.weight('bias', isTwice ? [2, width] : [width]) : absent;
  return [call.weight('kernel', [inner, width]), call.weight('recurrent_kernel', [units, width]), bias];
}

/** What a recurrent layer gives: its last step or all of them, and its states where they are asked for. */
function results(
  call: Call,
  shape: Shape | undefined,
  units: number | undefined,
  states: number,
): readonly (Shape | undefined)[] {
  const [batch, steps] = shape ?? [];
  const isKnown = batch !== undefined && steps !== undefined && units !== undefined;
  const state = isKnown ? [batch, units] : undefined;
  const result = isKnown && call.is('return_sequences') ? [batch, steps, units] : state;
  return call.is('return_state') ? [result, ...new Array<Shape | undefined>(states).fill(state)] : [result];
}

export function recurrent(call: Call): readonly Value[] {
  const kind = kinds.get(call.className);
  if (!kind) return call.emitAll([undefined]);
  const [x, ...states] = call.inputs;
  const inputs = [x ?? absent, ...weights(call, kind, call.shape?.at(-1)), ...states];
  return call.emitAll(results(call, call.shape, call.int('units'), kind.states), { inputs });
}

/** The layer that a cell makes when it runs over a sequence. */
function ofCell(cell: JsonObject | undefined): string | undefined {
  const name = textOf(cell, 'class_name');
  return name.endsWith('Cell') && kinds.has(name.slice(0, -4)) ? name.slice(0, -4) : undefined;
}

/** A layer of any cell, or of several one behind the other in each step. */
export function ofCells(call: Call): readonly Value[] {
  const cell = objectOf(call.config['cell']);
  const stacked = textOf(cell, 'class_name') === 'StackedRNNCells';
  const cells = stacked ? listOf(member(cell, 'config'), 'cells').map(objectOf) : [cell];
  let given = [call.x];
  let all: Value[] = [];
  for (const [i, one] of cells.entries()) {
    const name = ofCell(one);
    if (!one || name === undefined) return call.emitAll([undefined]);
    const isLast = i === cells.length - 1;
    const own = member(one, 'config') ?? {};
    const config = {
      ...own,
      return_sequences: isLast ? call.is('return_sequences') : true,
      return_state: call.is('return_state'),
      go_backwards: i === 0 && call.is('go_backwards'),
    };
    const part = new Call(
      call.writer,
      { class_name: name, config },
      `${call.path}/${textOf(own, 'name')}`,
      { tensors: given.map((value, at) => ({ at: `arg${at}`, value })), plain: new Map() },
      { depth: call.depth },
    );
    const [result = absent, ...states] = recurrent(part);
    given = [result];
    all = [result, ...all.slice(1), ...states];
  }
  return all;
}
