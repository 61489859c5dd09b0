import { createHash } from 'node:crypto';
import type { Connection } from 'vscode-languageserver/node';

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
  readonly fingerprint: Fingerprint;
  /** Kept for hand-written text only; the text of a listing is the server's own. */
  readonly text: string | null;
}

export function fingerprint(text: string): Fingerprint {
  return { length: text.length, hash: createHash('sha1').update(text, 'utf16le').digest('base64') };
}

/** The open documents, synchronised whole: listings are read-only and hand-written files are small. */
export class Documents {
  private readonly open = new Map<string, OpenDocument>();

  constructor(
    private readonly keepsText: (uri: string) => boolean,
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

  private set(uri: string, version: number, text: string): void {
    const document = {
      uri,
      version,
      fingerprint: fingerprint(text),
      text: this.keepsText(uri) ? text : null,
    };
    this.open.set(uri, document);
    this.changed(document);
  }
}
