// Packs the .vsix and checks it: only what runs, small, with the licences of others and a page that works.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Bytes that the .vsix may have, and the entries in it that are code. */
const largest = 3e6;
const entryLimits = new Map([
  ['extension/dist/extension.js', 550e3],
  ['extension/dist/server.js', 2e6],
  ['extension/dist/mcp.js', 2.4e6],
  ['extension/dist/web/extension.js', 600e3],
  ['extension/dist/web/server.js', 2e6],
  ['extension/dist/tables.json', 2e6],
  ['extension/dist/webview/report.js', 400e3],
  ['extension/dist/webview/finder.js', 150e3],
  ['extension/dist/webview/overview.js', 150e3],
  ['extension/dist/webview/graph.js', 150e3],
  ['extension/dist/webview/panel.js', 150e3],
]);
const needed = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  'extension/ThirdPartyNotices.txt',
  'extension/dist/extension.js',
  'extension/dist/server.js',
  'extension/dist/web/extension.js',
  'extension/dist/web/server.js',
  'extension/dist/tables.json',
];
const allowed = [
  ...needed.map((name) => new RegExp(`^${name.replaceAll('.', '\\.')}$`)),
  /^extension\/package\.nls(\.ko)?\.json$/,
  /^extension\/dist\/sample\/mobilenetv2\.onnx$/,
  /^extension\/dist\/(chip|system|mapping|budget|sweep|settings)\.schema(\.ko)?\.json$/,
  /^extension\/dist\/mcp\.js$/,
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
  // Relative links of README.md and CHANGELOG.md become links into `repository` of package.json.
  run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', file]);
  return file;
}

/**
 * What is wrong with a packed extension, one line each; nothing if it may ship.
 * @param {Map<string, Buffer>} files what is in it
 * @param {number} size bytes of the .vsix
 */
export function problemsOf(files, size) {
  const problems = size > largest ? [`The .vsix has ${size} bytes, more than ${largest}.`] : [];
  for (const [name, limit] of entryLimits) {
    const { length } = files.get(name) ?? [];
    if (length > limit) problems.push(`${name} has ${length} bytes, more than ${limit}.`);
  }
  for (const name of files.keys())
    if (!allowed.some((pattern) => pattern.test(name))) problems.push(`${name} must not ship.`);
  for (const name of needed) if (!files.get(name)?.length) problems.push(`${name} is missing or empty.`);
  for (const page of ['extension/readme.md', 'extension/changelog.md'])
    problems.push(...pageProblems(page, String(files.get(page) ?? '')));
  return problems;
}

/** The marketplace shows pages outside the repository, only by https, and no SVG pictures. */
function pageProblems(page, text) {
  const problems = [];
  for (const [, mark, words, target] of text.matchAll(/(!?)\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g)) {
    if (mark && !words.trim())
      problems.push(`${page}: the picture ${target} has no text for those who can't see it.`);
    if (mark && /\.svg([?#]|$)/i.test(target)) problems.push(`${page}: ${target} is an SVG picture.`);
    if (!/^https:\/\//.test(target) && (mark || !target.startsWith('#')))
      problems.push(`${page}: ${target} is no https address.`);
  }
  if (/<(img|a|script|iframe)\b/i.test(text)) problems.push(`${page}: HTML is not checked; write Markdown.`);
  return problems;
}

/** The files in a .vsix, by name. */
export async function filesOf(file) {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const files = new Map();
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, (unreadable, stream) => {
          if (unreadable) return reject(unreadable);
          const pieces = [];
          stream.on('data', (piece) => pieces.push(piece));
          stream.on('error', reject);
          stream.on('end', () => {
            files.set(entry.fileName, Buffer.concat(pieces));
            zip.readEntry();
          });
        });
      });
      zip.on('end', () => resolve(files));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}

function sizeLine(name, bytes, limit) {
  const kB = (count) => `${(count / 1e3).toFixed(0)} kB`;
  return `${name.padEnd(34)} ${kB(bytes).padStart(8)} of ${kB(limit).padStart(8)}`;
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = await pack();
  const { length } = await readFile(file);
  const files = await filesOf(file);
  console.log(`${file}, ${files.size} files`);
  console.log(sizeLine('.vsix', length, largest));
  for (const [name, limit] of entryLimits) console.log(sizeLine(name, files.get(name)?.length ?? 0, limit));
  const problems = problemsOf(files, length);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
