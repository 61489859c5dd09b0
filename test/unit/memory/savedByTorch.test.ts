import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../server/engine/scheduler';
import saved from '../../conformance/saved/saved.json';

const folder = join(__dirname, '../../conformance/saved');

async function savedBytes(name: string): Promise<number | null> {
  const file = gunzipSync(readFileSync(join(folder, `${name}.onnx.gz`)));
  const { value } = await readOnnx(memorySource(file), uninterrupted);
  const workload = { bindings: {}, phase: 'training', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  return (await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted)).training!.savedBytes;
}

// Bytes of the storages that torch saves for its backward pass (test/conformance/saved/saved.py).
describe('what is kept for the backward pass', () => {
  it.each(Object.entries(saved.bytes))(
    'is within 5 %% of what torch keeps: %s, %d bytes',
    async (name, bytes) => {
      const ours = await savedBytes(name);
      expect(ours! / bytes).toBeGreaterThan(0.95);
      expect(ours! / bytes).toBeLessThan(1.05);
    },
  );
});
