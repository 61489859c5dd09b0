import { describe, expect, it } from 'vitest';
import { reportOf, temporaryFolder } from './commandLine';

/** Rates that stand on published run times of whole models: one kernel of each by hand, so that another number is noticed. */
const { write } = temporaryFolder();

const text = (name: string, body: string): string =>
  write(`${name}.onnxtxt`, `<ir_version: 10, opset_import: ["": 21]>\n${body}`);

/** A 1 x 1 convolution of 1024 to 1024 channels on 64 x 64 pixels of 16 pictures: 137.4e9 operations. */
const pointwise = text(
  'pointwise',
  `g (float16[16,1024,64,64] x) => (float16[16,1024,64,64] y) <float16[1024,1024,1,1] w = ["location": "w.bin"]> {
  y = Conv (x, w)
}`,
);
const operations = 2 * 16 * 64 * 64 * 1024 * 1024;

async function secondsOf(model: string, chip: string, ...words: string[]): Promise<number[]> {
  const [one] = (await reportOf(model, '--chip', chip, ...words)).chips;
  return one!.kernels.map(({ seconds }) => seconds!.value);
}

describe('rates from published run times', () => {
  it('give convolutions on ASICs a quarter of the peak, less what edges of the array lose', async () => {
    // Ascend 310: 8e12 operations a second at 16 bits.
    const [seconds] = await secondsOf(pointwise, 'huawei-ascend-310');
    const share = operations / 8e12 / seconds!;
    expect(share).toBeLessThanOrEqual(0.25);
    expect(share).toBeGreaterThan(0.2);
  });

  it('give convolutions of OpenVINO on graphics 0.55 of the peak, less what tiles lose', async () => {
    // 96 units at 1.4 GHz: 4.3008e12 operations a second at 16 bits.
    const [seconds] = await secondsOf(pointwise, 'intel-core-i7-12700h-igpu', '--runtime', 'openvino');
    const share = operations / 4.3008e12 / seconds!;
    expect(share).toBeLessThan(0.55);
    expect(share).toBeGreaterThan(0.55 * 0.85);
  });

  it('give llama.cpp on Metal 0.57 of the bandwidth', async () => {
    const sum = text(
      'sum',
      'g (float[268435456] a, float[268435456] b) => (float[268435456] y) {\n  y = Add (a, b)\n}',
    );
    const [seconds] = await secondsOf(sum, 'apple-m1-max-gpu', '--runtime', 'llama.cpp-metal');
    // Two read and one written of 1.07 GB each at 400 GB/s.
    expect((3 * 4 * 268435456) / 400e9 / seconds!).toBeCloseTo(0.57, 2);
  });
});

describe('a kernel on the host between two on the chip', () => {
  it('pays a copy there and a copy and a start back', async () => {
    const model = text(
      'between',
      `g (float[64,64] x, float[64] z) => (float[64,64] y) <float[64,64] w = ["location": "w.bin"]> {
  a = MatMul (x, w)
  d = Det (a)
  b = Add (x, d)
  y = MatMul (b, w)
}`,
    );
    const [one] = (await reportOf(model, '--chip', 'nvidia-l4', '--runtime', 'tensorrt')).chips;
    const links = one!.kernels.filter(({ bound }) => bound === 'link').map(({ seconds }) => seconds!.value);
    // PCI Express 4.0 x16 gives 31 GB/s at 0.85 behind 8 us; TensorRT takes 10 us to start.
    const copy = (bytes: number): number => 8e-6 + bytes / (31e9 * 0.85);
    expect(links).toHaveLength(2);
    expect(links[0]).toBeCloseTo(copy(64 * 64 * 4), 12);
    expect(links[1]).toBeCloseTo(copy(4) + 10e-6, 12);
  });
});

describe('what converters make of an operator', () => {
  it('runs on an Edge TPU: a normalisation of a batch is a product and a sum', async () => {
    const model = text(
      'normalised',
      `g (float[1,8,16,16] x) => (float[1,8,16,16] y) <
  float[8] s = {1,1,1,1,1,1,1,1}, float[8] b = {0,0,0,0,0,0,0,0}, float[8] m = {0,0,0,0,0,0,0,0}, float[8] v = {1,1,1,1,1,1,1,1}
> {
  r = Relu (x)
  y = BatchNormalization (r, s, b, m, v)
}`,
    );
    const [one] = (await reportOf(model, '--chip', 'google-coral-edge-tpu')).chips;
    expect(new Set(one!.kernels.map(({ placement }) => placement))).toEqual(new Set(['chip']));
  });
});
