import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { sweepErrorRow, type SweepRow } from '../../../../server/engine/report/sweepRow';
import { parquetOf } from '../../../../server/cli/sweep/parquet';
import { siliconlens, temporaryFolder } from '../commandLine';

const { path: folder, write } = temporaryFolder();

/** A row of a model on a chip, of which all is known, with what a test says otherwise. */
function row(path: string, chip: string, rest: Partial<SweepRow> = {}): SweepRow {
  const usual: Partial<SweepRow> = {
    precision: 'as-stored',
    phase: 'inference',
    runtime: 'r',
    bindings: '{"batch":1}',
    otherUnits: '[]',
    assumed: '[]',
    unusedBindings: '[]',
    secondsIsLowerBound: false,
    joulesIsLowerBound: false,
    joules: 1,
    seconds: 1,
    secondsUnknownNodes: 0,
    memoryBytes: 100,
    capacityBytes: 1000,
    fits: true,
  };
  return sweepErrorRow({ key: `${path} ${chip} ${JSON.stringify(rest)}`, path, chip, ...usual, ...rest });
}

let files = 0;
const jsonl = (rows: readonly SweepRow[]): string =>
  write(`results${files++}.jsonl`, rows.map((one) => `${JSON.stringify(one)}\n`).join(''));

/** The rows of an answer. */
async function asked(name: string, rows: readonly SweepRow[], ...words: string[]): Promise<object[]> {
  const { code, out, error } = await siliconlens('query', jsonl(rows), '--ask', name, '-f', 'json', ...words);
  expect([code, error]).toEqual([0, '']);
  return (JSON.parse(out) as { rows: object[] }).rows;
}

describe('siliconlens query', () => {
  it('names the best chip of each model: it fits, and its figure is a whole', async () => {
    const rows = [
      row('a', 'slow', { seconds: 4, secondsLow: 2, secondsHigh: 6 }),
      row('a', 'large', { seconds: 0.1, fits: false }),
      row('a', 'fast', { seconds: 1, secondsLow: 0.5, secondsHigh: 1.9, joules: 9 }),
      row('a', 'bound', { seconds: 0.2, secondsIsLowerBound: true, joulesIsLowerBound: true }),
      row('a', 'partly', { seconds: 0.2, error: 'a part is missing' }),
      row('a', 'fast', { seconds: 1.5, precision: 'fp16', joules: 99 }),
      row('b', 'slow', { seconds: 3, bindings: '{"batch":8,"past":2}' }),
    ];
    const answers = await asked('best', rows);
    // The next one, slow, takes 4 / 1 times as long, and from 2 s on it is beyond 1.9 s.
    expect(answers).toMatchObject([
      { model: 'a', chip: 'fast', seconds: 1, second: 'slow', secondTimes: 4, open: false, rows: 3 },
      { model: 'b', chip: 'slow', sizes: 'batch=8, past=2', second: null, secondTimes: null, open: null },
    ]);
    expect(await asked('best', rows, '--objective', 'energy')).toMatchObject([
      { model: 'a', chip: 'slow', second: 'fast', secondTimes: 9 },
      { model: 'b' },
    ]);
  });

  it('says where ranges overlap, and compares no lower bound', async () => {
    const rows = [
      row('a', 'c', {
        seconds: 1,
        secondsLow: 0.5,
        secondsHigh: 2,
        joules: 1,
        joulesLow: 0.9,
        joulesHigh: 1.2,
      }),
      row('a', 'd', { seconds: 2, secondsLow: 1.5, secondsHigh: 3, joules: 9, joulesLow: 8, joulesHigh: 10 }),
      row('a', 'e', { seconds: 7, joules: 0.1, joulesIsLowerBound: true }),
    ];
    // From 1.5 s on, which is not beyond 2 s; from 8 J on, which is beyond 1.2 J.
    expect(await asked('best', rows)).toMatchObject([
      { chip: 'c', secondsLow: 0.5, secondsHigh: 2, second: 'd', open: true },
    ]);
    expect(await asked('best', rows, '--objective', 'energy')).toMatchObject([
      { chip: 'c', second: 'd', secondTimes: 9, open: false },
    ]);
  });

  it('keeps what no other row beats in time, energy and price', async () => {
    const rows = [
      row('a', 'nvidia-l4', { seconds: 1, joules: 10 }),
      row('a', 'nvidia-t4', { seconds: 2, joules: 5 }),
      row('a', 'hailo-8', { seconds: 2, joules: 6 }),
      row('a', 'nvidia-h100-sxm', { seconds: 0.5, joules: 20, fits: false }),
    ];
    const chips = (answer: object[]): unknown[] => answer.map((one) => (one as { chip: string }).chip);
    // hailo-8 is as fast as the T4 and takes more energy.
    expect(chips(await asked('pareto', rows))).toEqual(['nvidia-l4', 'nvidia-t4']);
    // It is cheaper, though; a chip without a price is not compared.
    const prices = ['--price', 'nvidia-t4=9', '--price', 'hailo-8=2'];
    const priced = await asked('pareto', rows, ...prices);
    expect(chips(priced)).toEqual(['nvidia-t4', 'hailo-8']);
    expect(priced).toMatchObject([{ price: 9 }, { price: 2 }]);
  });

  it('tells what got worse against results from before', async () => {
    const before = jsonl([
      row('a', 'c', { seconds: 1, joules: 1 }),
      row('b', 'c', { seconds: 1 }),
      row('d', 'c', { memoryBytes: 900 }),
      row('e', 'c'),
      row('f', 'c'),
      sweepErrorRow({ key: 'g', path: 'g', error: 'broken' }),
      row('h', 'c', { seconds: 1 }),
      row('i', 'c', { seconds: 100 }),
      row('j', 'c', { seconds: 100, joules: 2 }),
    ]);
    const now = [
      row('a', 'c', { seconds: 1.5, joules: 1 }),
      row('b', 'c', { seconds: 1.009 }),
      row('d', 'c', { memoryBytes: 1100, fits: false }),
      sweepErrorRow({ key: 'e', path: 'e', error: 'broken' }),
      sweepErrorRow({ key: 'g', path: 'g', error: 'broken' }),
      row('h', 'c', { seconds: 0.1 }),
      // One percent of 100 s is 1 s.
      row('i', 'c', { seconds: 100.9 }),
      row('j', 'c', { seconds: 101.1, joules: 3 }),
    ];
    expect(await asked('regressions', now, '--baseline', before)).toMatchObject([
      { model: 'a', worse: 'seconds', secondsBefore: 1, seconds: 1.5 },
      { model: 'j', worse: 'seconds, joules', joulesBefore: 2, joules: 3 },
      { model: 'd', worse: 'memoryBytes, fits', memoryBefore: 900, memoryBytes: 1100 },
      { model: 'e', worse: 'error', seconds: null },
      { model: 'f', worse: 'gone', seconds: null },
    ]);
    expect(await asked('regressions', now, '--baseline', before, '--tolerance', '50')).toHaveLength(3);
    expect((await siliconlens('query', before, '--ask', 'regressions')).code).toBe(2);
  });

  it('tells what falls off, what does not fit and where chips stop', async () => {
    const sized = (batch: number, memoryBytes: number): SweepRow =>
      row('a', 'c', { bindings: `{"batch":${batch},"past":7}`, memoryBytes, fits: memoryBytes <= 1000 });
    const rows = [
      ...[sized(8, 2000), sized(1, 250), sized(4, 1000)],
      // Of a part of it nobody knows how large it is.
      { ...sized(16, 4000), memoryBytes: null, memoryLeastBytes: 4000 },
      row('b', 'npu', { otherUnits: '["cpu","gpu"]' }),
      row('b', 'npu', { otherUnits: '["cpu","gpu"]', bindings: '{"batch":2}' }),
    ];
    expect(await asked('offloaded', rows)).toMatchObject([
      { model: 'b', chip: 'npu', otherUnits: 'cpu, gpu', rows: 2 },
    ]);
    expect(await asked('unfit', rows)).toMatchObject([
      { sizes: 'batch=16, past=7', memoryBytes: 4000, capacityBytes: 1000, timesTooLarge: 4 },
      { sizes: 'batch=8, past=7', timesTooLarge: 2 },
    ]);
    expect(await asked('sizes', rows)).toMatchObject([
      {
        model: 'a',
        dimension: 'batch',
        others: 'past=7',
        holds: 4,
        stopsAt: 8,
        memoryBytes: 2000,
        capacityBytes: 1000,
      },
      { dimension: 'past', others: 'batch=8', holds: null, stopsAt: 7 },
      { dimension: 'past', others: 'batch=16', holds: null, stopsAt: 7, memoryBytes: 4000 },
    ]);
  });

  it('tells which precisions pay and which models cost most', async () => {
    const rows = [
      row('a', 'c', { precision: 'int8', seconds: 1, joules: 1, memoryBytes: 25, substituted: true }),
      row('a', 'c', { seconds: 3, joules: 4, fits: false, substituted: false }),
      row('a', 'c', { precision: 'fp16', seconds: 6, joules: null }),
      row('b', 'c', { seconds: 9, weightBytes: 12, operations: 13, modelOperations: 14 }),
    ];
    const pays = { substituted: true, fits: true, fitsBefore: false };
    expect(await asked('precisions', rows)).toMatchObject([
      { precision: 'int8', against: 'as-stored', faster: 3, lessEnergy: 4, lessMemory: 4, ...pays },
      { precision: 'fp16', faster: 0.5, lessEnergy: null, lessMemory: 1 },
    ]);
    expect(await asked('costliest', rows)).toMatchObject([
      { model: 'b', seconds: 9, memoryBytes: 100, operations: 13 },
      { model: 'a', seconds: 1, precision: 'int8' },
    ]);
  });

  it('tells what is not known and what failed', async () => {
    const rows = [
      row('a', 'c'),
      row('b', 'c', { secondsIsLowerBound: true, secondsUnknownNodes: 3, assumed: '["sequence"]' }),
      row('b', 'd', { secondsIsLowerBound: true, secondsUnknownNodes: 3, assumed: '["sequence"]' }),
      row('c', 'c', { fits: null, fitsUnknown: 'capacity' }),
      sweepErrorRow({ key: 'e', path: 'e', error: 'broken' }),
    ];
    expect(await asked('unknown', rows)).toMatchObject([
      { model: 'b', isLowerBound: true, unknownNodes: 3, assumed: 'sequence', rows: 2 },
      { model: 'c', isLowerBound: false, fitsUnknown: 'capacity', rows: 1 },
    ]);
    expect(await asked('errors', rows)).toEqual([{ model: 'e', error: 'broken', rows: 1 }]);
  });

  it('reads Parquet as it reads lines, also with whole numbers of 64 bits', async () => {
    const rows = [row('a', 'c', { nodes: 7, parameters: 12 }), row('b', 'd')];
    async function* all(): AsyncGenerator<SweepRow> {
      await Promise.resolve();
      yield* rows;
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of parquetOf(all(), 'test')) pieces.push(piece);
    const ours = write('ours.parquet', Buffer.concat(pieces));
    const writer = new ByteWriter();
    await parquetWrite({
      writer,
      columnData: [
        { name: 'path', data: ['a', 'b'], type: 'STRING' },
        { name: 'chip', data: ['c', 'd'], type: 'STRING' },
        { name: 'nodes', data: [7n, 8n], type: 'INT64' },
        { name: 'seconds', data: [1, 1], type: 'DOUBLE' },
        { name: 'another', data: [1, 1], type: 'DOUBLE' },
      ],
    });
    const others = write('others.parquet', new Uint8Array(writer.getBuffer()));
    for (const path of [ours, others]) {
      const { out } = await siliconlens(
        'query',
        path,
        '--ask',
        'costliest',
        '-f',
        'json',
        '--where',
        'path=a',
      );
      expect(JSON.parse(out)).toMatchObject({ rows: [{ model: 'a', nodes: 7, seconds: 1 }] });
    }
  });

  it('says what is no result, with its place', async () => {
    const broken = write('broken.parquet', readFileSync('package.json'));
    const text = write('text.jsonl', `${JSON.stringify(row('a', 'c'))}\nnonsense\n`);
    const wrong = write('wrong.jsonl', '{"path":"a","seconds":"1"}\n');
    const errors = await Promise.all(
      [broken, text, wrong, write('a.json', ''), join(folder, 'gone.jsonl')].map(
        async (path) => (await siliconlens('query', path, '--ask', 'best')).error,
      ),
    );
    const writer = new ByteWriter();
    // Groups of two rows: the third one begins the second group.
    const columnData = [{ name: 'path', data: ['a', 'b', null], type: 'STRING' as const }];
    await parquetWrite({ writer, columnData, rowGroupSize: 2 });
    const groups = write('groups.parquet', new Uint8Array(writer.getBuffer()));
    const third = await siliconlens('query', groups, '--ask', 'best');
    expect(third.error).toContain('groups.parquet:3 is no row');
    expect(errors[0]).toContain('broken.parquet could not be read as Parquet');
    expect(errors[1]).toContain('text.jsonl:2 is no row');
    expect(errors[2]).toContain('wrong.jsonl:1: the column seconds');
    expect(errors[3]).toContain('results end in one of');
    expect(errors[4]).toContain('there is no file');
  });

  it('prints tables without empty columns, CSV and Markdown', async () => {
    const path = jsonl([row('a', 'c', { seconds: 0.0012 }), row('b', 'c')]);
    const { out } = await siliconlens('query', path, '--ask', 'best', '--top', '1');
    expect(out).toMatch(/model +phase +sizes +chip +runtime +precision +time +energy +fits +rows/);
    expect(out).toContain('1.2 ms');
    expect(out).toContain('(1 of 2 rows; --top N shows more)');
    const many = Array.from({ length: 51 }, (_, i) => row(`m${i}`, 'c'));
    expect((await siliconlens('query', jsonl(many), '--ask', 'best')).out).toContain('(50 of 51 rows;');
    expect(await asked('best', many)).toHaveLength(51);
    const twoChips = jsonl([row('a', 'c'), row('a', 'd', { seconds: 4 })]);
    expect((await siliconlens('query', twoChips, '--ask', 'best')).out).toMatch(/ d +4× /);
    expect((await siliconlens('query', path, '--ask', 'errors', '-f', 'csv')).out).toBe(
      'model,error,rows\r\n',
    );
    expect((await siliconlens('query', path, '--ask', 'errors', '-f', 'markdown')).out).toContain('no row');
    expect((await siliconlens('query', path, '--ask', 'best', '--lang', 'ko')).out).toContain(
      '모델마다 가장 좋은 칩',
    );
  });

  it('answers SQL about results of both kinds by DuckDB', async () => {
    const rows = [row('a', 'c', { seconds: 2 }), row('a', 'd', { seconds: 1 }), row("it's", 'c')];
    const path = jsonl(rows);
    const sql =
      'SELECT path, arg_min(chip, seconds) AS chip, count(*) AS n FROM results GROUP BY path ORDER BY 1';
    const { code, out, error } = await siliconlens('query', path, '--sql', sql, '-f', 'csv');
    expect([code, error]).toEqual([0, '']);
    expect(out).toBe("path,chip,n\r\na,d,2\r\nit's,c,1\r\n");
    const twice = await siliconlens(
      'query',
      path,
      join(folder, 'ours.parquet'),
      '--sql',
      'FROM results SELECT count(*) n',
    );
    expect(twice.out).toMatch(/\n5\n/);
    const typed = jsonl([row('a', 'c', { seconds: 1.5, nodes: 3 })]);
    const values = await siliconlens(
      'query',
      typed,
      '--sql',
      'SELECT seconds, fits, nodes FROM results',
      '-f',
      'json',
    );
    expect(JSON.parse(values.out)).toMatchObject({ rows: [{ seconds: 1.5, fits: true, nodes: 3 }] });
    expect((await siliconlens('query', path, '--sql', 'SELEC')).error).toContain('DuckDB: Parser Error');
  });
});
