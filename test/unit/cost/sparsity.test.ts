import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { ZeroCounter } from '../../../server/engine/cost/sparsity/count';
import { scanSparsity } from '../../../server/engine/cost/sparsity/scan';
import { sparseWeightShare, twoOfFourSpeedup } from '../../../server/engine/cost/sparsity/speedup';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import { profileById } from '../../../server/engine/kernels/profile';
import { CancelledError, uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from './layers';
import { bytes, int, modelOf, part, text } from '../formats/wire';

function counted(
  type: DataType,
  dims: readonly number[],
  axis: number | null,
  data: ArrayBufferView,
  zero = 0,
) {
  const counter = new ZeroCounter(type, dims, axis, zero);
  const all = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // In two pieces: groups reach over the cut.
  const cut = Math.floor(all.length / 16) * 8;
  counter.add(all.subarray(0, cut));
  counter.add(all.subarray(cut));
  return counter.result();
}

describe('counting zeros', () => {
  it('forms groups of four along the axis that is summed over', () => {
    // Two columns of eight rows; the left column has zeros in rows 0, 1, 4, 5, the right one in rows 0, 5, 6, 7.
    const left = [0, 0, 1, 1, 0, 0, 1, 1];
    const right = [0, 1, 1, 1, 1, 0, 0, 0];
    const matrix = Float32Array.from(left.flatMap((value, row) => [value, right[row]!]));
    expect(counted('float', [8, 2], 0, matrix)).toEqual({
      elements: 16,
      zeros: 8,
      groups: 4,
      sparseGroups: 3,
    });
    // Along the rows there is nothing to group: two elements are no group of four.
    expect(counted('float', [8, 2], 1, matrix)).toMatchObject({ zeros: 8, groups: null });
    // Transposed, the same groups lie one after the other.
    const flat = Float32Array.from([...left, ...right]);
    expect(counted('float', [2, 8], 1, flat)).toMatchObject({ groups: 4, sparseGroups: 3 });
  });

  it('pads the last group with zeros', () => {
    // 4 + 2 rows: two elements and two of padding are always sparse enough; three and one need one zero.
    expect(counted('int8', [6], 0, Int8Array.from([0, 0, 1, 1, 1, 1]))).toMatchObject({
      groups: 2,
      sparseGroups: 2,
    });
    expect(counted('int8', [7], 0, Int8Array.from([0, 0, 1, 1, 1, 1, 1]))).toMatchObject({
      groups: 2,
      sparseGroups: 1,
    });
  });

  it('knows both zeros of a float, the zero point of an integer and packed elements', () => {
    expect(counted('float16', [4], null, Uint16Array.from([0, 0x8000, 1, 0x3c00])).zeros).toBe(2);
    expect(counted('float', [3], null, Float32Array.from([-0, 1e-45, 2])).zeros).toBe(1);
    expect(counted('double', [3], null, Float64Array.from([-0, 5e-324, 0])).zeros).toBe(2);
    expect(counted('float8e4m3fnuz', [3], null, Uint8Array.from([0, 0x80, 1])).zeros).toBe(1);
    expect(counted('uint8', [4], null, Uint8Array.from([128, 0, 128, 3]), 128).zeros).toBe(2);
    expect(counted('int8', [3], null, Int8Array.from([-3, 0, 3]), -3).zeros).toBe(1);
    // Low half first: 0, 1 | 2, 0 | 0 and a half byte of padding.
    expect(counted('int4', [5], 0, Uint8Array.from([0x10, 0x02, 0x00]))).toMatchObject({
      elements: 5,
      zeros: 3,
      groups: 2,
      sparseGroups: 2,
    });
  });
});

const size = 64;

/** x[1,64] × w[64,64] with w as raw fp16, behind a Transpose or not. */
function model(zeroAt: (row: number, column: number) => boolean, transposed = false): Uint8Array {
  const raw = new Uint16Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      raw[row * size + column] = (transposed ? zeroAt(column, row) : zeroAt(row, column)) ? 0 : 0x3c00;
  const shape = part(2, part(1, int(1, 1)), part(1, int(1, size)));
  const info = (field: number, name: string) =>
    part(field, text(1, name), part(2, part(1, int(1, 10), shape)));
  const turn = part(
    1,
    text(1, 'w'),
    text(2, 't'),
    text(4, 'Transpose'),
    part(5, text(1, 'perm'), int(8, 1), int(8, 0), int(20, 7)),
  );
  return modelOf([
    ...(transposed ? [turn] : []),
    part(1, text(1, 'x'), text(1, transposed ? 't' : 'w'), text(2, 'y'), text(4, 'MatMul')),
    part(5, int(1, size), int(1, size), int(2, 10), text(8, 'w'), bytes(9, new Uint8Array(raw.buffer))),
    info(11, 'x'),
    info(12, 'y'),
  ]);
}

const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

async function scanned(file: Uint8Array) {
  const source = memorySource(file);
  const { value } = await readOnnx(source, uninterrupted);
  const prepared = await prepare(value!, workload, uninterrupted);
  const sources = { open: (location: string | null) => Promise.resolve(location === null ? source : null) };
  return { prepared, found: await scanSparsity(prepared.inference, sources, uninterrupted) };
}

describe('the weights of a model', () => {
  // Rows are the summed axis of the right operand of a MatMul.
  const alongRows = (row: number) => row % 4 < 2;
  const alongColumns = (_row: number, column: number) => column % 4 < 2;

  it.each([false, true])(
    'are in the pattern only along the summed axis, also behind a Transpose: %s',
    async (t) => {
      const { found } = await scanned(model(alongRows, t));
      expect(found.bytesRead).toBe(size * size * 2);
      expect(found.tensors).toMatchObject([
        { name: 'w', operator: 'MatMul', axis: t ? 1 : 0, zeros: 2048, groups: 1024, isTwoOfFour: true },
      ]);
      const other = await scanned(model(alongColumns, t));
      // Half of the columns are all zeros, the others have none.
      expect(other.found.tensors).toMatchObject([{ zeros: 2048, sparseGroups: 512, isTwoOfFour: false }]);
      expect(other.found.twoOfFour.size).toBe(0);
    },
  );

  it('are tensors: a single number is none', async () => {
    const product = (columns: number): Uint8Array => {
      const info = (field: number, name: string, last: number) => {
        const shape = part(2, part(1, int(1, 1)), part(1, int(1, last)));
        return part(field, text(1, name), part(2, part(1, int(1, 10), shape)));
      };
      const weights = bytes(9, new Uint8Array(2 * columns));
      return modelOf([
        part(1, text(1, 'x'), text(1, 'w'), text(2, 'y'), text(4, 'MatMul')),
        part(5, int(1, 1), int(1, columns), int(2, 10), text(8, 'w'), weights),
        info(11, 'x', 1),
        info(12, 'y', columns),
      ]);
    };
    const single = (await scanned(product(1))).found;
    expect([single.tensors, single.bytesRead]).toEqual([[], 0]);
    const pair = (await scanned(product(2))).found;
    expect(pair.tensors).toMatchObject([{ name: 'w', zeros: 2 }]);
    expect(pair.bytesRead).toBe(4);
  });

  it('speed up chips that skip their zeros, and no others', () => {
    // One layer of 4096 × 4096 in fp16 on 1 row, whose weights bind, and on 4096 rows, whose arithmetic does.
    for (const [rows, atMost] of [
      [1, 0.65],
      [4096, 0.6],
    ] as const) {
      const { inference, plan } = chain([rows, 4096], [dense(rows, 4096, 4096, 'float16')], 'float16');
      const weights = new Set([inference.values.find(({ origin }) => origin === 'initializer')!.id]);
      const seconds = (id: string, sparse?: ReadonlySet<number>) => {
        const options = sparse ? { sparse } : {};
        const none = profileById('none')!;
        return estimateChip({ inference, plan, workload }, chipById(id)!, none, options).total.latencySeconds!
          .value!;
      };
      const a100 = 'nvidia-a100-sxm-80gb';
      expect(seconds(a100, weights)).toBeLessThan(seconds(a100) * 0.95);
      expect(seconds(a100, weights)).toBeGreaterThan(seconds(a100) * (1 - atMost));
      expect(seconds(a100, new Set())).toBe(seconds(a100));
      expect(seconds('nvidia-v100-sxm2-32gb', weights)).toBe(seconds('nvidia-v100-sxm2-32gb'));
    }
  });

  it('that are missing or cut off are named, not invented', async () => {
    const { prepared } = await scanned(model(alongRows));
    const none = await scanSparsity(prepared.inference, { open: () => Promise.resolve(null) }, uninterrupted);
    expect(none.tensors).toEqual([]);
    expect(none.problems).toMatchObject([{ code: 'sparsity.unreadable', args: { name: 'w' } }]);
    expect(none.unreadTensors).toBe(1);
    const cut = memorySource(model(alongRows).subarray(0, 2000));
    const short = await scanSparsity(prepared.inference, { open: () => Promise.resolve(cut) }, uninterrupted);
    expect(short.problems).toHaveLength(1);
  });

  it('stop being read when they are no longer wanted', async () => {
    const { prepared } = await scanned(model(alongRows));
    const source = memorySource(model(alongRows));
    const cancelled = { tick: () => Promise.reject(new CancelledError()) };
    await expect(
      scanSparsity(prepared.inference, { open: () => Promise.resolve(source) }, cancelled),
    ).rejects.toThrow(CancelledError);
  });
});

describe('chips', () => {
  it('know the pattern, or another one that is no 2:4', () => {
    expect(twoOfFourSpeedup(chipById('nvidia-a100-sxm-80gb')!)).toBe(2);
    // Trainium 2 reaches 3.8 with 4 of 16; two of four can save no more than half.
    expect(twoOfFourSpeedup(chipById('aws-trainium2')!)).toBe(2);
    expect(twoOfFourSpeedup(chipById('samsung-exynos-9820-npu')!)).toBeNull();
    expect(twoOfFourSpeedup(chipById('nvidia-t4')!)).toBeNull();
  });

  it('keep two elements of four and where they stand', () => {
    // fp16: 2 × 16 + 4 of 64 bits; int8: 2 × 8 + 4 of 32.
    expect(sparseWeightShare('fp16')).toBeCloseTo(36 / 64, 12);
    expect(sparseWeightShare('int8')).toBeCloseTo(20 / 32, 12);
  });
});
