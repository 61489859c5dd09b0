import { ByteWindow } from '../../graph/byteSource';
import type { ByteSource } from '../../graph/byteSource';
import type { Scheduler } from '../../scheduler';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { Allowance, longestHead, Message } from './allowance';
import { Field } from '../protobuf/field';
import { limits } from './limits';
import { attributeSchema, placeField } from './schema';
import type { FieldRule, MessageSchema } from './schema';
import { copyText, hashBytes, hashMark, hashSeed, markOf, shortName } from './shorten';
import { ByteWriter, ChunkTooLongError } from './writer';

/** A message within a container, as a range of the file. */
export interface Found {
  readonly field: number;
  readonly from: number;
  /** Never beyond the end of the file. */
  readonly to: number;
  /** False when the file ends before the message does. */
  readonly complete: boolean;
  readonly depth: number;
}

/** Messages that are handed out instead of being copied. */
export interface Visitor {
  readonly fields: ReadonlySet<number>;
  visit(found: Found): Promise<void>;
}

/** Messages up to this length are brought to hand whole; longer ones are walked piece by piece. */
const wholeMessage = 64 * 1024;

/**
 * Walks protobuf's wire format over a source and writes messages anew without what makes them big: payloads of tensors,
 * unknown fields, overlong texts. What it writes is well-formed and nested at most `limits.depth` deep, whatever the file.
 */
export class Scanner {
  /** Where the part begins that is being read. */
  at = 0;
  /** Whether the message reduced last holds something that `onnx-proto` does not know. */
  hasNewer = false;
  private readonly window: ByteWindow;
  private readonly chunk = new ByteWriter();
  private readonly allowance: Allowance;
  /** The field that is being copied; messages within it are copied by the same cursor. */
  private readonly field = new Field();

  constructor(
    source: ByteSource,
    private readonly scheduler: Scheduler,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {
    this.window = new ByteWindow(source);
    this.allowance = new Allowance(source, problems, meter);
  }

  /** Visits the messages of a container that the visitor wants and writes all other fields to `rest`. */
  walk(
    { from, to, depth }: Omit<Found, 'field' | 'complete'>,
    schema: MessageSchema,
    rest: ByteWriter,
    visitor: Visitor,
  ): Promise<void> {
    return this.stream(new Message(schema, from, to, depth), rest, visitor);
  }

  /** The reduced bytes of one message, valid until the next call; null if it is absurdly long. */
  async reduce({ from, to, depth }: Found, schema: MessageSchema): Promise<Uint8Array | null> {
    const out = this.chunk;
    out.length = 0;
    this.hasNewer = false;
    this.begin(from);
    const message = new Message(schema, from, to, depth);
    try {
      if (to - from <= wholeMessage) {
        await this.window.bring(from, to - from);
        this.copyMessage(message, out);
      } else await this.stream(message, out);
      return out.view();
    } catch (error) {
      if (!(error instanceof ChunkTooLongError)) throw error;
      this.problems.add('error', 'format.part-too-long', { part: schema.name }, from);
      out.buffer = new Uint8Array(wholeMessage);
      return null;
    }
  }

  /** Copies a message of any length field by field, those left out that the visitor takes. */
  private async stream(message: Message, out: ByteWriter, visitor?: Visitor): Promise<void> {
    const { schema, to } = message;
    const { field, allowance } = this;
    let at = message.from;
    while (at < to && !allowance.isFull) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const available = Math.min(longestHead, to - at);
      if (!this.window.holds(at, available)) await this.window.bring(at, available);
      const { bytes, start } = this.window;
      if (!field.read(bytes, at - start, at - start + available, start)) {
        allowance.damaged(at, message);
        break;
      }
      // What is copied below moves the cursor.
      const next = Math.min(field.next, to);
      const rule = schema.fields[field.number];
      if (field.next > to) allowance.overrun(field, message);
      if (rule && allowance.fits(rule, field, message)) {
        if (visitor?.fields.has(field.number)) await this.handOut(rule, message, visitor);
        else if (field.next > to) {
          // The weights that a truncated file ends in: the tensor is still worth its name and shape.
          if (rule.kind === 'payload') message.notePlace(field.body, next);
        } else {
          if (visitor) this.begin(at);
          // Most are at hand, and need no promise.
          if (this.window.holds(at, next - at)) this.copyField(rule, message, out);
          else await this.streamField(rule, message, out);
          // It is decoded at the end, together with others.
          if (visitor) this.meter.keepPiece();
        }
      }
      at = next;
    }
    writePlace(message, out);
  }

  private async handOut(rule: FieldRule, message: Message, visitor: Visitor): Promise<void> {
    const { number, wire, body, next } = this.field;
    const to = Math.min(next, message.to);
    const found = { field: number, from: body, to, complete: next <= message.to, depth: message.depth + 1 };
    this.field.next = to;
    if (wire === 2 && this.allowance.enters(rule, this.field, message)) await visitor.visit(found);
  }

  /** Copies one complete field of any length. */
  private async streamField(rule: FieldRule, message: Message, out: ByteWriter): Promise<void> {
    const { field, window } = this;
    const { number, wire, at, body, next, length } = field;
    if (rule.isNewer) this.hasNewer = true;
    if (rule.kind === 'payload' && next - at > limits.text) {
      message.notePlace(wire === 2 ? body : at, next);
    } else if (rule.kind === 'message' && length > wholeMessage) {
      if (!this.allowance.enters(rule, field, message)) return;
      const mark = out.open(number);
      await this.stream(new Message(rule.message!, body, next, message.depth + 1), out);
      out.close(mark);
    } else if (rule.kind === 'name' && length > limits.text) {
      await this.copyLongName(rule, out);
    } else if (rule.kind === 'prose' && length > limits.text) {
      this.allowance.takeText(rule, length);
      await window.bring(body, limits.text);
      copyText(window.bytes.subarray(body - window.start), limits.text, number, '', out);
    } else if ((rule.kind === 'blob' || rule.kind === 'list') && length > limits.attribute) {
      this.allowance.skipped(message, next - at, at);
    } else {
      await window.bring(at, next - at);
      this.copyField(rule, message, out);
    }
  }

  /** Copies a message that is at hand. */
  private copyMessage(message: Message, out: ByteWriter): void {
    const { schema, to } = message;
    const { field, allowance } = this;
    const { bytes, start } = this.window;
    let at = message.from;
    while (at < to) {
      if (!field.read(bytes, at - start, to - start, start)) {
        allowance.damaged(at, message);
        break;
      }
      const { next } = field;
      const rule = schema.fields[field.number];
      if (next > to) {
        allowance.overrun(field, message);
        if (rule?.kind === 'payload') message.notePlace(field.body, to);
        break;
      }
      if (rule && allowance.fits(rule, field, message)) this.copyField(rule, message, out);
      at = next;
    }
    writePlace(message, out);
  }

  /** Copies a complete field that is at hand. */
  private copyField(rule: FieldRule, message: Message, out: ByteWriter): void {
    const { field, allowance } = this;
    const { number, at, body, next, length } = field;
    const { bytes, start } = this.window;
    if (rule.isNewer) this.hasNewer = true;
    switch (rule.kind) {
      case 'scalar':
        break;
      case 'name':
        if (!allowance.adds(message, at)) return;
        allowance.takeText(rule, length);
        if (length <= limits.text) break;
        return copyText(
          bytes.subarray(body - start),
          shortName,
          number,
          hashMark(bytes, body - start, next - start),
          out,
        );
      case 'prose':
        allowance.takeText(rule, length);
        if (length <= limits.text) break;
        return copyText(bytes.subarray(body - start), limits.text, number, '', out);
      case 'blob':
      case 'list': {
        const limit = message.schema === attributeSchema ? limits.attribute : limits.text;
        if (!allowance.keeps(rule, field, message, limit)) return;
        if (rule.kind === 'blob') allowance.takeText(rule, length);
        else allowance.takeNumbers(rule, field);
        break;
      }
      case 'payload':
        // Where elements lie is noted; they are copied too while they can be those of a small tensor.
        message.notePlace(field.wire === 2 ? body : at, next);
        if (!allowance.keepsElements(rule, field, message)) return;
        break;
      case 'message': {
        if (!allowance.enters(rule, field, message)) return;
        const mark = out.open(number);
        this.copyMessage(new Message(rule.message!, body, next, message.depth + 1), out);
        return out.close(mark);
      }
    }
    out.copy(bytes, at - start, next - start);
  }

  /** A name longer than any sensible one keeps its beginning and a hash of the whole, so that it stays the same name. */
  private async copyLongName(rule: FieldRule, out: ByteWriter): Promise<void> {
    const { window } = this;
    const { number, body, next, length } = this.field;
    this.allowance.takeText(rule, length);
    let hash = hashSeed;
    for (let at = body; at < next; at += wholeMessage) {
      const piece = Math.min(wholeMessage, next - at);
      await window.bring(at, piece);
      hash = hashBytes(window.bytes, at - window.start, at - window.start + piece, hash);
    }
    await window.bring(body, shortName);
    copyText(window.bytes.subarray(body - window.start), shortName, number, markOf(hash, length), out);
  }

  private begin(at: number): void {
    this.at = at;
    this.meter.beginPiece();
  }
}

/** Notes where the elements of a tensor lie as its segment, which is what that field was made for. */
function writePlace({ placeFrom, placeTo }: Message, out: ByteWriter): void {
  if (placeFrom < 0) return;
  const mark = out.open(placeField.segment);
  out.varint(placeField.begin * 8);
  out.varint(placeFrom);
  out.varint(placeField.end * 8);
  out.varint(placeTo);
  out.close(mark);
}
