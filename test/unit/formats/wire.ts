/** Writes protobuf by hand, so that the reader is tested against bytes that no reader of ours made. */
export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

export function int(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)];
}

export function bytes(field: number, value: ArrayLike<number>): number[] {
  return [...varint(field * 8 + 2), ...varint(value.length), ...Array.from(value)];
}

export function text(field: number, value: string): number[] {
  return bytes(field, new TextEncoder().encode(value));
}

export function float(field: number, value: number): number[] {
  return [...varint(field * 8 + 5), ...new Uint8Array(new Float32Array([value]).buffer)];
}

/** A sub-message. */
export function part(field: number, ...contents: readonly number[][]): number[] {
  return bytes(field, contents.flat());
}

/** A node without names: a graph without any is a remark of its own. */
export const someNode = part(1, text(4, 'Relu'));

/** A model with IR version 8, opset 17 and these parts of its graph, as many as there may be. */
export function modelOf(graph: readonly number[][]): Uint8Array {
  return Uint8Array.from([...int(1, 8), ...bytes(7, graph.flat()), ...part(8, text(1, ''), int(2, 17))]);
}
