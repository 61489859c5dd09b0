import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RankReport } from '../../server/engine/report/rankReport';
import type { SuggestReport } from '../../server/engine/report/suggestReport';
import type { Report } from '../../server/engine/report/types';
import { formatterOf } from '../../l10n/format';
import { transformer } from '../bench/models';
import { Workbench } from './workbench';

let bench: Workbench;
const { seconds } = formatterOf('en');
const run = promisify(execFile);
const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));
const tagger = fileURLToPath(new URL('../fixtures/dynamo/tagger.onnx', import.meta.url));

/** None is a sample: a dynamo export whose sizes torch named, a long graph, and 116 GB of weights for a chip of 85. */
const models: Readonly<Record<string, { readonly write: (path: string) => void; readonly fits: boolean }>> = {
  'tagger.onnx': { write: (path) => copyFileSync(tagger, path), fits: true },
  'long.onnx': { write: (path) => writeFileSync(path, transformer(24_000)), fits: true },
  'wide.onnx': { write: (path) => writeFileSync(path, transformer(272, 16_384)), fits: false },
};

beforeAll(async () => {
  bench = await Workbench.open('first-minute', {
    viewport: { width: 1600, height: 1000 },
    prepare: (folder) => {
      for (const [name, { write }] of Object.entries(models)) write(join(folder, name));
    },
  });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
});
afterAll(() => bench?.close());
afterEach(() => bench.closeEditors());

/** What the command line says of a model. */
async function told<T>(command: string, model: string, ...words: string[]): Promise<T> {
  const asked = ['dist/cli.js', command, join(bench.folder, model), '--format', 'json', ...words];
  const { stdout } = await run(process.execPath, asked, { maxBuffer: 1e9 });
  return JSON.parse(stdout) as T;
}

it.each(Object.keys(models))('answers six questions about %s in at most seven steps', async (name) => {
  const steps: string[] = [];
  const step = async (said: string, act: () => Promise<unknown>): Promise<void> => {
    steps.push(said);
    await act();
  };
  const report = await told<Report>('analyze', name, '--chip', 'nvidia-h100-sxm');
  const chip = report.chips[0]!;
  const cost = (at: number): number => chip.nodes[at]!.seconds?.value ?? 0;
  // Of equal ones the first in the file.
  const costliest = report.nodes.reduce((most, { index }) => (cost(index) > cost(most) ? index : most), 0);

  await step(`double click on ${name} in the Explorer`, () => bench.file(name).dblclick());
  await bench.until(async () => (await bench.activeText())?.includes('=>') === true, 'the listing');
  const lens = bench.page.locator('.codelens-decoration', { hasText: 'Open report' });
  await lens.first().waitFor({ timeout: 60_000 });

  // What is slow?
  await bench.until(async () => (await bench.focus()) === 'editor', 'the keyboard in the listing');
  await step('key Ctrl+Alt+.', () => bench.page.keyboard.press('Control+Alt+.'));
  const { name: output } = report.nodes[costliest]!.outputs[0]!;
  const isSlowest = (line: string): boolean =>
    [`${output} = `, `"${output}" = `].some((made) => line.includes(made));
  await bench.until(async () => isSlowest(await activeLine()), `the cursor on the line of ${output}`);
  const slowest = await activeLine();

  // Why?
  const hover = bench.page.locator('.monaco-hover:visible', { has: bench.page.locator('table') }).first();
  await step('keys Ctrl+K Ctrl+I', () =>
    // What still moves the text, such as hints that come, puts a hover away.
    bench.until(async () => {
      await bench.page.keyboard.press('Control+K');
      await bench.page.keyboard.press('Control+I');
      return hover.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    }, 'a hover'),
  );
  const why = await hover.locator('tbody tr').first().innerText();
  expect(why).toContain('H100');
  expect(why).toContain(seconds(cost(costliest)));
  expect(why).toContain(chip.nodes[costliest]!.bound);

  // Does it fit, and what next?
  await step('click Open Report above the listing', () => action('Open Report').click());
  const page = await bench.webview('.report #answer p');
  const answer = await page.locator('#answer p').first().innerText();
  expect(answer).toContain(`a run takes ${seconds(chip.total.latencySeconds!.value!)}`);
  expect(answer.endsWith(models[name]!.fits ? ', fits.' : ', does not fit.')).toBe(true);
  const next = await page.locator('#suggestions tbody tr').first().innerText();
  const advice = await told<SuggestReport>('suggest', name, '--chip', 'nvidia-h100-sxm');
  const { change, gain } = advice.chips[0]!.suggestions[0]!;
  const changed = change.kind === 'dimensions' ? Object.entries(change.value)[0]!.join('=') : change.value;
  expect(next).toContain(changed);
  expect(next).toContain(seconds(gain.seconds!.value));

  // Where is it faster?
  await step('click Find a Chip in the report', () => page.getByText('Find a chip…').first().click());
  const finder = await bench.webview('.finder table.ranking tr[data-chip]', 150_000);
  const row = finder.locator('table.ranking tr[data-chip]').first();
  const best = {
    chip: await row.getAttribute('data-chip'),
    time: await row.locator('[data-column=latency] .value').innerText(),
  };
  const [first] = (await told<RankReport>('rank', name)).ranked;
  expect(best).toEqual({ chip: first!.id, time: seconds(first!.figures.latency!.value) });
  await bench.picture(`first-minute-${name}`);

  mkdirSync(artifacts, { recursive: true });
  const answers = { slowest, why, answer, next, best };
  writeFileSync(join(artifacts, `first-minute-${name}.json`), JSON.stringify({ steps, answers }, null, 2));
  expect(steps.length).toBeLessThanOrEqual(7);
});

/** A button at the right of the tabs. */
function action(name: string): Locator {
  return bench.page.locator(`.editor-actions [aria-label^="${name}"]`).first();
}

/** The line of the cursor. */
function activeLine(): Promise<string> {
  return bench.inHost((api) => {
    const editor = api.window.activeTextEditor!;
    return editor.document.lineAt(editor.selection.active.line).text;
  });
}
