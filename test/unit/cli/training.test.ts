import { describe, expect, it } from 'vitest';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { write } = temporaryFolder();
/** One product of 8 × 8 in 16-bit floats, then one that makes what the model gives back. */
const zeros = Array.from({ length: 64 }, () => 0).join(', ');
const model = write(
  'm.onnxtxt',
  `<ir_version: 10, opset_import: ["": 21]> g (float16[2, 8] x) => (float16[2, 8] y)
   <float16[8, 8] v = {${zeros}}, float16[8, 8] w = {${zeros}}> { a = MatMul (x, v) y = MatMul (a, w) }`,
);
const words = ['--chip', 'nvidia-h100-sxm', '--runtime', 'none', '--phase', 'training'];

describe('the options about training', () => {
  it('change memory and are stated', async () => {
    const options = ['--optimizer', 'momentum', '--master-weights', 'false', '--zero', '1', '--devices', '4'];
    const { memory } = (await reportOf(model, ...words, ...options)).chips[0]!;
    expect(memory.training).toMatchObject({
      optimizer: 'momentum',
      masterWeights: false,
      zero: 1,
      devices: 4,
    });
    expect(memory.training!.label).toBe('momentum, masterWeights false, zero 1, devices 4');
    // One value of 2 bytes for each of 128 parameters, shared out over 4.
    expect(memory.training!.peak).toMatchObject({ weights: 256, optimizer: 64, master: 0 });
    const { out } = await siliconlens('analyze', model, ...words, ...options);
    expect(out).toContain('momentum, masterWeights false, zero 1, devices 4');
  });

  it('change time: what runs again and a second micro-batch cost more, adapters less', async () => {
    const seconds = async (...options: string[]): Promise<number> =>
      (await reportOf(model, ...words, ...options)).chips[0]!.total.operations.value!;
    // Two products of 2 × 2 × 8 × 8 operations, three passes, 12 operations of Adam for each parameter.
    expect(await seconds()).toBe(2 * 256 * 3 + 128 * 12);
    expect(await seconds('--accumulate', '2')).toBe(2 * (2 * 256 * 3) + 128 * 12);
    // Of rank 1 beside the first: 16 parameters, a quarter of its work three times; one gradient of each product.
    expect(await seconds('--lora-rank', '1')).toBe(2 * 256 * 2 + 3 * 0.25 * 256 + 16 * 12);
  });

  it('win over settings, which give what they leave open', async () => {
    const settings = write(
      'settings.json',
      '{"siliconlens.training.optimizer": "sgd", "siliconlens.training.devices": 2, "siliconlens.models": {"**/m.onnxtxt": {"training": {"zero": 2}}}}',
    );
    const { memory } = (await reportOf(model, ...words, '--settings', settings, '--devices', '8')).chips[0]!;
    expect(memory.training!.label).toBe('sgd, zero 2, devices 8');
  });

  it('are refused where nothing is trained, and where they are none', async () => {
    const { code, error } = await siliconlens('analyze', model, '--optimizer', 'adam');
    expect([code, error]).toEqual([
      2,
      'siliconlens: --optimizer is about training: give --phase training with it\n',
    ]);
    for (const options of [
      ['--zero', '4'],
      ['--devices', '0'],
      ['--lora-rank', '1.5'],
      ['--recompute', 'some'],
    ])
      expect([options, (await siliconlens('analyze', model, ...words, ...options)).code]).toEqual([
        options,
        2,
      ]);
  });
});
