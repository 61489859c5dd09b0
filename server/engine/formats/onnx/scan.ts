import { ByteWindow } from '../../graph/byteSource';
import type { ByteSource } from '../../graph/byteSource';
import type { Scheduler } from '../../scheduler';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { limits } from './limits';
import { attributeSchema, placeFields } from './schema';
import type { FieldRule, MessageSchema } from './schema';
import { FieldHead } from './fieldHead';
import { copyText, hashBytes, hashMark, hashSeed, markOf, shortName } from './shorten';
import { ByteWriter, ChunkTooLongError } from './writer';

/** What has been seen of one message while it is copied. */
interface Progress {
  placeFrom: number;
  placeTo: number;
  /** Bytes of elements, or of attribute lists, copied so far. */
  kept: number;
  /** Names and dimensions copied so far. */
  items: number;
}

/** A sub-message found by {@link Scanner.walk}, as a byte range of the file. */
export interface Found {
  readonly field: number;
  readonly from: number;
  /** Never beyond the end of the file. */
  readonly to: number;
  /** False when the file ends before the message does. */
  readonly complete: boolean;
  readonly depth: number;
}

/** Messages up to this length are brought to hand whole; longer ones are walked piece by piece. */
const wholeMessage = 64 * 1024;
/** Longest field head: a tag of five bytes and a length of ten. */
const longestHead = 15;

/**
 * Walks protobuf's wire format over a source and writes messages anew without what makes them big: payloads of tensors,
 * unknown fields, overlong texts. What it writes is well-formed and nested at most `limits.depth` deep, whatever the file.
 */
export class Scanner {
  private readonly window: ByteWindow;
  private readonly chunkWriter = new ByteWriter();
  private parts = 0;
  private hollowParts = 0;
  private readonly partLimit: number;
  private elementBudget: number = limits.elementBudget;
  /** Where the part begins that is being read. */
  at = 0;
  private readonly head = new FieldHead();

  constructor(
    private readonly source: ByteSource,
    private readonly scheduler: Scheduler,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {
    this.window = new ByteWindow(source);
    this.partLimit = limits.parts + Math.floor(source.size / limits.bytesPerPart);
  }

  /** True once the file turned out to hold more parts than any real model of its size. */
  get isFull(): boolean {
    return this.parts > this.partLimit;
  }

  /**
   * Visits the fields of a container: those in `visited` are handed out as ranges, all others are written to `rest`.
   */
  async walk(
    from: number,
    to: number,
    schema: MessageSchema,
    depth: number,
    visited: ReadonlySet<number>,
    rest: ByteWriter,
    visit: (found: Found) => Promise<void>,
  ): Promise<void> {
    const progress = newProgress();
    let at = from;
    while (at < to && !this.isFull) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const available = Math.min(longestHead, to - at);
      if (!this.window.holds(at, available)) await this.window.bring(at, available);
      if (!this.streamHead(at, available, to, schema)) return;
      const { field, body } = this.head;
      const next = Math.min(this.head.next, to);
      const complete = this.head.next <= to;
      const rule = schema.fields[field];
      if (!complete) this.overrun(schema, at, to);
      if (rule && this.fits(rule, schema, at)) {
        if (!visited.has(field)) {
          this.begin(at);
          if (complete && !this.copyAtHand(at, body, next, rule, field, schema, depth, progress, rest))
            await this.streamField(at, body, next, rule, field, schema, depth, progress, rest);
          this.meter.keepPiece();
        } else if (this.head.wire === 2 && this.mayEnter(rule, depth, progress, at, next - body)) {
          await visit({ field, from: body, to: next, complete, depth: depth + 1 });
        }
      }
      at = next;
    }
  }

  /** The reduced bytes of one message, valid until the next call; null if it is absurdly long. */
  async reduce(found: Found, schema: MessageSchema): Promise<Uint8Array | null> {
    const out = this.chunkWriter;
    out.length = 0;
    this.begin(found.from);
    try {
      const { from, to, depth } = found;
      if (to - from <= wholeMessage) {
        await this.window.bring(from, to - from);
        const base = this.window.start;
        this.copyMessage(this.window.bytes, base, from - base, to - base, schema, depth, out);
      } else await this.streamMessage(from, to, schema, depth, out);
      return out.view();
    } catch (error) {
      if (!(error instanceof ChunkTooLongError)) throw error;
      this.problems.add('error', 'format.part-too-long', { part: schema.name }, found.from);
      out.buffer = new Uint8Array(wholeMessage);
      return null;
    }
  }

  /** Reads the head of a field at hand, in file offsets; reports and returns false if there is none. */
  private streamHead(at: number, available: number, to: number, schema: MessageSchema): boolean {
    const base = this.window.start;
    if (!this.head.read(this.window.bytes, at - base, at - base + available)) {
      this.damaged(schema, at, to);
      return false;
    }
    this.head.body += base;
    this.head.next += base;
    return true;
  }

  private async streamMessage(
    from: number,
    to: number,
    schema: MessageSchema,
    depth: number,
    out: ByteWriter,
  ): Promise<void> {
    const progress = newProgress();
    let at = from;
    while (at < to && !this.isFull) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const available = Math.min(longestHead, to - at);
      if (!this.window.holds(at, available)) await this.window.bring(at, available);
      if (!this.streamHead(at, available, to, schema)) break;
      const { field, body } = this.head;
      const next = Math.min(this.head.next, to);
      const complete = this.head.next <= to;
      const rule = schema.fields[field];
      if (!complete) this.overrun(schema, at, to);
      if (rule && this.fits(rule, schema, at)) {
        // The weights that a truncated file ends in: the tensor is still worth its name and shape.
        if (!complete) {
          if (rule.kind === 'payload') notePlace(progress, body, next);
        } else if (!this.copyAtHand(at, body, next, rule, field, schema, depth, progress, out))
          await this.streamField(at, body, next, rule, field, schema, depth, progress, out);
      }
      at = next;
    }
    writePlace(progress, out);
  }

  /** Copies a complete field if it is at hand: most are, and need no promise. */
  private copyAtHand(
    at: number,
    body: number,
    next: number,
    rule: FieldRule,
    field: number,
    schema: MessageSchema,
    depth: number,
    progress: Progress,
    out: ByteWriter,
  ): boolean {
    if (!this.window.holds(at, next - at)) return false;
    const { bytes, start } = this.window;
    this.copyField(
      bytes,
      start,
      at - start,
      body - start,
      next - start,
      rule,
      field,
      schema,
      depth,
      progress,
      out,
    );
    return true;
  }

  /** Copies one complete field of any length. */
  private async streamField(
    at: number,
    body: number,
    next: number,
    rule: FieldRule,
    field: number,
    schema: MessageSchema,
    depth: number,
    progress: Progress,
    out: ByteWriter,
  ): Promise<void> {
    const length = next - body;
    const wire = this.head.wire;
    if (rule.kind === 'payload' && next - at > limits.text) {
      notePlace(progress, wire === 2 ? body : at, next);
    } else if (rule.kind === 'message' && length > wholeMessage) {
      if (!this.mayEnter(rule, depth, progress, at, length)) return;
      const mark = out.open(field);
      await this.streamMessage(body, next, rule.message!, depth + 1, out);
      out.close(mark);
    } else if (rule.kind === 'name' && length > limits.text) {
      await this.copyLongName(body, next, rule, field, out);
    } else if (rule.kind === 'prose' && length > limits.text) {
      this.takeText(rule, length);
      await this.window.bring(body, limits.text);
      const start = body - this.window.start;
      copyText(this.window.bytes, start, start + limits.text, field, '', out);
    } else if ((rule.kind === 'blob' || rule.kind === 'list') && length > limits.attribute) {
      this.skipped(schema, next - at, at);
    } else {
      await this.window.bring(at, next - at);
      const base = this.window.start;
      const bytes = this.window.bytes;
      this.head.wire = wire;
      this.copyField(
        bytes,
        base,
        at - base,
        body - base,
        next - base,
        rule,
        field,
        schema,
        depth,
        progress,
        out,
      );
    }
  }

  /** Copies a message that is at hand. Positions are in `bytes`; `base` is the file offset of its first byte. */
  private copyMessage(
    bytes: Uint8Array,
    base: number,
    from: number,
    to: number,
    schema: MessageSchema,
    depth: number,
    out: ByteWriter,
  ): void {
    const progress = newProgress();
    let at = from;
    while (at < to) {
      if (!this.head.read(bytes, at, to)) {
        this.damaged(schema, base + at, base + to);
        break;
      }
      const { field, body, next } = this.head;
      const rule = schema.fields[field];
      if (next > to) {
        this.overrun(schema, base + at, base + to);
        if (rule?.kind === 'payload') notePlace(progress, base + body, base + to);
        break;
      }
      if (rule && this.fits(rule, schema, base + at))
        this.copyField(bytes, base, at, body, next, rule, field, schema, depth, progress, out);
      at = next;
    }
    writePlace(progress, out);
  }

  private copyField(
    bytes: Uint8Array,
    base: number,
    at: number,
    body: number,
    next: number,
    rule: FieldRule,
    field: number,
    schema: MessageSchema,
    depth: number,
    progress: Progress,
    out: ByteWriter,
  ): void {
    switch (rule.kind) {
      case 'scalar':
        out.copy(bytes, at, next);
        break;
      case 'name':
        if (!this.mayAdd(progress, base + at)) break;
        this.takeText(rule, next - body);
        if (next - body <= limits.text) out.copy(bytes, at, next);
        else copyText(bytes, body, body + shortName, field, hashMark(bytes, body, next), out);
        break;
      case 'prose':
        this.takeText(rule, next - body);
        if (next - body <= limits.text) out.copy(bytes, at, next);
        else copyText(bytes, body, body + limits.text, field, '', out);
        break;
      case 'blob':
      case 'list':
        if (rule.kind === 'blob' && !this.mayAdd(progress, base + at, limits.strings)) break;
        progress.kept += next - at;
        if (progress.kept <= (schema === attributeSchema ? limits.attribute : limits.text)) {
          if (rule.kind === 'blob') this.takeText(rule, next - body);
          else this.meter.take(rule.bytes * this.numbers(rule, next - body));
          out.copy(bytes, at, next);
        } else this.skipped(schema, next - at, base + at);
        break;
      case 'payload':
        this.copyPayload(bytes, base, at, body, next, rule, progress, out);
        break;
      case 'message': {
        if (!this.mayEnter(rule, depth, progress, base + at, next - body)) break;
        const mark = out.open(field);
        this.copyMessage(bytes, base, body, next, rule.message!, depth + 1, out);
        out.close(mark);
        break;
      }
    }
  }

  /** Notes where elements lie and copies them too while they can be those of a small tensor. */
  private copyPayload(
    bytes: Uint8Array,
    base: number,
    at: number,
    body: number,
    next: number,
    rule: FieldRule,
    progress: Progress,
    out: ByteWriter,
  ): void {
    notePlace(progress, base + (this.head.wire === 2 ? body : at), base + next);
    progress.kept += next - at;
    // Strings (the field of several pieces on wire type 2) have no fixed size: allow each tensor 64 KiB of them.
    const limit =
      rule.wire === 2 && this.head.field === stringData ? limits.text : limits.elementBytes + longestHead;
    if (progress.kept > limit || next - at > this.elementBudget) return;
    this.elementBudget -= next - at;
    this.meter.take(rule.bytes * Math.min(next - body, limits.elements));
    out.copy(bytes, at, next);
  }

  /** A name longer than any sensible one keeps its beginning and a hash of the whole, so that it stays the same name. */
  private async copyLongName(
    body: number,
    next: number,
    rule: FieldRule,
    field: number,
    out: ByteWriter,
  ): Promise<void> {
    this.takeText(rule, next - body);
    let hash = hashSeed;
    for (let at = body; at < next; at += wholeMessage) {
      const length = Math.min(wholeMessage, next - at);
      await this.window.bring(at, length);
      const start = at - this.window.start;
      hash = hashBytes(this.window.bytes, start, start + length, hash);
    }
    await this.window.bring(body, shortName);
    const start = body - this.window.start;
    copyText(this.window.bytes, start, start + shortName, field, markOf(hash, next - body), out);
  }

  /** True if the field just read has the wire type that its rule says; lists may be packed. */
  private fits(rule: FieldRule, schema: MessageSchema, offset: number): boolean {
    if (this.head.wire === rule.wire) return true;
    if (this.head.wire === 2 && (rule.kind === 'list' || rule.kind === 'payload')) return true;
    this.problems.add('error', 'format.damaged', { part: schema.name }, offset);
    return false;
  }

  private mayEnter(
    rule: FieldRule,
    depth: number,
    progress: Progress,
    offset: number,
    length: number,
  ): boolean {
    if (depth >= limits.depth) {
      this.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, offset);
      return false;
    }
    if (!rule.partWeight || rule.isCapped) {
      if (!this.mayAdd(progress, offset)) return false;
    }
    if (!rule.partWeight) {
      this.meter.take(rule.bytes);
      return true;
    }
    if (length < (rule.leastBytes ?? limits.hollowBytes) && ++this.hollowParts > limits.hollowParts)
      return this.tooMany(limits.hollowParts, offset);
    this.parts += rule.partWeight;
    if (this.isFull) return this.tooMany(this.partLimit, offset);
    this.meter.take(rule.bytes);
    return true;
  }

  private begin(at: number): void {
    this.at = at;
    this.meter.beginPiece();
  }

  private takeText(rule: FieldRule, length: number): void {
    this.meter.take(rule.bytes + Math.min(length, limits.text));
  }

  /** At most how many numbers a field holds: one, or all of a packed list. */
  private numbers(rule: FieldRule, length: number): number {
    if (this.head.wire !== 2) return 1;
    return rule.wire === 5 ? length / 4 : length;
  }

  /** Says so once; false, so that the part is left out. */
  private tooMany(limit: number, offset: number): false {
    this.problems.addOnce('error', 'format.too-many', { limit }, offset);
    return false;
  }

  /** Counts the names, dimensions and strings of one message. */
  private mayAdd(progress: Progress, offset: number, limit: number = limits.perMessage): boolean {
    return ++progress.items <= limit || this.tooMany(limit, offset);
  }

  /** A field whose length leads beyond the end of its message. */
  private overrun(schema: MessageSchema, at: number, to: number): void {
    if (to < this.source.size) this.problems.add('error', 'format.damaged', { part: schema.name }, at);
    else this.truncated(at + (this.head.next - this.head.body));
  }

  private damaged(schema: MessageSchema, at: number, to: number): void {
    if (to === this.source.size && to - at < longestHead) this.truncated(to + 1);
    else this.problems.add('error', 'format.damaged', { part: schema.name }, at);
  }

  private truncated(expected: number): void {
    const { size } = this.source;
    const args = { size, expected: Math.max(expected, size + 1) };
    this.problems.addOnce('error', 'format.truncated', args, size);
  }

  private skipped(schema: MessageSchema, bytes: number, offset: number): void {
    const args = { part: schema.name, bytes, limit: limits.attribute };
    this.problems.addOnce('warning', 'format.value-skipped', args, offset);
  }
}

const stringData = 6;

function newProgress(): Progress {
  return { placeFrom: -1, placeTo: -1, kept: 0, items: 0 };
}

function notePlace(progress: Progress, from: number, to: number): void {
  if (progress.placeFrom < 0) progress.placeFrom = from;
  progress.placeTo = to;
}

function writePlace(progress: Progress, out: ByteWriter): void {
  if (progress.placeFrom < 0) return;
  out.varint(placeFields.offset * 8);
  out.varint(progress.placeFrom);
  out.varint(placeFields.length * 8);
  out.varint(progress.placeTo - progress.placeFrom);
}
