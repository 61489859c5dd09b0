import { file, GgufWriter } from '../formats/gguf/bytes';

const w = new GgufWriter();

/** What a file is made of: numbers by their key behind the architecture's name, tensors with rows before columns. */
export interface Pieces {
  readonly architecture: string;
  readonly values: Readonly<Record<string, number | boolean>>;
  readonly tensors: readonly (readonly [name: string, dims: readonly number[], type?: number])[];
}

/** A file of these tensors: matrices of 16 bits, vectors of 32, as llama.cpp converts. */
export function written({ architecture, values, tensors }: Pieces): Uint8Array {
  let end = 0;
  const infos = tensors.map(([name, dims, type = dims.length > 1 ? 1 : 0]) => {
    const offset = end;
    end += Math.ceil((dims.reduce((a, b) => a * b, 1) * (type === 0 ? 4 : 2)) / 32) * 32;
    return w.tensor(name, [...dims].reverse(), type, offset);
  });
  const pairs = Object.entries(values).map(([key, value]) => {
    const name = `${architecture}.${key}`;
    if (typeof value === 'boolean') return w.pair(name, 7, [value ? 1 : 0]);
    return Number.isInteger(value) ? w.pair(name, 4, w.u32(value)) : w.pair(name, 6, w.f32(value));
  });
  return file(w.head([w.string('general.architecture', architecture), ...pairs], infos), end);
}
