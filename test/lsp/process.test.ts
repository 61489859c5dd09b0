import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FullDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { nodeBundle } from '../../scripts/nodeBundle.mjs';
import { packedTables } from '../../scripts/packedTables.mjs';
import { pingNotification, pongNotification, workingNotification } from '../../server/protocol';
import type { WorkingParams } from '../../server/protocol';
import { transformer } from '../bench/models';
import { int, part, text, varint } from '../unit/formats/wire';
import { fixture, TestClient } from './client';

const chips = ['nvidia-t4', 'intel-xeon-8480', 'nvidia-l4', 'hailo-8', 'google-tpu-v5e', 'apple-m4-ane'];

let folder: string;
let serverModule: string;
let uri: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'server-'));
  serverModule = join(folder, 'server.js');
  // Built as the extension's is, so that nothing the bundle lacks is found in node_modules.
  await build({
    entryPoints: [fileURLToPath(new URL('../../server/main.ts', import.meta.url))],
    outfile: serverModule,
    ...nodeBundle,
    minify: true,
    plugins: [packedTables],
    logLevel: 'error',
  });
  await writeFile(join(folder, 'tiny-mlp.onnx'), await fixture('tiny-mlp.onnx'));
  uri = pathToFileURL(join(folder, 'tiny-mlp.onnx')).toString();
});
afterAll(() => rm(folder, { recursive: true }));

describe('the server in a process of its own', () => {
  it.each(['stdio', 'ipc'] as const)('answers over %s and ends when told', async (transport) => {
    const client = await TestClient.spawned(serverModule, transport);
    const document = await client.open(uri);
    expect(document.listing?.state).toBe('ok');
    expect((await document.hints()).length).toBeGreaterThan(7);
    expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
    const ended = new Promise((resolve) => client.process?.on('exit', resolve));
    await client.stop();
    expect(await ended).toBe(0);
  });

  it('gives a sign of life before it answers what waits, and says what it is at work on', async () => {
    await writeFile(join(folder, 'large.onnx'), transformer(2000));
    const client = await TestClient.spawned(serverModule, 'ipc');
    const document = await client.open(pathToFileURL(join(folder, 'large.onnx')).toString());
    const ends: string[] = [];
    const lenses = document.lenses().then(() => ends.push('analysis'));
    let working: WorkingParams;
    do working = (await client.next(workingNotification)) as WorkingParams;
    while (working.models[0]?.stage !== 'analysing');
    expect(working.models).toEqual([{ uri: document.uri, stage: 'analysing' }]);
    const pong = client.next(pongNotification).then(() => ends.push('pong'));
    await client.connection.sendNotification(pingNotification);
    await Promise.all([lenses, pong]);
    expect(ends).toEqual(['pong', 'analysis']);
    await client.stop();
  });

  it('lives with ten large models and a file of nothing but structure in a small heap', async () => {
    const client = await TestClient.spawned(serverModule, 'ipc', { settings: { chips }, heapMegabytes: 112 });
    await writeFile(join(folder, 'one.onnx'), transformer(4_000));
    const bytes = await readFile(join(folder, 'one.onnx'));
    const kinds = new Map<string, number>();
    for (let i = 0; i < 10; i++) {
      await writeFile(join(folder, `${i}.onnx`), bytes);
      const document = await client.open(pathToFileURL(join(folder, `${i}.onnx`)).toString());
      expect(document.listing?.state).toBe('ok');
      const titles = (await document.lenses()).map(({ command }) => command?.title ?? '');
      const items = ((await document.diagnostics()) as FullDocumentDiagnosticReport).items;
      const refused = items.find(({ code }) => String(code).startsWith('memory.'))?.code;
      const kind = refused ?? (titles.some((title) => /^\S.* [\d.]+ m?s$/.test(title)) ? 'costs' : 'neither');
      kinds.set(String(kind), (kinds.get(String(kind)) ?? 0) + 1);
    }
    // How many have costs at the end depends on how long nobody asked about the first ones.
    expect(kinds.get('costs')).toBeGreaterThan(0);
    expect((kinds.get('costs') ?? 0) + (kinds.get('memory.others') ?? 0)).toBe(10);
    // 240,000 nodes in a file of 6 MB.
    const nodes = Array.from({ length: 240_000 }, (_, i) =>
      part(1, text(1, `${i}`), text(2, `${i + 1}`), text(4, 'Tanh')),
    );
    const graph = nodes.flat();
    const head = [...int(1, 8), ...varint(7 * 8 + 2), ...varint(graph.length)];
    await writeFile(join(folder, 'flood.onnx'), Buffer.concat([Buffer.from(head), Buffer.from(graph)]));
    const flood = await client.open(pathToFileURL(join(folder, 'flood.onnx')).toString());
    expect(flood.listing?.state).toBe('unreadable');
    expect(flood.text).toContain('takes more memory than there is: reading stopped at byte');
    expect(client.process?.exitCode).toBe(null);
    await client.stop();
  }, 120_000);

  it('gives the same listing after a crash, so that open documents go on', async () => {
    const first = await TestClient.spawned(serverModule);
    const before = await first.open(uri);
    const crashed = new Promise((resolve) => first.process?.on('exit', resolve));
    first.process?.kill('SIGKILL');
    await crashed;
    first.connection.dispose();

    const second = await TestClient.spawned(serverModule);
    // A client that starts a server again opens its documents there as they are, without asking for the listing.
    const after = await second.openText(before.uri, before.text);
    expect(await after.hoverText(after.at('Relu'))).toContain('**Relu**');
    expect((await after.definition(after.at('relu,')))[0]?.range.start).toEqual(after.at('relu = '));
    expect(second.received.some(({ method }) => method === 'siliconlens/listingOutdated')).toBe(false);
    await second.stop();
  });
});
