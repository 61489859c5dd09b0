import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SplitReport } from '../../server/engine/report/splitReport';
import { splitChoicesRequest, splitRequest } from '../../server/protocol';
import { siliconlens } from '../unit/cli/commandLine';
import { TestClient, type TestDocument } from './client';

const model = `<ir_version: 10, opset_import: ["": 21]>
g (float[1,3,224,224] x) => (float[1,10] y) <float[16,3,3,3] w = ["location": "w.bin"], float[16,10] v = ["location": "v.bin"]> {
  a = Conv <strides = [2, 2]> (x, w)
  b = GlobalAveragePool (a)
  c = Flatten (b)
  y = MatMul (c, v)
}`;
const asked = { device: 'raspberry-pi-coral', cloud: 'nvidia-l4', network: 'lte' };

let folder: string;
let client: TestClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'split-'));
  await writeFile(join(folder, 'm.onnxtxt'), model);
});
afterEach(async () => {
  await client.stop();
  await rm(folder, { recursive: true });
});

async function start(settings: object = {}): Promise<TestDocument> {
  const uri = pathToFileURL(folder).href;
  client = await TestClient.inProcess({ settings, folders: [uri] });
  return client.openText(`${uri}/m.onnxtxt`, model);
}

const command = async (format: string, ...more: string[]): Promise<string> => {
  const words = Object.entries(asked).flatMap(([option, id]) => [`--${option}`, id]);
  return (await siliconlens('split', join(folder, 'm.onnxtxt'), ...words, '--format', format, ...more)).out;
};

it('a page shows the cuts, the curve and the requests as the command line does', async () => {
  const { uri } = await start();
  const { text } = await client.request(splitRequest, { uri, ...asked });
  // The command line names the file by its path.
  expect(text.trim()).toBe((await command('markdown')).replaceAll(`${folder}/`, '').trim());
  expect(text).toContain('Mbit/s');
});

it('settings say battery, country and the price of the chip in the cloud', async () => {
  const settings = { batteryWattHours: 19, country: 'KR', prices: { 'nvidia-l4': 0.8, 'nvidia-t4': 9 } };
  const { uri } = await start(settings);
  const { text } = await client.request(splitRequest, { uri, ...asked });
  const options = ['--battery', '19Wh', '--carbon', 'KR', '--price', '0.8'];
  expect(text.trim()).toBe((await command('markdown', ...options)).replaceAll(`${folder}/`, '').trim());
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ siliconlens: settings }));
  const json = await command('json', '--settings', join(folder, 'settings.json'));
  const { rates, cuts } = JSON.parse(json) as SplitReport;
  // Korea's electricity of 2023 (grids.json names the source).
  expect(rates).toMatchObject({ batteryWattHours: 19, pricePerHour: 0.8, deviceGrams: 431 });
  const whole = cuts.at(-1)!;
  // 1,000 requests at the cloud's seconds each, 3,600 of which cost 0.8.
  if (whole.cloud)
    expect(whole.perThousand.price).toBeCloseTo((1000 * whole.cloud.seconds!.value * 0.8) / 3600, 9);
});

/** Titles with their lines of the lenses of a cut. */
async function cutLenses(
  document: TestDocument,
): Promise<{ line: number; title: string; tooltip: string }[]> {
  return (await document.lenses())
    .filter(({ command }) => command?.command === 'siliconlens.splitModel')
    .map(({ range, command }) => ({
      line: range.start.line,
      title: command!.title,
      tooltip: command!.tooltip ?? '',
    }));
}

it('the cut that was asked for stands over its node until something else is asked of the model', async () => {
  // Behind the pooling 16 numbers cross; before it there are 197,136, and 268 million weights lie behind.
  const large = await readFile(new URL('../fixtures/split/pooled.onnxtxt', import.meta.url), 'utf8');
  await writeFile(join(folder, 'm.onnxtxt'), large);
  const uri = pathToFileURL(folder).href;
  client = await TestClient.inProcess({ settings: {}, folders: [uri] });
  const document = await client.openText(`${uri}/m.onnxtxt`, large);
  expect(await cutLenses(document)).toEqual([]);
  await client.request(splitRequest, { uri: document.uri, ...asked });
  const { cuts, best } = JSON.parse(await command('json')) as SplitReport;
  const row = cuts[best!]!;
  expect(row.after!.name).toBe('b');
  // Of the board its processor takes the whole model soonest, in fp32: the weights would stream to the Edge TPU.
  expect(row.transfer!.upBytes).toBe(64);
  const [lens, ...more] = await cutLenses(document);
  expect(more).toEqual([]);
  expect(lens!.line).toBe(document.at('GlobalAveragePool').line);
  expect(lens!.title).toContain('Cut behind this node: 64 B over LTE to nvidia-l4');
  expect(lens!.title).toContain(` · ${Number((row.seconds!.value * 1000).toPrecision(3))} ms`);
  await client.changeSettings({ precision: 'fp16' });
  expect(await cutLenses(document)).toEqual([]);
});

it('where a model is best not cut, the line over the graph says so', async () => {
  const document = await start();
  await client.request(splitRequest, { uri: document.uri, ...asked });
  const [lens] = await cutLenses(document);
  expect(lens!.title).toMatch(/^Best not cut: all on raspberry-pi-coral · [\d.]+ [µm]s/);
  expect(lens!.line).toBe(1);
  expect(lens!.tooltip).toContain('Run all of it on raspberry-pi-coral');
});

it('offers systems and chips of each place, and all networks', async () => {
  const { uri } = await start();
  const { devices, clouds, networks } = await client.request(splitChoicesRequest, { uri });
  const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);
  expect(ids(devices)).toContain('raspberry-pi-coral');
  expect(ids(devices)).toContain('hailo-8');
  expect(ids(devices)).not.toContain('nvidia-h100-sxm');
  expect(ids(clouds)).toContain('nvidia-l4');
  expect(ids(clouds)).not.toContain('google-coral-edge-tpu');
  expect(networks.find(({ id }) => id === 'lte')!.description).toBe('up 6 Mbit/s, round trip 70 ms');
});

it('says why there is no page', async () => {
  const { uri } = await start({ phase: 'training' });
  const training = await client.request(splitRequest, { uri, ...asked });
  expect(training.text).toBe('A model is cut in inference: choose another phase.');
  await client.changeSettings({});
  const gone = await client.request(splitRequest, { uri, ...asked, device: 'no-such-chip' });
  expect(gone.text).toContain('not there any more');
});
