import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../../server/engine/report/types';
import { type Printed, reportOf, siliconlens, temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();

const model = join(folder, 'decoder.onnxtxt');
/** A cache of 9 rows of 16 floats, to which one is added: 576 and 640 bytes. */
writeFileSync(
  model,
  `<ir_version: 10, opset_import: ["": 21]>
decoder (float[1,1,9,16] past_key, float[1,1,1,16] x) => (float[1,1,10,16] present_key) {
  new = Relu (x)
  present_key = Concat <axis = 2> (past_key, new)
}
`,
);
const settings = join(folder, 'settings.json');
writeFileSync(settings, '{ "siliconlens.models": { "**/decoder.onnxtxt": { "cache": "shared" } } }');

const words = [model, '--chip', 'nvidia-t4', '--phase', 'decode'];

const analyze = (...more: string[]): Promise<Printed> => siliconlens('analyze', ...words, ...more);

async function memoryWith(...more: string[]): Promise<Report['chips'][number]['memory']> {
  return (await reportOf(model, ...words.slice(1), ...more)).chips[0]!.memory;
}

it('says what becomes of a cache, and what it takes', async () => {
  // x and new have 64 bytes each.
  expect(await memoryWith()).toMatchObject({ cache: 'exported', highWaterBytes: 576 + 64 + 64 + 640 });
  expect(await memoryWith('--cache', 'shared')).toMatchObject({
    cache: 'shared',
    highWaterBytes: 64 + 64 + 640,
  });
  // Ten tokens take a block of sixteen.
  expect((await memoryWith('--cache', 'paged')).highWaterBytes).toBe(64 + 64 + 1024);
  expect((await analyze('--cache', 'shared')).out).toContain(
    'Cache of keys and values: nvidia-t4 one shared buffer',
  );
});

it('takes it from settings, over which the option wins', async () => {
  expect((await memoryWith('--settings', settings)).cache).toBe('shared');
  expect((await memoryWith('--settings', settings, '--cache', 'exported')).cache).toBe('exported');
});

it('refuses what is no policy', async () => {
  const { code, error } = await analyze('--cache', 'copied');
  expect(code).toBe(2);
  expect(error).toContain('exported, shared, paged');
});
