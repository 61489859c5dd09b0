import { describe, expect, it } from 'vitest';
import { listingRequest, summaryRequest } from '../../server/protocol';
import { tinyUnknown } from '../unit/formats/gguf/bytes';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('gguf-');

describe('a GGUF file', () => {
  it('opens as a listing of its metadata and tensors that says what is not known', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('tiny.gguf', tinyUnknown()));
    expect(document.listing?.state).toBe('ok');
    expect(document.text).toContain('    "general.architecture": "newllama",');
    expect(document.text).toMatch(/ {2}q4_K\[8, 256\] "blk\.0\.attn_q\.weight" = .*"length": "1152"/);
    const [, remark] = document.lines;
    expect(remark).toMatch(/^# .*architecture “newllama” is not known here yet: .*no layers and no costs/);
    const report = await document.diagnostics();
    expect(report).toMatchObject({
      items: [{ code: 'lower.unknown-architecture', severity: 3, message: remark!.slice(2) }],
    });
    expect(await document.hints()).toEqual([]);
  });

  it('has its parameters and weight bytes, and no cost', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('costs.gguf', tinyUnknown()));
    const { model, chips } = await client.request(summaryRequest, { uri: document.uri });
    // 64 x 256 + 8 x 256 + 64 elements; 64 x 8 blocks of 18, 8 blocks of 144 and 64 times 4 bytes.
    expect(model).toMatchObject({ format: 'gguf', nodeCount: 0, parameters: 18_496, weightBytes: 10_624 });
    expect(chips.length).toBeGreaterThan(0);
    for (const { total, memory } of chips) {
      expect(total).toMatchObject({ latencySeconds: null, joules: null, throughput: null });
      expect(total).toMatchObject({ operations: { value: null }, bytes: { value: null } });
      expect(memory).toMatchObject({ highWaterBytes: null, fits: null, fitsUnknown: 'partial' });
    }
    const lenses = await document.lenses();
    expect(lenses[0]?.command?.title).toMatch(/ unknown$/);
    expect(await document.hoverText(document.at('tiny ()'))).toContain(
      'GGUF · 0 nodes · 18,496 parameters · 10.6 kB of weights',
    );
    const tensor = await document.hoverText(document.at('"blk.0.attn_q'));
    expect(tensor).toContain('`q4_K[8,256]`');
    expect(tensor).toContain('1.15 kB');
  });

  it('is listed as far as it goes', async () => {
    const client = await folder.start({ locale: 'ko' });
    const whole = tinyUnknown();
    const document = await client.open(await folder.written('cut.gguf', whole.subarray(0, whole.length - 1)));
    expect(document.listing?.state).toBe('partial');
    expect(document.text).toContain('"output_norm.weight"');
    expect(document.lines[1]).toMatch(/^# “newllama” 아키텍처의 그래프를 아직 알 수 없어/);
    expect(await document.diagnostics()).toMatchObject({
      items: [{ code: 'format.truncated' }, { code: 'lower.unknown-architecture' }],
    });
  });

  it('comes from other file systems too, in few requests and without weights', async () => {
    const client = await folder.start();
    const bytes = new Uint8Array(64 * 1024 * 1024);
    bytes.set(tinyUnknown());
    client.files.set('git:/w/m.gguf', bytes);
    const document = await client.open('git:/w/m.gguf');
    expect(document.listing?.state).toBe('ok');
    expect(document.text).toContain('q4_0[64, 256]');
    expect(client.reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(128 * 1024);
  });

  it('is known again when it did not change', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('same.gguf', tinyUnknown()));
    expect(await client.request(listingRequest, { uri: document.uri })).toEqual(document.listing);
  });
});
