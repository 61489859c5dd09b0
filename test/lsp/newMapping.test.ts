import { expect, it } from 'vitest';
import { newMappingRequest } from '../../server/protocol';
import type { SplitMapping, UnitsMapping } from '../../server/engine/mapping/pinned/load';
import { publishedConfiguration } from '../unit/lower/published';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('new-mapping-');

/** An operator between two large products that TensorRT does not have: the runtime brings its values to the host and back. */
const model = `<ir_version: 10, opset_import: ["": 21]>
g (float[2048,2048] x) => (float[2048,2048] y) <float[2048,2048] w = ["location": "w.bin"]> {
  [a] a = MatMul (x, w)
  [d] d = Det (x)
  [b] b = Add (a, d)
  [c] y = MatMul (b, w)
}`;

it('makes the best mapping on a chip and its host, and says which units it takes and what it gains', async () => {
  const client = await folder.start({ settings: { chips: ['nvidia-l4'] } });
  const { uri } = await client.openText('untitled:three', model);
  const made = await client.request(newMappingRequest, { uri, target: 'nvidia-l4', objective: 'latency' });
  const file = JSON.parse(made.text!) as UnitsMapping;
  expect(file.units.map(({ id, chip }) => [id, chip])).toEqual([
    ['chip', 'nvidia-l4'],
    ['host', 'intel-xeon-8480'],
  ]);
  // The determinant of x is the processor's in any case, and so are the transfers: nothing is left to be done by the card.
  expect(file.default).toBe('host');
  expect(file.nodes).toEqual({});
  expect(made.id).toMatch(/^[a-z0-9.-]+-nvidia-l4-latency$/);
  const [, units, best, runtime] = /^(.*): ([\d.]+) ms\. .* told apart from the ([\d.]+) ms/.exec(made.said)!;
  expect(units).toContain('Xeon Platinum 8480');
  // Two products of 17.2e9 operations and a determinant of 5.7e9 at 7.2e12 a second are more than 5.5 ms.
  expect(Number(best)).toBeGreaterThan(5.5);
  expect(Number(best)).toBeLessThan(Number(runtime));
});

it('makes one on a system, and none where there is no such target', async () => {
  const client = await folder.start({ settings: { chips: ['nvidia-l4'] } });
  const { uri } = await client.openText('untitled:three', model);
  const on = (target: string) => client.request(newMappingRequest, { uri, target, objective: 'energy' });
  const made = await on('jetson-agx-orin');
  expect((JSON.parse(made.text!) as UnitsMapping).system).toBe('jetson-agx-orin');
  expect(await on('no-such-thing')).toMatchObject({ id: '', text: null });
});

it('finds how equal devices of a system share a configuration best', async () => {
  const client = await folder.start({ settings: { chips: ['nvidia-h100-sxm'] } });
  const file = await folder.written('config.json', JSON.stringify(publishedConfiguration('Llama-3.1-8B')));
  const { uri } = await client.open(file);
  const made = await client.request(newMappingRequest, {
    uri,
    target: 'nvidia-dgx-h100',
    objective: 'latency',
  });
  const { system, split } = JSON.parse(made.text!) as SplitMapping;
  expect(system).toBe('nvidia-dgx-h100');
  const [, tp, best, second] = /as tp (\d).*: ([\d.]+) ms for a step\. Next is .* with ([\d.]+) ms/.exec(
    made.said,
  )!;
  expect(split.tp).toBe(Number(tp));
  expect(Number(best)).toBeLessThanOrEqual(Number(second));
});
