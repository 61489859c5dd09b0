import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listingOf } from '../../../server/address';
import { fingerprint } from '../../../server/workspace/documents';
import type { OpenDocument } from '../../../server/workspace/documents';
import { Budget, unitsOfAnalysis, unitsOfListing } from '../../../server/workspace/budget';
import type { OpenModel } from '../../../server/workspace/openModel';
import { ModelFiles } from '../../../server/workspace/modelFiles';
import { Models } from '../../../server/workspace/models';
import { shippedOnly } from '../../../server/workspace/ownChips';
import { SettingsByModel } from '../../../server/workspace/settingsByModel';
import { fixture } from '../../lsp/client';

/** A store over one file that the client reads, with what happened to it. */
async function store(grace: number, budget = new Budget<OpenModel>(Infinity)) {
  const bytes = await fixture('tiny-mlp.onnx');
  const happened = { opened: 0, settings: 0, outdated: 0, analysed: 0 };
  const files = new ModelFiles({
    stat: () => Promise.resolve({ ok: true, size: bytes.length, mtime: 1 }),
    read: ({ offset, length }) => {
      if (offset === 0) happened.opened++;
      return Promise.resolve({
        ok: true,
        base64: Buffer.from(bytes.subarray(offset, offset + length)).toString('base64'),
      });
    },
  });
  const settings = new SettingsByModel(() => {
    happened.settings++;
    return Promise.resolve({ chips: ['nvidia-t4'] });
  });
  const documents = new Map<string, OpenDocument>();
  const host = {
    budget,
    language: () => 'en' as const,
    chips: () => Promise.resolve(shippedOnly),
    analysed: () => void happened.analysed++,
    analysing: () => {},
    working: () => () => {},
    withheld: () => undefined,
    abandoned: () => {},
    refresh: () => {},
    outdated: () => void happened.outdated++,
    failed: (_uri: string, error: unknown) => {
      throw error;
    },
  };
  const models = new Models(files, settings, (uri) => documents.get(uri), host, grace);
  const show = (uri: string, text: string): void => {
    documents.set(uri, { uri, version: 1, fingerprint: fingerprint(text), text: null });
    models.opened(uri);
  };
  const hide = (uri: string): void => {
    documents.delete(uri);
    models.closed(uri);
  };
  return { models, settings, happened, show, hide };
}

const uri = listingOf('vscode-vfs://h/a.onnx');

describe('open models', () => {
  it('read a file once, whoever asks at the same time', async () => {
    const { models, happened, show } = await store(1000);
    const [listing] = await Promise.all([models.listing(uri), models.view(uri), models.analysis(uri)]);
    const reads = happened.opened;
    show(uri, listing.text);
    const analyses = await Promise.all([models.analysis(uri), models.analysis(uri)]);
    expect(happened.opened).toBe(reads);
    expect(happened).toMatchObject({ settings: 1, analysed: 1, outdated: 0 });
    expect(analyses[0]).toBe(analyses[1]);
    models.dispose();
  });

  it('are kept while the editor moves them, and dropped after a while', async () => {
    const { models, happened, show, hide } = await store(300);
    const { text } = await models.listing(uri);
    show(uri, text);
    await models.analysis(uri);
    const reads = happened.opened;
    hide(uri);
    await delay(5);
    show(uri, text);
    await delay(600);
    expect(models.finished(uri)).not.toBeNull();
    expect(happened.opened).toBe(reads);
    hide(uri);
    await delay(600);
    expect(models.finished(uri)).toBeNull();
    await models.view(uri);
    expect(happened.opened).toBeGreaterThan(reads);
    models.dispose();
  });

  it('keep few that nobody shows', async () => {
    const { models } = await store(10_000);
    const uris = Array.from({ length: 9 }, (_, i) => listingOf(`vscode-vfs://h/${i}.onnx`));
    for (const one of uris) await models.analysis(one);
    expect(uris.map((one) => models.finished(one) !== null)).toEqual([
      false, false, false, false, false, true, true, true, true,
    ]); // prettier-ignore
    models.dispose();
  });

  it('keep fewer that nobody shows when they are large, and always what is shown', async () => {
    const first = await store(10_000);
    const { model, bytes } = (await first.models.analysis(uri))!.listing;
    const nodes = model.graph.nodes.length;
    first.models.dispose();
    const units = unitsOfListing(bytes) + unitsOfAnalysis(nodes, 1);
    const { models, show } = await store(10_000, new Budget<OpenModel>(2 * units));
    const uris = Array.from({ length: 4 }, (_, i) => listingOf(`vscode-vfs://h/${i}.onnx`));
    show(uris[0]!, (await models.listing(uris[0]!)).text);
    for (const one of uris) await models.analysis(one);
    expect(uris.map((one) => models.finished(one) !== null)).toEqual([true, false, false, true]);
    models.dispose();
  });

  it('analyse again only what is shown or reported when choices change', async () => {
    const { models, settings, happened, show, hide } = await store(10_000);
    const { text } = await models.listing(uri);
    show(uri, text);
    await models.analysis(uri);
    hide(uri);
    settings.forget();
    models.choicesChanged();
    await delay(10);
    expect(happened).toMatchObject({ settings: 1, analysed: 1 });
    await models.analysis(uri);
    settings.forget();
    models.choicesChanged();
    await delay(10);
    expect(happened.settings).toBe(3);
    // The choices are the same after all: nothing is computed twice.
    expect(happened.analysed).toBe(1);
    models.dispose();
  });
});
