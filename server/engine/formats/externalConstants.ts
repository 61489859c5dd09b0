import { ByteWindow, type ByteSource } from '../graph/byteSource';
import { byteLength, elementCount, type DataType } from '../graph/dataTypes';
import type { Model, Tensor } from '../graph/model';
import { isCounting, isSmallExternal, visitTensors } from '../graph/tensors';
import { addTo } from '../lists';
import type { Steps } from '../scheduler';
import { decodeRaw } from './onnx/elements';
import { isLfsPointer } from './onnx/sniff';

/** Elements of external tensors that are kept in all; integers, which decide shapes, come first. */
const mostElements = 1 << 20;
/** Bytes that tell a Git LFS pointer. */
const headBytes = 64;

/** How much is read. */
interface ConstantLimits {
  readonly files: number;
  /** Integers and truths alone, which may be sizes, positions and conditions. */
  readonly onlyCounting?: boolean;
}

/** Tensors of at most 1,024 elements whose bytes lie in other files, by file and in the order of their places. */
export function* externalConstants(
  model: Model,
  limits: ConstantLimits,
): Steps<ReadonlyMap<string, readonly Tensor[]>> {
  const found: Tensor[] = [];
  yield* visitTensors(model, (tensor) => {
    if (isSmallExternal(tensor) && (limits.onlyCounting !== true || isCounting(tensor.dtype)))
      found.push(tensor);
  });
  found.sort((a, b) => Number(isCounting(b.dtype)) - Number(isCounting(a.dtype)));
  const files = new Map<string, Tensor[]>();
  let room = mostElements;
  for (const tensor of found) {
    const location = locationOf(tensor);
    room -= elementCount(tensor.dims);
    if (room < 0) break;
    if (files.has(location) || files.size < limits.files) addTo(files, location, tensor);
  }
  for (const tensors of files.values()) tensors.sort((a, b) => offsetOf(a) - offsetOf(b));
  return files;
}

/** Takes what was read of the same places before; false where one of them was not among these. */
export function takeConstants(tensors: readonly Tensor[], before: readonly Tensor[]): boolean {
  const known = new Map(before.map((tensor) => [placeKey(tensor), tensor.elements]));
  if (!tensors.every((tensor) => known.has(placeKey(tensor)))) return false;
  for (const tensor of tensors) setElements(tensor, known.get(placeKey(tensor)));
  return true;
}

function placeKey({ dtype, dims, data }: Tensor): string {
  return JSON.stringify([dtype, dims, data]);
}

/** The name of a small tensor of another file that may decide shapes and was not read; null for any other. */
export function unreadConstant(tensor: Tensor): string | null {
  const isUnread = tensor.elements === undefined && isSmallExternal(tensor);
  return isUnread && isCounting(tensor.dtype) ? tensor.name : null;
}

function locationOf({ data }: Tensor): string {
  return data.place === 'external' ? data.location : '';
}

function offsetOf({ data }: Tensor): number {
  return data.place === 'external' ? (data.offset ?? 0) : 0;
}

/**
 * Reads the elements of small tensors from the file that they lie in, and keeps them with the tensors. One that does not lie
 * inside the file as its type and shape say, or has another length stated, gets none; a Git LFS pointer has none at all.
 * Rejects where the file can't be read.
 */
export async function readConstants(tensors: readonly Tensor[], source: ByteSource): Promise<void> {
  if (await isPointer(source)) return;
  const window = new ByteWindow(source);
  for (const tensor of tensors) setElements(tensor, await elementsOf(tensor, tensor.dtype!, window));
}

/** Whether a file is a Git LFS pointer that stands in for another. */
export async function isPointer(source: ByteSource): Promise<boolean> {
  return isLfsPointer(await source.read(0, Math.min(source.size, headBytes)));
}

async function elementsOf(
  tensor: Tensor,
  dtype: DataType,
  window: ByteWindow,
): Promise<readonly number[] | undefined> {
  const { data, dims } = tensor;
  const count = elementCount(dims);
  const bytes = byteLength(dtype, count);
  const offset = offsetOf(tensor);
  const stated = data.place === 'external' ? data.length : undefined;
  if (bytes === null || (stated !== undefined && stated !== bytes)) return undefined;
  if (!Number.isSafeInteger(offset) || offset + bytes > window.source.size) return undefined;
  await window.bring(offset, bytes);
  const from = offset - window.start;
  return decodeRaw(dtype, window.bytes.slice(from, from + bytes), count) ?? undefined;
}

/** The one thing of a model that is not known when it is made: it lies in another file. */
function setElements(tensor: { elements?: Tensor['elements'] }, elements: Tensor['elements']): void {
  tensor.elements = elements;
}
