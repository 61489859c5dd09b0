import { describe, expect, it } from 'vitest';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write, path } = temporaryFolder();
const model = write(
  'three.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]>
g (float[8,256] x) => (float[8,256] y) <float[256,256] w = ["location": "w.bin"]> {
  [a] a = MatMul (x, w)
  [b] b = Tanh (a)
  [c] y = MatMul (b, w)
}`,
);
const units = [
  { id: 'gpu', chip: 'nvidia-l4', runtime: 'onnxruntime-cuda' },
  { id: 'cpu', chip: 'intel-xeon-8480' },
];
const file = (name: string, more: object): string =>
  write(name, JSON.stringify({ schemaVersion: 1, units, ...more }));
const middle = file('middle.json', { nodes: { cpu: ['b'] } });

describe('analyze --mapping', () => {
  it('puts nodes where the file says: times, units, transfers and memory follow', async () => {
    const [mapped] = (await reportOf(model, '--mapping', middle)).chips;
    expect(mapped!.id).toBe('nvidia-l4');
    expect(mapped!.units.map(({ id, chip, runtime }) => [id, chip, runtime])).toEqual([
      ['gpu', 'nvidia-l4', 'onnxruntime-cuda'],
      ['cpu', 'intel-xeon-8480', 'onnxruntime-cpu'],
    ]);
    expect(mapped!.nodes.map(({ placement }) => placement)).toEqual(['gpu', 'cpu', 'gpu']);
    const [gpu] = (await reportOf(model, '--chip', 'nvidia-l4', '--runtime', 'onnxruntime-cuda')).chips;
    const [cpu] = (await reportOf(model, '--chip', 'intel-xeon-8480')).chips;
    const seconds = (of: typeof gpu, node: number): number => of!.kernels[node]!.seconds!.value;
    // a and b, 8 x 256 floats each, cross PCI Express 4.0 x16 (31 GB/s at 0.85).
    const link = 8e-6 + (8 * 256 * 4) / (31e9 * 0.85);
    // Each starts its unit anew: 4.3 us of ONNX Runtime on the processor, 20 us with CUDA (profiles, runSeconds).
    const sum = seconds(gpu, 0) + seconds(cpu, 1) + seconds(gpu, 2) + 2 * link + 4.3e-6 + 20e-6;
    expect(mapped!.total.latencySeconds!.value).toBeCloseTo(sum, 12);
    // On the processor lies a, over which ONNX Runtime writes b; it reads no weights.
    expect(mapped!.units[1]!.memory!.highWaterBytes).toBe(8 * 256 * 4);
  });

  it('all on one unit is what that chip costs alone', async () => {
    const all = file('all.json', {});
    const [mapped] = (await reportOf(model, '--mapping', all)).chips;
    const [alone] = (await reportOf(model, '--chip', 'nvidia-l4', '--runtime', 'onnxruntime-cuda')).chips;
    expect(mapped!.total).toEqual(alone!.total);
    expect(mapped!.memory).toEqual(alone!.memory);
  });

  it('all on another unit than the first is told of that unit: name, memory and fit', async () => {
    const elsewhere = file('elsewhere.json', { default: 'cpu' });
    const [mapped] = (await reportOf(model, '--mapping', elsewhere)).chips;
    const [cpu] = (await reportOf(model, '--chip', 'intel-xeon-8480')).chips;
    expect(new Set(mapped!.nodes.map(({ placement }) => placement))).toEqual(new Set(['cpu']));
    expect(mapped!.name).toBe(cpu!.name);
    expect(mapped!.memory.capacityBytes).toBe(cpu!.memory.capacityBytes);
    expect(mapped!.units.map(({ memory }) => memory?.fits ?? null)).toEqual([null, true]);
  });

  it('shows the unit of each node in tables and CSV, and what lies where', async () => {
    const { out } = await siliconlens('analyze', model, '--mapping', middle);
    expect(out).toContain('Units of nvidia-l4');
    expect(out).toMatch(/cpu +Xeon Platinum 8480.* onnxruntime-cpu +1 /);
    expect(out).toContain('Transfers between units: 2, 16.4 kB');
    const csv = (await siliconlens('analyze', model, '--mapping', middle, '--format', 'csv')).out.split(
      '\r\n',
    );
    // Behind the kernel's number.
    expect(csv[0]).toContain(',kernel,unit,seconds,');
    expect(csv.slice(1, 4).map((row) => /,(\d),(gpu|cpu),/.exec(row)?.slice(1))).toEqual([
      ['0', 'gpu'],
      ['1', 'cpu'],
      ['2', 'gpu'],
    ]);
    const korean = await siliconlens('analyze', model, '--mapping', middle, '--lang', 'ko');
    expect(korean.out).toContain('장치 사이 전송: 2회');
  });

  it('warns of nodes that the model does not have', async () => {
    const gone = file('gone.json', { nodes: { cpu: ['b', 'old\u202e'] } });
    const { out, code } = await siliconlens('analyze', model, '--mapping', gone);
    expect(code).toBe(0);
    expect(out).toContain('The mapping names 1 nodes that the model does not have: old\\u{202e}.');
  });

  it('refuses what it cannot use, with the place', async () => {
    const refused = async (...words: string[]): Promise<[number, string]> => {
      const { code, error } = await siliconlens('analyze', model, ...words);
      return [code, error.replaceAll(`${path}/`, '').trim()];
    };
    const unknown = write(
      'unknown.json',
      '{\n"schemaVersion": 1,\n"units": [{"id": "a", "chip": "nvidia-t4"}],\n"default": "b" }',
    );
    expect(await refused('--mapping', unknown)).toEqual([
      1,
      'siliconlens: unknown.json:4: default: no unit here is named “b”. They are a.',
    ]);
    const noChip = file('noChip.json', { units: [{ id: 'a', chip: 'x' }] });
    expect((await refused('--mapping', noChip))[1]).toContain('there is no chip “x”');
    expect((await refused('--mapping', write('broken.json', '{')))[0]).toBe(1);
    expect((await refused('--mapping', `${path}/none.json`))[0]).toBe(1);
    expect((await refused('--mapping', middle, '--chip', 'nvidia-t4'))[1]).toContain('leave out --chip');
    expect((await refused('--mapping', middle, '--gpu-layers', '3'))[1]).toContain('leave out --gpu-layers');
    expect((await refused('--mapping', middle, '--phase', 'training'))[0]).toBe(2);
    expect((await refused('--mapping', middle, '--out', middle))[0]).not.toBe(0);
  });
});
