import { expect, it } from 'vitest';
import { parseLimit, parseQuantity } from '../../../server/engine/mapping/parseLimits';

it.each([
  ['latency=2', 'latency', 2],
  ['latency=2s', 'latency', 2],
  ['latency=2ms', 'latency', 2e-3],
  ['latency=2us', 'latency', 2e-6],
  ['latency=2µs', 'latency', 2e-6],
  ['latency=2ns', 'latency', 2e-9],
  ['throughput=30/s', 'throughput', 30],
  ['tokens=30', 'tokens', 30],
  ['energy=2J', 'energy', 2],
  ['energy=2kJ', 'energy', 2000],
  ['energy=2mJ', 'energy', 2e-3],
  ['watts=2W', 'watts', 2],
  ['watts=2mW', 'watts', 2e-3],
  ['watts=2kW', 'watts', 2000],
  ['memory=3B', 'memory', 3],
  ['memory=3kB', 'memory', 3e3],
  ['memory=3KB', 'memory', 3e3],
  ['memory=3MB', 'memory', 3e6],
  ['memory=3GB', 'memory', 3e9],
  ['memory=3TB', 'memory', 3e12],
  ['memory=3KiB', 'memory', 3 * 1024],
  ['memory=3MiB', 'memory', 3 * 1_048_576],
  ['memory=3GiB', 'memory', 3 * 1_073_741_824],
  ['price=1.5e3', 'price', 1500],
  [' latency = 1.5 ms ', 'latency', 1.5e-3],
] as const)('%s is a limit', (text, name, value) => {
  const found = parseLimit(text);
  expect(found?.name).toBe(name);
  expect(found!.value! / value).toBeCloseTo(1, 12);
});

it.each(['latency=', 'latency=0', 'latency=0ms', 'latency=2W', 'latency=ms', 'latency=-1s', 'latency=1e999'])(
  '%s has no number above 0 in a unit of time',
  (text) => {
    expect(parseLimit(text)).toEqual({
      ...{ name: 'latency', value: null },
      units: ['s', 'ms', 'us', 'µs', 'ns'],
    });
  },
);

it('what is no figure is no limit', () => {
  for (const text of ['speed=2', '=2', 'latency', '', 'toString=2', 'Latency=2s'])
    expect(parseLimit(text)).toBeNull();
});

it('quantities stand without their names', () => {
  expect(parseQuantity('watts', ' 3 kW ').value).toBe(3000);
  expect(parseQuantity('watts', '3s').value).toBeNull();
  expect(parseQuantity('price', '7')).toEqual({ value: 7, units: [] });
});
