import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundles } from '../../../../scripts/bundles.mjs';
import type { PageData } from '../../../../server/cli/dashboard/pageData';
import { run } from '../../../../server/cli/run';
import { sweepErrorRow, type SweepRow } from '../../../../server/engine/report/sweepRow';
import { Dashboard, type Look } from '../../../../webview/content/dashboard';
import { siliconlens, temporaryFolder } from '../commandLine';

const { path: folder, write } = temporaryFolder();

const row = (path: string, chip: string, rest: Partial<SweepRow>): SweepRow =>
  sweepErrorRow({
    path,
    chip,
    phase: 'inference',
    precision: 'as-stored',
    runtime: 'r',
    fits: true,
    bindings: '{"batch":1}',
    ...rest,
  });
const rows = [
  row('a</script><b>', 'fast', {
    ...{ seconds: 1, secondsLow: 0.5, secondsHigh: 2, joules: 5 },
    ...{ memoryBytes: 10, capacityBytes: 1000, bound: 'bandwidth', otherUnits: '["cpu"]' },
  }),
  row('a</script><b>', 'slow', { seconds: 3.9, joules: 1, memoryLeastBytes: 4 }),
  row('a</script><b>', 'slow', { seconds: 2, precision: 'int8' }),
  row('a</script><b>', 'slow', { seconds: 0.5, precision: 'fp16', secondsIsLowerBound: true }),
  row('a</script><b>', 'fast', { seconds: 9, bindings: '{"batch":8}' }),
  row('c', 'fast', { seconds: 7, fits: false }),
  row('c', 'slow', { seconds: 0.1, secondsIsLowerBound: true }),
  sweepErrorRow({ path: 'b', error: 'broken' }),
];

let html = '';
let page: PageData;
beforeAll(async () => {
  mkdirSync(join(folder, 'webview'));
  for (const bundle of bundles.filter(({ outfile }) => outfile?.includes('/dashboard.')))
    await build({
      ...bundle,
      outfile: join(folder, bundle.outfile.replace('dist/', '')),
      minify: true,
      logLevel: 'error',
    });
  const results = write('results.jsonl', rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const out = join(folder, 'page.html');
  const printed = { error: '' };
  const code = await run(['dashboard', results, '--out', out], {
    out: () => {},
    error: (text) => (printed.error += text),
    locale: 'en_US.UTF-8',
    workerScript: join(folder, 'cli.js'),
  });
  expect([code, printed.error]).toEqual([0, '']);
  html = readFileSync(out, 'utf8');
  page = JSON.parse(
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!,
  ) as PageData;
});

describe('siliconlens dashboard', () => {
  it('is one page that fetches nothing and runs only what it names by digest', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toMatch(/^default-src 'none'; /);
    const digest = (tag: string): string => {
      const text = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html)![1]!;
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    };
    expect(policy).toContain(`script-src '${digest('script')}'`);
    expect(policy).toContain(`style-src '${digest('style')}'`);
    expect(html).not.toMatch(/(src|href)\s*=|@import|url\(/);
    // A name from a file ends no element.
    expect(html).not.toContain('</script><b>');
    expect(page.strings).toContain('a</script><b>');
  });

  it('compares what is known as a whole, and fits', () => {
    const dashboard = new Dashboard(page);
    const look: Look = {
      models: '',
      chips: '',
      measure: 'time',
      wanted: dashboard.first,
      by: null,
      isDescending: false,
    };
    const [fast, slow] = [0, 1];
    const named = (all: readonly number[]): string[] => all.map((model) => dashboard.string(model));
    const model = (name: string): number => page.strings.indexOf(name);
    // int8 on slow takes 2 s, one doubling of 1 s; half a second is only a lower bound, and batch 8 another case.
    expect(dashboard.cellsOf(model('a</script><b>'), [fast, slow], look)).toMatchObject([
      { kind: 'value', text: '1 s', heat: 0, isLeast: true },
      { kind: 'value', text: '2 s', heat: 1, isLeast: false },
    ]);
    expect(dashboard.cellsOf(model('c'), [fast, slow], look)).toMatchObject([
      { kind: 'unfit', text: '7 s', heat: null },
      { kind: 'value', text: '≥ 100 ms', heat: null, isLeast: false },
    ]);
    const stored = { ...look, wanted: { ...look.wanted, precision: model('as-stored') } };
    expect(dashboard.cellsOf(model('a</script><b>'), [slow], stored)).toMatchObject([{ text: '3.9 s' }]);
    const energy = { ...look, measure: 'energy' as const };
    expect(dashboard.cellsOf(model('a</script><b>'), [fast, slow], energy)).toMatchObject([
      { text: '5 J', heat: 2 },
      { text: '1 J', heat: 0, isLeast: true },
    ]);
    // Of four bytes nobody knows how many more there are: they are not less than ten.
    const memory = { ...look, measure: 'memory' as const };
    expect(dashboard.cellsOf(model('a</script><b>'), [fast, slow], memory)).toMatchObject([
      { text: '10 B', isLeast: false },
      { text: '≥ 4 B', heat: null, isLeast: false },
    ]);
    expect(dashboard.failureOf(model('b'))).toBe('broken');
    expect(named(dashboard.modelsOf(look))).toEqual(['a</script><b>', 'b', 'c']);
    expect(named(dashboard.modelsOf({ ...look, by: slow }))).toEqual(['c', 'a</script><b>', 'b']);
    expect(named(dashboard.modelsOf({ ...look, by: slow, isDescending: true }))).toEqual([
      'a</script><b>',
      'c',
      'b',
    ]);
    expect(named(dashboard.modelsOf({ ...look, models: 'SCRIPT' }))).toEqual(['a</script><b>']);
    expect(dashboard.placesOf({ ...look, chips: 'slo' })).toEqual([slow]);
  });

  it('tells all that is known of the rows of a cell', () => {
    const dashboard = new Dashboard(page);
    const known = page.rows[0]!;
    const partly = page.rows[3]!;
    const { columns, rows: details } = dashboard.detailsOf([known, partly], true);
    const of = (cells: readonly string[]): object =>
      Object.fromEntries(columns.map((name, i) => [name, cells[i]]));
    const workload = {
      Chip: 'fast',
      Phase: 'inference',
      Sizes: 'batch=1',
      Precision: 'as-stored',
      Runtime: 'r',
    };
    expect(of(details[0]!)).toEqual({
      ...workload,
      ...{ Time: '1 s', 'Range (90 %)': '500 ms – 2 s', Energy: '5 J', Memory: '10 B', Capacity: '1 kB' },
      ...{ Fits: 'yes', 'Bound by': 'bandwidth', 'Left to': 'cpu', Error: '' },
    });
    expect(of(details[1]!)).toMatchObject({ Time: '≥ 500 ms', Energy: 'unknown', Capacity: 'unknown' });
    expect(dashboard.detailsOf([known], false).columns).not.toContain('Chip');
  });

  it('refuses more rows than a browser opens', async () => {
    const many = write('many.jsonl', '{"path":"a"}\n'.repeat(200_001));
    const { code, error } = await siliconlens('dashboard', many, '--out', join(folder, 'many.html'));
    expect([code, error]).toEqual([1, expect.stringContaining('more than 200,000 rows') as string]);
  });
});
