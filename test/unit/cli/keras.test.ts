import { describe, expect, it } from 'vitest';
import { archive, calls, functional, layer, tensor } from '../formats/keras/archive';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

/** A product of 4 by 3 with a bias and an activation, and one of 3 by 2. */
const two = functional(
  layer('Dense', { name: 'first', units: 3, activation: 'relu' }, calls([tensor('x', [null, 4])])),
  layer('Dense', { name: 'last', units: 2, use_bias: false }, calls([tensor('first', [null, 3])])),
);

describe('on the command line an archive of Keras', () => {
  it('is listed with its layers', async () => {
    const { code, out } = await siliconlens('listing', written('m.keras', archive()));
    expect(code).toBe(0);
    expect(out).toContain('opset_import: ["keras" : 3, "keras.ops" : 3, "keras.custom" : 3]');
    expect(out).toContain('["first/relu"] first = keras.ops.Relu ("first/result")');
  });

  it('has costs, by XLA where nobody chose a runtime and it drives the chip', async () => {
    const path = written('two.keras', archive(two));
    const { code, out } = await siliconlens('analyze', path, '--chip', 'nvidia-t4', '--bind', 'batch=5');
    expect(code).toBe(0);
    // Weights 4 · 3 + 3 + 3 · 2. For each of 5 rows 12 and 6 multiply-accumulates, 3 additions of a bias, 3 of relu.
    expect(out).toMatch(/Parameters +21\n/);
    expect(out).toContain(`${5 * (2 * 12 + 2 * 6 + 3 + 3)} OP`);
    expect(out).toMatch(/nvidia-t4 +xla/);
  });

  it('is a lower bound where a layer is not known', async () => {
    const path = written('own.keras', archive());
    const { code, out, error } = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    expect(out).toMatch(/Parameters +at least 21\n/);
  });

  it('of a class of its own is refused with what to do', async () => {
    const own = archive({ module: 'mine', class_name: 'Tower', config: {} });
    const { code, error } = await siliconlens('listing', written('tower.keras', own));
    expect(code).toBe(1);
    expect(error).toContain('“Tower”');
    expect(error).toContain('model.export');
  });

  it('of the older form is told how to save it anew', async () => {
    const { code, error } = await siliconlens(
      'listing',
      written('m.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10)),
    );
    expect(code).toBe(1);
    expect(error).toContain('model.save("model.keras")');
  });
});
