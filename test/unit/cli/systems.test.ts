import { describe, expect, it } from 'vitest';
import { siliconlens } from './commandLine';

describe('siliconlens systems', () => {
  it('lists devices with what links them, one direction of one member', async () => {
    const { code, out } = await siliconlens('systems', 'dgx h100');
    expect(code).toBe(0);
    expect(out).toMatch(/nvidia-dgx-h100 +DGX H100 +cloud +8 × nvidia-h100-sxm, 2 × intel-xeon-8480/);
    // NVIDIA states 900 GB/s in both directions.
    expect(out).toContain('(switch) 450 GB/s');
    expect(out).toContain('one member in one direction');
  });

  it('gives programs the whole files in JSON, and a row for each device in CSV', async () => {
    const { out } = await siliconlens('systems', 'raspberry coral', '--format', 'json');
    expect(JSON.parse(out)).toMatchObject([{ id: 'raspberry-pi-coral', devices: [{}, {}] }]);
    const csv = await siliconlens('systems', 'raspberry coral', '--format', 'csv');
    expect(csv.out.trim().split('\r\n').slice(1)).toEqual([
      'raspberry-pi-coral,Raspberry Pi 5 with Coral,device,cpu,broadcom-bcm2712,1',
      'raspberry-pi-coral,Raspberry Pi 5 with Coral,device,tpu,google-coral-edge-tpu,1',
    ]);
  });

  it('has Korean names, and a usage error for what it does not have', async () => {
    const { out } = await siliconlens('systems', '라즈베리', '--lang', 'ko');
    expect(out).toContain('라즈베리 파이 5와 코랄');
    const { code, error } = await siliconlens('systems', 'mainframe');
    expect([code, error]).toEqual([
      2,
      'siliconlens: no system “mainframe” in the catalogue; “siliconlens systems” lists them\n',
    ]);
  });
});
