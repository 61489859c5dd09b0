import { entryOf } from '../../../../outside/table';
import type { ByteSource } from '../../graph/byteSource';
import { byteLength, elementCount, type DataType } from '../../graph/dataTypes';
import type { Tensor } from '../../graph/model';
import { objectOf } from '../../lower/fields';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { readJson } from './json';
import { limits, memory } from './limits';
import typeNames from './types.json';

/** Bytes of the length before the head. */
const lengthBytes = 8;

/** Whether a file begins as safetensors do: a length that a head can have, then a JSON object. */
export function isSafetensors(head: Uint8Array): boolean {
  if (head.length <= lengthBytes || head[lengthBytes] !== 0x7b) return false;
  return headLength(head) <= limits.head && head[lengthBytes + 1] === 0x22;
}

function headLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Number(view.getBigUint64(0, true));
}

/** What the head of a safetensors file says. */
export interface SafetensorsHead {
  readonly tensors: readonly Tensor[];
  readonly metadata: readonly (readonly [string, string])[];
}

/**
 * Reads the head of a safetensors file: names, types, shapes and places, never weights. Source: the format's README
 * (github.com/huggingface/safetensors). Of a damaged head the entries that make sense are kept.
 * @param location the file's name where it lies beside the model that is read; null: it is that file
 */
export async function readHead(
  source: ByteSource,
  location: string | null,
  problems: ProblemList,
  meter: Meter,
): Promise<SafetensorsHead> {
  const { size } = source;
  const length = size < lengthBytes ? 0 : headLength(await source.read(0, lengthBytes));
  const dataStart = lengthBytes + length;
  if (length > limits.head) {
    problems.add('error', 'format.damaged', { part: headPart }, 0);
    return nothing;
  }
  if (dataStart > size) {
    problems.add('error', 'format.truncated', { size, expected: dataStart }, size);
    return nothing;
  }
  meter.take(memory.json * length);
  const entries = readJson(await source.read(lengthBytes, length));
  if (entries) return new HeadEntries(size, dataStart, location, problems, meter).read(entries);
  problems.add('error', 'format.damaged', { part: headPart }, lengthBytes);
  return nothing;
}

const headPart = 'safetensors header';
const nothing: SafetensorsHead = { tensors: [], metadata: [] };

class HeadEntries {
  private readonly tensors: Tensor[] = [];
  private readonly ranges: [from: number, to: number][] = [];

  constructor(
    private readonly size: number,
    private readonly dataStart: number,
    private readonly location: string | null,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  read(entries: Readonly<Record<string, unknown>>): SafetensorsHead {
    const metadata: [string, string][] = [];
    for (const [name, entry] of Object.entries(entries)) {
      if (name === '__metadata__') {
        for (const [key, value] of Object.entries(objectOf(entry) ?? {})) metadata.push([key, String(value)]);
        continue;
      }
      if (this.tensors.length === limits.tensors) {
        this.problems.add('error', 'format.too-many', { limit: limits.tensors }, lengthBytes);
        break;
      }
      this.add(name, entry);
    }
    this.checkOverlaps();
    return { tensors: this.tensors, metadata };
  }

  private add(name: string, entry: unknown): void {
    const { dtype: code, shape, data_offsets: offsets } = objectOf(entry) ?? {};
    this.meter.take(memory.tensor + memory.letter * name.length);
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2 || name.length > limits.name) {
      this.damaged(name);
      return;
    }
    const dtype = typeof code === 'string' ? (entryOf(typeNames, code) as DataType | undefined) : undefined;
    if (!dtype)
      this.problems.add('warning', 'format.unknown-type', { tensor: name, type: String(code) }, lengthBytes);
    const [from, to] = offsets as [number, number];
    const count = elementCount(shape);
    const length = to - from;
    const expected = dtype && Number.isSafeInteger(count) ? byteLength(dtype, count) : undefined;
    if (length < 0 || !Number.isSafeInteger(count) || (expected !== undefined && expected !== length)) {
      this.damaged(name);
      return;
    }
    const end = this.dataStart + to;
    if (end > this.size) {
      const { size } = this;
      this.problems.add('error', 'format.truncated', { size, expected: end }, size);
    }
    this.ranges.push([from, to]);
    const at = { offset: this.dataStart + from, length };
    const data =
      this.location === null
        ? ({ place: 'embedded', ...at } as const)
        : ({ place: 'external', location: this.location, ...at } as const);
    this.tensors.push({ name, dtype, dims: shape, data });
  }

  private damaged(name: string): void {
    this.problems.add('error', 'format.damaged', { part: name }, lengthBytes);
  }

  /** No byte belongs to two tensors. */
  private checkOverlaps(): void {
    this.ranges.sort((a, b) => a[0] - b[0]);
    let end = 0;
    for (const [from, to] of this.ranges) {
      if (from < end) {
        this.problems.add('error', 'format.damaged', { part: 'data_offsets' }, lengthBytes);
        return;
      }
      end = Math.max(end, to);
    }
  }
}

/** Whole numbers, none of them below 0, and not more than a shape has. */
function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.length <= 64 && value.every((one) => Number.isSafeInteger(one) && one >= 0)
  );
}
