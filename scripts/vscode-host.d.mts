export interface HostOptions {
  readonly folder: string;
  readonly data: string;
  readonly vsix: readonly string[];
  readonly port?: number;
  readonly settings?: object;
  readonly trust?: boolean;
  readonly locale?: string;
}
export interface Host {
  readonly port: number;
  readonly address: string;
  readonly pid: number;
  readonly log: readonly string[];
  stop(): Promise<void>;
}
export const browserFlags: string[];
export function cacheFolder(): string;
export function installHost(say?: (line: string) => void): Promise<string>;
export function startHost(options: HostOptions, say?: (line: string) => void): Promise<Host>;
export function folderAddress(port: number, folder: string, model?: string): string;
export function unpackSamples(folder: string): Promise<string[]>;
export function findBrowser(): string | null;
export function freePort(from?: number): Promise<number>;
export function runFolder(name: string): string;
