import { describe, expect, it } from 'vitest';
import type { Neighbourhood } from '../../../server/protocol';
import { boxOf, graphNote, graphTable, stepFrom } from '../../../webview/content/graph';
import { laidOut } from '../../../webview/graph/layout';
import { estimateOf, rowOf } from './made';

const node = (index: number, more: Partial<ReturnType<typeof rowOf>> = {}, hidden = 0) => ({
  ...rowOf(index, { name: `n${index}`, operator: 'Conv', seconds: estimateOf(2e-6), share: 0.25, ...more }),
  hidden,
});
const edge = (from: number, to: number) => ({ from, to, value: `v${from}`, shape: 'float[4]' });
/** 1 → 2 → 4 and 1 → 3 → 4. */
const around: Neighbourhood = {
  revision: 1,
  node: 1,
  radius: 2,
  chip: 'Chip A',
  nodes: [
    node(1, { bound: 'compute' }, 3),
    node(2),
    node(3),
    node(4, { seconds: null, share: null, bound: 'unknown' }),
  ],
  edges: [edge(1, 2), edge(1, 3), edge(2, 4), edge(3, 4)],
  left: 5,
};

describe('the picture of a graph', () => {
  it('says in each box what the node is, costs and is bound by, by sign and word', () => {
    const box = boxOf(around.nodes[0]!, around);
    expect([box.operator, box.name, box.cost, box.hidden]).toEqual([
      'Conv',
      'n1',
      '● 2 µs · 25% compute',
      '+3',
    ]);
    expect(box.spoken).toBe('Conv n1: 2 µs, 25%, compute; 0 before, 2 behind, 3 more not shown');
    expect(boxOf(around.nodes[3]!, around)).toMatchObject({ share: 0, hidden: '' });
    expect(boxOf(node(9, { bound: 'none' }), around).cost).toBe('–');
  });

  it('has the same as a table, and says what is left out', () => {
    const { rows, caption } = graphTable(around);
    expect(caption).toContain('Chip A');
    expect(rows[0]!.cells).toEqual(['n1', 'Conv', '2 µs', '25%', 'compute', '', 'n2, n3']);
    expect(rows[3]!.cells.slice(5)).toEqual(['n2, n3', '']);
    expect(graphNote(around)).toMatch(/^5 more nodes/);
    expect(graphNote({ ...around, left: 0 })).toMatch(/^Arrow keys/);
  });

  it('lays edges out downwards, boxes apart, in a row at one height', () => {
    const { places, lines, width, height } = laidOut(around);
    const at = (index: number) => places.get(index)!;
    for (const { from, to } of around.edges) expect(at(from).y + 58).toBeLessThan(at(to).y);
    expect(at(2).y).toBe(at(3).y);
    expect(Math.abs(at(2).x - at(3).x)).toBeGreaterThanOrEqual(180);
    expect(lines).toHaveLength(4);
    for (const { x, y } of places.values()) {
      expect(x).toBeLessThan(width);
      expect(y).toBeLessThan(height);
    }
  });

  it('is walked by arrow keys: along edges, aside in a row, and nowhere where nothing is', () => {
    const { places } = laidOut(around);
    const step = (from: number, key: string) => stepFrom(from, key, around, places);
    const [left, right] = places.get(2)!.x < places.get(3)!.x ? [2, 3] : [3, 2];
    expect([2, 3]).toContain(step(1, 'ArrowDown'));
    expect(step(4, 'ArrowDown')).toBeNull();
    expect([step(2, 'ArrowUp'), step(2, 'ArrowDown')]).toEqual([1, 4]);
    expect([step(left, 'ArrowRight'), step(right, 'ArrowLeft')]).toEqual([right, left]);
    expect([step(left, 'ArrowLeft'), step(1, 'ArrowRight'), step(1, 'x'), step(9, 'ArrowUp')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
