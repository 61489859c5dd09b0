import { afterEach, describe, expect, it } from 'vitest';
import type { CodeLens, Diagnostic, DocumentDiagnosticReport } from 'vscode-languageserver/node';
import {
  choicesRequest,
  exportReportRequest,
  linkedCommands,
  statusNotification,
} from '../../server/protocol';
import type { StatusParams } from '../../server/protocol';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { Budget, unitsOfAnalysis, unitsOfListing } from '../../server/workspace/budget';
import type { OpenModel } from '../../server/workspace/openModel';
import { transformer } from '../bench/models';
import { TestClient } from './client';
import type { TestDocument } from './client';

/** 61 layers of 33 nodes. */
const bytes = transformer(2000);
const nodes = 61 * 33;
const onTwo = unitsOfAnalysis(nodes, 2);
const listing = unitsOfListing((await readOnnx(memorySource(bytes), uninterrupted)).bytes);
const chips = ['nvidia-t4', 'intel-xeon-8480'];

const uriOf = (name: string): string => `vscode-vfs://h/${name}.onnx`;

let client: TestClient;
let budget: Budget<OpenModel>;

/** A server with so many units, for models that rest at once or never. */
async function serve(units: number, rest?: number, settings: object = { chips }): Promise<void> {
  budget = new Budget<OpenModel>(units, rest);
  client = await TestClient.inProcess({ budget, settings });
  for (const name of ['a', 'b', 'c', 'd']) client.files.set(uriOf(name), bytes);
}

const open = (name: string): Promise<TestDocument> => client.open(uriOf(name));

const titles = (lenses: readonly CodeLens[]): string[] => lenses.map(({ command }) => command?.title ?? '');

async function hasCosts(document: TestDocument): Promise<boolean> {
  return titles(await document.lenses()).some((title) => / [\d.]+ [mµ]?s$/.test(title));
}

async function memoryProblem(document: TestDocument): Promise<Diagnostic | undefined> {
  const report: DocumentDiagnosticReport = await document.diagnostics();
  const items = report.kind === 'full' ? report.items : [];
  return items.find(({ code }) => String(code).startsWith('memory.'));
}

afterEach(() => client.stop());

describe('one memory for all open models', () => {
  it('gives a listing to each, costs to those that fit, and says why to the others', async () => {
    await serve(3 * listing + 2 * onTwo);
    const documents = [await open('a'), await open('b'), await open('c')];
    for (const { listing: served } of documents) expect(served?.state).toBe('ok');
    const [a, b, c] = documents as [TestDocument, TestDocument, TestDocument];
    expect([await hasCosts(a), await hasCosts(b), await hasCosts(c)]).toEqual([true, true, false]);
    expect(await memoryProblem(a)).toBeUndefined();
    expect(await memoryProblem(c)).toMatchObject({ code: 'memory.others' });
    const [lens] = await c.lenses();
    expect(lens?.command?.command).toBe(linkedCommands.chooseChips);
    expect(lens?.command?.tooltip).toContain('2013 nodes on 2 chips');
    expect(budget.used).toBe(3 * listing + 2 * onTwo);
  });

  it('makes nothing up of a model without costs', async () => {
    await serve(listing + onTwo - 1);
    const a = await open('a');
    await a.lenses();
    expect(await a.hints()).toEqual([]);
    expect(await a.hoverText(a.at('Softmax'))).toContain('2013 nodes on 2 chips');
    const { uri } = a;
    await expect(client.request(exportReportRequest, { uri, format: 'json', export: 0 })).rejects.toThrow(
      '2013 nodes',
    );
    // Fewer chips can be chosen.
    expect((await client.request(choicesRequest, { uri })).chips.length).toBeGreaterThan(2);
    const states: StatusParams[] = client.received
      .filter(({ method }) => method === statusNotification)
      .map(({ params }) => params as StatusParams);
    expect(states.at(-1)).toMatchObject({ health: 'warning', quiescent: true });
    expect(states.at(-1)?.message).toContain('a.onnx');
  });

  it('gives what a closed model held to the one that was refused, and asks the editor to ask again', async () => {
    await serve(2 * listing + onTwo);
    const [a, b] = [await open('a'), await open('b')];
    expect([await hasCosts(a), await hasCosts(b)]).toEqual([true, false]);
    client.received.length = 0;
    await a.close();
    await client.next('workspace/codeLens/refresh');
    expect(await hasCosts(b)).toBe(true);
    expect(await memoryProblem(b)).toBeUndefined();
  });

  it('says how many chips a model that is too large alone can have, and gives costs on those', async () => {
    await serve(listing + unitsOfAnalysis(nodes, 13) - 1, undefined, { chips: sixteen });
    const a = await open('a');
    const problem = await memoryProblem(a);
    expect(problem).toMatchObject({ code: 'memory.chips' });
    expect(problem?.message).toContain('at most 12 chips');
    await client.changeSettings({ chips: sixteen.slice(0, 12) });
    await a.lenses();
    expect(await memoryProblem(a)).toBeUndefined();
    expect((await a.lenses()).length).toBeGreaterThan(8);
  });

  it('says so where not even one chip fits, in Korean too', async () => {
    await serve(listing + nodes);
    expect(await memoryProblem(await open('a'))).toMatchObject({ code: 'memory.nodes' });
    await client.stop();
    client = await TestClient.inProcess({
      budget: new Budget(listing + nodes),
      settings: { chips },
      locale: 'ko',
    });
    client.files.set(uriOf('a'), bytes);
    expect((await memoryProblem(await open('a')))?.message).toContain('메모리가 필요합니다');
  });

  it('takes the memory of open models that nobody asked about lately, and gives it back when asked', async () => {
    await serve(3 * listing + onTwo, 0);
    const documents: TestDocument[] = [];
    for (const name of ['a', 'b', 'c']) {
      const document = await open(name);
      // What is at work keeps its memory.
      await document.lenses();
      documents.push(document);
    }
    for (const round of [1, 2]) {
      for (const document of documents) {
        expect(await hasCosts(document), `round ${round}`).toBe(true);
        expect(budget.used).toBeLessThanOrEqual(budget.limit);
      }
    }
  });

  it('holds listings too: those that nobody looks at are made again from their files', async () => {
    await serve(2 * listing + onTwo, 0);
    const documents: TestDocument[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const document = await open(name);
      await document.lenses();
      documents.push(document);
    }
    for (const document of documents) {
      expect(document.text.length).toBeGreaterThan(10_000);
      expect(await hasCosts(document)).toBe(true);
      expect((await document.symbols()).length).toBeGreaterThan(0);
      expect(budget.used).toBeLessThanOrEqual(budget.limit);
    }
  });

  it('opens all at once without going over, and each gets costs or the reason', async () => {
    await serve(4 * listing + 2 * onTwo);
    const documents = await Promise.all(['a', 'b', 'c', 'd'].map(open));
    const costs = await Promise.all(documents.map(hasCosts));
    const problems = await Promise.all(documents.map(memoryProblem));
    expect(costs.filter(Boolean).length).toBe(2);
    documents.forEach((_, i) => expect(problems[i] === undefined).toBe(costs[i]));
    expect(budget.used).toBe(4 * listing + 2 * onTwo);
  });

  it('holds nothing once everything is closed', async () => {
    await serve(3 * listing + 2 * onTwo);
    const documents = [await open('a'), await open('b'), await open('c')];
    for (const document of documents) await document.lenses();
    for (const document of documents) await document.close();
    // Kept for a while, since a closed tab may only be on its way to another column.
    await expect.poll(() => budget.used, { timeout: 15_000, interval: 200 }).toBe(0);
  }, 20_000);
});

const sixteen = [
  'nvidia-t4', 'intel-xeon-8480', 'nvidia-h100-sxm', 'nvidia-a100-sxm-80gb', 'nvidia-l4', 'nvidia-b200', 'amd-mi300x',
  'google-tpu-v1', 'google-tpu-v5e', 'google-coral-edge-tpu', 'apple-m4-ane', 'hailo-8', 'graphcore-ipu-gc200',
  'nvidia-h200-sxm', 'nvidia-jetson-agx-orin-64gb', 'generic-x86-avx2-desktop',
]; // prettier-ignore
