// `npm test`: installs what is needed and runs every check and every suite; the last line sums them up.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installDependencies, root, runVisibly, toolPath } from './tools.mjs';

const results = join(root, 'test', 'artifacts', 'results');
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
  await suite('e2e', 'test/e2e/vitest.config.mjs');
}

/** A check is a script of package.json and counts as one test. */
async function check(script) {
  heading(script);
  const code = await runVisibly('npm', ['run', '-s', script]);
  total[code === 0 ? 'passed' : 'failed']++;
  if (code !== 0) console.error(`${script}: failed`);
}

/** A suite counts each of its tests; one that breaks before it reports counts as a failed test. */
async function suite(name, config) {
  heading(name);
  const file = join(results, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runVisibly(process.execPath, [
    toolPath('vitest/vitest.mjs'),
    'run',
    '--config',
    config,
    ...reporters,
  ]);
  const report = await readFile(file, 'utf8').then(JSON.parse, () => null);
  const failed = report?.numFailedTests ?? 0;
  total.passed += report?.numPassedTests ?? 0;
  total.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  total.failed += code !== 0 ? Math.max(failed, 1) : failed;
  const tests = report?.testResults.flatMap((tested) => tested.assertionResults) ?? [];
  for (const { status, fullName } of tests)
    if (['pending', 'skipped', 'todo'].includes(status)) console.log(`skipped: ${fullName}`);
}

function heading(name) {
  console.log(`\n— ${name}`);
}
