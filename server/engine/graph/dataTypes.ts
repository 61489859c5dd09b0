/** Element types by the names of ONNX's textual syntax, which are also what users see. */
type ElementType =
  | 'float'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'double'
  | 'uint32'
  | 'uint64'
  | 'complex64'
  | 'complex128'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'float8e8m0'
  | 'uint2'
  | 'int2'
  | 'float6e2m3'
  | 'float6e3m2';

/**
 * Types whose elements are stored in blocks, with a scale for each: by ggml's names, and as checkpoints of transformers are
 * quantised, where elements and scales are tensors of their own (4 bits in groups, NF4, FP8 in squares).
 */
type BlockType =
  | 'q4_0'
  | 'q4_1'
  | 'q5_0'
  | 'q5_1'
  | 'q8_0'
  | 'q8_1'
  | 'q2_K'
  | 'q3_K'
  | 'q4_K'
  | 'q5_K'
  | 'q6_K'
  | 'q8_K'
  | 'iq2_xxs'
  | 'iq2_xs'
  | 'iq3_xxs'
  | 'iq1_s'
  | 'iq4_nl'
  | 'iq3_s'
  | 'iq2_s'
  | 'iq4_xs'
  | 'iq1_m'
  | 'tq1_0'
  | 'tq2_0'
  | 'mxfp4'
  | 'nvfp4'
  | 'q1_0'
  | 'q2_0'
  | 'int4_32'
  | 'int4_64'
  | 'int4_128'
  | 'uint4_32'
  | 'uint4_64'
  | 'uint4_128'
  | 'nf4_64'
  | 'nf4_64_double'
  | 'fp8_128x128'
  | 'fp8_row'
  | 'int8_row'
  | 'uint1'
  | 'uint3'
  | 'uint6';

export type DataType = ElementType | BlockType;

type DataTypeKind = 'float' | 'signed' | 'unsigned' | 'bool' | 'string' | 'complex' | 'block';

/** So many elements, neighbours along the last axis, take so many bytes. */
interface Block {
  readonly elements: number;
  readonly bytes: number;
}

interface DataTypeInfo {
  /** `TensorProto.DataType` of onnx.proto; null for types that ONNX has not. */
  readonly code: number | null;
  /** Bits of one element as stored; null for strings, whose size is not known from the type, and for blocks. */
  readonly bits: number | null;
  readonly kind: DataTypeKind;
  /** Left out where an element has a place of its own. */
  readonly block?: Block;
}

function blocks(elements: number, bytes: number): DataTypeInfo {
  return { code: null, bits: null, kind: 'block', block: { elements, bytes } };
}

/**
 * Sources: onnx/onnx.proto, `TensorProto.DataType` (ONNX 1.23); of blocks the structures of ggml's src/ggml-common.h, whose
 * sizes its static assertions state: scales, then packed elements.
 */
export const dataTypes: Readonly<Record<DataType, DataTypeInfo>> = {
  float: { code: 1, bits: 32, kind: 'float' },
  uint8: { code: 2, bits: 8, kind: 'unsigned' },
  int8: { code: 3, bits: 8, kind: 'signed' },
  uint16: { code: 4, bits: 16, kind: 'unsigned' },
  int16: { code: 5, bits: 16, kind: 'signed' },
  int32: { code: 6, bits: 32, kind: 'signed' },
  int64: { code: 7, bits: 64, kind: 'signed' },
  string: { code: 8, bits: null, kind: 'string' },
  bool: { code: 9, bits: 8, kind: 'bool' },
  float16: { code: 10, bits: 16, kind: 'float' },
  double: { code: 11, bits: 64, kind: 'float' },
  uint32: { code: 12, bits: 32, kind: 'unsigned' },
  uint64: { code: 13, bits: 64, kind: 'unsigned' },
  complex64: { code: 14, bits: 64, kind: 'complex' },
  complex128: { code: 15, bits: 128, kind: 'complex' },
  bfloat16: { code: 16, bits: 16, kind: 'float' },
  float8e4m3fn: { code: 17, bits: 8, kind: 'float' },
  float8e4m3fnuz: { code: 18, bits: 8, kind: 'float' },
  float8e5m2: { code: 19, bits: 8, kind: 'float' },
  float8e5m2fnuz: { code: 20, bits: 8, kind: 'float' },
  uint4: { code: 21, bits: 4, kind: 'unsigned' },
  int4: { code: 22, bits: 4, kind: 'signed' },
  float4e2m1: { code: 23, bits: 4, kind: 'float' },
  float8e8m0: { code: 24, bits: 8, kind: 'float' },
  uint2: { code: 25, bits: 2, kind: 'unsigned' },
  int2: { code: 26, bits: 2, kind: 'signed' },
  float6e2m3: { code: 27, bits: 6, kind: 'float' },
  float6e3m2: { code: 28, bits: 6, kind: 'float' },
  q4_0: blocks(32, 18),
  q4_1: blocks(32, 20),
  q5_0: blocks(32, 22),
  q5_1: blocks(32, 24),
  q8_0: blocks(32, 34),
  q8_1: blocks(32, 36),
  q2_K: blocks(256, 84),
  q3_K: blocks(256, 110),
  q4_K: blocks(256, 144),
  q5_K: blocks(256, 176),
  q6_K: blocks(256, 210),
  q8_K: blocks(256, 292),
  iq2_xxs: blocks(256, 66),
  iq2_xs: blocks(256, 74),
  iq3_xxs: blocks(256, 98),
  iq1_s: blocks(256, 50),
  iq4_nl: blocks(32, 18),
  iq3_s: blocks(256, 110),
  iq2_s: blocks(256, 82),
  iq4_xs: blocks(256, 136),
  iq1_m: blocks(256, 56),
  tq1_0: blocks(256, 54),
  tq2_0: blocks(256, 66),
  mxfp4: blocks(32, 17),
  nvfp4: blocks(64, 36),
  q1_0: blocks(128, 18),
  q2_0: blocks(64, 18),
  // Groups of 4 bits with a half as scale; of two groups of unsigned ones also the two zero points of 4 bits.
  int4_32: blocks(32, 18),
  int4_64: blocks(64, 34),
  int4_128: blocks(128, 66),
  uint4_32: blocks(64, 37),
  uint4_64: blocks(128, 69),
  uint4_128: blocks(256, 133),
  // bitsandbytes: 64 elements with a float; doubly quantised, 256 such scales of a byte with a float.
  nf4_64: blocks(64, 36),
  nf4_64_double: blocks(16384, 8452),
  // DeepSeek-V3's squares of 128 x 128 elements with a float.
  fp8_128x128: blocks(16384, 16388),
  // One scale for each row or for all, which is not counted here.
  fp8_row: blocks(1, 1),
  int8_row: blocks(1, 1),
  // Core ML's places in a table of values, packed.
  uint1: blocks(8, 1),
  uint3: blocks(8, 3),
  uint6: blocks(4, 3),
};

/** Types of ONNX, each with its code. */
export const onnxTypes: ReadonlyMap<number, DataType> = new Map(
  (Object.keys(dataTypes) as DataType[]).flatMap((name) => {
    const { code } = dataTypes[name];
    return code === null ? [] : [[code, name] as const];
  }),
);

/** The type of a `TensorProto.DataType` code; undefined for 0 (undefined) and for codes newer than this table. */
export function dataTypeOfCode(code: number): DataType | undefined {
  return onnxTypes.get(code);
}

/** Number of elements of a shape of numbers; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Bytes that `elements` elements occupy when packed, rounded up to whole bytes or blocks; null for strings. */
export function byteLength(type: DataType, elements: number): number | null {
  const { bits, block } = dataTypes[type];
  if (block) return Math.ceil(elements / block.elements) * block.bytes;
  return bits === null ? null : Math.ceil((elements * bits) / 8);
}
