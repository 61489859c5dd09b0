import type { CodeAction, Diagnostic, DocumentDiagnosticReport } from 'vscode-languageserver';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { suggestionsRequest, summaryRequest } from '../../server/protocol';
import { TestClient, type TestDocument } from './client';

/** A row times 67 MB of weights: memory-bound, and the same weights serve many rows. */
const row = `<ir_version: 10, opset_import: ["": 21]>
g (float[batch,4096] x) => (float[batch,4096] y) <float[4096,4096] w = ["location": "w.bin"]>
{
  y = MatMul (x, w)
}
`;
const orin = 'nvidia-jetson-agx-orin-64gb';

let client: TestClient;
beforeEach(async () => {
  client = await TestClient.inProcess({ settings: { chips: [orin, 'nvidia-t4'] } });
});
afterEach(() => client.stop());

const codes = ['small-batch', 'int8-halves-it'];

async function problems(document: TestDocument): Promise<Diagnostic[]> {
  const report: DocumentDiagnosticReport = await document.diagnostics();
  return report.kind === 'full' ? report.items.filter(({ code }) => codes.includes(String(code))) : [];
}

const lensTitles = async (document: TestDocument): Promise<string> =>
  (await document.lenses()).map(({ command }) => command?.title ?? '').join('; ');

it('what to do next stands at its node once it is found, and in a lens', async () => {
  const document = await client.openText('file:///w/row.onnxtxt', row);
  await expect.poll(async () => (await problems(document)).map(({ code }) => code)).toEqual(codes);
  const found = await problems(document);
  // The batch concerns the whole model, the precision the product.
  expect(found.map(({ range }) => range.start.line)).toEqual([1, 3]);
  expect(found[1]!.message).toMatch(
    /^int8 moves fewer bytes: weights take 16\.8 MB instead of 67\.1 MB\. To do: compute in int8\. Saves .+ \(\d\d%\)$/,
  );
  expect(await lensTitles(document)).toMatch(/Suggestions: 2, up to \d\d% less time/);
});

it('its light bulb makes it so, explains it, copies the command and turns it off', async () => {
  const document = await client.openText('file:///w/row.onnxtxt', row);
  await expect.poll(async () => (await problems(document)).length).toBe(2);
  const [, int8] = await problems(document);
  const actions: CodeAction[] = await document.ask('codeAction', {
    range: int8!.range,
    context: { diagnostics: [int8] },
  });
  const own = actions.filter(({ diagnostics }) => diagnostics?.some(({ code }) => code === 'int8-halves-it'));
  expect(own.map(({ title, command }) => [title, command?.command, command?.arguments])).toEqual([
    ['Make it so: compute in int8', 'siliconlens.applySuggestion', [document.uri, 'int8-halves-it']],
    ['Explain int8-halves-it', 'siliconlens.showSuggestions', [document.uri, 'int8-halves-it']],
    ['Copy the command that verifies it', 'siliconlens.copySuggestion', [document.uri, 'int8-halves-it']],
    [
      'Do not suggest int8-halves-it any more',
      'siliconlens.hideSuggestion',
      [document.uri, 'int8-halves-it'],
    ],
  ]);
});

it('says what each setting is, and a setting that is made is suggested no more', async () => {
  const document = await client.openText('file:///w/row.onnxtxt', row);
  const { uri } = document;
  const { suggestions, chip } = await client.request(suggestionsRequest, { uri });
  expect(chip).toBe('Jetson AGX Orin 64GB');
  expect(suggestions.map(({ code, setting }) => [code, setting])).toEqual([
    ['small-batch', { kind: 'dimensions', value: [{ name: 'batch', size: 16 }] }],
    ['int8-halves-it', { kind: 'precision', value: 'int8' }],
  ]);
  expect(suggestions[1]!.command).toBe(`siliconlens analyze /w/row.onnxtxt --chip ${orin} --precision int8`);
  expect(suggestions[1]!.explanation.join('\n')).toContain(
    'needs calibration with data and a test of accuracy',
  );
  await client.changeSettings({ chips: [orin], precision: 'int8' });
  const left = async (): Promise<string[]> =>
    (await client.request(suggestionsRequest, { uri })).suggestions.map(({ code }) => code);
  // In INT8 the card has a sparse mode, for which the weights could be pruned.
  await expect.poll(left).toEqual(['small-batch', 'pruned-2-4']);
  const { suggestions: shown } = await client.request(summaryRequest, { uri });
  expect(shown.map(({ code }) => code)).toEqual(['small-batch', 'pruned-2-4']);
});

it('codes are turned off one by one or all', async () => {
  const document = await client.openText('file:///w/row.onnxtxt', row);
  const { uri } = document;
  const left = async (): Promise<string[]> =>
    (await client.request(suggestionsRequest, { uri })).suggestions.map(({ code }) => code);
  await client.changeSettings({ chips: [orin], suggestions: { off: ['small-batch'] } });
  await expect.poll(left).toEqual(['int8-halves-it']);
  await client.changeSettings({ chips: [orin], suggestions: { enable: false } });
  await expect.poll(left).toEqual([]);
  expect(await lensTitles(document)).not.toContain('Suggestions');
  expect(await problems(document)).toEqual([]);
});
