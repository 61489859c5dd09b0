import * as vscode from 'vscode';
import type { ModelFigures } from '../../server/protocol';

/** What is known of a model since somebody asked. */
export interface Kept {
  /** State of the file and of what its figures depend on, as the editor sees them. */
  readonly stamp: string;
  /** The server's own digest of both; null where there are no figures. */
  readonly key: string | null;
  readonly figures: ModelFigures | null;
  /** Why there are none, as a sentence. */
  readonly reason: string | null;
}

/** Models that are kept. */
const mostKept = 5000;
/** Bytes of the file from which nothing is read any more. */
const mostBytes = 20e6;

/** Figures of models, by address, in a file that outlives the window. */
export class FigureStore {
  private kept = new Map<string, Kept>();
  private loading: Promise<void> | undefined;

  /**
   * @param file undefined: kept as long as the window is
   * @param version of the product: another one's figures are left alone
   */
  constructor(
    private readonly file: vscode.Uri | undefined,
    private readonly version: string,
  ) {}

  async load(): Promise<void> {
    await (this.loading ??= this.read());
  }

  get(uri: string): Kept | undefined {
    return this.kept.get(uri);
  }

  /** The oldest go where there are too many. */
  set(uri: string, kept: Kept): void {
    this.kept.delete(uri);
    this.kept.set(uri, kept);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept) break;
      this.kept.delete(oldest);
    }
  }

  /** Rejects where the file can't be written. */
  async save(): Promise<void> {
    if (!this.file) return;
    const bytes = new TextEncoder().encode(JSON.stringify({ version: this.version, models: [...this.kept] }));
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(this.file, '..'));
    await vscode.workspace.fs.writeFile(this.file, bytes);
  }

  private async read(): Promise<void> {
    if (!this.file) return;
    try {
      const { size } = await vscode.workspace.fs.stat(this.file);
      if (size > mostBytes) return;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.file));
      const { version, models } = JSON.parse(text) as { version: string; models: [string, Kept][] };
      // Only this product of this version writes the file: its entries are what they say.
      if (version === this.version) this.kept = new Map([...models, ...this.kept]);
    } catch {
      // There is none yet, or half of one: everything is asked anew.
    }
  }
}
