import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../../server/engine/report/types';
import { detector, merged, sized } from '../inference/branching';
import { type Printed, siliconlens, temporaryFolder } from './commandLine';

const { path: folder, write: written } = temporaryFolder();

function analyze(text: string, ...words: string[]): Promise<Printed> {
  return siliconlens('analyze', written('m.onnxtxt', text), '--chip', 'nvidia-t4', ...words);
}
async function report(text: string, ...words: string[]): Promise<Report> {
  return JSON.parse((await analyze(text, ...words, '--format', 'json')).out) as Report;
}

it('values come from the command line, marked where they are assumed', async () => {
  const assumed = await report(merged, '--phase', 'decode');
  expect(assumed.workload.values).toEqual([{ name: 'use_cache_branch', value: true, isAssumed: true }]);
  expect(assumed.model.outputs.map(({ shape }) => shape)).toEqual([
    [1, 1, 100],
    [1, 2, 129, 8],
  ]);
  expect(assumed.chips[0]!.total.latencySeconds).not.toBeNull();
  expect(assumed.chips[0]!.memory.highWaterBytes).toBeGreaterThan(0);
  const given = await report(merged, '--phase', 'decode', '--value', 'use_cache_branch=false');
  expect(given.workload.values).toEqual([{ name: 'use_cache_branch', value: false, isAssumed: false }]);
  expect(given.model.outputs[1]!.shape).toEqual([1, 2, 1, 8]);
  const { out } = await analyze(detector);
  expect(out).toMatch(/^Workload .*, sr=16000 \(assumed\)$/m);
  expect((await analyze(detector, '--value', 'sr=8000')).out).toMatch(/^Workload .*, sr=8000$/m);
  const lists = await report(sized, '--value', 's=8,50', '--value', 'count=7');
  expect(lists.workload.values).toEqual([
    { name: 's', value: [8, 50], isAssumed: false },
    { name: 'count', value: 7, isAssumed: false },
  ]);
});

it('settings give values too, and options win', async () => {
  const settings = join(folder, 'settings.json');
  const values = { use_cache_branch: true, nobody: [1, 2] };
  writeFileSync(settings, JSON.stringify({ 'siliconlens.models': { '**': { values } } }));
  const words = ['--settings', settings];
  expect((await report(merged, ...words)).model.outputs[1]!.shape).toEqual([1, 2, 128, 8]);
  expect((await report(merged, ...words)).workload.values[0]).toMatchObject({
    value: true,
    isAssumed: false,
  });
  expect((await analyze(merged, ...words)).error).toMatch(/settings\.json: .*no input or value “nobody”/);
  const over = await report(merged, ...words, '--value', 'use_cache_branch=false');
  expect(over.workload.values[0]).toMatchObject({ value: false, isAssumed: false });
  writeFileSync(settings, JSON.stringify({ 'siliconlens.models': { '**': { values: { k: 'x' } } } }));
  const { code, error } = await analyze(merged, ...words);
  expect(code).toBe(2);
  expect(error).toContain('values.k');
});

it.each([
  ['sr', /--value takes NAME=V/],
  ['sr=fast', /--value takes NAME=V/],
  ['sr=1,,2', /--value takes NAME=V/],
  ['rate=8000', /no input or value “rate”/],
])('%s is refused with the reason', async (value, reason) => {
  const { code, error } = await analyze(detector, '--value', value);
  expect(code).toBe(2);
  expect(error).toMatch(reason);
});

it('a value for two things at once is refused', async () => {
  const { code, error } = await analyze(detector, '--value', 'sr=8000', '--value', 'sr=16000');
  expect(code).toBe(2);
  expect(error).toContain('sr=8000');
});
