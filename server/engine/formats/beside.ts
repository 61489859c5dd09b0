import type { ByteSource } from '../graph/byteSource';

/** A file beside a model, open until it is closed. */
interface BesideFile {
  readonly source: ByteSource;
  close(): Promise<void>;
}

/** What lies beside a model file, for formats that spread a model over several. */
export interface Beside {
  /** The file's own name. */
  readonly name: string;
  /** Opens a file of the same folder by its name; null where there is none, or where it may not be followed. */
  open(name: string): Promise<BesideFile | null>;
}

/** A file about whose folder nothing is known. */
export function alone(name: string): Beside {
  return { name, open: () => Promise.resolve(null) };
}

/** What `read` makes of a file beside a model; null where there is no such file. */
export async function readBeside<T>(
  beside: Beside,
  name: string,
  read: (source: ByteSource) => Promise<T>,
): Promise<T | null> {
  const file = await beside.open(name);
  if (!file) return null;
  try {
    return await read(file.source);
  } finally {
    await file.close();
  }
}
