import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bundles } from '../../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'siliconlens-ci-'));
/** A checkout of ours with nothing in it but what runs. */
const checkout = join(folder, 'checkout');
let tarball = '';

beforeAll(async () => {
  const cli = bundles.find(({ outfile }) => outfile === 'dist/cli.js')!;
  const options = { ...cli, absWorkingDir: root, outfile: join(checkout, 'dist/cli.js') };
  await build({ ...options, logLevel: 'error' });
  for (const name of ['package.json', '.npmignore', 'README.md', 'LICENSE'])
    cpSync(join(root, name), join(checkout, name));
  cpSync(join(root, 'ci'), join(checkout, 'ci'), { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: checkout,
    stdio: 'ignore',
  });
  tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const net = (layers: number): string => `<ir_version: 10, opset_import: ["": 21]>
net (float[8,256] x0) => (float[8,256] x${layers}) <float[256,256] w = ["location": "w.bin"]>
{
${Array.from({ length: layers }, (_none, i) => `  [layer${i}] x${i + 1} = MatMul (x${i}, w)`).join('\n')}
}`;

interface Repository {
  readonly path: string;
  readonly good: string;
  readonly bad: string;
}

/** A repository in whose second commit a layer came in. */
function repository(name: string): Repository {
  const path = join(folder, name);
  mkdirSync(join(path, 'models'), { recursive: true });
  mkdirSync(join(path, '.siliconlens'));
  const git = (...words: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...words],
      {
        cwd: path,
        encoding: 'utf8',
      },
    ).trim();
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-qm', 'change');
    return git('rev-parse', 'HEAD');
  };
  const budgets = [{ models: ['models/*.onnxtxt'], chips: ['nvidia-t4'], tolerance: { latency: '5 %' } }];
  writeFileSync(join(path, '.siliconlens/budget.json'), JSON.stringify({ schemaVersion: 1, budgets }));
  writeFileSync(join(path, 'models/w.bin'), new Uint8Array(256 * 256 * 4));
  writeFileSync(join(path, 'models/net.onnxtxt'), net(4));
  git('init', '-q');
  const good = commit();
  writeFileSync(join(path, 'models/net.onnxtxt'), net(5));
  return { path, good, bad: commit() };
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Ended {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    encoding: 'utf8',
  });
  return { code: status, said: `${stdout}${stderr}` };
}

/** A stand-in for a program that talks to a server: it writes down how it was called, and says what it is given. */
function recorder(
  path: string,
  name: string,
  answer = '',
): { readonly bin: string; readonly calls: () => string } {
  const bin = join(path, 'bin');
  const log = join(path, `${name}.log`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, name),
    `#!/bin/sh\necho "$@" >> '${log}'\ncase "$*" in *PATCH*|*POST*) ;; *) printf '%s' '${answer}' ;; esac\n`,
  );
  chmodSync(join(bin, name), 0o755);
  return { bin, calls: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
}

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}
const action = parse(readFileSync(join(root, 'ci/github/action.yml'), 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

/** Runs the steps of the action one after the other, as a runner does: the first that fails is the last. */
function runAction(
  of: Repository,
  given: Readonly<Record<string, string>>,
  base: string | null,
): Ended & { readonly summary: string; readonly comments: string } {
  const gh = recorder(of.path.replace(/$/, '-gh'), 'gh', given['old'] ?? '');
  const state = join(folder, `state-${Math.random().toString(36).slice(2)}`);
  mkdirSync(state);
  const [output, summary] = [join(state, 'output'), join(state, 'summary')];
  const values = new Map<string, string>([
    ['github.action_path', join(checkout, 'ci/github')],
    ['runner.temp', state],
    ['github.token', 'secret'],
    ['github.repository', 'o/r'],
    ['github.event.pull_request.number', base === null ? '' : '7'],
    ['github.event.pull_request.base.sha', base ?? ''],
    ...Object.entries(action.inputs).map(([name, input]): [string, string] => [
      `inputs.${name}`,
      given[name] ?? input.default,
    ]),
  ]);
  const valueOf = (expression: string): string => {
    const parts = expression.split('||').map((one) => values.get(one.trim()));
    if (parts.includes(undefined)) throw new Error(`unknown: ${expression}`);
    return parts.find((part) => part !== '') ?? '';
  };
  const filled = (text: string): string =>
    text.replace(/\$\{\{(.*?)\}\}/g, (_all, expression: string) => valueOf(expression));
  let ended: Ended = { code: 0, said: '' };
  for (const step of action.runs.steps) {
    // The one condition that there is: a comment is wanted, and there is a pull request.
    if (step.if !== undefined && (base === null || values.get('inputs.comment') !== 'true')) continue;
    writeFileSync(output, '');
    const env = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text)]));
    const path = `${gh.bin}:${process.env['PATH']}`;
    ended = bash(step.run, of.path, {
      ...env,
      PATH: path,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    });
    for (const [, name, value] of readFileSync(output, 'utf8').matchAll(/^(\w+)=(.*)$/gm))
      values.set(`steps.${step.id}.outputs.${name}`, value!);
    if (ended.code !== 0) break;
  }
  return {
    ...ended,
    summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '',
    comments: gh.calls(),
  };
}

describe('the action for GitHub', () => {
  it('puts nothing from outside into a script', () => {
    expect(action.runs.using).toBe('composite');
    expect(action.runs.steps.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('ends with 3 for a regression, with a comment that says which node it is', () => {
    const of = repository('github-bad');
    const { code, summary, comments } = runAction(of, { sarif: 'found.sarif', junit: 'found.xml' }, of.good);
    expect(code).toBe(3);
    const text = readFileSync(join(of.path, 'siliconlens.md'), 'utf8');
    expect(text).toMatch(/^<!-- siliconlens check -->\n## ❌ /);
    expect(text).toMatch(/\| layer4 \| MatMul \| 8x256 \| 8 \|.*\| added \|/);
    expect(summary).toBe(text);
    expect(comments).toContain('--method POST repos/o/r/issues/7/comments --field body=@siliconlens.md');
    expect(JSON.parse(readFileSync(join(of.path, 'found.sarif'), 'utf8'))).toHaveProperty('version', '2.1.0');
    expect(readFileSync(join(of.path, 'found.xml'), 'utf8')).toContain('<failure ');
  });

  it('replaces its comment of before', () => {
    const of = repository('github-again');
    const { code, comments } = runAction(of, { old: '42' }, of.bad);
    // The base has the layer too: nothing moved.
    expect(code).toBe(0);
    expect(comments).toContain('--method PATCH repos/o/r/issues/comments/42 --field body=@siliconlens.md');
  });

  it('takes a package, and comments on no push', () => {
    const of = repository('github-package');
    const ended = runAction(of, { package: tarball, revision: 'HEAD~1', paths: 'models\n' }, null);
    expect([ended.code, ended.comments]).toEqual([3, '']);
  });
});

describe('the template for GitLab', () => {
  const { '.siliconlens-check': job } = parse(
    readFileSync(join(root, 'ci/gitlab/siliconlens.gitlab-ci.yml'), 'utf8'),
  ) as Readonly<
    Record<string, { variables: Record<string, string>; before_script: string[]; script: string[] }>
  >;

  it('ends with 3 for a regression, with a note and a report for the merge request', () => {
    const of = repository('gitlab');
    const curl = recorder(`${of.path}-curl`, 'curl');
    const env = {
      ...job!.variables,
      SILICONLENS_PACKAGE: tarball,
      SILICONLENS_TOKEN: 'secret',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: of.good,
      CI_MERGE_REQUEST_IID: '7',
      CI_API_V4_URL: 'https://gitlab.example.org/api/v4',
      CI_PROJECT_ID: '5',
      PATH: `${curl.bin}:${process.env['PATH']}`,
    };
    // GitLab runs both lists as one script.
    const { code } = bash(
      ['set -eo pipefail', ...job!.before_script, ...job!.script].join('\n'),
      of.path,
      env,
    );
    expect(code).toBe(3);
    expect(readFileSync(join(of.path, 'siliconlens.md'), 'utf8')).toMatch(/\| layer4 \| MatMul \|/);
    expect(readFileSync(join(of.path, 'siliconlens.xml'), 'utf8')).toContain('failures="1"');
    expect(curl.calls()).toContain('https://gitlab.example.org/api/v4/projects/5/merge_requests/7/notes');
  });
});
