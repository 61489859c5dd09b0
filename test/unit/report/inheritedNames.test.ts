import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { weightTensors } from '../../../server/engine/cost/sparsity/weights';
import { parseDim } from '../../../server/engine/graph/dimParse';
import { symbol } from '../../../server/engine/graph/dimPolynomial';
import { buildReport } from '../../../server/engine/report/build';
import { uninterrupted } from '../../../server/engine/scheduler';
import { float, modelOf, node, weight } from '../features/analysed';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** What every object inherits is found by a plain look-up in a table, and it is no entry. */
const inherited = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'];

async function prepared(operator: string) {
  const model = modelOf({
    inputs: [float('x', 8, 4)],
    outputs: [float('y', 8, 4)],
    // Declared, so that a way from the product back to the weight has an axis to follow.
    valueInfo: [float('a', 4, 4)],
    initializers: [weight('w', 4, 4)],
    nodes: [
      node(operator, ['w'], ['a']),
      node('MatMul', ['x', 'a'], ['b']),
      node(operator, ['b', 'w'], ['c']),
      node('Relu', ['c'], ['y']),
    ],
  });
  return prepare(model, workload, uninterrupted);
}

describe('names that every object inherits', () => {
  it.each(inherited)('are operators that nobody knows: %s', async (operator) => {
    const found = await prepared(operator);
    const analysis = await costsOn(found, chipById('nvidia-t4')!, uninterrupted);
    const report = buildReport({
      carbonIntensity: null,
      tool: { version: '0', catalogueVersion: '0' },
      path: 'm.onnxtxt',
      prepared: found,
      chips: [analysis],
      problems: [],
      lineOf: () => null,
      textOf: (problem) => problem.code,
    });
    expect(report.nodes.map(({ rule }) => rule)).toEqual(['default', 'exact', 'unknown', 'exact']);
    expect(weightTensors(found.inference).map(({ operator: by }) => by)).toEqual([null]);
  });

  it.each(['constructor', '__proto__'])('are functions that no dimension has: %s', (name) => {
    expect(parseDim(`${name}(a, b)`)).toEqual(symbol(`${name}(a, b)`));
  });
});
