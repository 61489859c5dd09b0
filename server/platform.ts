import type { ByteSource } from './engine/graph/byteSource';

/** Why a file can't be read; `files.` + code is what users are told. */
export type FileFault =
  | 'missing'
  | 'folder'
  | 'pipe'
  | 'socket'
  | 'device'
  | 'unsized'
  | 'denied'
  | 'changed'
  | 'too-large'
  | 'failed';

/** A file that can't be read. */
export class FileError extends Error {
  constructor(
    readonly code: FileFault,
    readonly path: string,
    detail: string = code,
  ) {
    super(detail);
  }
}

/** What a look at a file says. */
export interface FileStamp {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /**
   * Another one after every change: device, inode, and both times in nanoseconds. The time of the last change of the
   * inode (ctime) moves even where size and mtime are set back. Null while that time is so young that a second change
   * may bear the same one (the clock of ext4 ticks every 4 ms, that of FAT every 2 s), and where there is no such time:
   * then only the bytes tell.
   */
  readonly version: string | null;
}

/** An open file as a source. It holds a handle until it is closed. */
export interface OpenFile {
  readonly stamp: FileStamp;
  readonly source: ByteSource;
  close(): Promise<void>;
}

/** Files of this machine, by their `file:` addresses. What can't be read rejects with a {@link FileError}. */
export interface LocalFiles {
  look(uri: string): Promise<FileStamp>;
  open(uri: string): Promise<OpenFile>;
  /**
   * The address of a file beside a model, links resolved; null where the way leads out of the model's folder and of the
   * store that the model itself lies in. Rejects where nothing is there.
   */
  beside(modelUri: string, way: readonly string[]): Promise<string | null>;
  /** Names in a folder below another; none where it is missing or links lead out. */
  namesBelow(folderUri: string, way: readonly string[]): Promise<readonly string[]>;
  /** Paths of all files below a folder, from there on, with slashes; folders that are links are not followed. */
  filesBelow(folderUri: string): Promise<readonly string[]>;
  /** A file below a folder; null where links lead out. */
  openBelow(folderUri: string, way: readonly string[]): Promise<OpenFile | null>;
  /** Tells when something changed on the way down from a folder; returns what ends it. */
  watchBelow(folderUri: string, way: readonly string[], changed: () => void): () => void;
  /** Texts that are kept in a folder of ours. */
  store(folder: string): TextStore;
}

/** Texts by name, kept between two starts. */
export interface TextStore {
  addressOf(name: string): string;
  /** Rejects where there is none, or where it has more bytes than that. */
  read(name: string, mostBytes: number): Promise<string>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A digest that tells contents apart; no secret depends on it. */
export interface Hash {
  update(part: string | Uint8Array): void;
  /** In hexadecimal; nothing may be added afterwards. */
  end(): string;
}

/** Ended by `clearTimeout`. */
export type Timer = ReturnType<typeof setTimeout>;

/** What the server needs of the machine that it runs on. */
export interface Platform {
  /** Null in a browser: there the client reads every file. */
  readonly localFiles: LocalFiles | null;
  readonly newHash: () => Hash;
  /** Throws where it is none. */
  bytesOfBase64(text: string): Uint8Array;
  /** Lets the event loop do what waits. */
  turn(): Promise<void>;
  /** Gives the memory of what is gone back to the system. It holds the event loop as long as there is to keep. */
  collect(): Promise<void>;
  /** A timer that keeps no process alive. */
  later(run: () => void, milliseconds: number): Timer;
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

/** Where the server itself reads what lies at an address; null where the client does. */
export function localFilesOf(uri: string): LocalFiles | null {
  return uri.startsWith('file:') ? platform().localFiles : null;
}
