import { describe, expect, it } from 'vitest';
import type { FitReport } from '../../../server/engine/report/fitReport';
import type { PhasesReport } from '../../../server/engine/report/phasesReport';
import type { SuggestReport } from '../../../server/engine/report/suggestReport';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write } = temporaryFolder();
const model = write(
  'open.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
g (float[batch,256] x) => (float[batch,256] y) <float[256,256] w = ["location": "w.bin"]> {
  [a] a = MatMul (x, w)
  [b] b = Tanh (a)
  [c] y = MatMul (b, w)
}`,
);
const gpu = { id: 'gpu', chip: 'nvidia-l4', runtime: 'onnxruntime-cuda' };
const mapping = (name: string, other: object, nodes: object): string =>
  write(name, JSON.stringify({ schemaVersion: 1, units: [gpu, other], nodes }));
const small = mapping('small.json', { id: 'mcu', chip: 'arm-cortex-m7' }, { mcu: ['b'] });
const host = mapping('host.json', { id: 'cpu', chip: 'intel-xeon-8480' }, { cpu: ['b'] });
const answer = async <R>(command: string, ...words: string[]): Promise<R> =>
  JSON.parse((await siliconlens(command, model, ...words, '--format', 'json')).out) as R;

describe('fit --mapping', () => {
  it('says of each unit what lies there, and limits the batch by the smallest', async () => {
    const { chips } = await answer<FitReport>('fit', '--mapping', small);
    expect(chips.map(({ unit, id, runtime }) => [unit, id, runtime])).toEqual([
      ['gpu', 'nvidia-l4', 'onnxruntime-cuda'],
      ['mcu', 'arm-cortex-m7', 'tflite'],
    ]);
    // Each computes in its own format: the controller has no rate for floats.
    expect(chips.map(({ precision }) => precision)).toEqual(['fp32', 'int8']);
    // The controller holds 256 bytes that it reads and 256 that it writes for each sample, in int8, and no weights.
    expect(chips[1]).toMatchObject({ highWaterBytes: 512, weightsBytes: 0, capacityBytes: 2 ** 20 });
    // 1 MiB / 512 B; the GPU has room for more.
    for (const { limits } of chips)
      expect(limits[0]).toMatchObject({ dimension: 'batch', value: 2048, by: 'memory' });
  });

  it('tells which unit is too small', async () => {
    const { chips } = await answer<FitReport>('fit', '--mapping', small, '--batch', '4096');
    expect(chips.map(({ fits }) => fits)).toEqual([true, false]);
    expect(chips[1]!.timesTooLarge).toBeCloseTo(2, 9);
    expect(chips[0]!.precisions).toBeUndefined();
    const { out, code } = await siliconlens('fit', model, '--mapping', small, '--batch', '4096', '--require');
    expect(code).toBe(3);
    expect(out).toMatch(/mcu +arm-cortex-m7 +tflite +int8 +no/);
  });

  it('warns of nodes that the model does not have', async () => {
    const gone = mapping('gone.json', { id: 'mcu', chip: 'arm-cortex-m7' }, { mcu: ['old'] });
    expect((await siliconlens('fit', model, '--mapping', gone)).error).toContain(
      'The mapping names 1 nodes that the model does not have: old.',
    );
  });
});

describe('units that share a pool', () => {
  const board = write(
    'board.json',
    JSON.stringify({
      schemaVersion: 1,
      system: 'jetson-agx-orin',
      units: [{ id: 'gpu', runtime: 'onnxruntime-cuda' }, { id: 'cpu' }],
      nodes: { cpu: ['b'] },
    }),
  );

  it('stand in it together: one fit, of all that lies there', async () => {
    const { chips } = await answer<FitReport>('fit', '--mapping', board, '--batch', '8');
    expect(chips.map(({ unit }) => unit)).toEqual(['gpu + cpu']);
    // w of 256 x 256 floats; while the processor works x, and a and b of 8 x 256 floats, as each unit has its copy.
    const row = 8 * 256 * 4;
    expect(chips[0]).toMatchObject({
      weightsBytes: 256 * 256 * 4,
      highWaterBytes: 256 * 256 * 4 + row + 2 * row + 2 * row,
      // What the system states of its pool: 64 GiB.
      capacityBytes: 64 * 2 ** 30,
    });
  });

  it('are told so where their figures are', async () => {
    const { out } = await siliconlens('analyze', model, '--mapping', board, '--bind', 'batch=8');
    expect(out).toContain('One memory of cpu, gpu: its figures');
    const [head] = (await reportOf(model, '--mapping', board, '--bind', 'batch=8')).chips;
    expect(head!.units.map(({ id, sharesWith }) => [id, sharesWith])).toEqual([
      ['gpu', ['cpu']],
      ['cpu', ['gpu']],
    ]);
    expect(head!.units[0]!.memory).toEqual(head!.units[1]!.memory);
    expect(head!.memory.highWaterBytes).toBe(head!.units[0]!.memory!.highWaterBytes);
  });
});

it('phases --mapping takes the time of both units', async () => {
  const { chips } = await answer<PhasesReport>('phases', '--mapping', host, '--batch', '8');
  const [whole] = (await reportOf(model, '--mapping', host, '--bind', 'batch=8', '--phase', 'prefill')).chips;
  expect(chips[0]!.timeToFirstToken!.value).toBe(whole!.total.latencySeconds!.value);
});

describe('suggest --mapping', () => {
  it('gains what the command that verifies it shows, where nodes stay on their units', async () => {
    const { chips } = await answer<SuggestReport>('suggest', '--mapping', host);
    const [first] = chips[0]!.suggestions;
    expect(chips[0]!.name).toBe('L4 + Xeon Platinum 8480+ (Sapphire Rapids)');
    expect(first).toMatchObject({ code: 'small-batch', change: { value: { batch: 16 } } });
    expect(first!.verify).toContain(`--mapping ${host} --bind batch=16`);
    const secondsOf = async (batch: number): Promise<number> => {
      const [one] = (await reportOf(model, '--mapping', host, '--bind', `batch=${batch}`)).chips;
      return one!.total.latencySeconds!.value! / batch;
    };
    expect(first!.gain.seconds!.value).toBeCloseTo((await secondsOf(1)) - (await secondsOf(16)), 12);
  });

  it('moves nothing to other units or runtimes', async () => {
    const { chips } = await answer<SuggestReport>('suggest', '--mapping', host, '-b', 'batch=4096');
    const codes = chips[0]!.suggestions.map(({ code }) => code);
    for (const code of ['other-runtime', 'better-chip', 'cpu-fallback']) expect(codes).not.toContain(code);
  });

  it('tries no batch that a unit has no room for', async () => {
    const { chips } = await answer<SuggestReport>('suggest', '--mapping', small, '-b', 'batch=1500');
    expect(chips[0]!.suggestions.map(({ code }) => code)).not.toContain('small-batch');
  });
});

it.each(['rank', 'split', 'map', 'sparsity', 'verify', 'calibrate', 'listing'])(
  '%s takes no mapping and says which do',
  async (command) => {
    const { code, error } = await siliconlens(command, model, '--mapping', host);
    expect(code).toBe(2);
    expect(error).toBe(
      `siliconlens: ${command} takes no --mapping: it is for analyze, fit, suggest, phases\n`,
    );
  },
);
