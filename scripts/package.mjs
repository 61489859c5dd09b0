// Packs the .vsix and checks it: only what runs, and small.
import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const largest = 1.5e6;
const allowed = [
  /^extension\/(package\.json|package\.nls(\.ko)?\.json|readme\.md|LICENSE(\.txt|\.md)?|ThirdPartyNotices\.txt|changelog\.md)$/i,
  /^extension\/dist\/(extension|server)\.js$/,
  /^extension\/dist\/(chip|settings)\.schema(\.ko)?\.json$/,
  /^extension\/dist\/webview\/\w+\.(js|css)$/,
  /^extension\/media\/(icon\.png|activity\.svg|report-\w+\.svg)$/,
  /^extension\/media\/(heat|walkthrough)\/[\w-]+\.svg$/,
  /^extension\/media\/onnxtxt\/[\w.-]+\.json$/,
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
];

/** Builds and packs; answers the path of the .vsix. */
export async function pack() {
  run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const file = join(root, 'dist', `siliconlens-${version}.vsix`);
  const require = createRequire(import.meta.url);
  const vsce = join(dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');
  run(process.execPath, [
    vsce,
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ]);
  return file;
}

/** What is wrong with a packed extension, one line each; nothing if it may ship. */
export async function problemsOf(file) {
  const { size } = await stat(file);
  const problems = size > largest ? [`${file} has ${size} bytes, more than ${largest}`] : [];
  for (const name of await entriesOf(file))
    if (!allowed.some((pattern) => pattern.test(name))) problems.push(`${name} must not ship`);
  return problems;
}

/** Names of the files in a .vsix. */
export async function entriesOf(file) {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const names = [];
      zip.on('entry', (entry) => {
        names.push(entry.fileName);
        zip.readEntry();
      });
      zip.on('end', () => resolve(names));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = await pack();
  const problems = await problemsOf(file);
  console.log(
    `${file}\n${((await stat(file)).size / 1e3).toFixed(0)} kB, ${(await entriesOf(file)).length} files`,
  );
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
