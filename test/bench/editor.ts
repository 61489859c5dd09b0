/**
 * What a user waits for in the real VS Code: from the click on a model to the first cost hint, against the click on a plain
 * text file of the same length; and from the command to the report's first paint and first chart, against
 * a web view with one line.
 * Prints medians and their ratio; asserts nothing but that the things come. Run: npm run bench:editor
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { Workbench } from '../e2e/workbench';

const runs = 9;
const model = 'resnet50.onnx';
const plain = 'plain.txt';
const hint = /[\d.]+\s[mµn]s\s(comp|mem|over)/;
let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('bench');
  await bench.openModel(model);
  const text = (await bench.activeText()) ?? '';
  await writeFile(join(bench.folder, plain), text);
  await bench.file(plain).waitFor();
});
afterAll(() => bench?.close());

it('click to hint', async () => {
  const listing: number[] = [];
  const file: number[] = [];
  for (let run = 0; run < runs; run++) {
    listing.push(await clickUntil(model, hint.source));
    file.push(await clickUntil(plain, 'main_graph'));
  }
  print('click to first cost hint', listing, 'click to a plain text file', file);
});

it('report', async () => {
  const paint: number[] = [];
  const chart: number[] = [];
  const empty: number[] = [];
  const openReport = () => bench.command('siliconlens.openReport');
  for (let run = 0; run < runs; run++) {
    await openSettled();
    paint.push(await shown(openReport, '#app[data-page=report] > :visible'));
    await bench.closeEditors();
    await openSettled();
    chart.push(await shown(openReport, '#roofline canvas'));
    await bench.closeEditors();
    await openSettled();
    empty.push(await shown(openEmpty, '#line'));
    await bench.closeEditors();
  }
  print('command to first paint of the report', paint, 'an empty web view', empty);
  print('command to first chart', chart, 'an empty web view', empty);
});

/** Milliseconds from a click in the Explorer until the editor shows the pattern; the clock runs in the page. */
async function clickUntil(name: string, pattern: string): Promise<number> {
  await bench.closeEditors();
  await bench.page.waitForTimeout(500);
  await bench.page.evaluate((wanted) => {
    const expression = new RegExp(wanted);
    const page = window as unknown as { waited: Promise<number> };
    page.waited = new Promise((resolve) => {
      let clicked = 0;
      addEventListener('mousedown', () => (clicked = performance.now()), { once: true, capture: true });
      const look = () => {
        const lines = document.querySelector('.editor-group-container .view-lines')?.textContent ?? '';
        if (clicked > 0 && expression.test(lines)) resolve(performance.now() - clicked);
        else requestAnimationFrame(look);
      };
      look();
    });
  }, pattern);
  await bench.file(name).click();
  return bench.page.evaluate(() => (window as unknown as { waited: Promise<number> }).waited);
}

/** Opens the model and waits for its hints: an analysis under way would count for the report otherwise. */
async function openSettled(): Promise<void> {
  await bench.openModel(model);
  const hints = async () => (await bench.linesOnScreen()).some((line) => hint.test(line));
  await bench.until(hints, 'cost hints');
}

async function shown(open: () => Promise<unknown>, selector: string): Promise<number> {
  const begin = performance.now();
  await open();
  const page = await bench.webview(selector);
  await page.locator(selector).first().waitFor();
  return performance.now() - begin;
}

/** The lower bound: VS Code's own time to show a page beside the same listing. */
function openEmpty(): Promise<null> {
  return bench.inHost((api) => {
    const panel = api.window.createWebviewPanel('empty', 'Empty', api.ViewColumn.Beside);
    panel.webview.html = '<!doctype html><p id="line">Empty</p>';
    return null;
  });
}

function print(first: string, a: readonly number[], second: string, b: readonly number[]): void {
  const [x, y] = [median(a), median(b)];
  console.log(
    `${first}: ${x.toFixed(0)} ms; ${second}: ${y.toFixed(0)} ms; ratio ${(x / y).toFixed(2)} (${runs} runs)`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
