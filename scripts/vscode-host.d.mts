export interface HostOptions {
  readonly folder: string;
  readonly data: string;
  readonly vsix: readonly string[];
  readonly port?: number;
  readonly password?: string;
  readonly settings?: object;
  readonly trust?: boolean;
  readonly locale?: string;
}
export interface Host {
  readonly port: number;
  readonly address: string;
  readonly pid: number;
  readonly log: readonly string[];
  /** Settles when code-server ends. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}
export function installHost(say?: (line: string) => void): Promise<string>;
export function startHost(options: HostOptions, say?: (line: string) => void): Promise<Host>;
export function folderAddress(port: number, folder: string, model?: string): string;
export function unpackSamples(folder: string): Promise<string[]>;
export function runFolder(name: string): string;
