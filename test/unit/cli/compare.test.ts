import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompareReport } from '../../../server/engine/report/compareReport';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder.path, name);
const mlp = 'test/fixtures/models/tiny-mlp.onnx';

async function compared(...words: string[]): Promise<CompareReport> {
  const { code, out, error } = await siliconlens('compare', ...words, '--format', 'json');
  expect([code, error]).toEqual([0, '']);
  return JSON.parse(out) as CompareReport;
}

/** Value before and now of a figure in a place. */
function figure({ places }: CompareReport, place: number, metric: string): (number | null | undefined)[] {
  const total = places[place]!.totals.find((one) => one.metric === metric)!;
  return [total.before?.value, total.now.value];
}

const zeros = (count: number): string => new Array<string>(count).fill('0').join();

/** Two products of 4 × 8 and 8 × 2 numbers with an activation between them, the second as wide as one says. */
function text(width: number, second: string): string {
  return `<ir_version: 10, opset_import: ["": 21]>
m (float[1,4] x) => (float[1,${width}] y)
<float[4,8] a = {${zeros(32)}}, float[8,${width}] b = {${zeros(8 * width)}}>
{
  [first] h = MatMul (x, a)
  [act] r = Relu (h)
  [${second}] y = MatMul (r, b)
}
`;
}

describe('compare', () => {
  it('lays two models beside each other, with what changed of nodes', async () => {
    const [before, after] = [inFolder('before.onnxtxt'), inFolder('after.onnxtxt')];
    writeFileSync(before, text(2, 'second'));
    writeFileSync(after, text(16, 'second'));
    const report = await compared(before, after, '--chip', 'nvidia-l4');
    // 2 · (4·8 + 8·2) and 8 of Relu; 2 · (4·8 + 8·16) and 8.
    expect(figure(report, 0, 'operations')).toEqual([104, 328]);
    expect(figure(report, 0, 'parameters')).toEqual([48, 160]);
    const changes = report.places[0]!.changes.map(({ kind, name, before, after, change, line }) => {
      return [kind, name, before, after, change, line];
    });
    // Line 7 of the text after.
    expect(changes).toEqual([['changed', 'second', 32, 256, 224, 7]]);
    expect(report.places[1]).toMatchObject({ chip: 'nvidia-l4', chipBefore: 'nvidia-l4' });
    expect(report.before.path).toBe(before);
    expect(report.before.contentHash).not.toBe(report.after.contentHash);
  });

  it('finds no change between a model and itself, nor between one whose nodes have other names', async () => {
    const [one, other] = [inFolder('one.onnxtxt'), inFolder('other.onnxtxt')];
    writeFileSync(one, text(2, 'second'));
    writeFileSync(other, text(2, 'node_17'));
    for (const after of [one, other]) {
      const report = await compared(one, after, '--chip', 'nvidia-l4');
      expect(report.places.map(({ changes, moreChanges }) => [changes, moreChanges])).toEqual([
        [[], 0],
        [[], 0],
      ]);
      const { out } = await siliconlens('compare', one, after, '--chip', 'nvidia-l4');
      expect(out).toContain('No node costs another amount.');
    }
  });

  it('takes the other sign the other way round', async () => {
    const conv = 'test/fixtures/models/tiny-conv.onnx';
    const there = await compared(mlp, conv, '--chip', 'nvidia-t4');
    const back = await compared(conv, mlp, '--chip', 'nvidia-t4');
    const sum = ({ places }: CompareReport): number =>
      places[1]!.changes.reduce((all, { change }) => all + change, 0);
    expect(sum(there)).toBeCloseTo(-sum(back), 12);
    expect(figure(there, 1, 'latency')).toEqual(figure(back, 1, 'latency').reverse());
  });

  it('has the latencies of the reports of both chips, and of both precisions', async () => {
    const seconds = async (...words: string[]) =>
      (await reportOf(mlp, ...words)).chips[0]!.total.latencySeconds!.value;
    const chips = await compared(mlp, '--chip', 'nvidia-l4', '--with-chip', 'nvidia-t4');
    expect(figure(chips, 1, 'latency')).toEqual([
      await seconds('--chip', 'nvidia-t4'),
      await seconds('--chip', 'nvidia-l4'),
    ]);
    expect(chips.places[1]).toMatchObject({ chipBefore: 'nvidia-t4', chip: 'nvidia-l4' });
    const words = ['--chip', 'intel-xeon-8480', '--bind', 'batch=4096'];
    const precisions = await compared(mlp, ...words, '--with-precision', 'int8');
    expect(figure(precisions, 1, 'latency')).toEqual([
      await seconds(...words, '--precision', 'int8'),
      await seconds(...words),
    ]);
    expect([precisions.before.precision, precisions.after.precision]).toEqual(['int8', 'as-stored']);
  });

  it('reads a model as it was in a git revision, and leaves the work tree alone', async () => {
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
        cwd: folder.path,
        encoding: 'utf8',
      }).trim();
    const file = inFolder('model.onnx');
    copyFileSync(mlp, file);
    git('init', '-q');
    git('add', 'model.onnx');
    git('commit', '-qm', 'one');
    copyFileSync('test/fixtures/models/tiny-conv.onnx', file);
    const now = readFileSync(file);
    const report = await compared(file, '--revision', 'HEAD', '--chip', 'nvidia-t4');
    expect(report.before.commit).toBe(git('rev-parse', 'HEAD'));
    const { model } = await reportOf(mlp, '--chip', 'nvidia-t4');
    expect(figure(report, 0, 'parameters')[0]).toBe(model.parameters);
    expect(readFileSync(file).equals(now)).toBe(true);
    const absent = await siliconlens('compare', inFolder('absent.onnx'), '--revision', 'HEAD');
    expect([absent.code, absent.error]).toEqual([1, expect.stringContaining('absent.onnx')]);
  });

  it('wants one of four ways, and says so', async () => {
    const ways = [
      [mlp],
      [mlp, mlp, '--with-precision', 'int8'],
      [mlp, '--with-chip', 'nvidia-t4', '--revision', 'HEAD'],
    ];
    for (const words of ways) {
      const { code, error } = await siliconlens('compare', ...words);
      expect([code, error]).toEqual([2, expect.stringContaining('compare takes two models')]);
    }
    expect((await siliconlens('compare', mlp, mlp, mlp)).code).toBe(2);
  });

  it('writes a row for each figure as CSV', async () => {
    const { out } = await siliconlens('compare', mlp, mlp, '--chip', 'nvidia-l4', '--format', 'csv');
    const [head, ...rows] = out.trim().split(/\r?\n/);
    expect(head).toBe('chipBefore,chip,figure,level,before,after,beforeIsLeast,afterIsLeast');
    // 24·16 + 3·24, 12·24 + 12 and 4·12 + 4 numbers.
    expect(rows).toContain(',,parameters,,808,808,false,false');
    expect(rows.some((row) => row.startsWith('nvidia-l4,nvidia-l4,latency,,'))).toBe(true);
  });
});
