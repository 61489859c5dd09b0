import { entryOf } from '../../../../outside/table';
import { ByteWindow, type ByteSource } from '../../graph/byteSource';
import type { Scheduler } from '../../scheduler';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { Field } from './field';
import { Message } from './message';
import { ruleOf, type FieldRule, type ProtoSchema } from './schema';

/** Bounds that keep time and memory in proportion to what a file describes, whatever it claims. */
const limits = {
  /** Messages within messages. */
  depth: 64,
  fields: 8_000_000,
  /** Bytes of a text, or of packed numbers, that are read; longer numbers stay in the file. */
  text: 64 * 1024,
  /** Bytes that are kept of a field that may be a small tensor. */
  kept: 8 * 1024,
} as const;

/** Memory of a message, of one of its fields and of a number of a list. */
const memory = { message: 300, field: 60, number: 16 } as const;

/** Messages up to this length are brought to hand whole; longer ones are read field by field. */
const wholeMessage = 64 * 1024;
/** A tag of five bytes and a length of ten. */
const longestHead = 15;

interface Range {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/**
 * Reads protobuf's wire format by a schema: fields that it does not name are skipped, weights and long lists are places. A file
 * that breaks off, or is damaged, gives what could be read, and a problem.
 */
export class Decoder {
  private readonly window: ByteWindow;
  private readonly decoder = new TextDecoder();
  private fields = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly schema: ProtoSchema,
    private readonly scheduler: Scheduler,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {
    this.window = new ByteWindow(source);
  }

  /** The message that the file is. */
  whole(type: string): Promise<Message> {
    return this.read({ type, from: 0, to: this.source.size, depth: 0 });
  }

  private async read(range: Range): Promise<Message> {
    const { from, to } = range;
    const message = this.begin(range);
    if (to - from <= wholeMessage) {
      await this.window.bring(from, to - from);
      this.copy(message, range);
      return message;
    }
    const field = new Field();
    for (let at = from; at < to; at = field.next) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const available = Math.min(longestHead, to - at);
      await this.window.bring(at, available);
      const { bytes, start } = this.window;
      if (!this.steps(field, bytes, { at: at - start, end: at - start + available, start }, range)) break;
      const rule = ruleOf(this.schema, range.type, field.number);
      const { body, length, next } = field;
      if (rule?.kind === 'm' && field.wire === 2 && length > wholeMessage) {
        const within = this.within(rule, range, body, next);
        if (within) message.add(rule.name, await this.read(within));
      } else if (rule && length <= wholeMessage) {
        await this.window.bring(at, next - at);
        this.take(message, rule, field, range);
      } else if (rule && field.wire === 2) message.add(rule.name, { at: body, length });
    }
    return message;
  }

  private begin({ type }: Range): Message {
    this.meter.take(memory.message);
    return new Message(type);
  }

  /** Moves on to the next field; false where none can be read. */
  private steps(
    field: Field,
    bytes: Uint8Array,
    { at, end, start }: { readonly at: number; readonly end: number; readonly start: number },
    range: Range,
  ): boolean {
    if (!field.read(bytes, at, end, start)) {
      const isCut = range.to === this.source.size && range.to - at - start < longestHead;
      if (isCut) this.truncated(range.to + 1);
      else this.problems.addOnce('error', 'format.damaged', { part: range.type }, at + start);
      return false;
    }
    if (field.next > range.to) {
      if (range.to === this.source.size) this.truncated(field.next);
      else this.problems.addOnce('error', 'format.damaged', { part: range.type }, field.at);
      return false;
    }
    if (++this.fields <= limits.fields) return true;
    this.problems.addOnce('error', 'format.too-many', { limit: limits.fields }, field.at);
    return false;
  }

  private truncated(expected: number): void {
    const { size } = this.source;
    this.problems.addOnce('error', 'format.truncated', { size, expected }, size);
  }

  /** Reads a message that is at hand. */
  private copy(message: Message, range: Range): void {
    const field = new Field();
    const { bytes, start } = this.window;
    for (let at = range.from; at < range.to; at = field.next) {
      if (!this.steps(field, bytes, { at: at - start, end: range.to - start, start }, range)) return;
      const rule = ruleOf(this.schema, range.type, field.number);
      if (rule) this.take(message, rule, field, range);
    }
  }

  private within(rule: FieldRule, { depth }: Range, from: number, to: number): Range | null {
    if (depth < limits.depth) return { type: rule.type, from, to, depth: depth + 1 };
    this.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, from);
    return null;
  }

  /** Adds the value of a field that is at hand. */
  private take(message: Message, rule: FieldRule, field: Field, range: Range): void {
    this.meter.take(memory.field);
    const { body, length, next, wire } = field;
    const { bytes, start } = this.window;
    if (rule.kind === 'm') {
      const within = wire === 2 ? this.within(rule, range, body, next) : null;
      if (!within) return;
      const inner = this.begin(within);
      this.copy(inner, within);
      message.add(rule.name, inner);
    } else if (rule.kind === 's') {
      if (wire !== 2) return;
      const most = Math.min(length, limits.text);
      this.meter.take(2 * most);
      message.add(rule.name, this.decoder.decode(bytes.subarray(body - start, body - start + most)));
    } else if (rule.kind === 'p' || rule.kind === 'k') {
      if (wire !== 2) return;
      const isKept = rule.kind === 'k' && length <= limits.kept;
      if (isKept) this.meter.take(length);
      const kept = isKept && { bytes: bytes.slice(body - start, next - start) };
      message.add(rule.name, { at: body, length, ...kept });
    } else this.numbers(message, rule, field);
  }

  /** One number, or a packed list of them. */
  private numbers(message: Message, rule: FieldRule, { wire, body, length, next }: Field): void {
    if (wire === 2 && length > limits.text) return message.add(rule.name, { at: body, length });
    const { bytes, start } = this.window;
    const step = rule.kind === 'f' ? 4 : rule.kind === 'd' ? 8 : 0;
    if (wire !== 2 && wire !== (step === 4 ? 5 : step === 8 ? 1 : 0)) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = body - start; at < next - start;) {
      this.meter.take(memory.number);
      if (step > 0) {
        if (at + step > next - start) return;
        message.add(rule.name, step === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
        at += step;
        continue;
      }
      const end = endOf(bytes, at, next - start);
      if (end === undefined) return;
      message.add(rule.name, this.named(rule, varint(bytes, at, end)));
      at = end;
    }
  }

  private named({ kind, type }: FieldRule, value: number): number | string {
    if (kind !== 'e') return value;
    return entryOf(entryOf(this.schema.enums, type), String(value)) ?? value;
  }
}

/** Where a varint ends; undefined where it does not before `to`. */
function endOf(bytes: Uint8Array, at: number, to: number): number | undefined {
  const from = at;
  while (at < to && bytes[at]! >= 0x80) at++;
  return at < to && at - from < 10 ? at + 1 : undefined;
}

/** A signed 64-bit integer; beyond 2^53 it loses precision. */
function varint(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  if (to - from < 8) {
    for (let at = to - 1; at >= from; at--) value = value * 0x80 + (bytes[at]! & 0x7f);
    return value;
  }
  let wide = 0n;
  for (let at = to - 1; at >= from; at--) wide = (wide << 7n) | BigInt(bytes[at]! & 0x7f);
  return Number(BigInt.asIntN(64, wide));
}
