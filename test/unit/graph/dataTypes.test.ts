import { describe, expect, it } from 'vitest';
import grammar from '../../../media/onnxtxt/onnxtxt.tmLanguage.json';
import {
  byteLength,
  dataTypeOfCode,
  dataTypes,
  onnxTypes,
  type DataType,
} from '../../../server/engine/graph/dataTypes';

/**
 * The fields of each structure of ggml's src/ggml-common.h: half a scale or minimum (2 bytes), packed elements and high
 * bits, scales of parts. QK_K, the elements of a super-block, is 256.
 */
const structures: readonly (readonly [DataType, elements: number, bytes: number])[] = [
  ['q4_0', 32, 2 + 32 / 2],
  ['q4_1', 32, 2 * 2 + 32 / 2],
  ['q5_0', 32, 2 + 4 + 32 / 2],
  ['q5_1', 32, 2 * 2 + 4 + 32 / 2],
  ['q8_0', 32, 2 + 32],
  ['q8_1', 32, 2 * 2 + 32],
  ['q2_K', 256, 2 * 2 + 256 / 16 + 256 / 4],
  ['q3_K', 256, 2 + 256 / 4 + 256 / 8 + 12],
  ['q4_K', 256, 2 * 2 + 12 + 256 / 2],
  ['q5_K', 256, 2 * 2 + 12 + 256 / 2 + 256 / 8],
  ['q6_K', 256, 2 + 256 / 16 + (3 * 256) / 4],
  ['q8_K', 256, 4 + 256 + (256 / 16) * 2],
  ['iq2_xxs', 256, 2 + (256 / 8) * 2],
  ['iq2_xs', 256, 2 + (256 / 8) * 2 + 256 / 32],
  ['iq2_s', 256, 2 + 256 / 4 + 256 / 16],
  ['iq3_xxs', 256, 2 + 3 * (256 / 8)],
  ['iq3_s', 256, 2 + 13 * (256 / 32) + 256 / 64],
  ['iq1_s', 256, 2 + 256 / 8 + 256 / 16],
  ['iq1_m', 256, 256 / 8 + 256 / 16 + 256 / 32],
  ['iq4_nl', 32, 2 + 32 / 2],
  ['iq4_xs', 256, 2 + 2 + 256 / 64 + 256 / 2],
  ['tq1_0', 256, 2 + 256 / 64 + (256 - (4 * 256) / 64) / 5],
  ['tq2_0', 256, 2 + 256 / 4],
  ['mxfp4', 32, 1 + 32 / 2],
  ['nvfp4', 64, 64 / 16 + 64 / 2],
  ['q1_0', 128, 2 + 128 / 8],
  ['q2_0', 64, 2 + 64 / 4],
  // GPTQ and AWQ: a half for each group; unsigned ones also a zero point of half a byte (two groups make it whole).
  ['int4_32', 32, 2 + 32 / 2],
  ['int4_64', 64, 2 + 64 / 2],
  ['int4_128', 128, 2 + 128 / 2],
  ['uint4_32', 64, 2 * (2 + 0.5 + 32 / 2)],
  ['uint4_64', 128, 2 * (2 + 0.5 + 64 / 2)],
  ['uint4_128', 256, 2 * (2 + 0.5 + 128 / 2)],
  // QLoRA (arXiv 2305.14314), 3: a float for 64 elements; or a byte, and a float for 256 of those.
  ['nf4_64', 64, 4 + 64 / 2],
  ['nf4_64_double', 64 * 256, 256 * (1 + 64 / 2) + 4],
  // DeepSeek-V3 (arXiv 2412.19437), 3.3.2.
  ['fp8_128x128', 128 * 128, 128 * 128 + 4],
  ['fp8_row', 1, 1],
  ['int8_row', 1, 1],
  // So many bits for each, packed: 1, 3 and 6 (MIL.proto of coremltools, DataType).
  ['uint1', 8, 8 / 8],
  ['uint3', 8, (3 * 8) / 8],
  ['uint6', 4, (6 * 4) / 8],
];

describe('types in blocks', () => {
  it.each(structures)('%s: %d elements in %d bytes', (type, elements, bytes) => {
    expect(dataTypes[type].block).toEqual({ elements, bytes });
    expect(byteLength(type, 0)).toBe(0);
    expect(byteLength(type, elements)).toBe(bytes);
    expect(byteLength(type, elements * 4096)).toBe(bytes * 4096);
    // A block is not cut.
    expect(byteLength(type, elements + 1)).toBe(2 * bytes);
  });

  it('are all of the types that ONNX has not', () => {
    const names = (Object.keys(dataTypes) as DataType[]).filter((type) => dataTypes[type].code === null);
    expect([...names].sort()).toEqual(structures.map(([type]) => type).sort());
    // onnx.proto (ONNX 1.23) numbers its types from 1 to 28.
    expect([...onnxTypes.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
    expect(dataTypeOfCode(1)).toBe('float');
    expect(dataTypeOfCode(29)).toBeUndefined();
  });
});

it('packs what is no whole number of bytes', () => {
  expect(byteLength('int4', 3)).toBe(2);
  expect(byteLength('float6e2m3', 3)).toBe(3);
  expect(byteLength('double', 3)).toBe(24);
  expect(byteLength('string', 3)).toBeNull();
});

it('are coloured as types in every text', () => {
  const pattern = new RegExp(grammar.repository.type.patterns[0]!.match);
  for (const type of Object.keys(dataTypes)) expect(pattern.exec(`${type}[2, 3] w`)?.[0], type).toBe(type);
});
