import { unreadConstant } from '../engine/formats/externalConstants';
import { byteLength, elementCount } from '../engine/graph/dataTypes';
import type { Model } from '../engine/graph/model';
import { visitTensors } from '../engine/graph/tensors';
import type { Steps } from '../engine/scheduler';
import type { ExternalFile } from './externalData';

/** Files of external data that a model names, with the bytes that its tensors need of each. */
export function* externalFiles(model: Model): Steps<ExternalFile[]> {
  const files = new Map<string, { bytesNeeded: number; constant: string | null }>();
  yield* visitTensors(model, (tensor) => {
    if (tensor.data.place !== 'external') return;
    const { location, offset = 0, length } = tensor.data;
    const count = elementCount(tensor.dims);
    const bytes = length ?? (tensor.dtype ? byteLength(tensor.dtype, count) : null) ?? 0;
    const known = files.get(location);
    files.set(location, {
      bytesNeeded: Math.max(known?.bytesNeeded ?? 0, offset + bytes),
      constant: known?.constant ?? unreadConstant(tensor),
    });
  });
  return [...files].map(([location, needed]) => ({ location, ...needed }));
}
