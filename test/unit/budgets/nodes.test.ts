import { describe, expect, it } from 'vitest';
import { nodeChanges, type NodeRow } from '../../../server/engine/budgets/nodes';

const row = (name: string, operator: string, shape: string, cost: number | null): NodeRow => ({
  name,
  operator,
  shape,
  cost,
  line: null,
});
const told = (before: readonly NodeRow[], after: readonly NodeRow[], isCut = false): unknown[] =>
  nodeChanges({ rows: before, isCut }, after).map(({ kind, name, change }) => [kind, name, change]);

describe('nodes of two models', () => {
  it('are told by their effect, equal ones not at all', () => {
    const before = [row('a', 'Conv', '1', 9), row('b', 'Conv', '2', 5), row('c', 'Relu', '2', 1)];
    const after = [row('a', 'Conv', '1', 9), row('b', 'Conv', '2', 7), row('d', 'Gelu', '2', 4)];
    expect(told(before, after)).toEqual([
      ['added', 'd', 4],
      ['changed', 'b', 2],
      ['removed', 'c', -1],
    ]);
  });

  it('are the same under other names, by operator and shape', () => {
    const before = [row('x', 'Conv', '1', 9), row('', 'Conv', '1', 8)];
    expect(told(before, [row('y', 'Conv', '1', 9), row('z', 'Conv', '1', 8)])).toEqual([]);
  });

  it('are not mixed up by an exporter that numbers anew', () => {
    // A Relu at the front: each number moves by one, and each name is another node's.
    const before = [row('n0', 'Conv', '1', 9), row('n1', 'Relu', '1', 1), row('n2', 'MatMul', '3', 5)];
    const after = [
      row('n1', 'Conv', '1', 9),
      row('n3', 'MatMul', '3', 5),
      row('n0', 'Relu', '1', 1),
      row('n2', 'Relu', '1', 1),
    ];
    expect(told(before, after)).toEqual([['added', 'n2', 1]]);
  });

  it('are the same by name where the node does something else now', () => {
    expect(told([row('a', 'Conv', '1', 9)], [row('a', 'QLinearConv', '1', 4)])).toEqual([
      ['changed', 'a', -5],
    ]);
  });

  it('show no difference to what is unknown', () => {
    expect(told([row('a', 'Conv', '1', null)], [row('a', 'Conv', '1', 4)])).toEqual([]);
    expect(told([], [row('a', 'Own', '1', null)])).toEqual([]);
  });

  it('of a list that is cut are new, or grew by at least what the list leaves out', () => {
    const before = [row('a', 'Conv', '1', 9), row('b', 'Conv', '2', 5)];
    const after = [
      row('a', 'Conv', '1', 9),
      row('c', 'Gelu', '4', 7),
      row('b', 'Conv', '2', 5),
      row('d', 'Relu', '2', 4),
    ];
    // d costs no more than the last one listed: it may have been there.
    expect(told(before, after, true)).toEqual([['unlisted', 'c', 2]]);
  });
});
