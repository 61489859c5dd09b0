import type { ByteSource } from '../../graph/byteSource';
import { byteLength, dataTypes, elementCount } from '../../graph/dataTypes';
import type { Tensor } from '../../graph/model';
import type { Inference } from '../../inference/types';
import { problem } from '../../problem';
import type { Problem } from '../../problem';
import type { Scheduler } from '../../scheduler';
import { ZeroCounter, type ZeroCount } from './count';
import { weightTensors, type WeightTensor } from './weights';

/** Bytes that are read at a time: what a scan holds in memory, and eight of them are counted between two looks at the clock. */
const pieceBytes = 1 << 18;
/** More tensors than any model has. */
const mostTensors = 200_000;

/** Zeros of one tensor. */
export interface TensorSparsity extends ZeroCount {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly operator: string | null;
  readonly axis: number | null;
  /** Every group of four along the summed axis has at least two zeros. */
  readonly isTwoOfFour: boolean;
}

/** What reading the weights once has shown. */
export interface Sparsity {
  readonly tensors: readonly TensorSparsity[];
  readonly bytesRead: number;
  /** Ids of the values through which tensors in the 2:4 pattern are multiplied by. */
  readonly twoOfFour: ReadonlySet<number>;
  /** Tensors whose bytes could not be read: of their zeros nothing is known. */
  readonly unreadTensors: number;
  readonly problems: readonly Problem[];
}

/** Where the bytes of weights are read. */
export interface WeightSources {
  /** The model's own file for null, else a file of external data as the model names it; null if it may not be read. */
  open(location: string | null): Promise<ByteSource | null>;
}

interface Job {
  readonly weight: WeightTensor;
  readonly tensor: Tensor & { readonly dtype: NonNullable<Tensor['dtype']> };
  readonly location: string | null;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads the weights of a model once, piece by piece, and counts their zeros.
 * @param onProgress bytes done and in all; called after every piece
 */
export async function scanSparsity(
  inference: Inference,
  sources: WeightSources,
  scheduler: Scheduler,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<Sparsity> {
  const problems: Problem[] = [];
  const weights = weightTensors(inference);
  const inBlocks = weights.filter(({ tensor: { dtype } }) => dtype && dataTypes[dtype].block).length;
  if (inBlocks > 0) problems.push(problem('information', 'sparsity.blocks', { count: inBlocks }));
  const jobs = jobsOf(weights, problems);
  const all = jobs.reduce((sum, { bytes }) => sum + bytes, 0);
  const tensors: TensorSparsity[] = [];
  const twoOfFour = new Set<number>();
  const absent = new Map<string, number>();
  let bytesRead = 0;
  let unreadTensors = inBlocks;
  for (const job of jobs) {
    const source = await sources.open(job.location);
    if (!source || !(await isReadable(source, job))) {
      unreadTensors++;
      if (source || job.location === null) {
        problems.push(problem('information', 'sparsity.unreadable', { name: job.weight.name }));
      } else {
        absent.set(job.location, (absent.get(job.location) ?? 0) + 1);
      }
      continue;
    }
    const tensor = await countZeros(job, source, scheduler, (bytes) => onProgress((bytesRead += bytes), all));
    if (tensor.isTwoOfFour) for (const id of job.weight.values) twoOfFour.add(id);
    tensors.push(tensor);
  }
  // A file that is not there is said once, not once for each of the hundreds of tensors in it.
  for (const [file, count] of absent)
    problems.unshift(problem('information', 'sparsity.file-unreadable', { file, count }));
  return { tensors, bytesRead, twoOfFour, unreadTensors, problems };
}

/**
 * Reads one tensor piece by piece.
 * @param onRead bytes of a piece; called after each
 */
async function countZeros(
  { weight, tensor, offset, bytes }: Job,
  source: ByteSource,
  scheduler: Scheduler,
  onRead: (bytes: number) => void,
): Promise<TensorSparsity> {
  const { name, operator, axis, zero } = weight;
  const counter = new ZeroCounter(tensor.dtype, tensor.dims, zero === null ? null : axis, zero ?? 0);
  for (let at = 0; at < bytes; at += pieceBytes) {
    const turn = scheduler.tick();
    if (turn) await turn;
    const piece = await source.read(offset + at, Math.min(pieceBytes, bytes - at));
    counter.add(piece);
    onRead(piece.length);
  }
  const count = counter.result();
  const isTwoOfFour = count.groups !== null && count.groups > 0 && count.sparseGroups === count.groups;
  return { name, type: tensor.dtype, dims: tensor.dims, operator, axis, isTwoOfFour, ...count };
}

/** What can be read, in the order of the files. */
function jobsOf(weights: readonly WeightTensor[], problems: Problem[]): Job[] {
  const jobs: Job[] = [];
  for (const weight of weights) {
    const { tensor } = weight;
    const { data, dtype, dims } = tensor;
    const count = elementCount(dims);
    const bytes = dtype ? byteLength(dtype, count) : null;
    if (!dtype || dataTypes[dtype].block || !bytes || !Number.isSafeInteger(bytes) || count <= 1) continue;
    if (data.place === 'none') continue;
    if (jobs.length === mostTensors) {
      problems.push(problem('information', 'sparsity.too-many', { limit: mostTensors }));
      break;
    }
    const location = data.place === 'external' ? data.location : null;
    const length = data.length ?? bytes;
    // Numbers in packed varints (int32_data) have other lengths; only tensors of a few elements are written so.
    if (length !== bytes) continue;
    jobs.push({ weight, tensor: { ...tensor, dtype }, location, offset: data.offset ?? 0, bytes });
  }
  return jobs.sort((a, b) => (a.location ?? '').localeCompare(b.location ?? '') || a.offset - b.offset);
}

/** Tag of `TensorProto.int32_data`, packed: its varints may happen to be as long as the raw bytes would be. */
const packedInt32 = 0x2a;

/** All bytes are there, and they are elements as they lie in memory. */
async function isReadable(source: ByteSource, { location, offset, bytes }: Job): Promise<boolean> {
  if (offset < 0 || offset + bytes > source.size) return false;
  if (location !== null) return true;
  // Before an embedded payload stand its tag and its length, seven bits to a byte.
  const lengthBytes = Math.max(1, Math.ceil(Math.log2(bytes + 1) / 7));
  if (offset < lengthBytes + 1) return false;
  const [tag] = await source.read(offset - lengthBytes - 1, 1);
  return tag !== packedInt32;
}
