import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sweepColumns, type SweepRow } from '../../../../server/engine/report/sweepRow';
import { reportOf } from '../commandLine';
import { rowsIn, sweepFolder, type SweepFolder } from './sweepRuns';

const chips = ['nvidia-l4', 'hailo-8', 'apple-m4-ane'];
// Each sweep starts threads with cold code: a busy machine takes a minute for what a quiet one does in five seconds.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: SweepFolder;
let plan: string;
beforeAll(async () => {
  folder = await sweepFolder(13);
  plan = folder.plan('plan.json', { models: ['models/**/*.onnx'], chips, bindings: { batch: [1, 8] } });
  const serial = await folder.sweep([plan, '--out', out('serial.jsonl'), '--jobs', '1']);
  expect([serial.code, serial.error]).toEqual([0, '']);
  expect((await folder.sweep([plan, '--out', out('two.parquet'), '--jobs', '2'])).code).toBe(0);
});
afterAll(() => folder.remove());

/** 20 models on 3 chips with 2 sizes. */
const wholeRows = 20 * 3 * 2;
const byKey = (rows: readonly SweepRow[]): SweepRow[] => [...rows].sort((a, b) => (a.key! < b.key! ? -1 : 1));
const out = (name: string): string => folder.at(name);

async function parquetRows(name: string): Promise<SweepRow[]> {
  const bytes = readFileSync(out(name));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return (await parquetReadObjects({ file })) as unknown as SweepRow[];
}

describe('siliconlens sweep', () => {
  it('has the same content by one worker, by two, in two parts and as Parquet', async () => {
    const rows = folder.rows('serial.jsonl');
    expect(rows).toHaveLength(wholeRows);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(wholeRows);
    expect(await parquetRows('two.parquet')).toEqual(rows);
    await folder.sweep([plan, '--out', out('part.jsonl'), '--shard', '1/2']);
    const second = await folder.sweep([plan, '--out', out('part.jsonl')], {
      CI_NODE_INDEX: '2',
      CI_NODE_TOTAL: '2',
    });
    expect(second.error).toMatch(/^part 2 of 2 \(CI_NODE_INDEX\): \d+ of 20 models\n$/);
    const parts = [1, 2].map((part) => folder.rows(`part.${part}-of-2.jsonl`));
    for (const part of parts) expect(part.length).toBeGreaterThan(0);
    expect(byKey(parts.flat())).toEqual(byKey(rows));
  });

  it('has in a row what analyze says of the same model on the same chip', async () => {
    const rows = folder.rows('serial.jsonl');
    for (const [model, chip, batch] of [
      ['models/resnet50.onnx', 'nvidia-l4', 8],
      ['models/mobilenetv2.onnx', 'hailo-8', 1],
      ['models/more/made3.onnx', 'apple-m4-ane', 8],
    ] as const) {
      const report = await reportOf(out(model), '--chip', chip, '--bind', `batch=${batch}`);
      const { total, memory, runtime } = report.chips[0]!;
      const row = rows.find(
        (one) => one.path === model && one.chip === chip && one.bindings === `{"batch":${batch}}`,
      );
      expect(row).toMatchObject({
        runtime,
        nodes: report.model.nodeCount,
        parameters: report.model.parameters,
        weightBytes: report.model.weightBytes,
        seconds: total.latencySeconds!.value,
        secondsLow: total.latencySeconds!.low,
        secondsHigh: total.latencySeconds!.high,
        secondsIsLowerBound: total.latencySeconds!.isLowerBound,
        joules: total.joules?.value ?? null,
        operations: total.operations.value,
        operandBytes: total.bytes.value,
        memoryBytes: memory.highWaterBytes,
        fits: memory.fits,
        coverage: report.coverage.nodes,
        error: null,
      });
    }
    // 16 → 24 → 12 → 4 with biases and a norm (test/fixtures/architectures.py):
    // 16·24 + 24 + 2·24 + 24·12 + 12 + 12·4 + 4 = 808 parameters of 4 bytes.
    const mlp = rows.find(({ path }) => path === 'models/tiny-mlp.onnx');
    expect(mlp).toMatchObject({ parameters: 808, weightBytes: 3232, secondsUnknownNodes: 0 });
    // No more is computed for eight than eight times what is for one.
    const [one, eight] = rows.filter(
      ({ path, chip }) => path === 'models/resnet50.onnx' && chip === 'nvidia-l4',
    );
    expect(eight!.operations! / one!.operations!).toBeCloseTo(8, 6);
  });

  it('makes what is missing, and again what changed', async () => {
    const path = out('again.jsonl');
    const few = { models: ['models/tiny-mlp.onnx', 'models/tiny-conv.onnx'], chips };
    const small = folder.plan('few.json', few);
    const first = await folder.sweep([small, '--out', path]);
    expect(first.out).toContain('6 rows of 2 models (6 new)');
    expect((await folder.sweep([small, '--out', path])).out).toContain('6 rows of 2 models (0 new)');
    folder.plan('few.json', { ...few, chips: [...chips, 'nvidia-t4'] });
    expect((await folder.sweep([small, '--out', path])).out).toContain('8 rows of 2 models (2 new)');
    // The model is another one under the same name: its rows are made again, those of before are gone.
    const before = folder.rows('again.jsonl');
    const conv = readFileSync(out('models/tiny-conv.onnx'));
    writeFileSync(out('models/tiny-mlp.onnx.kept'), readFileSync(out('models/tiny-mlp.onnx')));
    writeFileSync(out('models/tiny-mlp.onnx'), conv);
    expect((await folder.sweep([small, '--out', path])).out).toContain('8 rows of 2 models (4 new)');
    const rows = folder.rows('again.jsonl');
    expect(rows.filter(({ key }) => before.some((one) => one.key === key))).toHaveLength(4);
    expect(rows[4]!.seconds).toBe(rows[0]!.seconds);
    writeFileSync(out('models/tiny-mlp.onnx'), readFileSync(out('models/tiny-mlp.onnx.kept')));
    // And is the first one again: nothing is to be made.
    expect((await folder.sweep([small, '--out', path])).out).toContain('8 rows of 2 models (0 new)');
    expect(byKey(folder.rows('again.jsonl'))).toEqual(byKey(before));
  });

  it('goes on after broken models, which have a row that says why', async () => {
    writeFileSync(out('models/broken.onnx'), 'this is no model');
    const few = folder.plan('broken.json', {
      models: ['models/broken.onnx', 'models/tiny-mlp.onnx'],
      chips,
      bindings: { batch: [2], nonsense: [3] },
    });
    const { code, error } = await folder.sweep([few, '--out', out('broken.jsonl')]);
    expect(code).toBe(3);
    expect(error).toContain('1 of 2 models could not be worked out');
    const rows = folder.rows('broken.jsonl');
    expect(rows.map(({ path, chip }) => [path, chip])).toEqual([
      ['models/broken.onnx', null],
      ...chips.map((chip) => ['models/tiny-mlp.onnx', chip]),
    ]);
    expect(rows[0]!.error).toMatch(/^models\/broken\.onnx: /);
    expect(rows[1]).toMatchObject({ error: null, unusedBindings: '["nonsense"]' });
    rmSync(out('models/broken.onnx'));
  });

  it('loses no row and has none twice when it is killed in the middle', async () => {
    const path = out('killed.jsonl');
    const journal = `${path}.journal`;
    const words = [folder.script, 'sweep', plan, '--out', path, '--jobs', '2'];
    for (let kill = 1; kill <= 2; kill++) {
      const child = spawn(process.execPath, words, { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      const size = existsSync(journal) ? statSync(journal).size : 0;
      while (!existsSync(journal) || statSync(journal).size < size + 20_000)
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await ended;
      expect(existsSync(path)).toBe(false);
    }
    // As if the last line had been half written.
    truncateSync(journal, statSync(journal).size - 100);
    const kept = rowsIn(readFileSync(journal, 'utf8').split('\n').slice(1, -1).join('\n')).length;
    expect(kept).toBeGreaterThan(0);
    const { out: told } = await folder.sweep([plan, '--out', path]);
    expect(told).toContain(`${wholeRows} rows of 20 models (${wholeRows - kept} new)`);
    expect(folder.rows('killed.jsonl')).toEqual(folder.rows('serial.jsonl'));
  });

  it('writes Parquet for no rows at all, and unknown as null', async () => {
    const names = Object.keys(sweepColumns);
    const rows = await parquetRows('two.parquet');
    expect(Object.keys(rows[0]!)).toEqual(names);
    expect(rows.some(({ system }) => system !== null)).toBe(false);
    const few = folder.plan('none.json', { models: ['models/tiny-mlp.onnx'], chips });
    for (const part of ['1/2', '2/2'])
      await folder.sweep([few, '--out', out('none.parquet'), '--shard', part]);
    const parts = await Promise.all([1, 2].map((part) => parquetRows(`none.${part}-of-2.parquet`)));
    expect(parts.map(({ length }) => length).sort()).toEqual([0, 3]);
  });

  it('takes chips of systems with their hosts, and runtimes where they drive a chip', async () => {
    const path = folder.plan('systems.json', {
      models: ['models/tiny-mlp.onnx'],
      chips: ['nvidia-l4', 'intel-xeon-8480'],
      systems: ['dgx-h100'],
      runtimes: ['tensorrt', 'openvino'],
      precisions: ['as-stored', 'int8'],
      phases: ['inference', 'training'],
    });
    await folder.sweep([path, '--out', out('systems.jsonl')]);
    const rows = folder.rows('systems.jsonl');
    const pairs = new Set(rows.map(({ system, chip, runtime }) => `${system} ${chip} ${runtime}`));
    expect([...pairs].sort()).toEqual([
      'null intel-xeon-8480 openvino',
      'null nvidia-l4 tensorrt',
      'nvidia-dgx-h100 nvidia-h100-sxm tensorrt',
    ]);
    expect(rows).toHaveLength(3 * 2 * 2);
  });

  it('says what is wrong with a plan, and where', async () => {
    const failures: readonly (readonly [object, string])[] = [
      [
        { models: ['models/*.onnx'], chips: ['nvidia-l4', 'nvidia-l5'] },
        ':7: no chip “nvidia-l5” in the catalogue',
      ],
      [{ models: ['models/tiny-mlp.onnx', 'none/*.onnx'] }, ':4: “none/*.onnx” names no model'],
      [{ models: ['models/*.onnx'], chip: ['nvidia-l4'] }, ':5: chip is no field of a plan'],
      [{ models: [] }, ':2: models must not be empty'],
      [{ models: ['models/*.onnx'], precisions: ['fp17'] }, ':6: '],
      [{ models: ['models/*.onnx'], runtimes: ['tensort'] }, ':6: no runtime “tensort”; try tensorrt'],
      [{ models: ['models/*.onnx'], systems: ['dgx-h1000'] }, ':6: no system “dgx-h1000”'],
      [{ models: ['models/*.onnx'], chips: ['hailo-8'], runtimes: ['tensorrt'] }, ':6: none of the plan'],
      [{ models: ['models/*.onnx'], bindings: { batch: [1.5] } }, ':7: '],
      [{ chips: ['nvidia-l4'] }, ':1: models is missing'],
    ];
    for (const [wrong, text] of failures) {
      const path = folder.plan('wrong.json', wrong);
      const { code, error } = await folder.sweep([path, '--out', out('wrong.jsonl')]);
      expect(code).toBe(1);
      expect(error).toContain(`${path}${text}`);
    }
    expect(existsSync(out('wrong.jsonl'))).toBe(false);
  });

  it('writes onto no model, and only what an ending says', async () => {
    writeFileSync(out('models/x.jsonl'), 'precious');
    const path = folder.plan('onto.json', { models: ['models/x.jsonl'], chips });
    const { code, error } = await folder.sweep([path, '--out', out('models/x.jsonl')]);
    expect([code, readFileSync(out('models/x.jsonl'), 'utf8')]).toEqual([1, 'precious']);
    expect(error).toContain('x.jsonl');
    expect((await folder.sweep([plan, '--out', out('r.csv')])).error).toContain('.jsonl, .ndjson, .parquet');
    expect((await folder.sweep([plan])).error).toContain('sweep needs --out');
  });
});
