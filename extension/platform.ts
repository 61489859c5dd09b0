import type { Content, WriteOptions } from '../server/node/writeFile';
import type { WriteError } from '../server/node/writeTarget';
import type { FileLook } from './listing/settle';

/** Why a file can't be written: a code of {@link WriteError}, with what its sentence needs. */
export type WriteFailure = Pick<WriteError, 'code' | 'args'>;

/** Files of the machine that the extension runs on, by their paths. */
export interface LocalFiles {
  /** What tells one state of a file from another beside its size and time. Rejects where there is none. */
  versionOf(path: string): Promise<Pick<FileLook, 'version' | 'young'>>;
  /**
   * Tells when something changed about a file, through its folder. Throws where that can't be watched.
   * @param failed it can be watched no longer
   * @returns what ends it
   */
  watch(path: string, changed: () => void, failed: (error: unknown) => void): () => void;
  /** Replaces a file as a whole or not at all; answers why it did not. */
  write(path: string, content: Content, options: WriteOptions): Promise<WriteFailure | null>;
  /** What lies at a path, links resolved: a file in a folder, something outside of it, or no file. */
  placeOf(folder: string, path: string): Promise<'file' | 'outside' | 'other'>;
}

/** What the extension needs of the machine that it runs on. */
export interface Platform {
  /** Null in a browser: there VS Code reads, writes and watches every file. */
  readonly localFiles: LocalFiles | null;
  /** Bytes of a file that is still read whole, into the memory of the extension host. */
  readonly largestFile: number;
  base64Of(bytes: Uint8Array): string;
}

let installed: Platform | null = null;

/** Called once by each entry, before anything else runs. */
export function installPlatform(platform: Platform): void {
  installed = platform;
}

/** The machine at hand; throws where no entry installed one. */
export function platform(): Platform {
  if (!installed) throw new Error('no platform is installed');
  return installed;
}

/** The files of this machine where an address is one of theirs; null where VS Code alone reaches it. */
export function localFilesOf({ scheme }: { readonly scheme: string }): LocalFiles | null {
  return scheme === 'file' ? platform().localFiles : null;
}
