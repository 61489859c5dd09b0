import { describe, expect, it } from 'vitest';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import type { Chip, Figure } from '../../../server/engine/chips/chip';
import { lintChip } from '../../../server/engine/chips/lint';
import { findChips } from '../../../server/engine/chips/search';

/** Doubts that were looked into and are right as they stand. */
const reviewed: Readonly<Record<string, string>> = {
  'arm-neoverse-v2 sparse-peak bf16':
    'BFMMLA does twice the multiply-accumulates of the FP16 vector instructions',
  'intel-habana-gaudi3 sparse-peak bf16': 'both figures stand so in the sources of the entry',
  'intel-nervana-nnp-t peak-not-units peakOpsPerSecond':
    'the quoted 119e12 would need 1.21 GHz; the sources give 1.1 GHz',
};

const figure = (value: number): Figure => ({ value, sources: [0], basis: 'stated' });
const h100 = chipById('nvidia-h100-sxm') as Chip;
const rules = (chip: Chip): string[] => lintChip(chip).map(({ rule, figure: name }) => `${rule} ${name}`);

describe('lint of chip files', () => {
  it('finds nothing in the catalogue but what was reviewed', () => {
    const found = chips.flatMap(lintChip).map(({ chip, rule, figure: name }) => `${chip} ${rule} ${name}`);
    expect(found.sort()).toEqual(Object.keys(reviewed).sort());
  });

  it('finds a sparse peak', () => {
    const peakOpsPerSecond = { ...h100.peakOpsPerSecond, fp16: figure(1978.9e12) };
    expect(rules({ ...h100, peakOpsPerSecond })).toContain('sparse-peak fp16');
  });

  it('finds a peak that units, multiply-accumulates and clock cannot give', () => {
    expect(rules({ ...h100, clockHz: figure(3e9) })).toContain('peak-not-units peakOpsPerSecond');
  });

  it('finds rates in TOPS and bandwidths in gigabytes', () => {
    expect(rules({ ...h100, peakOpsPerSecond: { bf16: figure(989) }, units: undefined })).toContain(
      'missing-unit peakOpsPerSecond.bf16',
    );
    const memory = h100.memory.map((level) => ({ ...level, bandwidthBytesPerSecond: figure(3352) }));
    expect(rules({ ...h100, memory })).toContain('missing-unit HBM3 bandwidth');
  });

  it('finds an impossible ridge point', () => {
    const memory = h100.memory.map((level) => ({ ...level, bandwidthBytesPerSecond: figure(3.352e9) }));
    expect(rules({ ...h100, memory })).toContain('ridge-point peakOpsPerSecond');
  });

  it('finds an FP32 peak above the 16-bit one', () => {
    const peakOpsPerSecond = { ...h100.peakOpsPerSecond, fp32: figure(1e15) };
    expect(rules({ ...h100, peakOpsPerSecond })).toContain('rate-order fp32');
  });

  it('finds a driver that reports more than is sold, and a fitted share above the peak', () => {
    const memory = h100.memory.map((level) => ({
      ...level,
      capacityBytes: figure(85.9e9),
      marketedBytes: figure(79e9),
    }));
    expect(rules({ ...h100, memory })).toContain('binary-capacity HBM3');
    const fitted = { operatorClass: 'gemm', precision: 'bf16', rows: 1, residuals: [], source: 'x' };
    const calibration = [{ ...fitted, constants: { compute: 1.2 } }];
    expect(rules({ ...h100, calibration })).toContain('above-peak gemm bf16');
  });

  it('says where the figure stands, memory levels by name', () => {
    const memory = h100.memory.map((level) => ({ ...level, bandwidthBytesPerSecond: figure(3352) }));
    const found = lintChip({ ...h100, memory, power: { idleWatts: figure(1e9) } });
    expect(found.map(({ path }) => path.join('/'))).toEqual(
      expect.arrayContaining(['memory/HBM3/bandwidthBytesPerSecond', 'power/idleWatts']),
    );
  });

  it('finds figures without a source and sources without a figure', () => {
    expect(rules({ ...h100, clockHz: { value: 1.98e9, sources: [], basis: 'stated' } })).toContain(
      'missing-source clockHz',
    );
    expect(rules({ ...h100, clockHz: { value: 1.98e9, sources: [99], basis: 'stated' } })).toContain(
      'missing-source clockHz',
    );
    const sources = [...h100.sources, { title: 'nowhere', url: null, basis: 'read' as const }];
    expect(rules({ ...h100, sources })).toContain('unused-source nowhere');
  });

  it('finds a decimal capacity where the source says GiB, and a measured share above the peak', () => {
    const memory = h100.memory.map((level) => ({
      ...level,
      capacityBytes: { ...figure(80e9), note: '80 GiB' },
    }));
    expect(rules({ ...h100, memory })).toContain('binary-capacity HBM3');
    expect(rules({ ...h100, sustained: { compute: { bf16: figure(1.2) } } })).toContain('above-peak bf16');
  });
});

describe('tags', () => {
  it('are three: class, place and phase, all present everywhere', () => {
    for (const chip of chips) {
      expect(chip.place.length, chip.id).toBeGreaterThan(0);
      expect(chip.phase.length, chip.id).toBeGreaterThan(0);
    }
    expect(chipById('tesla-fsd-hw3')?.place).toEqual(['vehicle']);
    expect(chipById('arm-cortex-m33')?.place).toEqual(['mcu']);
    expect(findChips('FSD')[0]!.class).toBe('asic');
  });

  it('give a deployment precision to every chip that lacks FP32 but has some rate', () => {
    const coral = chipById('google-coral-edge-tpu')!;
    expect(rules(coral)).toEqual([]);
    expect(rules({ ...coral, deployPrecision: undefined })).toEqual(['deploy-precision deployPrecision']);
    expect(rules({ ...coral, deployPrecision: 'bf16' })).toEqual(['deploy-precision deployPrecision']);
    const peakOpsPerSecond = { ...coral.peakOpsPerSecond, fp32: figure(1e12) };
    expect(rules({ ...coral, peakOpsPerSecond, deployPrecision: undefined })).toEqual([]);
  });
});
