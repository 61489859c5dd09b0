import { bufferRoles, type Buffer, type BufferRole } from './buffers';

/** Buffers as columns, by the step at which they begin: a server keeps those of many models. */
export interface BufferTable {
  readonly value: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** NaN where the size is unknown. */
  readonly bytes: Float64Array;
  /** Places in the list of roles. */
  readonly role: Uint8Array;
}

/** A buffer that lives, of known size. */
export type Live = Pick<Buffer, 'value' | 'role'> & { readonly bytes: number };

/** @param list by the step at which they begin */
export function bufferTable(list: readonly Buffer[]): BufferTable {
  return {
    value: Int32Array.from(list, ({ value }) => value),
    from: Int32Array.from(list, ({ from }) => from),
    to: Int32Array.from(list, ({ to }) => to),
    bytes: Float64Array.from(list, ({ bytes }) => bytes ?? NaN),
    role: Uint8Array.from(list, ({ role }) => bufferRoles.indexOf(role)),
  };
}

/** What the buffer in a row of the table is for. */
export function roleAt({ role }: BufferTable, row: number): BufferRole {
  return bufferRoles[role[row]!]!;
}

/**
 * The largest buffers that live at each of some steps, the largest first; weights are not among them.
 * @param steps ascending
 */
export function liveAt(table: BufferTable, steps: readonly number[], most: number): Live[][] {
  const { value, from, to, bytes } = table;
  let next = 0;
  let live: number[] = [];
  return steps.map((at) => {
    for (; next < from.length && from[next]! <= at; next++) if (bytes[next]! > 0) live.push(next);
    live = live.filter((index) => to[index]! >= at);
    const largest = [...live].sort((a, b) => bytes[b]! - bytes[a]!).slice(0, most);
    return largest.map((index) => ({
      value: value[index]!,
      bytes: bytes[index]!,
      role: roleAt(table, index),
    }));
  });
}
