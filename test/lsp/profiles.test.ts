import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../server/engine/report/types';
import {
  analysisNotification,
  choicesRequest,
  importProfileRequest,
  modelChangedRequest,
  removeProfileRequest,
  rowsRequest,
  summaryRequest,
} from '../../server/protocol';
import type { ExportReportParams, ImportProfileResult } from '../../server/protocol';
import { fixture, TestClient } from './client';
import type { TestDocument } from './client';

const chip = 'amd-epyc-9654';
const settings = { chips: [chip, 'nvidia-l4'] };
let folder: string;
let storage: string;
let client: TestClient;
const uriOf = (name: string): string => pathToFileURL(join(folder, name)).toString();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  const profiles = fileURLToPath(new URL('../fixtures/profiles/', import.meta.url));
  const trace = gunzipSync(await readFile(join(profiles, 'mobilenetv2.onnxruntime.json.gz')));
  await writeFile(join(folder, 'run.json'), trace);
  await writeFile(join(folder, 'mobilenetv2.onnx'), await fixture('mobilenetv2.onnx'));
  await writeFile(join(folder, 'tiny-mlp.onnx'), await fixture('tiny-mlp.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function openModel(options: { locale?: string; keep?: boolean } = {}): Promise<TestDocument> {
  storage = join(folder, 'storage');
  if (!options.keep) await rm(storage, { recursive: true, force: true });
  client = await TestClient.inProcess({ settings, profiles: storage, locale: options.locale });
  return client.open(uriOf('mobilenetv2.onnx'));
}

function importRun(document: TestDocument, profile = 'run.json', on = chip): Promise<ImportProfileResult> {
  return client.request(importProfileRequest, { uri: document.uri, profile: uriOf(profile), chip: on });
}

describe('an imported profile', () => {
  it('is read, matched and summed up', async () => {
    const document = await openModel();
    const result = await importRun(document);
    expect(result).toMatchObject({ ok: true, notChosen: null });
    expect(result.message).toMatch(
      /^run\.json: \d+ of \d+ rows match kernels of mobilenetv2\.onnx on .*EPYC 9654/,
    );
    const summary = await client.request(summaryRequest, { uri: document.uri });
    const { measured } = summary.chips[0]!;
    expect(measured).toMatchObject({
      profile: 'run.json',
      kind: 'onnxruntime',
      statistic: 'fastest',
      runs: 7,
    });
    // 52 convolutions and the classifier at least, each with its own row.
    expect(measured!.kernels).toBeGreaterThanOrEqual(53);
    expect(measured!.points.length).toBe(measured!.errors!.groups);
    const inside = measured!.points.filter(
      (one) => one.measured >= one.estimate.low && one.measured <= one.estimate.high,
    );
    expect(measured!.errors!.inside).toBeCloseTo(inside.length / measured!.points.length, 12);
    expect(summary.chips[1]!.measured).toBeNull();
  });

  it('stands in the hover with its ratio, in words, and says which nodes share it', async () => {
    const document = await openModel();
    await importRun(document);
    const text = await document.hoverText(document.at('= Conv '));
    expect(text).toMatch(
      /Measured on EPYC 9654[^\n]*: \*\*[\d.]+ [mµ]s\*\*, [\d.]+ × the estimate of [\d.]+ [mµ]s; that is (slower|faster|inside)/,
    );
    expect(text).toMatch(/Both figures are those of all nodes that ran together: `[^`]+`, `[^`]+`/);
    expect(text).not.toContain('Measured on NVIDIA L4');
    const lenses = await document.lenses();
    expect(lenses.map(({ command }) => command?.title).join('\n')).toMatch(
      /EPYC 9654.* \(measured [\d.]+ ms\)/,
    );
  });

  it('is a column of the node table, shown once for each kernel', async () => {
    const document = await openModel();
    await importRun(document);
    const { revision } = await client.request(summaryRequest, { uri: document.uri });
    const { rows } = await client.request(rowsRequest, {
      uri: document.uri,
      revision,
      chip,
      sort: 'measured',
      descending: true,
      filter: '',
      from: 0,
      count: 500,
    });
    const shown = rows.filter((row) => row.measured?.node === row.node).map((row) => row.measured!.seconds);
    expect(shown.length).toBeGreaterThanOrEqual(53);
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
    // Sorted by it, the rows that only refer to another come last.
    expect(rows.slice(0, shown.length).every((row) => row.measured?.node === row.node)).toBe(true);
    expect(rows.some((row) => row.measured && row.measured.node !== row.node)).toBe(true);
  });

  it('travels with every export', async () => {
    const document = await openModel();
    await importRun(document);
    const text = (format: ExportReportParams['format']): Promise<string> =>
      client.exported(document.uri, format);
    const report = JSON.parse(await text('json')) as Report;
    const { measured } = report.chips[0]!;
    const rows = measured!.groups.flatMap(({ rows: names }) => names).length + measured!.unmatchedRows.length;
    expect(rows).toBe(measured!.rows);
    expect(report.chips[1]!.measured).toBeNull();
    const [head, ...lines] = (await text('csv')).trim().split('\r\n');
    // Quoted names and types hold commas: counted from the end.
    const column = head!.split(',').indexOf('measured_seconds') - head!.split(',').length;
    const sum = lines.reduce((all, line) => all + Number(line.split(',').at(column) || 0), 0);
    expect(sum).toBeCloseTo(
      measured!.groups.reduce((all, { seconds }) => all + seconds, 0),
      9,
    );
    expect(await text('markdown')).toContain('## Measured against estimated on amd-epyc-9654');
    expect(await text('html')).toContain('Measured ÷ estimated');
  });
});

describe('the store of profiles', () => {
  it('survives the server, and gives a profile up when asked', async () => {
    const first = await openModel();
    await importRun(first);
    expect(await readdir(storage)).toHaveLength(1);
    await client.stop();
    // The file that was imported is not needed any more.
    const document = await openModel({ keep: true });
    expect(await document.hoverText(document.at('= Conv '))).toContain('Measured on');
    const { profiles } = await client.request(choicesRequest, { uri: document.uri });
    expect(profiles).toMatchObject([{ chip, file: 'run.json' }]);
    client.received.length = 0;
    const removed = await client.request(removeProfileRequest, { uri: document.uri, chip });
    expect(removed).toEqual({ removed: 'run.json' });
    await client.next(analysisNotification);
    expect(await document.hoverText(document.at('= Conv '))).not.toContain('Measured on');
    expect(await readdir(storage)).toEqual([]);
  });

  it('takes damaged files for none', async () => {
    const first = await openModel();
    await importRun(first);
    const [name] = await readdir(storage);
    await client.stop();
    for (const text of ['', '{"version":1,"modelUri":', '{"version":1,"modelUri":"x","profiles":[{}]}']) {
      await mkdir(storage, { recursive: true });
      await writeFile(join(storage, name!), text);
      const document = await openModel({ keep: true });
      expect(await document.hoverText(document.at('= Conv '))).toContain('**Conv**');
      await client.stop();
    }
    client = await TestClient.inProcess();
  });

  it('says so when the model or its dimensions are no longer those of the measurement', async () => {
    const document = await openModel();
    await importRun(document);
    const problems = async (): Promise<string[]> => {
      const report = await document.diagnostics();
      return report.kind === 'full' ? report.items.map(({ code }) => String(code)) : ['unchanged'];
    };
    expect((await problems()).filter((code) => code.startsWith('profile.'))).toEqual([]);
    const { dimensions, key } = await client.request(choicesRequest, { uri: document.uri });
    const models = { [key]: { dimensions: { [dimensions[0]!.name]: 8 } } };
    await client.changeSettings({ ...settings, models });
    await document.lenses();
    expect(await problems()).toContain('profile.other-workload');
    expect(await document.hoverText(document.at('= Conv '))).toMatch(/can't be compared|may not fit/);
    await client.changeSettings(settings);
    // Another model under the same name; an open editor would get its text anew.
    await document.close();
    await writeFile(join(folder, 'mobilenetv2.onnx'), await fixture('tiny-mlp.onnx'));
    try {
      await client.request(modelChangedRequest, { uri: document.uri });
      const summary = await client.request(summaryRequest, { uri: document.uri });
      expect(summary.chips[0]!.measured!.remarks.join()).toContain('another state of this model');
    } finally {
      await writeFile(join(folder, 'mobilenetv2.onnx'), await fixture('mobilenetv2.onnx'));
    }
  });
});

describe('what is no profile of this model', () => {
  it.each([
    ['text.json', 'no json', /neither an ONNX Runtime profile/],
    ['empty.csv', '', /empty/],
    [
      'other.csv',
      'name,seconds\nnot/a/node,0.001\n',
      /none of its 1 rows matches a kernel of mobilenetv2\.onnx/,
    ],
  ])('is refused with a reason: %s', async (name, content, reason) => {
    const document = await openModel();
    await writeFile(join(folder, name), content);
    const result = await importRun(document, name);
    expect(result.ok).toBe(false);
    expect(result.message).toMatch(reason);
    const { profiles } = await client.request(choicesRequest, { uri: document.uri });
    expect(profiles).toEqual([]);
  });

  it('is refused when the file or the chip is not there', async () => {
    const document = await openModel({ locale: 'ko' });
    expect(await importRun(document, 'absent.json')).toMatchObject({ ok: false });
    const result = await importRun(document, 'run.json', 'no-such-chip');
    expect(result).toEqual({ ok: false, message: '“no-such-chip”이라는 칩이 없습니다.' });
  });

  it('names a chip that is not chosen, so that it can be', async () => {
    const document = await openModel();
    const result = await importRun(document, 'run.json', 'intel-xeon-8480');
    expect(result).toMatchObject({ ok: true });
    expect((result as { notChosen: string | null }).notChosen).toContain('Xeon');
  });
});
