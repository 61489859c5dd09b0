import { flatBuffer, i32, i8, ints, table, tables, u32, u8, ubytes, type Value } from '../flatbuffer';

/** Writes TFLite files by the slots of LiteRT's schema.fbs. */

type Part = ReturnType<typeof table>;

/** Codes of `BuiltinOperator`. */
export const codes = { ADD: 0, CONV_2D: 3, RESHAPE: 22, CUSTOM: 32, WHILE: 119, CALL: 31, IF: 118 } as const;
/** Codes of `BuiltinOptions`. */
export const optionKinds = {
  Conv2DOptions: 1,
  ReshapeOptions: 17,
  CallOptions: 16,
  IfOptions: 92,
  WhileOptions: 93,
};

export function tensor(
  name: string,
  shape: readonly number[],
  type = 0,
  buffer = 0,
  more: Readonly<Record<number, Value>> = {},
): Part {
  return table({ 0: ints(...shape), 1: i8(type), 2: u32(buffer), 3: name, ...more });
}

export function operator(
  code: number,
  inputs: readonly number[],
  outputs: readonly number[],
  more: Readonly<Record<number, Value>> = {},
): Part {
  return table({ 0: u32(code), 1: ints(...inputs), 2: ints(...outputs), ...more });
}

export function options(kind: number, fields: Readonly<Record<number, Value>>): Record<number, Value> {
  return { 3: u8(kind), 4: table(fields) };
}

export function opcode(code: number, version = 1, custom?: string): Part {
  const fields = { 0: i8(Math.min(code, 127)), 2: i32(version), 3: i32(code) };
  return table(custom === undefined ? fields : { ...fields, 1: custom });
}

export function subgraph(
  name: string,
  tensors: readonly Part[],
  inputs: readonly number[],
  outputs: readonly number[],
  operators: readonly Part[],
): Part {
  return table({
    0: tables(...tensors),
    1: ints(...inputs),
    2: ints(...outputs),
    3: tables(...operators),
    4: name,
  });
}

export function model(
  opcodes: readonly Part[],
  subgraphs: readonly Part[],
  buffers: readonly Part[] = [table({})],
  more: Readonly<Record<number, Value>> = {},
): Uint8Array {
  const fields = { 0: u32(3), 1: tables(...opcodes), 2: tables(...subgraphs), 4: tables(...buffers) };
  return flatBuffer('TFL3', table({ ...fields, ...more }));
}

export const buffer = (bytes: readonly number[]): Part => table({ 0: ubytes(bytes) });

/** int8[1,4,4,2] * int8[3,1,1,2] + int32[3], stride 2, RELU6. */
export function tinyConvolution(): Uint8Array {
  const quantisation = table({
    2: { count: 3, bytes: [0, 0, 0, 63, 0, 0, 128, 62, 0, 0, 0, 62] },
    3: { count: 3, bytes: new Array<number>(24).fill(0) },
    6: i32(0),
  });
  return model(
    [opcode(codes.CONV_2D, 3)],
    [
      subgraph(
        'main',
        [
          tensor('image', [1, 4, 4, 2], 9),
          tensor('w', [3, 1, 1, 2], 9, 1, { 4: quantisation }),
          tensor('b', [3], 2, 2),
          tensor('net/conv/Relu6', [1, 2, 2, 3], 9),
        ],
        [0],
        [3],
        [operator(0, [0, 1, 2], [3], options(optionKinds.Conv2DOptions, { 1: i32(2), 2: i32(2), 3: i8(3) }))],
      ),
    ],
    [table({}), buffer([1, 2, 3, 4, 5, 255]), buffer([7, 0, 0, 0, 254, 255, 255, 255, 0, 0, 0, 0])],
  );
}
