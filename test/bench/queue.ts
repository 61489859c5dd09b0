// Prints what jobs of a sweep take while they wait in a queue: bytes of this process and of the server.
// `npm run bench:queue -- [jobs]`; needs redis-server.
import { createHash } from 'node:crypto';
import { Collector } from '../../server/cli/queue/collect';
import { engineAt } from '../../server/cli/queue/engine';
import { redisServer } from '../unit/cli/queue/redisServer';

const [jobs = 100_000] = process.argv.slice(2).map(Number);
const server = await redisServer();
const serverBytes = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await server.client.info('memory'))![1]);
const told = async (what: string): Promise<void> => {
  global.gc?.();
  const here = process.memoryUsage();
  console.log(
    `${what}: ${here.heapUsed.toLocaleString('en')} bytes of heap and ${here.rss.toLocaleString('en')} in all here, ${(await serverBytes()).toLocaleString('en')} in the server`,
  );
};
try {
  const engine = await engineAt(server.url, 'en', console.error);
  const spec = {
    ...{ targets: [], precisions: [], runtimes: [], phases: [], bindings: [] },
    toolVersion: 'bench',
    language: 'en',
  } as const;
  const listener = { rows: () => Promise.resolve(), end: () => Promise.resolve(), isAlone: () => {} };
  const collector = await Collector.begin(engine, { out: '/results.parquet', spec, store: null }, listener);
  await told('before');
  const start = performance.now();
  for (let i = 0; i < jobs; i++) {
    const name = `models/of/a/repository/model-${i}.onnx`;
    const contentHash = createHash('sha256').update(name).digest('hex');
    await collector.add({ name, path: `/mnt/shared/${name}`, contentHash });
  }
  await collector.complete();
  console.log(
    `${jobs.toLocaleString('en')} jobs put in within ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  await told('with all of them waiting');
  await collector.close(true);
  await told('after the end of the sweep');
  engine.close();
} finally {
  await server.end();
}
