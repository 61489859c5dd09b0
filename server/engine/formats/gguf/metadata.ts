import type { Scheduler } from '../../scheduler';
import { shortestSingle } from '../singles';
import { damaged, unreadable } from '../unreadable';
import type { Cursor } from './cursor';
import { limits } from './limits';

/** A value of metadata: a number or text as it is, an array by its first items. */
export type MetadataValue = number | bigint | boolean | string | MetadataArray;

interface MetadataArray {
  /** The first ones as text. */
  readonly items: string;
  readonly count: number;
  /** All of a short list of numbers, such as one for each layer. */
  readonly numbers?: readonly number[];
}

interface Scalar {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, isLittle: boolean) => number | bigint | boolean;
}

/** By `gguf_metadata_value_type`. Source: ggml docs/gguf.md. */
const scalars: Readonly<Partial<Record<number, Scalar>>> = {
  0: { bytes: 1, read: (view, at) => view.getUint8(at) },
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  3: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  5: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { bytes: 4, read: (view, at, little) => shortestSingle(view.getFloat32(at, little)) },
  7: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  10: { bytes: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  11: { bytes: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  12: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};
const stringType = 8;
const arrayType = 9;

/** Reads values of metadata one after the other. */
export class MetadataReader {
  private walked = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly scheduler: Scheduler,
  ) {}

  /** The value at the cursor, with its type before it. */
  async value(): Promise<MetadataValue> {
    const { at } = this.cursor;
    return this.valueOf(await this.cursor.u32(), at, 0);
  }

  private async valueOf(type: number, typeAt: number, depth: number): Promise<MetadataValue> {
    const scalar = scalars[type];
    if (scalar) return this.cursor.number(scalar.bytes, scalar.read);
    if (type === stringType)
      return this.cursor.text('gguf_string_t', depth === 0 ? limits.text : limits.item);
    if (type !== arrayType) throw damaged('gguf_metadata_value_t', typeAt);
    if (depth === limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, typeAt);
    return this.array(depth);
  }

  private async array(depth: number): Promise<MetadataValue> {
    const { cursor } = this;
    const typeAt = cursor.at;
    const type = await cursor.u32();
    const count = await cursor.u64('gguf_metadata_value_t');
    const scalar = scalars[type];
    if (scalar && count <= limits.numbers) return this.numbers(scalar, count);
    const shown: string[] = [];
    const kept = Math.min(count, limits.items);
    for (let i = 0; i < kept; i++) shown.push(cut(valueText(await this.valueOf(type, typeAt, depth + 1))));
    if (count > kept) shown.push('…');
    if (scalar) cursor.skip((count - kept) * scalar.bytes);
    else await this.pass(type, typeAt, count - kept, depth);
    return { items: shown.join(', '), count };
  }

  private async numbers({ bytes, read }: Scalar, count: number): Promise<MetadataArray> {
    const values: (number | bigint | boolean)[] = [];
    for (let i = 0; i < count; i++) values.push(await this.cursor.number(bytes, read));
    const shown = values.slice(0, limits.items).map(String);
    if (count > shown.length) shown.push('…');
    return { items: shown.join(', '), count, numbers: values.map(Number) };
  }

  /** Passes over items whose lengths only they themselves tell. */
  private async pass(type: number, typeAt: number, count: number, depth: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      if (++this.walked > limits.walked)
        throw unreadable('format.too-many', { limit: limits.walked }, this.cursor.at);
      if (type === stringType) {
        const reading = this.cursor.lengthAhead();
        if (reading) await reading;
        this.cursor.skipText('gguf_string_t');
      } else await this.valueOf(type, typeAt, depth + 1);
    }
  }
}

/** A value as the listing writes it; of an array its first items and how many there are. */
export function valueText(value: MetadataValue): string {
  if (typeof value !== 'object') return String(value);
  const { items, count } = value;
  return items.endsWith('…') ? `[${items}] (${count})` : `[${items}]`;
}

/** A value as far as a graph may depend on it; undefined for lists of texts and long ones. */
export function entryOfValue(
  value: MetadataValue,
): number | boolean | string | readonly number[] | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? value.numbers : value;
}

function cut(text: string): string {
  return text.length <= limits.item ? text : `${text.slice(0, limits.item)}…`;
}
