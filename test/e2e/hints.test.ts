import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
/** A time with its unit, a short word for what bounds it, and perhaps the operator. */
const costHint = /\d\s?[nµm]?s\s+[a-z]+\s*([A-Z]\w*…?)?$/;

beforeAll(async () => {
  bench = await Workbench.open('hints');
});
afterAll(() => bench?.close());
beforeEach(() => bench.closeEditors());

it.each(['bert-base.onnx', 'llama-1b.onnx'])('has the cost hints of %s inside the viewport', async (name) => {
  await bench.openModel(name);
  await revealNode('MatMul');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  for (const { left, right, text } of await hintBoxes()) {
    expect([text, left >= 0 && right <= 1280]).toEqual([text, true]);
    expect([text, right - left > 20]).toEqual([text, true]);
  }
  // One column: all cost hints begin at the same place, and numbers, units and words take as many letters in each.
  const boxes = await hintBoxes();
  expect(new Set(boxes.map(({ left }) => Math.round(left))).size).toBe(1);
  expect(new Set(boxes.map(({ text }) => text.search(/[a-z]+\s*([A-Z]\w*…?)?$/))).size).toBe(1);
  await bench.picture(`hints-${name.replace('.onnx', '')}`);
});

it.each(['bert-base.onnx', 'llama-1b.onnx'])('has costs of %s on the first screen', async (name) => {
  await bench.setting('siliconlens.chips', [
    'nvidia-h100-sxm',
    'nvidia-l4',
    'intel-xeon-8480',
    'apple-m4-ane',
    'nvidia-jetson-agx-orin-64gb',
  ]);
  await bench.openModel(name);
  await bench.command('cursorTop');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  const lenses = bench.page.locator('.codelens-decoration');
  const shown = async () => (await lenses.allInnerTexts()).join(' ');
  const chips = ['H100', 'L4', '8480', 'M4', 'Orin', 'Open report'];
  await bench.until(async () => {
    const text = await shown();
    return chips.every((chip) => text.includes(chip));
  }, 'lenses');
  await bench.until(async () => (await hintBoxes()).length > 3, 'costs on the screen');
  await bench.picture(`first-screen-${name.replace('.onnx', '')}`);
  // Nothing of a lens is cut, nor above the first line.
  for (const box of await lenses.all()) {
    const { x, y, width } = (await box.boundingBox())!;
    expect(y).toBeGreaterThan(90);
    expect(x + width).toBeLessThan(1180);
  }
});

it('goes to the costliest node by a command, and on to the next by a key', async () => {
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
  await bench.openModel('gpt2.onnx');
  await revealNode('MatMul');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  const module = bench.page.locator('.view-line', { hasText: /h\.\d+.*%.*×1[12]/ }).first();
  expect((await module.innerText()).replaceAll('\u00a0', ' ')).toMatch(/h\.0 [\d.]+ [µm]s \d(\.\d)?%/);
  await bench.picture('module-hints');
  await bench.command('siliconlens.goToCostliest');
  // The product with the vocabulary: 128 x 768 x 50257 of bf16 or fp32.
  await bench.until(async () => /lm_head|MatMul/.test(await activeLine()), 'the costliest node');
  const first = await activeLine();
  const bar = bench.page.locator('.statusbar');
  await bench.until(async () => /1 of \d+ by time on H100/.test(await bar.innerText()), 'its place');
  await bench.page.keyboard.press('Control+Alt+Period');
  await bench.until(async () => (await activeLine()) !== first, 'the next one');
  await bench.until(async () => /2 of \d+ by time on H100/.test(await bar.innerText()), 'its place');
  await bench.picture('costlier');
  await bench.page.keyboard.press('Control+Alt+Comma');
  await bench.until(async () => (await activeLine()) === first, 'back');
});

it('shows a row per chosen chip in the hover, and why', async () => {
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm', 'nvidia-l4']);
  await bench.openModel('bert-base.onnx');
  await revealNode('MatMul');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  const hover = bench.page.locator('.monaco-hover:visible', { has: bench.page.locator('table') }).first();
  // What still moves the text, such as folds on opening, puts a hover away.
  await bench.until(async () => {
    await bench.command('editor.action.showHover');
    return hover.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
  }, 'a hover');
  const rows = await hover.locator('tbody tr').allInnerTexts();
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/H100.*\d.*(compute|memory|overhead)/s);
  expect(rows[1]).toMatch(/L4.*\d.*(compute|memory|overhead)/s);
  expect(await hover.innerText()).toMatch(/MatMul[\s\S]*OP[\s\S]*H100/);
  await bench.picture('hover');
});

it('follows the switch of the chip, from the pick list to the hints', async () => {
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
  await bench.openModel('resnet50.onnx');
  await revealNode('Conv');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  const before = (await hintBoxes()).map(({ text }) => text);
  await bench.until(async () => /H100/.test(await statusText()), 'the chip in the status item');
  await bench.page
    .locator('#siliconlens\\.siliconlens\\.siliconlens\\.choices, [id*="siliconlens.choices"]')
    .first()
    .click();
  await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Chips' }).first().click();
  await bench.page.locator('.quick-input-widget .quick-input-list-entry').first().waitFor();
  await bench.page.waitForTimeout(500);
  await bench.picture('choose-chips');
  // Found by name, and by an alias in another language.
  await tick('L4', 'L4');
  await tick('H100', 'H100 SXM5 80GB');
  await bench.page.keyboard.press('Enter');
  await bench.until(async () => /L4/.test(await statusText()), 'the new chip in the status item');
  await bench.until(
    async () => JSON.stringify((await hintBoxes()).map(({ text }) => text)) !== JSON.stringify(before),
    'other hints',
  );
  const written = await bench.inHost(
    (api) => api.workspace.getConfiguration('siliconlens').inspect('chips')?.workspaceValue,
  );
  expect(written).toEqual(['nvidia-l4']);
});

it('follows a dimension set in the input box', async () => {
  await bench.openModel('bert-base.onnx');
  await revealNode('MatMul');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  const before = (await hintBoxes()).map(({ text }) => text);
  void bench.command('siliconlens.setDimensions');
  await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'batch' }).first().click();
  const box = bench.page.locator('.quick-input-widget', { hasText: 'A whole number of at least 0' });
  await box.locator('input.input').fill('64');
  await bench.page.keyboard.press('Enter');
  await bench.until(async () => /batch=64/.test(await statusText()), 'the binding in the status item');
  await bench.page.keyboard.press('Escape');
  await bench.until(
    async () => JSON.stringify((await hintBoxes()).map(({ text }) => text)) !== JSON.stringify(before),
    'other hints',
  );
  const models = await bench.inHost(
    (api) => api.workspace.getConfiguration('siliconlens').inspect('models')?.workspaceValue,
  );
  expect(models).toEqual({ 'bert-base.onnx': { dimensions: { batch: 64 } } });
});

it('turns hints off and on again', async () => {
  await bench.openModel('resnet50.onnx');
  await revealNode('Conv');
  await bench.until(async () => (await hintBoxes()).length > 0, 'cost hints');
  await bench.command('siliconlens.toggleHints');
  await bench.until(async () => (await hintBoxes()).length === 0, 'no hints');
  await bench.command('siliconlens.toggleHints');
  await bench.until(async () => (await hintBoxes()).length > 0, 'hints again');
});

/** Puts the cursor at the first node of an operator and scrolls it into view. */
async function revealNode(operator: string): Promise<void> {
  await bench.inHost((api, name) => {
    const editor = api.window.activeTextEditor!;
    const lines = editor.document.getText().split('\n');
    const line = lines.findIndex((text) => text.includes(` = ${name} `));
    if (line < 0) throw new Error(`no ${name}`);
    const at = new api.Position(line, lines[line]!.indexOf(name));
    editor.selection = new api.Selection(at, at);
    editor.revealRange(editor.selection, api.TextEditorRevealType.InCenter);
  }, operator);
}

/** Searches the open pick list and changes the tick of the entry with this label. */
async function tick(search: string, label: string): Promise<void> {
  await bench.page.locator('.quick-input-widget input.input').first().fill(search);
  // A tick made while the list is filled with what was found would be lost, as it would be in any list of VS Code.
  const rows = bench.page.locator('.quick-input-list .monaco-list-row');
  let before = '';
  await bench.until(async () => {
    await bench.page.waitForTimeout(1000);
    const now = (await rows.allInnerTexts()).join('\n');
    const settled = now === before && now.includes(label);
    before = now;
    return settled;
  }, `a list with ${label}`);
  const name = bench.page.locator('.label-name', { hasText: new RegExp(`^\\s*${label}\\s*$`) });
  await rows.filter({ has: name }).first().click();
}

/** Boxes of the cost hints on screen. */
async function hintBoxes(): Promise<{ left: number; right: number; text: string }[]> {
  const boxes = await bench.page.evaluate(() =>
    [
      ...document.querySelectorAll(
        '.editor-group-container.active .view-line span[class*="dyn-rule"], .editor-group-container.active .view-line span[class*="ced-"]',
      ),
    ].map((span) => {
      const { left, right } = span.getBoundingClientRect();
      return { left, right, text: (span.textContent ?? '').replaceAll('\u00a0', ' ') };
    }),
  );
  return boxes.filter(({ text }) => costHint.test(text));
}

async function statusText(): Promise<string> {
  const items = await bench.page.locator('.statusbar-item[id*="siliconlens.choices"]').allInnerTexts();
  return items.join(' ');
}

/** The line of the cursor. */
function activeLine(): Promise<string> {
  return bench.inHost((api) => {
    const editor = api.window.activeTextEditor!;
    return editor.document.lineAt(editor.selection.active.line).text;
  });
}
