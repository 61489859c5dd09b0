import type { ByteSource } from '../../graph/byteSource';
import { byteLength, dataTypes, type DataType, elementCount } from '../../graph/dataTypes';
import type { Tensor } from '../../graph/model';
import { appendAll } from '../../lists';
import { lower } from '../../lower/lower';
import type { Scheduler } from '../../scheduler';
import { alone, readBeside, type Beside } from '../beside';
import { marked, ProblemList } from '../problems';
import { boundless, Meter, readInRoom } from '../room';
import type { ReadModel, Room } from '../room';
import { damaged, truncated, unreadable, UnreadableError } from '../unreadable';
import { Cursor } from './cursor';
import { limits, memory } from './limits';
import { entryOfValue, MetadataReader, valueText, type MetadataValue } from './metadata';
import typeNames from './types.json';

/** `GGUF`. */
const magic = [0x47, 0x47, 0x55, 0x46];
/** Version 1 counted with 32 bits and was replaced within weeks. */
const versions = new Set([2, 3]);
const defaultAlignment = 32;

/** By `ggml_type`. Source: ggml include/ggml.h. */
const types = new Map(Object.entries(typeNames).map(([code, name]) => [Number(code), name as DataType]));

/** Whether a file begins as GGUF does. */
export function isGguf(head: Uint8Array): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/**
 * Reads the head of a GGUF file (version 2 or 3, of either byte order): its metadata, and names, types, shapes and places
 * of its tensors; never weights. Source: ggml docs/gguf.md. Bad input gives the part before it and a problem.
 */
export async function readGguf(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room = boundless,
  beside: Beside = alone(''),
): Promise<ReadModel> {
  const problems = new ProblemList(limits.problems);
  const meter = new Meter(room);
  const newReader = (part: ByteSource, location: string | null): HeadReader =>
    new HeadReader(part, { scheduler, problems, meter, location });
  const reader = newReader(source, null);
  return readInRoom(source, reader, async () => {
    const isRead = await reader.read();
    if (!isRead) return { value: null, problems: problems.finish(), bytes: 0 };
    const parts: HeadReader[] = [];
    for (const name of partsOf(beside.name, reader.parts)) {
      if (name === beside.name) parts.push(reader);
      else appendAll(parts, await readPart(beside, name, newReader, problems));
    }
    const lowered = lower(weightsOf(parts));
    for (const remark of lowered.problems) problems.push(remark);
    return marked({ value: lowered.value, problems: problems.finish(), bytes: meter.bytes });
  });
}

/** One of several files of a model: `name-00001-of-00003.gguf`. */
const partName = /^(.*-)\d{5}(-of-(\d{5})\.gguf)$/i;

/** The files of a model in their order, as llama.cpp names them; the file alone where it is the only one. */
function partsOf(name: string, stated: number): readonly string[] {
  const [, stem = '', ending = '', count] = partName.exec(name) ?? [];
  if (stated <= 1 || Number(count) !== stated || stated > limits.parts) return [name];
  return Array.from({ length: stated }, (_, i) => `${stem}${String(i + 1).padStart(5, '0')}${ending}`);
}

async function readPart(
  beside: Beside,
  name: string,
  newReader: (part: ByteSource, location: string) => HeadReader,
  problems: ProblemList,
): Promise<HeadReader[]> {
  const part = await readBeside(beside, name, async (source) => {
    const reader = newReader(source, name);
    await reader.read();
    return reader;
  });
  if (!part) problems.add('warning', 'format.part-missing', { file: name });
  return part ? [part] : [];
}

/** The first file has the metadata of all. */
function weightsOf(parts: readonly HeadReader[]): Parameters<typeof lower>[0] {
  const [first, ...others] = parts.map((part) => part.weights());
  return { ...first!, tensors: [...first!.tensors, ...others.flatMap(({ tensors }) => tensors)] };
}

/** What all files of a model are read with. */
interface Reading {
  readonly scheduler: Scheduler;
  readonly problems: ProblemList;
  readonly meter: Meter;
  /** The file's name where it lies beside the one that was opened; null: it is that one. */
  readonly location: string | null;
}

class HeadReader {
  private readonly cursor: Cursor;
  private readonly pairs = new Map<string, MetadataValue>();
  private version = 0;
  private readonly placed: { readonly tensor: Tensor; readonly offset: number }[] = [];

  private readonly scheduler: Scheduler;
  private readonly problems: ProblemList;
  private readonly meter: Meter;
  private readonly location: string | null;

  constructor(source: ByteSource, { scheduler, problems, meter, location }: Reading) {
    this.cursor = new Cursor(source);
    this.scheduler = scheduler;
    this.problems = problems;
    this.meter = meter;
    this.location = location;
  }

  /** Files that the model is spread over. */
  get parts(): number {
    const count = this.pairs.get('split.count');
    return typeof count === 'number' ? count : 1;
  }

  get at(): number {
    return this.cursor.at;
  }

  /** Reads as far as the file can be understood; false where it is of no known version. */
  async read(): Promise<boolean> {
    let isKnown = false;
    try {
      isKnown = await this.readVersion();
      if (!isKnown) return false;
      await this.readContents();
      this.place();
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.problems.push(error.problem);
    }
    return isKnown;
  }

  weights(): Parameters<typeof lower>[0] {
    const text = (key: string): string => {
      const value = this.pairs.get(key);
      return typeof value === 'string' ? value : '';
    };
    return {
      format: 'gguf',
      name: text('general.name'),
      architecture: text('general.architecture'),
      facts: {
        docString: text('general.description'),
        metadata: [
          ['GGUF.version', String(this.version)],
          ...[...this.pairs].map(([key, value]) => [key, valueText(value)] as const),
        ],
      },
      values: new Map(
        [...this.pairs].flatMap(([key, value]) => {
          const entry = entryOfValue(value);
          return entry === undefined ? [] : [[key, entry] as const];
        }),
      ),
      tensors: this.placed.map(({ tensor }) => tensor),
    };
  }

  private async readVersion(): Promise<boolean> {
    const { cursor } = this;
    for (const byte of magic) if ((await cursor.u8()) !== byte) throw damaged('gguf_header_t', 0);
    const { at } = cursor;
    let version = await cursor.u32();
    // A small number in the other byte order has its bits at the upper end.
    if (version !== 0 && (version & 0xffff) === 0) {
      cursor.isLittle = false;
      cursor.at = at;
      version = await cursor.u32();
    }
    this.version = version;
    if (!versions.has(version)) this.problems.add('error', 'format.gguf-version', { version }, at);
    return versions.has(version);
  }

  private async readContents(): Promise<void> {
    const { cursor } = this;
    const tensors = await cursor.u64('gguf_header_t');
    const pairs = await cursor.u64('gguf_header_t');
    const metadata = new MetadataReader(cursor, this.scheduler);
    for (let i = 0; i < pairs; i++) {
      await this.turn();
      if (i === limits.pairs) throw unreadable('format.too-many', { limit: i }, cursor.at);
      const key = await cursor.text('gguf_string_t', limits.text);
      const value = await metadata.value();
      this.meter.take(memory.pair + memory.letter * (key.length + valueText(value).length));
      this.pairs.set(key, value);
    }
    for (let i = 0; i < tensors; i++) {
      await this.turn();
      if (i === limits.tensors) throw unreadable('format.too-many', { limit: i }, cursor.at);
      await this.readTensor();
    }
  }

  private async turn(): Promise<void> {
    const turn = this.scheduler.tick();
    if (turn) await turn;
  }

  private async readTensor(): Promise<void> {
    const { cursor } = this;
    const { at } = cursor;
    const name = await cursor.text('gguf_string_t', limits.text);
    const rank = await cursor.u32();
    if (rank > limits.dimensions) throw damaged('gguf_tensor_info_t', at);
    const dims: number[] = [];
    // The first one varies fastest; elsewhere it is the last.
    for (let i = 0; i < rank; i++) dims.unshift(await cursor.u64('gguf_tensor_info_t'));
    const code = await cursor.u32();
    const offset = await cursor.u64('gguf_tensor_info_t');
    this.meter.take(memory.tensor + memory.letter * name.length);
    const dtype = types.get(code);
    if (!dtype) this.problems.add('warning', 'format.unknown-type', { tensor: name, type: code }, at);
    this.check(dims, dtype, at);
    this.placed.push({ tensor: { name, dtype, dims, data: { place: 'none' } }, offset });
  }

  /** Each row is a whole number of blocks, and all of it has a size. */
  private check(dims: readonly number[], dtype: DataType | undefined, at: number): void {
    const count = elementCount(dims);
    const block = dtype && dataTypes[dtype].block;
    const row = dims.at(-1) ?? 1;
    if (!Number.isSafeInteger(count) || (block && row % block.elements !== 0))
      throw damaged('gguf_tensor_info_t', at);
  }

  /** Now that the end of the head is known, so are the places of the weights: without it they are not. */
  private place(): void {
    const { cursor, placed, location } = this;
    const alignment = this.alignment();
    const dataStart = Math.ceil(cursor.at / alignment) * alignment;
    let end = 0;
    for (const [i, { tensor, offset }] of placed.entries()) {
      const bytes = tensor.dtype && byteLength(tensor.dtype, elementCount(tensor.dims));
      if (typeof bytes !== 'number') continue;
      const at = { offset: dataStart + offset, length: bytes };
      const data =
        location === null
          ? ({ place: 'embedded', ...at } as const)
          : ({ place: 'external', location, ...at } as const);
      placed[i] = { tensor: { ...tensor, data }, offset };
      end = Math.max(end, at.offset + bytes);
    }
    const { size } = cursor;
    if (end > size) throw truncated(size, end);
  }

  private alignment(): number {
    const value = this.pairs.get('general.alignment');
    return typeof value === 'number' && value > 0 && Number.isInteger(value) ? value : defaultAlignment;
  }
}
