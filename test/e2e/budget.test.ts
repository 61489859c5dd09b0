import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
const file = 'nets.budget.json';
/** Comments are allowed in budgets. */
const text = `{
  // what the net may cost
  "schemaVersion": 1,
  "budgets": [
    {
      "models": ["bert-base.onnx"],
      "chips": ["nvidia-l4"],
      "limits": {
        "latency": "1 s",
        "parameters": 1
      }
    }
  ]
}
`;

beforeAll(async () => {
  bench = await Workbench.open('budget');
  await writeFile(join(bench.folder, file), text);
});
afterAll(() => bench?.close());

it('shows over each limit what the model takes, without an error for the comment', async () => {
  await show();
  const lenses = (): Promise<string[]> => bench.page.locator('.codelens-decoration').allInnerTexts();
  await bench.until(async () => (await lenses()).length >= 2, 'lenses');
  const found = await lenses();
  expect(found[0]).toMatch(/kept · now .*s \(≤ .*s\) · bert-base\.onnx · nvidia-l4/);
  expect(found[1]).toMatch(/exceeded · now [\d,]+ · bert-base\.onnx · the model itself/);
  await bench.picture('budget');
  const told = await bench.inHost((api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    return Promise.resolve(api.languages.getDiagnostics(uri).map(({ message }) => message));
  }, file);
  expect(told).toEqual([]);
});

it('explains and completes by the schema', async () => {
  const found = await bench.inHost(async (api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    const at = new api.Position(8, 12);
    const hovers = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
      'vscode.executeHoverProvider',
      uri,
      at,
    );
    const list = await api.commands.executeCommand<{ items: { label: string | { label: string } }[] }>(
      'vscode.executeCompletionItemProvider',
      uri,
      new api.Position(7, 17),
    );
    return {
      hover: hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n'),
      names: list.items.map(({ label }) => (typeof label === 'string' ? label : label.label)),
    };
  }, file);
  expect(found.hover).toContain('Time of one run on a chip');
  expect(found.hover).toContain('bert-base.onnx');
  expect(found.names).toEqual(expect.arrayContaining(['memory', 'energy', 'unsupportedNodes']));
});

function show(): Promise<unknown> {
  return bench.inHost(async (api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    await api.window.showTextDocument(uri, { preview: false });
  }, file);
}
