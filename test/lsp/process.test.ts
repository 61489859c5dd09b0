import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pingNotification, pongNotification, workingNotification } from '../../server/protocol';
import type { WorkingParams } from '../../server/protocol';
import { transformer } from '../bench/models';
import { fixture, TestClient } from './client';

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
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
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
