import type { ByteSource } from '../../graph/byteSource';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import type { Field } from '../protobuf/field';
import { limits } from './limits';
import type { FieldRule, MessageSchema } from './schema';

/** Longest head of a field: a tag of five bytes and a length of ten. */
export const longestHead = 15;
/** `string_data` of a tensor. */
const stringData = 6;

/** A message as it is copied: where it lies in the file, what it may hold, and what has been seen of it. */
export class Message {
  /** Where the elements of a tensor lie. */
  placeFrom = -1;
  placeTo = -1;
  /** Bytes of elements, or of attribute lists, copied so far. */
  kept = 0;
  /** Names and dimensions copied so far. */
  items = 0;

  constructor(
    readonly schema: MessageSchema,
    readonly from: number,
    readonly to: number,
    readonly depth: number,
  ) {}

  /** More of its elements lie there. */
  notePlace(from: number, to: number): void {
    if (this.placeFrom < 0) this.placeFrom = from;
    this.placeTo = to;
  }
}

/** How much of a file is copied: what goes beyond is left out and told. */
export class Allowance {
  private parts = 0;
  private hollowParts = 0;
  private readonly partLimit: number;
  private elementBudget: number = limits.elementBudget;

  constructor(
    private readonly source: ByteSource,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {
    this.partLimit = limits.parts + Math.floor(source.size / limits.bytesPerPart);
  }

  /** True once the file turned out to hold more parts than any real model of its size. */
  get isFull(): boolean {
    return this.parts > this.partLimit;
  }

  /** Whether the message that the field holds may be copied too. */
  enters(rule: FieldRule, { at, length }: Field, message: Message): boolean {
    if (message.depth >= limits.depth) {
      this.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, at);
      return false;
    }
    if ((!rule.partWeight || rule.isCapped) && !this.adds(message, at)) return false;
    if (rule.partWeight) {
      if (length < (rule.leastBytes ?? limits.hollowBytes) && ++this.hollowParts > limits.hollowParts)
        return this.tooMany(limits.hollowParts, at);
      this.parts += rule.partWeight;
      if (this.isFull) return this.tooMany(this.partLimit, at);
    }
    this.meter.take(rule.bytes);
    return true;
  }

  /** Counts the names, dimensions and strings of one message. */
  adds(message: Message, offset: number, limit: number = limits.perMessage): boolean {
    return ++message.items <= limit || this.tooMany(limit, offset);
  }

  /** Whether a message may have this list or these bytes beside those that it has. */
  keeps(rule: FieldRule, { at, next }: Field, message: Message, limit: number): boolean {
    if (rule.kind === 'blob' && !this.adds(message, at, limits.strings)) return false;
    message.kept += next - at;
    if (message.kept <= limit) return true;
    this.skipped(message, next - at, at);
    return false;
  }

  /** Whether these elements can still be those of a small tensor. */
  keepsElements(rule: FieldRule, { number, at, next, length }: Field, message: Message): boolean {
    message.kept += next - at;
    // Strings (the field of several pieces on wire type 2) have no fixed size: allow each tensor 64 KiB of them.
    const isText = rule.wire === 2 && number === stringData;
    const limit = isText ? limits.text : limits.elementBytes + longestHead;
    if (message.kept > limit || next - at > this.elementBudget) return false;
    this.elementBudget -= next - at;
    this.meter.take(rule.bytes * Math.min(length, limits.elements));
    return true;
  }

  takeText(rule: FieldRule, length: number): void {
    this.meter.take(rule.bytes + Math.min(length, limits.text));
  }

  /** One number, or all of a packed list. */
  takeNumbers(rule: FieldRule, { wire, length }: Field): void {
    const count = wire !== 2 ? 1 : rule.wire === 5 ? length / 4 : length;
    this.meter.take(rule.bytes * count);
  }

  /** True if a field has the wire type that its rule says; lists may be packed. */
  fits(rule: FieldRule, { wire, at }: Field, message: Message): boolean {
    if (wire === rule.wire) return true;
    if (wire === 2 && (rule.kind === 'list' || rule.kind === 'payload')) return true;
    this.problems.add('error', 'format.damaged', { part: message.schema.name }, at);
    return false;
  }

  /** A field whose length leads beyond the end of its message. */
  overrun({ at, length }: Field, message: Message): void {
    if (message.to < this.source.size)
      this.problems.add('error', 'format.damaged', { part: message.schema.name }, at);
    else this.truncated(at + length);
  }

  /** No field begins there. */
  damaged(at: number, { schema, to }: Message): void {
    if (to === this.source.size && to - at < longestHead) this.truncated(to + 1);
    else this.problems.add('error', 'format.damaged', { part: schema.name }, at);
  }

  skipped({ schema }: Message, bytes: number, offset: number): void {
    const args = { part: schema.name, bytes, limit: limits.attribute };
    this.problems.addOnce('warning', 'format.value-skipped', args, offset);
  }

  /** Says so once; false, so that the part is left out. */
  private tooMany(limit: number, offset: number): false {
    this.problems.addOnce('error', 'format.too-many', { limit }, offset);
    return false;
  }

  private truncated(expected: number): void {
    const { size } = this.source;
    const args = { size, expected: Math.max(expected, size + 1) };
    this.problems.addOnce('error', 'format.truncated', args, size);
  }
}
