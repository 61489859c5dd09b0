import { URI, Utils } from 'vscode-uri';

/** What the extension takes from `vscode` that needs no editor. */
export class EventEmitter<T> {
  private listeners: ((value: T) => void)[] = [];
  readonly event = (listener: (value: T) => void) => {
    this.listeners.push(listener);
    return { dispose: () => (this.listeners = this.listeners.filter((one) => one !== listener)) };
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners = [];
  }
}

class Disposable {
  constructor(readonly dispose: () => void) {}
}

class FileSystemError extends Error {
  constructor(
    readonly code: string,
    uri: URI,
  ) {
    super(`${code}: ${uri.toString()}`);
  }
  static FileNotFound = (uri: URI): FileSystemError => new FileSystemError('FileNotFound', uri);
  static NoPermissions = (uri: URI): FileSystemError => new FileSystemError('NoPermissions', uri);
}

export const parts = {
  Uri: Object.assign(URI, { joinPath: Utils.joinPath }),
  EventEmitter,
  Disposable,
  FileSystemError,
  FileType: { File: 1 },
  FilePermission: { Readonly: 1 },
  FileChangeType: { Changed: 1, Created: 2, Deleted: 3 },
  env: { language: 'en' },
};

/** Errors that were logged. */
export class Log {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  error(text: string): void {
    this.errors.push(text);
  }
  warn(text: string): void {
    this.warnings.push(text);
  }
  debug(): void {}
}
