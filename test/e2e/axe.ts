import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { FrameLocator } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules of WCAG 2.2 A and AA, and what axe-core's authors hold to be good practice. */
const asked: RunOptions = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/**
 * What axe-core holds to be serious or critical in a page: the rule, the element and what is wrong with it, by line.
 * @param ground the colour of VS Code behind the page, which is transparent
 */
export async function seriousFaults(view: FrameLocator, ground: 'editor' | 'sideBar'): Promise<string[]> {
  const frame = await (await view.locator('html').elementHandle())?.ownerFrame();
  if (!frame) throw new Error('the page is gone');
  // As an expression of the debugger: the page's own policy lets no script in.
  await frame.evaluate(`typeof axe === 'undefined' && (() => { ${source} })()`);
  await view.locator('html').evaluate((html, variable) => {
    html.style.backgroundColor = `var(${variable})`;
  }, `--vscode-${ground}-background`);
  const { violations } = await frame.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(asked)})`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
}
