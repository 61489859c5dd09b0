import * as vscode from 'vscode';
import { areSame } from '../bytes';
import { modelOf } from '../../server/address';
import {
  type ListingParams,
  listingRequest,
  type ListingResult,
  type ModelChangedParams,
  modelChangedRequest,
} from '../../server/protocol';
import { fileName, modelUri } from '../addresses';
import { ServerEndedError } from '../server/keeper';
import type { Server } from '../server/server';
import { text } from '../text';
import { lookAt, ModelWatcher } from './modelWatcher';
import { type FileLook, isUnchanged } from './settle';

interface Listing {
  readonly bytes: Uint8Array;
  readonly mtime: number;
  /** When it was fetched, milliseconds since the epoch. */
  readonly fetched: number;
  /** The model's file just before it was read: what has changed since is told once somebody watches. */
  readonly look: FileLook | null;
  /** The server wrote it. */
  readonly served: boolean;
}

/** How long a listing that nobody watches answers before it is asked for again (milliseconds). */
const freshFor = 5000;
/** Settings of `files.encoding` garble names unless the bytes say that they are UTF-8. */
const byteOrderMark = '\uFEFF';

/**
 * Listings as read-only files of the scheme `siliconlens`. A file system survives a window reload, which a content
 * provider does not. The listing comes from the server; size and time are the listing's, never the model's.
 */
export class ListingProvider implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly listings = new Map<string, Listing>();
  /** The file of each model as it was when its listing was last asked for. */
  private readonly looks = new Map<string, FileLook | null>();
  private readonly fetching = new Map<string, Promise<Listing>>();
  private readonly watched = new Map<string, { count: number; watcher: ModelWatcher }>();
  private readonly disposables: vscode.Disposable[];

  readonly onDidChangeFile = this.changes.event;

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.changes,
      // A server that was started again has not served these texts yet.
      server.onRunning(() => this.refreshOpen()),
      server.onListingOutdated(({ uri }) => void this.refresh(vscode.Uri.parse(uri, true))),
    ];
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, mtime } = await this.current(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime,
      size: bytes.length,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.current(uri)).bytes;
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    const model = modelOf(key);
    if (model === null) return new vscode.Disposable(() => undefined);
    const entry = this.watched.get(key) ?? { count: 0, watcher: this.modelWatcher(uri, model) };
    entry.count++;
    this.watched.set(key, entry);
    let ended = false;
    return new vscode.Disposable(() => {
      if (ended) return;
      ended = true;
      if (--entry.count > 0) return;
      entry.watcher.dispose();
      this.watched.delete(key);
      this.listings.delete(key);
    });
  }

  /** Asks the server again and reports the file as changed if it is; never as deleted, which would close the tab. */
  async refresh(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const before = this.listings.get(key);
    this.fetching.delete(key);
    const now = await this.fetch(uri, key);
    if (!before || !areSame(before.bytes, now.bytes))
      this.changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    for (const { watcher } of this.watched.values()) watcher.dispose();
    this.watched.clear();
  }

  private modelWatcher(uri: vscode.Uri, model: string): ModelWatcher {
    const look = this.listings.get(uri.toString())?.look;
    const changed = () => this.modelChanged(uri);
    return new ModelWatcher(vscode.Uri.parse(model, true), look, changed, this.log);
  }

  private async modelChanged(uri: vscode.Uri): Promise<void> {
    this.server.release(uri);
    const params: ModelChangedParams = { uri: uri.toString() };
    const { changed } = await this.server.request(modelChangedRequest, params);
    if (changed) await this.refresh(uri);
  }

  private refreshOpen(): void {
    for (const key of this.watched.keys()) {
      this.refresh(vscode.Uri.parse(key, true)).catch((error: unknown) => this.log.error(String(error)));
    }
  }

  private async current(uri: vscode.Uri): Promise<Listing> {
    const key = uri.toString();
    if (modelOf(key) === null) throw vscode.FileSystemError.FileNotFound(uri);
    const listing = this.listings.get(key);
    if (listing && (this.watched.has(key) || Date.now() - listing.fetched < freshFor)) return listing;
    return this.fetch(uri, key);
  }

  private fetch(uri: vscode.Uri, key: string): Promise<Listing> {
    let fetching = this.fetching.get(key);
    if (!fetching) {
      fetching = this.load(uri, key).finally(() => {
        if (this.fetching.get(key) === fetching) this.fetching.delete(key);
      });
      this.fetching.set(key, fetching);
    }
    return fetching;
  }

  private async load(uri: vscode.Uri, key: string): Promise<Listing> {
    let content: string;
    let mtime: number;
    let served = true;
    const look = await this.lookFor(uri, key);
    try {
      const result = await this.ask({ uri: key });
      content = result.text;
      mtime = result.mtime;
    } catch (error) {
      this.log.error(`${key}: ${error instanceof Error ? error.message : String(error)}`);
      // What is there is better than a word that nothing is: the next server is asked again.
      const known = this.listings.get(key);
      if (known?.served) return known;
      content = unavailable(uri, error);
      mtime = Date.now();
      served = false;
    }
    const bytes = new TextEncoder().encode(byteOrderMark + content);
    const before = this.listings.get(key);
    const same = before !== undefined && areSame(before.bytes, bytes);
    // The editor ignores a change whose time is not later than the one it knows.
    if (before) mtime = same ? before.mtime : Math.max(mtime, before.mtime + 1);
    const listing = { bytes, mtime, fetched: Date.now(), look, served };
    this.listings.set(key, listing);
    this.dropUnwatched(key);
    return listing;
  }

  /** A look at the model's file; if it is another one now, a model that was left alone is worked on again. */
  private async lookFor(uri: vscode.Uri, key: string): Promise<FileLook | null> {
    const look = await lookAt(vscode.Uri.parse(modelOf(key) ?? key, true));
    const before = this.looks.get(key);
    if (before !== undefined && !isUnchanged(before, look)) this.server.release(uri);
    this.looks.set(key, look);
    return look;
  }

  /** Asks for a listing, again if the server ends meanwhile: a model that it ends over is left alone by the next one. */
  private async ask(params: ListingParams): Promise<ListingResult> {
    for (;;) {
      try {
        return await this.server.request(listingRequest, params);
      } catch (error) {
        if (!(error instanceof ServerEndedError) || !this.server.isAlive) throw error;
      }
    }
  }

  /** A listing may hold 18 MiB: besides those on screen only the latest is kept. */
  private dropUnwatched(latest: string): void {
    for (const key of this.listings.keys())
      if (key !== latest && !this.watched.has(key)) this.listings.delete(key);
  }
}

/** The listing of a model that nobody could read because the server gave no answer. */
function unavailable(uri: vscode.Uri, error: unknown): string {
  const name = fileName(modelUri(uri));
  const reason = error instanceof Error ? error.message : String(error);
  const lines = text('extension.listing.unavailable', { name, reason }).split('\n');
  return lines.map((line) => `# ${line}\n`).join('');
}
