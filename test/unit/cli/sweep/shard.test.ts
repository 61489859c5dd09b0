import { describe, expect, it } from 'vitest';
import { isInShard, shardOf, shardPath } from '../../../../server/cli/sweep/shard';

describe('parts of a sweep', () => {
  it('are counted from 1 on by the option, which wins over variables', () => {
    expect(shardOf('3/10', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' })).toEqual({
      index: 2,
      count: 10,
      from: null,
    });
    expect(shardOf('1/1', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2' })).toBeNull();
    for (const wrong of ['0/4', '5/4', '1', '1/0', 'a/b', '-1/4', '1/99999999', ''])
      expect(() => shardOf(wrong, {})).toThrow('--shard takes I/N');
  });

  it.each([
    // --array=10-19, the third of ten; --array=0-8:4 has the tasks 0, 4 and 8.
    [
      'Slurm',
      {
        SLURM_ARRAY_TASK_ID: '12',
        SLURM_ARRAY_TASK_COUNT: '10',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '1',
      },
      2,
      10,
    ],
    [
      'Slurm with steps',
      {
        SLURM_ARRAY_TASK_ID: '8',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_STEP: '4',
      },
      2,
      3,
    ],
    ['an Indexed Job', { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' }, 0, 4],
    ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4' }, 3, 4],
    ['GitLab', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, 0, 3],
    ['CircleCI', { CIRCLE_NODE_INDEX: '2', CIRCLE_NODE_TOTAL: '3' }, 2, 3],
    ['Azure', { SYSTEM_JOBPOSITIONINPHASE: '2', SYSTEM_TOTALJOBSINPHASE: '2' }, 1, 2],
  ] as const)('are read from %s', (_name, environment, index, count) => {
    expect(shardOf(undefined, environment)).toMatchObject({
      index,
      count,
      from: Object.keys(environment)[0],
    });
  });

  it('are none where nobody asks, and an error where a task does not know of how many it is', () => {
    expect(shardOf(undefined, {})).toBeNull();
    // GitLab without parallel: CI_NODE_TOTAL is there all the same.
    expect(shardOf(undefined, { CI_NODE_TOTAL: '1' })).toBeNull();
    expect(() => shardOf(undefined, { JOB_COMPLETION_INDEX: '1' })).toThrow(
      'JOB_COMPLETIONS does not say of how many',
    );
    expect(() => shardOf(undefined, { CI_NODE_INDEX: '4', CI_NODE_TOTAL: '3' })).toThrow('CI_NODE_INDEX=4');
    expect(() =>
      shardOf(undefined, {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_STEP: '4',
      }),
    ).toThrow('SLURM_ARRAY_TASK_ID=3');
  });

  it('have every model in exactly one, by its name alone', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `models/m${i}.onnx`);
    const parts = [0, 1, 2, 3].map((index) => names.filter((name) => isInShard(name, { index, count: 4 })));
    expect(parts.flat().sort()).toEqual([...names].sort());
    // About 250 each: the standard deviation of a binomial of 1,000 and 1/4 is 14.
    for (const part of parts) expect(Math.abs(part.length - 250)).toBeLessThan(70);
    // sha256('models/a.onnx') begins with these six bytes (sha256sum).
    expect(isInShard('models/a.onnx', { index: parseInt('14aca2cd8a72', 16) % 7, count: 7 })).toBe(true);
  });

  it('are written to files of their own', () => {
    expect(shardPath('out/r.parquet', { index: 2, count: 10 })).toBe('out/r.03-of-10.parquet');
    expect(shardPath('out/r.parquet', null)).toBe('out/r.parquet');
  });
});
