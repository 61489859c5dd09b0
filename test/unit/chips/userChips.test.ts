import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { mainMemory } from '../../../server/engine/chips/chip';
import { chipById } from '../../../server/engine/chips/catalogue';
import schema from '../../../server/engine/chips/chip.schema.json';
import { resolveUserChip } from '../../../server/engine/chips/userChips';
import { constantsFor } from '../../../server/engine/cost/constants';
import { machineFor } from '../../../server/engine/cost/machine';
import { argOf } from '../../../server/engine/problem';

const half = {
  id: 'half-h100',
  extends: 'nvidia-h100-sxm',
  name: 'Half an H100',
  peakOpsPerSecond: { bf16: 494.7e12 },
  memory: [{ name: 'HBM3', bandwidthBytesPerSecond: 1.676e12 }],
};

describe("chips of the user's own", () => {
  const validate = new Ajv({ strict: false }).compile(schema);

  it('take everything they do not say from the chip they extend', () => {
    expect(validate(half), JSON.stringify(validate.errors)).toBe(true);
    const { chip, problems } = resolveUserChip(half, '.siliconlens/chips/half.json');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(chip?.peakOpsPerSecond['bf16']).toMatchObject({ value: 494.7e12, basis: 'stated' });
    expect(chip?.sources[chip.peakOpsPerSecond['bf16']!.sources[0]!]!.title).toBe(
      '.siliconlens/chips/half.json',
    );
    expect(chip?.peakOpsPerSecond['fp8']!.value).toBe(1978.9e12);
    expect(mainMemory(chip!)?.bandwidthBytesPerSecond?.value).toBe(1.676e12);
    expect(mainMemory(chip!)?.capacityBytes?.value).toBe(84942979072);
    expect(machineFor(chip!, 'bf16').peak).toBe(494.7e12);
    expect(machineFor(chip!, 'bf16').units).toBe(132);
  });

  it('run at the measured shares of the chip they extend, which do not count as calibrated for them', () => {
    const own = chipById('nvidia-h100-sxm')!;
    const { chip } = resolveUserChip(half, 'half.json');
    const again = resolveUserChip(
      { id: 'third', extends: 'half-h100', name: 'Third' },
      'x.json',
      () => chip!,
    );
    for (const one of [chip!, again.chip!]) {
      const constants = constantsFor(one, 'gemm', 'bf16');
      expect(constants.value).toEqual(constantsFor(own, 'gemm', 'bf16').value);
      expect(constants.interval(1e-3).basis).toBe('class');
    }
    expect(constantsFor(own, 'gemm', 'bf16').interval(1e-3).basis).toBe('calibrated');
    expect(again.chip?.lineage).toEqual(['half-h100', 'nvidia-h100-sxm']);
  });

  it('leave constants that were measured on a chip of a file to it', () => {
    const calibration = [
      {
        operatorClass: 'gemm',
        precision: 'bf16',
        constants: { compute: 0.5 },
        rows: 40,
        source: 'own',
        residuals: [{ below: null, rows: 40, low: 0.9, median: 1, high: 1.1 }],
      },
    ];
    const { chip } = resolveUserChip({ ...half, calibration }, 'half.json');
    expect(constantsFor(chip!, 'gemm', 'bf16').interval(1).basis).toBe('calibrated');
    const { chip: derived } = resolveUserChip(
      { id: 'd', extends: 'half-h100', name: 'D' },
      'd.json',
      () => chip!,
    );
    expect(derived?.calibration).toBeUndefined();
    expect(constantsFor(derived!, 'gemm', 'bf16').value['compute']).toBe(0.5);
    expect(constantsFor(derived!, 'gemm', 'bf16').interval(1).basis).toBe('class');
  });

  it('can stand alone', () => {
    const own = {
      schemaVersion: 1,
      id: 'my-npu',
      name: 'My NPU',
      vendor: 'Me',
      class: 'npu',
      place: ['device'],
      phase: ['inference'],
      peakOpsPerSecond: { int8: { value: 4e12, sources: [0], basis: 'read' } },
      memory: [{ name: 'LPDDR5', bandwidthBytesPerSecond: 25.6e9, onChip: false }],
      power: { tdpWatts: 3 },
      deployPrecision: 'int8',
      sources: [{ title: 'our data sheet', url: null, basis: 'read' }],
    };
    expect(validate(own), JSON.stringify(validate.errors)).toBe(true);
    const { chip } = resolveUserChip(own, 'mine.json');
    expect(chip?.sources[chip.peakOpsPerSecond['int8']!.sources[0]!]!.title).toBe('our data sheet');
    expect(machineFor(chip!, 'fp32').format).toBe('int8');
  });

  it('may call number formats as fields are called: their rates are figures all the same', () => {
    const rates = { value: 1e12, kind: 2e12, sources: 3e12, scope: 4e12, memory: 5e12, place: 6e12 };
    for (const base of ['nvidia-h100-sxm', 'google-coral-edge-tpu']) {
      const { chip, problems } = resolveUserChip(
        { id: 'x', extends: base, otherPeakOpsPerSecond: rates, sustained: { compute: { devices: 0.5 } } },
        'x.json',
      );
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      for (const [name, value] of Object.entries(rates))
        expect(chip?.otherPeakOpsPerSecond?.[name], name).toMatchObject({ value, basis: 'stated' });
      expect(chip?.sustained?.compute?.['devices']).toMatchObject({ value: 0.5, basis: 'stated' });
    }
  });

  it('have none of what the warnings call ignored', () => {
    const power = { tdpWatts: 5, tdpWats: 7 };
    const more = {
      $schema: 'chip.schema.json',
      peakOpsPerSecond: { bf16: 1e14, int16: 2e14 },
      power,
      unheardOf: 1,
    };
    const { chip, problems } = resolveUserChip({ id: 'x', extends: 'nvidia-h100-sxm', ...more }, 'x.json');
    expect(problems.filter(({ code }) => code.startsWith('chip.schema-unknown'))).toHaveLength(3);
    expect(chip?.peakOpsPerSecond['bf16']?.value).toBe(1e14);
    expect(chip?.peakOpsPerSecond['int16']).toBeUndefined();
    expect(Object.keys(chip?.power ?? {})).toContain('tdpWatts');
    expect(Object.keys(chip?.power ?? {})).not.toContain('tdpWats');
    for (const name of ['unheardOf', 'extends', '$schema']) expect(chip).not.toHaveProperty([name]);
  });

  it('count sources after those of the chip that they extend, in figures and in lists', () => {
    const base = chipById('nvidia-h100-sxm')!;
    const sources = [
      { title: 'a', url: null, basis: 'read' } as const,
      { title: 'b', url: null, basis: 'read' } as const,
    ];
    const clockHz = { value: 1e9, sources: [1], basis: 'read' };
    const software = { stack: ['x'], executionProviders: [], sources: [0, 1] };
    const units = { kind: 'SM', sources: [0] };
    const { chip } = resolveUserChip(
      { id: 'x', extends: base.id, sources, clockHz, software, units },
      'x.json',
    );
    const title = (index: number | undefined): string | undefined => chip?.sources[index!]?.title;
    expect(chip?.clockHz?.sources.map(title)).toEqual(['b']);
    expect(chip?.software.sources.map(title)).toEqual(['a', 'b']);
    expect(chip?.units?.sources.map(title)).toEqual(['a']);
    // What the file leaves out keeps its source.
    expect(title(chip?.units?.count?.sources[0])).toBe(base.sources[base.units!.count!.sources[0]!]!.title);
    expect(chip?.sources.map(({ title }) => title)).toEqual([
      ...base.sources.map(({ title }) => title),
      'a',
      'b',
      'x.json',
    ]);
  });

  it('have names of their own, on one line', () => {
    const { chip } = resolveUserChip({ id: 'nameless', extends: 'nvidia-h100-sxm' }, 'x.json');
    expect(chip).toMatchObject({ name: 'nameless', aliases: [], vendor: 'NVIDIA' });
    const name = 'A\nB\u202eC';
    expect(resolveUserChip({ ...half, name }, 'x.json').chip?.name).toBe('A B\\u{202e}C');
  });

  it('are told when a memory level is not one of the chip that they extend', () => {
    const memory = [{ name: 'HBM 3', bandwidthBytesPerSecond: 1e12 }];
    const { chip, problems } = resolveUserChip({ id: 'h', extends: 'nvidia-h100-sxm', memory }, 'h.json');
    expect(problems).toMatchObject([
      { code: 'chip.memory-added', severity: 'information', path: ['memory', 0, 'name'] },
    ]);
    expect(argOf(problems[0]!, 'known')).toMatch(/^HBM3, L2, /);
    expect(chip?.memory.map(({ name }) => name)).toContain('HBM 3');
  });

  it('say what is wrong with them', () => {
    const codes = (json: unknown): string[] =>
      resolveUserChip(json, 'x.json').problems.map(({ code }) => code);
    expect(codes([])).toEqual(['chip.not-an-object']);
    expect(codes({ extends: 'nvidia-t4' })).toEqual(['chip.schema-missing']);
    expect(codes({ id: 'x', extends: 'nonsense' })).toEqual(['chip.extends-unknown']);
    expect(codes({ id: 'x', extends: 'nvidia-h100-sxn' })).toEqual(['chip.extends-near']);
    const slip = resolveUserChip({ id: 'x', extends: 'nvidia-t5' }, 'x.json', chipById);
    expect(argOf(slip.problems[0]!, 'near')).toBe('nvidia-t4');
    expect(codes({ id: 'nvidia-t4', extends: 'nvidia-t4' })).toEqual(['chip.extends-itself']);
    expect(new Set(codes({ id: 'x', name: 'x' }))).toEqual(new Set(['chip.schema-missing']));
    expect(codes({ ...half, peakOpsPerSecond: { fp16: 989 } })).toContain('chip.lint-missing-unit');
    expect(validate({ ...half, peakOpsPerSec: {} })).toBe(false);
  });
});
