// `npm test`: installs what is needed and runs every check and every suite; the last line sums them up.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installDependencies, root, runVisibly, toolPath } from './tools.mjs';

const results = join(root, 'test', 'artifacts', 'results');
/** Files of end-to-end tests that are tried again; more failures than these are no lost click. */
const mostAgain = 3;
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  installDependencies();
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function main() {
  for (const script of ['typecheck', 'lint', 'format:check', 'package']) await check(script);
  await suite('unit', 'vitest.config.mjs');
  await suiteInWindows('e2e', 'test/e2e/vitest.config.mjs');
}

/** A check is a script of package.json and counts as one test. */
async function check(script) {
  heading(script);
  const code = await runVisibly('npm', ['run', '-s', script]);
  total[code === 0 ? 'passed' : 'failed']++;
  if (code !== 0) console.error(`${script}: failed`);
}

/** A suite counts each of its tests. */
async function suite(name, config) {
  heading(name);
  count(await run(name, config));
}

/**
 * The end-to-end tests click in a real window, which a busy machine can slow down so that a click is lost: the files that failed run once more,
 * each in a new window. What passes then counts as passed and is named; what fails twice has failed.
 */
async function suiteInWindows(name, config) {
  heading(name);
  const first = await run(name, config);
  const failed = first.files.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > mostAgain) return count(first);
  heading(`${name}, once more`);
  const second = await run(
    `${name}-again`,
    config,
    failed.map((file) => file.name),
  );
  count({ code: 0, files: first.files.filter((file) => !failed.includes(file)) });
  count(second);
  const passed = new Set(testsOf(second.files, ['passed']));
  for (const title of testsOf(failed, ['failed']))
    if (passed.has(title)) console.log(`passed the second time only: ${title}`);
}

/** Runs the tests of a configuration, or some of its files; answers the exit code and what is reported of each file. */
async function run(name, config, only = []) {
  const file = join(results, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const vitest = [toolPath('vitest/vitest.mjs'), 'run', '--config', config];
  const code = await runVisibly(process.execPath, [...vitest, ...reporters, ...only]);
  const report = await readFile(file, 'utf8').then(JSON.parse, () => null);
  return { code, files: report?.testResults ?? [] };
}

/** Adds the tests of files to the total; a run that broke before it could report counts as a failed test. */
function count({ code, files }) {
  const failed = testsOf(files, ['failed']).length;
  const skipped = testsOf(files, ['pending', 'skipped', 'todo']);
  total.passed += testsOf(files, ['passed']).length;
  total.skipped += skipped.length;
  total.failed += code !== 0 ? Math.max(failed, 1) : failed;
  for (const title of skipped) console.log(`skipped: ${title}`);
}

/** The titles of the tests with one of these states. */
function testsOf(files, states) {
  const tests = files.flatMap((file) => file.assertionResults);
  return tests.filter(({ status }) => states.includes(status)).map(({ fullName }) => fullName);
}

function heading(name) {
  console.log(`\n— ${name}`);
}
