import type { Connection } from 'vscode-languageserver';
import { platform } from '../platform';

/** Length and hash of a text: enough to know which served listing a document shows, without keeping it twice. */
export interface Fingerprint {
  /** UTF-16 code units. */
  readonly length: number;
  readonly hash: string;
}

/** A document that the editor has open. */
export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  /** Of a text that the server neither wrote nor keeps; null for one that is kept. */
  readonly fingerprint: Fingerprint | null;
  /** Hand-written text, or the server's own listing; null for a listing that it did not know when it was opened. */
  readonly text: string | null;
}

/** Of a listing of 18 MB it takes 40 ms: where both texts are there, they are compared instead. */
export function fingerprint(text: string): Fingerprint {
  const hash = platform().newHash();
  hash.update(text);
  return { length: text.length, hash: hash.end() };
}

/** The open documents, synchronised whole: listings are read-only and hand-written files are small. */
export class Documents {
  private readonly open = new Map<string, OpenDocument>();

  /** @param own the server's own copy of the text, if it is to be kept */
  constructor(
    private readonly own: (uri: string, text: string) => string | null,
    private readonly changed: (document: OpenDocument) => void,
    private readonly closed: (uri: string) => void,
  ) {}

  listen(connection: Connection): void {
    connection.onDidOpenTextDocument(({ textDocument: { uri, version, text } }) => {
      this.set(uri, version, text);
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const last = contentChanges.at(-1);
      if (last) this.set(uri, version, last.text);
    });
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      this.open.delete(uri);
      this.closed(uri);
    });
  }

  get(uri: string): OpenDocument | undefined {
    return this.open.get(uri);
  }

  all(): OpenDocument[] {
    return [...this.open.values()];
  }

  /** Keeps no text of a listing that can be made again. */
  release(uri: string): void {
    const document = this.open.get(uri);
    if (typeof document?.text !== 'string') return;
    this.open.set(uri, { ...document, fingerprint: fingerprint(document.text), text: null });
  }

  private set(uri: string, version: number, text: string): void {
    const own = this.own(uri, text);
    const document = { uri, version, fingerprint: own === null ? fingerprint(text) : null, text: own };
    this.open.set(uri, document);
    this.changed(document);
  }
}
