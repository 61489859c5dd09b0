import { describe, expect, it } from 'vitest';
import { profileLimits } from '../../../server/engine/cost/calibrate/measurement';
import { readTable } from '../../../server/engine/cost/calibrate/measuredTable';
import { uninterrupted } from '../../../server/engine/scheduler';

const read = (text: string) => readTable(text, 'test', uninterrupted);

/** Name, seconds, median, executions and operator of each row. */
async function rows(text: string) {
  const { profile } = await read(text);
  return profile!.rows.map(({ name, seconds, medianSeconds, count, operator }) => [
    ...[name, seconds, medianSeconds, count, operator],
  ]);
}

const codes = async (text: string) => (await read(text)).problems.map(({ code }) => code);

describe('a table of nodes', () => {
  it.each([
    ['seconds', 2],
    ['ms', 2e-3],
    ['us', 2e-6],
  ])('has times in %s', async (unit, seconds) => {
    expect(await rows(`name,${unit}\na,2\n`)).toEqual([['a', seconds, seconds, 1, null]]);
  });

  it('takes the first name and the first time of those that it knows', async () => {
    expect(await rows('node,name,ms,seconds\nx,a,7,2\n')).toEqual([['a', 2, 2, 1, null]]);
  });

  it('has medians, executions and operators where it states them', async () => {
    const head = 'name,seconds,median_seconds,count,operator';
    expect(await rows(`${head}\na,2,3,5,MatMul\nb,2,,,\nc,2,0,0,\nd,2,-1,-4,\n`)).toEqual([
      ['a', 2, 3, 5, 'MatMul'],
      ['b', 2, 2, 1, null],
      // A median of nothing is one; no execution is none.
      ['c', 2, 0, 1, null],
      ['d', 2, 2, 1, null],
    ]);
  });

  it('may name a node by its outputs, several of them with spaces between', async () => {
    const { profile } = await read('outputs,seconds\ny  z,1\n');
    expect(profile!.rows[0]).toMatchObject({ name: 'y  z', names: ['y', 'z'] });
    const { profile: named } = await read('name,seconds\ny z,1\n');
    expect(named!.rows[0]!.names).toEqual(['y z']);
  });

  it('passes over lines without a name or a time, and says how many', async () => {
    const text = 'name,seconds\na,1\n,2\nb,\nc,x\nd,-1\ne,1e9\nf,0\n';
    expect((await rows(text)).map(([name]) => name)).toEqual(['a', 'f']);
    const { problems, profile } = await read(text);
    expect(problems).toMatchObject([{ code: 'profile.lines-skipped', args: { count: 5 } }]);
    // One run takes 1 second and 0.
    expect(profile).toMatchObject({ kind: 'node-table', statistic: 'stated', seconds: 1, runs: null });
    expect(await codes('name,seconds\na,1\n')).toEqual([]);
  });

  it('is none without rows, and without a name or a time', async () => {
    expect(await codes('name,seconds\n,1\n')).toEqual(['profile.no-rows']);
    expect(await codes('name,colour\na,1\n')).toEqual(['profile.unknown']);
    expect(await codes('place,seconds\na,1\n')).toEqual(['profile.unknown']);
    expect(await codes('name,seconds')).toEqual(['profile.unknown']);
    expect(await codes(`name,seconds${' '.repeat(profileLimits.line)}\na,1\n`)).toEqual(['profile.unknown']);
  });

  it('leaves out the sum of OpenVINO, but no layer of that name', async () => {
    const head = 'layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms)';
    const layers = 'a;EXECUTED;Convolution;jit;2;2\nTotal;EXECUTED;Add;jit;1;1\nTotal;;;;3;3\n';
    expect(await rows(`${head}\n${layers}`)).toEqual([
      ['a', 2e-3, 2e-3, 1, 'Convolution'],
      ['Total', 1e-3, 1e-3, 1, 'Add'],
    ]);
  });
});
