import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { siliconlens, temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();
const model = 'test/fixtures/models/tiny-conv.onnx';

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

  it('has those of the project first, by its own chips, and says which files cannot be used', async () => {
    const own = join(folder, 'project', '.siliconlens');
    mkdirSync(join(own, 'systems'), { recursive: true });
    mkdirSync(join(own, 'chips'));
    const chip = { id: 'half', extends: 'nvidia-l4', name: 'Half an L4' };
    writeFileSync(join(own, 'chips', 'half.json'), JSON.stringify(chip));
    const system = { id: 'ours', name: 'Our box', place: ['device'], devices: [{ id: 'gpu', chip: 'half' }] };
    writeFileSync(join(own, 'systems', 'a.json'), JSON.stringify(system));
    const broken = { ...system, id: 'other', devices: [{ id: 'gpu', chip: 'quarter' }] };
    writeFileSync(join(own, 'systems', 'b.json'), JSON.stringify(broken, null, 2));
    writeFileSync(join(own, 'systems', 'c.json'), '{\n"id": }');
    const place = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'project'));
    try {
      const { code, out, error } = await siliconlens('systems', 'half an l4', '--format', 'csv');
      expect(code).toBe(0);
      expect(out.trim().split('\n').slice(1)).toEqual(['ours,Our box,device,gpu,half,1']);
      expect(error).toBe(
        [
          // The chip stands in the tenth line of what JSON.stringify writes.
          '.siliconlens/systems/b.json:10: devices.0.chip: there is no chip “quarter”. Name one of the catalogue or of your own chip files.',
          '.siliconlens/systems/c.json:2: This is not valid JSON from here on: look for a missing comma, quotation mark or bracket.',
          '',
        ].join('\n'),
      );
    } finally {
      place.mockRestore();
    }
  });

  it('names what sounds most alike, and nothing where nothing does', async () => {
    const { code, error } = await siliconlens('systems', 'raspbery pie corall');
    expect(code).toBe(2);
    expect(error).toMatch(
      /no system “raspbery pie corall” in the catalogue; the nearest names are .*raspberry-pi-coral/,
    );
    expect((await siliconlens('systems', 'zzzzqq')).error).toBe(
      'siliconlens: no system “zzzzqq” in the catalogue; “siliconlens systems” lists them\n',
    );
  });

  it('holds systems against the brain, which is no target', async () => {
    const { out } = await siliconlens('systems', 'brain');
    expect(out).toMatch(/human-brain +Human brain +20 W/);
    // 204,290 W by the limits of its chips, over 20 W.
    expect(out).toMatch(/alphago-server +204 kW +10,200/);
    const json = await siliconlens('systems', '뇌', '--format', 'json');
    expect(JSON.parse(json.out)).toMatchObject([{ id: 'human-brain', isTarget: false }]);
    const { code, error } = await siliconlens('map', model, '--system', 'brain');
    expect([code, error]).toEqual([
      2,
      'siliconlens: “brain” (human-brain) is what systems are compared with and runs no model; “siliconlens systems” lists those that do\n',
    ]);
  });

  it('gives limits to rank and split by what a system needs', async () => {
    const ranked = await siliconlens('rank', model, '--needs', 'vehicle-fsd', '--format', 'json');
    const { limits, rejected } = JSON.parse(ranked.out) as {
      limits: unknown;
      rejected: { id: string; broken: { limit: string } }[];
    };
    expect(limits).toMatchObject({ figures: { latency: 1 / 36 / 8, watts: 100 } });
    // An H100 is rated for 700 W.
    expect(rejected.find(({ id }) => id === 'nvidia-h100-sxm')?.broken.limit).toBe('watts');
    const none = await siliconlens('rank', model, '--needs', 'nvidia-dgx-h100');
    expect([none.code, none.error]).toEqual([2, 'siliconlens: the system nvidia-dgx-h100 states no needs\n']);
    // A car that works offline keeps all on the device.
    const split = ['split', model, '--device', 'tesla-fsd-hw3', '--cloud', 'nvidia-l4', '--network', '5g'];
    const cut = await siliconlens(...split, '--needs', 'vehicle-fsd', '--format', 'json');
    expect(JSON.parse(cut.out)).toMatchObject({ offline: true, deadlineSeconds: 1 / 36 });
  });
});
