import { describe, expect, it } from 'vitest';
import type { Graph, Node, Tensor } from '../../../../server/engine/graph/model';
import { shardOf } from '../../../../server/engine/mapping/parallel/shard';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { infos, modelOf, node } from '../../inference/build';
import { prepared } from './groups';

const count = 3000;
const weight = (name: string): Tensor => ({ name, dtype: 'float', dims: [8, 8], data: { place: 'none' } });
const times = (make: (index: number) => Node): Node[] => Array.from({ length: count }, (_, i) => make(i));

/** Whether two devices are refused, and the seconds of a processor that it takes to say so. */
async function tried(graph: Partial<Graph>): Promise<{ readonly kind: string; readonly seconds: number }> {
  const whole = await prepared(modelOf({ inputs: infos({ x: 'float[2, 8]' }), ...graph }));
  const before = process.cpuUsage();
  const { kind } = await shardOf(whole, { tp: 2, ep: 1 }, uninterrupted);
  const { user, system } = process.cpuUsage(before);
  return { kind, seconds: (user + system) / 1e6 };
}

describe('hostile graphs are given up, not walked without end', () => {
  it('of products that all sums read', async () => {
    // Each of 3,000 products is read by all of 3,000 sums, which are 9 million pairs.
    const { kind, seconds } = await tried({
      nodes: [
        node('MatMul', 'x, w', 'p'),
        ...times((i) => node('Add', i === 0 ? 'p, p' : `s${i - 1}, p`, `s${i}`)),
        ...times((i) => node('MatMul', `x, w${i}`, `q${i}`)),
        ...times((i) => node('Add', `q${i}, p`, `r${i}`)),
      ],
      initializers: [weight('w'), ...Array.from({ length: count }, (_, i) => weight(`w${i}`))],
      outputs: infos({ [`s${count - 1}`]: '' }),
    });
    expect(kind).toBe('refused');
    expect(seconds).toBeLessThan(3);
  });

  it('of a node with many inputs, each of which leads to all others', async () => {
    // 20,000 inputs are 400 million pairs.
    const names = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
    const { kind, seconds } = await tried({
      nodes: [
        ...names.map((name) => node('MatMul', 'x, w', name)),
        node('Concat', names.join(', '), 'c', { axis: 0 }),
        node('MatMul', 'c, v', 'y'),
      ],
      initializers: [weight('w'), weight('v')],
      outputs: infos({ y: '' }),
    });
    expect(kind).toBe('refused');
    expect(seconds).toBeLessThan(3);
  });
});
