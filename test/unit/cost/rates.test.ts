import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { transferSeconds } from '../../../server/engine/cost/link';
import type { Unit, Units } from '../../../server/engine/cost/units';
import { machineFor } from '../../../server/engine/cost/machine';

describe('the rate of elementwise work', () => {
  it('on an H100 is that of its lanes: 16 bits twice as fast as FP32, FP64 half', () => {
    const h100 = chipById('nvidia-h100-sxm')!;
    const vector = (format: string) => machineFor(h100, format).vector;
    // NVIDIA H100 white paper, table of peak rates: 133.8, 66.9 and 33.5 TFLOP/s without tensor cores.
    expect(vector('bf16')).toBe(133.8e12);
    expect(vector('fp16')).toBe(133.8e12);
    expect(vector('fp32')).toBe(66.9e12);
    expect(vector('fp64')).toBe(33.5e12);
    // Other formats compute at FP32.
    expect(vector('int8')).toBe(66.9e12);
    expect(vector('tf32')).toBe(66.9e12);
  });
});

const unit = (id: string, chip: string, pool?: Unit['pool']): Unit => {
  return { id, chip: chipById(chip)!, profile: null, ...(pool && { pool }) };
};
const besideHost = (chip: string): Units => {
  return { list: [unit('chip', chip), unit('host', 'intel-xeon-8480')], links: [] };
};

describe('a copy between host and chip', () => {
  it('takes 8 us and the bytes at 0.85 of the stated link', () => {
    // L4: PCI Express 4.0 x16, 31 GB/s.
    const seconds = transferSeconds(besideHost('nvidia-l4'), [0, 1], 31e6)!;
    expect(seconds.value).toBeCloseTo(8e-6 + 1e-3 / 0.85, 9);
    expect(seconds.basis).toBe('class');
  });

  it('on one memory of a system on chip reads and writes it: half of its bandwidth', () => {
    // Apple M4: 120 GB/s of LPDDR5X for CPU, GPU and Neural Engine.
    const seconds = transferSeconds(besideHost('apple-m4-ane'), [0, 1], 60e6)!;
    expect(seconds.value).toBeCloseTo(8e-6 + 1e-3, 9);
    expect(seconds.basis).toBe('peak');
  });
});

describe('a copy between two units', () => {
  it('takes the link that is stated for them, with its latency', () => {
    const list = [unit('npu', 'google-coral-edge-tpu'), unit('cpu', 'broadcom-bcm2712')];
    const links = [{ between: ['cpu', 'npu'], bytesPerSecond: 100e6, latencySeconds: 50e-6 }] as const;
    // 85 kB at 0.85 of 100 MB/s are 1 ms.
    expect(transferSeconds({ list, links }, [0, 1], 85e3)!.value).toBeCloseTo(50e-6 + 1e-3, 12);
    expect(transferSeconds({ list, links }, [1, 0], 85e3)!.value).toBeCloseTo(50e-6 + 1e-3, 12);
  });

  it('of one memory reads and writes it', () => {
    const pool = { id: 'lpddr', bandwidth: 100e9, capacity: null };
    const list = [unit('npu', 'apple-m4-ane', pool), unit('cpu', 'intel-xeon-8480', pool)];
    // 50 MB at half of 100 GB/s are 1 ms.
    expect(transferSeconds({ list, links: [] }, [0, 1], 50e6)!.value).toBeCloseTo(8e-6 + 1e-3, 12);
  });

  it('between two cards goes over the links of both', () => {
    const list = [unit('a', 'nvidia-l4'), unit('b', 'nvidia-l4')];
    expect(transferSeconds({ list, links: [] }, [0, 1], 31e6)!.value).toBeCloseTo(
      2 * (8e-6 + 1e-3 / 0.85),
      9,
    );
  });
});
