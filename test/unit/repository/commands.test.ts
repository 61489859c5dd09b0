import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(at(path), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md', 'docs/speed.md'];
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Scripts that a text tells to run: `npm run name`, `npm start`, `npm test`. */
function scriptsIn(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name!);
  const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name!);
  return [...named, ...short];
}

it.each(pages)('%s names only commands that there are', (page) => {
  const missing = scriptsIn(read(page)).filter((name) => !(name in manifest.scripts));
  expect(missing).toEqual([]);
});

it.each(pages)('%s names only scripts and pages that there are', (page) => {
  const text = read(page);
  const run = [...text.matchAll(/(?<![\w/.-])((?:scripts|test|docs|\.ci)\/[\w./-]*\w)/g)].map(
    ([, path]) => path!,
  );
  const folder = page.includes('/') ? 'docs/' : '';
  const linked = [...text.matchAll(/\]\((?!https:|#)([^)]+)\)/g)].map(([, path]) => folder + path!);
  // Written by tests, not kept.
  const there = (path: string): boolean => path === 'test/artifacts' || existsSync(at(path));
  expect([...run, ...linked].filter((path) => !there(path))).toEqual([]);
});

it('README.md begins with the two commands that a newcomer needs', () => {
  expect(scriptsIn(read('README.md'))).toEqual(expect.arrayContaining(['start', 'test']));
});
