import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MarkupContent } from 'vscode-languageserver/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listingOf } from '../../server/address';
import {
  analysisNotification,
  choicesRequest,
  listingRequest,
  withheldNotification,
  workingNotification,
  type WorkingModel,
  type WorkingParams,
} from '../../server/protocol';
import { fixture, TestClient } from './client';

let folder: string;
let model: string;
let uri: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'withheld-'));
  await writeFile(join(folder, 'tiny.onnx'), await fixture('tiny-mlp.onnx'));
  model = pathToFileURL(join(folder, 'tiny.onnx')).toString();
  uri = listingOf(model);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

const begin = async (...models: WorkingModel[]) => {
  client = await TestClient.inProcess({ withheld: models });
};
const release = () => client.connection.sendNotification(withheldNotification, { models: [] });
const written = `<ir_version: 8, opset_import: ["" : 17]>
graph (float[2, 3] x) => (float[2, 3] y) {
  y = Relu (x)
}
`;

describe('a model that a server ended over', () => {
  it('while it analysed it: has its listing, symbols and folding, but no costs', async () => {
    await begin({ uri, stage: 'analysing' });
    const document = await client.open(model);
    expect(document.listing?.state).toBe('ok');
    expect((await document.symbols()).length).toBeGreaterThan(0);
    expect((await document.folds()).length).toBeGreaterThan(0);
    expect(await document.hints()).toEqual([]);
    expect(await document.lenses()).toEqual([]);
    const hover = await document.hover(document.at('Relu'));
    expect((hover?.contents as MarkupContent).value).toMatch(/Relu[\s\S]*Not analysed/);
    await expect(client.request(choicesRequest, { uri })).rejects.toThrow(
      /stopped while it analysed tiny\.onnx/,
    );
    const worked = client.received.filter(({ method }) => method === workingNotification);
    const stages = worked.flatMap(({ params }) => (params as WorkingParams).models.map(({ stage }) => stage));
    expect(new Set(stages)).toEqual(new Set(['reading']));
  });

  it('is analysed once it is released, without being asked', async () => {
    await begin({ uri, stage: 'analysing' });
    const document = await client.open(model);
    expect(await document.hints()).toEqual([]);
    await release();
    expect(await client.next(analysisNotification)).toMatchObject({ uri });
    await client.next('workspace/inlayHint/refresh');
    expect((await document.hints()).length).toBeGreaterThan(7);
  });

  it('leaves others their costs', async () => {
    await begin({ uri: `${uri}x`, stage: 'analysing' });
    expect((await (await client.open(model)).hints()).length).toBeGreaterThan(7);
  });

  it('while it read it: is not read, says so, and is read once it is released', async () => {
    await begin({ uri, stage: 'reading' });
    const document = await client.open(model);
    expect(document.listing?.state).toBe('unreadable');
    expect(document.text).toMatch(/^# tiny\.onnx[\s\S]*stopped while it read this file[\s\S]*Analyse Again/);
    await release();
    const again = await client.request(listingRequest, { uri });
    expect(again.state).toBe('ok');
    expect(again.text).toContain('Gemm');
  });

  it.each(['reading', 'analysing'] as const)(
    'written by hand, while it was at %s: has costs once it is released',
    async (stage) => {
      const hand = pathToFileURL(join(folder, 'hand.onnxtxt')).toString();
      await begin({ uri: hand, stage });
      const document = await client.openText(hand, written);
      expect(await document.hints()).toEqual([]);
      expect((await document.symbols()).length > 0).toBe(stage === 'analysing');
      await release();
      expect(await client.next(analysisNotification)).toMatchObject({ uri: hand });
      expect((await document.hints()).length).toBeGreaterThan(0);
      expect(client.received.some(({ method }) => method === 'siliconlens/listingOutdated')).toBe(false);
    },
  );
});

describe('what the server is at work on', () => {
  it('is told before it begins and when it is done', async () => {
    await begin();
    const document = await client.open(model);
    await document.lenses();
    const told: WorkingModel[][] = [];
    for (const { method, params } of client.received)
      if (method === workingNotification) told.push([...(params as WorkingParams).models]);
    expect(told.slice(0, 3)).toEqual([[{ uri, stage: 'reading' }], [], [{ uri, stage: 'analysing' }]]);
  });

  it('ends in nothing', async () => {
    await begin();
    const document = await client.open(model);
    await document.lenses();
    await client.request(choicesRequest, { uri });
    // The shapes by name are worked out a while after the analysis.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const last = client.received.filter(({ method }) => method === workingNotification).at(-1);
    expect(last?.params).toEqual({ models: [] });
  });
});
