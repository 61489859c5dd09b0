import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { CheckPlace, CheckReport } from '../../../server/engine/report/check/types';
import { siliconlens, temporaryFolder, type Printed } from './commandLine';

const { path: root } = temporaryFolder();

/** A net of 256 x 256 weights: 2 · 8 · 256 · 256 operations for a product of 8 rows, 8 · 256 for a Relu. */
const net = (middle = '', last = 'y'): string => `<ir_version: 10, opset_import: ["": 21]>
net (float[batch,256] x) => (float[batch,256] z) <float[256,256] w = ["location": "w.bin"]>
{
  [first] y = MatMul (x, w)
${middle}  [act] z = Relu (${last})
}`;
const grown = net('  [mid] v = MatMul (y, w)\n', 'v');
const product = 2 * 8 * 256 * 256;
const relu = 8 * 256;

interface Folder {
  readonly path: string;
  readonly write: (name: string, content: string | object) => string;
  readonly git: (...words: string[]) => string;
}

/** A folder of its own with the net in it. */
function folder(name: string): Folder {
  const path = join(root, name);
  mkdirSync(join(path, 'models'), { recursive: true });
  const write = (file: string, content: string | object): string => {
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
    return join(path, file);
  };
  writeFileSync(join(path, 'models', 'w.bin'), new Uint8Array(256 * 256 * 4));
  write('models/net.onnxtxt', net());
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'commit.gpgsign=false',
  ];
  const git = (...words: string[]): string =>
    execFileSync('git', [...identity, ...words], { cwd: path, encoding: 'utf8' }).trim();
  return { path, write, git };
}

const budget = (more: object, whole: object = {}): object => ({
  schemaVersion: 1,
  ...whole,
  budgets: [{ name: 'nets', models: ['models/*.onnxtxt'], bindings: { batch: 8 }, ...more }],
});
const chips = ['nvidia-t4'];

async function check(...words: string[]): Promise<Printed & { readonly report: CheckReport }> {
  const printed = await siliconlens('check', ...words, '--format', 'json');
  return { ...printed, report: JSON.parse(printed.out) as CheckReport };
}
const statuses = ({ models }: CheckReport): unknown[] =>
  models.flatMap(({ places }) =>
    places.flatMap(({ chip, verdicts }) =>
      verdicts.map((one) => [chip, one.metric, one.against, one.status]),
    ),
  );
const placesOf = ({ models }: CheckReport): readonly CheckPlace[] => models.flatMap(({ places }) => places);

describe('siliconlens check', () => {
  it('holds models against limits, and ends with 3 where one is exceeded', async () => {
    const { path, write } = folder('limits');
    const kept = write(
      'a.budget.json',
      budget({ limits: { operations: product + relu, parameters: 256 * 256 } }),
    );
    const one = await check('--budget', kept);
    expect([one.code, one.report.holds]).toEqual([0, true]);
    expect(statuses(one.report)).toEqual([
      [null, 'operations', 'limit', 'kept'],
      [null, 'parameters', 'limit', 'kept'],
    ]);
    const tight = write('b.budget.json', budget({ limits: { operations: product + relu - 1 } }));
    const two = await check('--budget', tight, join(path, 'models'));
    expect([two.code, two.report.holds]).toEqual([3, false]);
    expect(placesOf(two.report)[0]!.verdicts[0]).toMatchObject({
      status: 'exceeded',
      figure: { value: product + relu },
      most: product + relu - 1,
    });
    expect(two.error).toBe('siliconlens: limits that do not hold: 1\n');
  });

  it('has the figures of analyze, on each chip', async () => {
    const { path, write } = folder('figures');
    const limits = { latency: 1, memory: '1 GB', energy: 1, traffic: { GDDR6: '1 GB' }, unsupportedNodes: 0 };
    const file = write('a.budget.json', budget({ chips: ['nvidia-t4', 'arm-cortex-m7'], limits }));
    const { report } = await check('--budget', file);
    const model = join(path, 'models', 'net.onnxtxt');
    const words = ['--bind', 'batch=8', '--chip', 'nvidia-t4', '--format', 'json'];
    const analyzed = JSON.parse((await siliconlens('analyze', model, ...words)).out) as {
      chips: [{ total: { latencySeconds: object; joules: object }; memory: { highWaterBytes: number } }];
    };
    const [{ total, memory }] = analyzed.chips;
    const [gpu, mcu] = placesOf(report);
    const value = (of: CheckPlace, metric: string): unknown =>
      of.verdicts.find((one) => one.metric === metric)?.figure;
    expect(total.latencySeconds).toMatchObject({
      value: (value(gpu!, 'latency') as { value: number }).value,
    });
    expect(total.joules).toMatchObject({ value: (value(gpu!, 'energy') as { value: number }).value });
    expect(value(gpu!, 'memory')).toMatchObject({ value: memory.highWaterBytes });
    // A microcontroller has no GDDR6: there is nothing to hold there.
    expect(value(mcu!, 'traffic')).toBeUndefined();
    expect(value(gpu!, 'unsupportedNodes')).toMatchObject({ value: 0 });
  });

  it('does not pass what it cannot tell', async () => {
    const { write } = folder('unknown');
    const secret = `<ir_version: 10, opset_import: ["": 21, "own": 1]>
g (float[8,256] x) => (float[] z) { y = Relu (x)
 z = own.Secret (y) }`;
    write('models/net.onnxtxt', secret);
    const file = write('a.budget.json', budget({ limits: { operations: '1 GOP' } }));
    const { code, report } = await check('--budget', file);
    expect([code, statuses(report)]).toEqual([3, [[null, 'operations', 'limit', 'unknown']]]);
    const lenient = write('b.budget.json', budget({ limits: { operations: '1 GOP' }, unknown: 'pass' }));
    expect((await check('--budget', lenient)).code).toBe(0);
    // A Relu of 2,048 elements is known: more than 2,000 it is in any case.
    const less = write('c.budget.json', budget({ limits: { operations: 2000 }, unknown: 'pass' }));
    expect((await check('--budget', less)).code).toBe(3);
  });

  it('fails for globs that name no model, unless only some are asked for', async () => {
    const { path, write } = folder('globs');
    const file = write('a.budget.json', budget({ models: ['models/*.onnxtxt', 'gone/**'] }));
    const { code, report } = await check('--budget', file);
    expect([code, report.unmatched.map(({ glob, line }) => [glob, line])]).toEqual([3, [['gone/**', 1]]]);
    expect((await check('--budget', file, join(path, 'models/net.onnxtxt'))).code).toBe(0);
    expect((await siliconlens('check', '--budget', file, join(path, 'missing.onnx'))).code).toBe(1);
  });

  it('goes from the folder that holds .siliconlens', async () => {
    const { path, write } = folder('own');
    mkdirSync(join(path, '.siliconlens'));
    const file = write('.siliconlens/budget.json', budget({ limits: { operations: '1 GOP' } }));
    expect((await check('--budget', file)).report.models.map(({ path: name }) => name)).toEqual([
      'models/net.onnxtxt',
    ]);
  });

  it('says what is wrong with a budget file at its place', async () => {
    const { write } = folder('broken');
    const text =
      '// limits\n{ "schemaVersion": 1, "budgets": [\n  { "models": ["*"], "limits": { "latncy": 1 } } ] }';
    const { code, error } = await siliconlens('check', '--budget', write('a.budget.json', text));
    expect(code).toBe(1);
    expect(error).toContain('a.budget.json:3:34: ');
    expect((await siliconlens('check')).code).toBe(2);
  });

  it('tells a model that cannot be read with the others, and ends with 1', async () => {
    const { write } = folder('unreadable');
    write('models/bad.onnxtxt', 'net (');
    const file = write('a.budget.json', budget({ limits: { operations: '1 GOP' } }));
    const { code, report } = await check('--budget', file);
    expect(code).toBe(1);
    expect(report.models.map(({ path, error }) => [path, error !== null])).toEqual([
      ['models/bad.onnxtxt', true],
      ['models/net.onnxtxt', false],
    ]);
  });
});

describe('a baseline', () => {
  const tolerance = { operations: '0 %', latency: '5 %' };

  it('of a file is the same each time, and shows what moved node by node', async () => {
    const { path, write } = folder('file');
    const file = write('a.budget.json', budget({ chips, tolerance }, { baseline: { file: 'base.json' } }));
    const base = join(path, 'base.json');
    expect((await siliconlens('baseline', '--budget', file, '--out', base)).code).toBe(0);
    const text = readFileSync(base, 'utf8');
    expect((await siliconlens('baseline', '--budget', file)).out).toBe(text);
    expect((await check('--budget', file)).code).toBe(0);
    const { contentHash } = (await check('--budget', file)).report.models[0]!;
    write('models/net.onnxtxt', grown);
    const { code, report } = await check('--budget', file);
    expect(report.models[0]!.contentHashBefore).toBe(contentHash);
    expect(report.models[0]!.contentHash).not.toBe(contentHash);
    expect([code, statuses(report)]).toEqual([
      3,
      [
        [null, 'operations', 'baseline', 'exceeded'],
        ['nvidia-t4', 'latency', 'baseline', 'exceeded'],
      ],
    ]);
    const [alone, onChip] = placesOf(report);
    expect(alone!.verdicts[0]).toMatchObject({
      figure: { value: 2 * product + relu },
      before: { value: product + relu },
      most: product + relu,
    });
    expect(alone!.changes).toEqual([
      {
        kind: 'added',
        name: 'mid',
        operator: 'MatMul',
        shape: '8x256',
        line: 5,
        before: null,
        after: product,
        change: product,
      },
    ]);
    expect(onChip!.changes[0]).toMatchObject({ kind: 'added', name: 'mid' });
  });

  it('of a revision reads the models as they were, and leaves the work tree alone', async () => {
    const { path, write, git } = folder('revision');
    const file = write('a.budget.json', budget({ chips, tolerance }, { baseline: { revision: 'good' } }));
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'good');
    git('tag', 'good');
    write('models/net.onnxtxt', grown);
    git('commit', '-qam', 'slower');
    const status = git('status', '--porcelain', '--ignored');
    const { code, report } = await check('--budget', file);
    expect(code).toBe(3);
    expect(report.baseline).toMatchObject({ name: 'good', commit: git('rev-parse', 'good') });
    expect(placesOf(report)[0]!.verdicts[0]!.before).toMatchObject({ value: product + relu });
    expect(git('status', '--porcelain', '--ignored')).toBe(status);
    expect(readdirSync(path).sort()).toEqual(['.git', 'a.budget.json', 'models']);
    // The revision at hand has the same model.
    expect((await check('--budget', file, '--revision', 'HEAD')).code).toBe(0);
  });

  it('does not hold against a new model that it has none', async () => {
    const { write, git } = folder('new');
    const file = write('a.budget.json', budget({ tolerance: { operations: '0 %' } }));
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'one');
    write('models/other.onnxtxt', grown);
    const { code, report } = await check('--budget', file, '--revision', 'HEAD');
    expect([code, statuses(report).map((one) => (one as string[])[3])]).toEqual([0, ['kept', 'new']]);
  });

  it('that cannot be read is not a new model', async () => {
    const { write, git } = folder('brokenBefore');
    const file = write('a.budget.json', budget({ tolerance: { operations: '0 %' } }));
    git('init', '-q');
    write(
      'models/net.onnxtxt',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
    );
    git('add', '-A');
    git('commit', '-qm', 'pointer');
    write('models/net.onnxtxt', net());
    const { code, report } = await check('--budget', file, '--revision', 'HEAD');
    expect([code, statuses(report)]).toEqual([3, [[null, 'operations', 'baseline', 'unknown']]]);
    expect(report.models[0]!.baselineError).toContain('Git LFS');
  });

  it('is refused where there is no such revision, and never taken for an option', async () => {
    const { write, git } = folder('noRevision');
    const file = write('a.budget.json', budget({}));
    git('init', '-q');
    const asked = async (name: string): Promise<string> =>
      (await siliconlens('check', '--budget', file, `--revision=${name}`)).error;
    expect(await asked('nowhere')).toContain('no revision “nowhere”');
    expect(await asked('--output=x')).toContain('no revision');
    expect((await siliconlens('check', '--budget', file, '--revision', 'a', '--baseline', 'b')).code).toBe(2);
  });
});

describe('what check prints', () => {
  /** A folder in whose net a product came in, and a name that Markdown, XML and addresses have to escape. */
  const { write, git } = folder('printed');
  const odd = 'models/a&b <c> |d.onnxtxt';
  write(odd, net());
  const limits = { operations: product + relu };
  const file = write(
    'a.budget.json',
    `// comment\n${JSON.stringify(budget({ chips, limits, tolerance: { latency: '1 %' } }), null, 1)}`,
  );
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'one');
  write('models/net.onnxtxt', grown);
  const printed = async (format: string): Promise<string> =>
    (await siliconlens('check', '--budget', file, '--revision', 'HEAD', '--format', format)).out;

  it('is a table of verdicts and of the nodes that changed most', async () => {
    const text = await printed('table');
    expect(text).toMatch(/^exceeded {2}models\/net\.onnxtxt +the model itself +Operations +2\.1 MOP/m);
    expect(text).toMatch(/^mid +MatMul +8x256 +5 +– +1\.05 MOP +\+1\.05 MOP +added$/m);
  });

  it('is a comment with totals before and after, folded where all is kept', async () => {
    const text = await printed('markdown');
    expect(text.startsWith('<!-- siliconlens check -->\n## ❌ ')).toBe(true);
    expect(text).toContain('| Operations | 1.05 MOP | 2.1 MOP | \\+100% |');
    expect(text).toContain('<details open><summary>models/net.onnxtxt · the model itself</summary>');
    expect(text).toContain(
      '<details><summary>models/a&amp;b &lt;c&gt; |d.onnxtxt · the model itself</summary>',
    );
    expect(text).toMatch(/\| mid \| MatMul \| 8x256 \| 5 \|/);
    expect(text.match(/<details/g)).toHaveLength(text.match(/<\/details>/g)!.length);
  });

  it('is SARIF with places in the budget file and in the listing', async () => {
    const log = JSON.parse(await printed('sarif')) as Log;
    const [run] = log.runs;
    expect([log.version, run!.tool.driver.name]).toEqual(['2.1.0', 'Siliconlens']);
    const told = run!.results!.map(({ ruleId, level, locations }) => {
      const { artifactLocation, region } = locations![0]!.physicalLocation!;
      return [ruleId, level, artifactLocation!.uri!.replace(/^.*\//, ''), region?.startLine];
    });
    const text = readFileSync(file, 'utf8').split('\n');
    const lineOf = (word: string): number => text.findIndex((line) => line.includes(word)) + 1;
    expect(told).toContainEqual(['budget/operations', 'error', 'a.budget.json', lineOf('"operations"')]);
    expect(told).toContainEqual(['budget/latency', 'error', 'a.budget.json', lineOf('"latency"')]);
    // The line of the node in the text of the model.
    expect(told).toContainEqual(['node', 'note', 'net.onnxtxt', 5]);
    const rules = new Set(run!.tool.driver.rules!.map(({ id }) => id));
    expect(run!.results!.every(({ ruleId }) => rules.has(ruleId!))).toBe(true);
    // Addresses are relative references: no blank or bracket may stand in one.
    for (const { locations } of run!.results!)
      expect(locations![0]!.physicalLocation!.artifactLocation!.uri).toMatch(/^[\w.~!*'()%/-]+$/);
  });

  it('is XML with a case for each limit', async () => {
    const text = await printed('junit');
    const seen = new Map<string, number>();
    const suites: Record<string, string>[] = [];
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name, attributes }) => {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      if (name === 'testsuite') suites.push(attributes);
    });
    parser.write(text).close();
    // Two models with a limit and a tolerance each; the net breaks both.
    expect([seen.get('testcase'), seen.get('failure')]).toEqual([4, 2]);
    expect(suites.map(({ name, tests, failures }) => [name, tests, failures])).toEqual([
      [odd, '2', '0'],
      ['models/net.onnxtxt', '2', '2'],
    ]);
  });

  it('says the same in Korean', async () => {
    const { out } = await siliconlens('check', '--budget', file, '--revision', 'HEAD', '--lang', 'ko');
    expect(out).toContain('지키지 못한 예산이 있습니다');
  });
});
