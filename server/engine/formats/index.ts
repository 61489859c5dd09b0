import { modelFormats } from '../../../modelFormats/names';
import type { ByteSource } from '../graph/byteSource';
import type { Scheduler } from '../scheduler';
import { alone, type Beside } from './beside';
import { isCoreml, readCoreml } from './coreml/read';
import { isGguf, readGguf } from './gguf/read';
import { isConfiguration, readConfiguration, readSafetensors } from './huggingFace/read';
import { isSafetensors } from './huggingFace/safetensors';
import { isKeras, readKeras } from './keras/read';
import { isMlir, readMlir } from './mlir/read';
import { readOnnx } from './onnx/read';
import { isLikelyOnnx, sniff } from './onnx/sniff';
import { isOpenvino, readOpenvino } from './openvino/read';
import { isOrt, readOrt } from './ort/read';
import { isPt2, readPt2 } from './pytorch/read';
import { boundless } from './room';
import type { ReadModel, Room } from './room';
import { isTflite, readTflite } from './tflite/read';
import { isTorchScript, readTorchScript } from './torchscript/read';

/** What a format that models come in is told by, and how its files are read. */
interface FormatReader {
  /** As modelFormats.json has it. */
  readonly id: string;
  /** Whether a file that begins with these bytes is of this format, whatever its name unless all begin like others. */
  sniff(head: Uint8Array, name: string): boolean;
  /**
   * Reads a model without its weights. Never fails for bad input: a broken file gives the part that could be read (null if
   * nothing could) and problems with byte offsets. A file that describes more than there is room for is given up.
   */
  read(source: ByteSource, scheduler: Scheduler, room: Room, beside: Beside): Promise<ReadModel>;
}

/** The first one also reads what no other claims, and says what such a file is. */
export const readers: readonly [FormatReader, ...FormatReader[]] = [
  { id: 'onnx', sniff: isLikelyOnnx, read: readOnnx },
  { id: 'gguf', sniff: isGguf, read: readGguf },
  { id: 'safetensors', sniff: isSafetensors, read: readSafetensors },
  { id: 'hugging-face', sniff: isConfiguration, read: readConfiguration },
  { id: 'tflite', sniff: isTflite, read: readTflite },
  { id: 'ort', sniff: isOrt, read: readOrt },
  { id: 'openvino', sniff: isOpenvino, read: readOpenvino },
  { id: 'pt2', sniff: isPt2, read: readPt2 },
  { id: 'torchscript', sniff: isTorchScript, read: readTorchScript },
  { id: 'keras', sniff: isKeras, read: readKeras },
  { id: 'stablehlo', sniff: isMlir, read: readMlir },
  { id: 'coreml', sniff: isCoreml, read: readCoreml },
];

/** Bytes that tell every format. */
const headBytes = 1024;

/**
 * Reads a model file by the reader of its format: as its first bytes say, else as its name does. Hand-written text is no
 * file but a document, and is parsed elsewhere (`onnxText/parse.ts`).
 * @param beside what lies in the same folder, for models that are spread over several files
 */
export async function readModel(
  source: ByteSource,
  name: string,
  scheduler: Scheduler,
  room: Room = boundless,
  beside: Beside = alone(name),
): Promise<ReadModel> {
  const head = await source.read(0, Math.min(source.size, headBytes));
  return readerOf(head, name, source.size).read(withHead(source, head), scheduler, room, beside);
}

/**
 * The reader of a file that begins with these bytes and has this name. A file that is nothing that models come in (a pointer
 * of Git LFS, a web page) is the first one's, whatever its name.
 */
export function readerOf(head: Uint8Array, name: string, size = head.length): FormatReader {
  // Core ML's files begin as ONNX's may: what is closer to one of the others is of that one.
  const claimed = readers.findLast((reader) => reader.sniff(head, name));
  if (claimed || sniff(head, size)) return claimed ?? readers[0];
  return readers.find(({ id }) => isNamed(name, id)) ?? readers[0];
}

function isNamed(name: string, id: string): boolean {
  const lower = name.toLowerCase();
  const format = modelFormats.find((one) => one.id === id);
  const endings = [...(format?.extensions ?? []), ...(format?.sharedExtensions ?? [])];
  return endings.some((extension) => lower.endsWith(`.${extension}`));
}

/** A reader looks at the head again; a file behind an editor's connection is asked for it once. */
function withHead(source: ByteSource, head: Uint8Array): ByteSource {
  return {
    size: source.size,
    read: (offset, length) =>
      offset + length <= head.length
        ? Promise.resolve(head.subarray(offset, offset + length))
        : source.read(offset, length),
  };
}
