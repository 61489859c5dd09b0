import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { URI } from 'vscode-uri';
import { modelChangedRequest } from '../../../server/protocol';
import { EventEmitter, Log } from './vscodeParts';

interface Watcher {
  readonly model: URI;
  readonly look: unknown;
  readonly changed: () => Promise<void>;
  isGone: boolean;
}
const watchers: Watcher[] = [];
let look: { size: number; mtime: number } | null = null;
vi.mock('vscode', async () => (await import('./vscodeParts')).parts);
vi.mock('../../../extension/listing/modelWatcher', () => ({
  lookAt: () => Promise.resolve(look),
  ModelWatcher: class implements Watcher {
    isGone = false;
    constructor(
      readonly model: URI,
      readonly look: unknown,
      readonly changed: () => Promise<void>,
    ) {
      watchers.push(this);
    }
    dispose(): void {
      this.isGone = true;
    }
  },
}));
const { ListingProvider } = await import('../../../extension/listing/provider');
const { ServerEndedError } = await import('../../../extension/server/keeper');

const uri = URI.parse('siliconlens:/a/m.onnx.onnxtxt');
const other = URI.parse('siliconlens:/a/n.onnx.onnxtxt');

/** A server that answers with the texts of a test. */
class FakeServer {
  text = 'one';
  mtime = 1000;
  fails: Error | null = null;
  isAlive = false;
  /** So many more requests end it. */
  ends = 0;
  changed = true;
  asked: string[] = [];
  released: string[] = [];
  readonly running = new EventEmitter<void>();
  readonly outdated = new EventEmitter<{ uri: string }>();
  readonly onRunning = this.running.event;
  readonly onListingOutdated = this.outdated.event;
  request(kind: unknown, params: { uri: string }): Promise<unknown> {
    if (kind === modelChangedRequest) return Promise.resolve({ changed: this.changed });
    this.asked.push(params.uri);
    const failure = this.ends-- > 0 ? new ServerEndedError('ended') : this.fails;
    if (failure) return Promise.reject(failure);
    return Promise.resolve({ text: this.text, mtime: this.mtime });
  }
  release(of: URI): void {
    this.released.push(of.toString());
  }
}

let server: FakeServer;
let log: Log;
let provider: InstanceType<typeof ListingProvider>;
let changes: string[];
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  watchers.length = 0;
  look = { size: 5, mtime: 7 };
  server = new FakeServer();
  log = new Log();
  provider = new ListingProvider(server as never, log as never);
  changes = [];
  provider.onDidChangeFile((files) => changes.push(...files.map((file) => `${file.type} ${file.uri.path}`)));
});
afterEach(() => vi.useRealTimers());

const read = async (of: URI = uri): Promise<string> => Buffer.from(await provider.readFile(of)).toString();
const settled = () => new Promise<void>((done) => setTimeout(done));

describe('the file of a listing', () => {
  it('is the text with a mark of its encoding, read-only, at the size and time of the listing', async () => {
    server.text = '한글';
    expect(await read()).toBe('\uFEFF한글');
    // Three bytes of the mark, three of each letter.
    expect(await provider.stat(uri)).toEqual({ type: 1, ctime: 0, mtime: 1000, size: 9, permissions: 1 });
  });

  it('is none where the address is none of a listing, and nothing writes it', async () => {
    const nowhere = URI.parse('siliconlens:/a/readme.md');
    await expect(provider.readFile(nowhere)).rejects.toMatchObject({ code: 'FileNotFound' });
    await expect(provider.stat(nowhere)).rejects.toMatchObject({ code: 'FileNotFound' });
    expect(server.asked).toEqual([]);
    expect(() => provider.readDirectory(uri)).toThrow('FileNotFound');
    for (const change of ['createDirectory', 'writeFile', 'delete', 'rename'] as const)
      expect(() => provider[change](uri)).toThrow('NoPermissions');
  });

  it('answers for five seconds where nobody watches, and then is asked for again', async () => {
    await read();
    server.text = 'two';
    vi.setSystemTime(1_004_999);
    expect(await read()).toBe('\uFEFFone');
    vi.setSystemTime(1_005_000);
    expect(await read()).toBe('\uFEFFtwo');
    expect(server.asked).toHaveLength(2);
  });

  it('answers as long as somebody watches, and is forgotten with the last of them', async () => {
    await read();
    const [first, second] = [provider.watch(uri), provider.watch(uri)];
    expect(watchers).toHaveLength(1);
    expect([watchers[0]!.model.toString(), watchers[0]!.look]).toEqual(['file:///a/m.onnx', look]);
    vi.setSystemTime(2_000_000);
    await read();
    expect(server.asked).toHaveLength(1);
    first.dispose();
    first.dispose();
    expect(watchers[0]!.isGone).toBe(false);
    second.dispose();
    expect(watchers[0]!.isGone).toBe(true);
    await read();
    expect(server.asked).toHaveLength(2);
  });

  it('is asked for once where several ask', async () => {
    await Promise.all([read(), read(), provider.stat(uri)]);
    expect(server.asked).toHaveLength(1);
  });

  it('is kept besides those on screen for the latest alone', async () => {
    await read();
    await read(other);
    await read(other);
    expect(server.asked).toHaveLength(2);
    await read();
    expect(server.asked).toHaveLength(3);
    provider.watch(uri);
    await read(other);
    await read();
    expect(server.asked).toHaveLength(4);
  });
});

describe('a change', () => {
  it('is told where the text is another, at a later time, since editors ignore others', async () => {
    await read();
    server.mtime = 500;
    server.text = 'two';
    await provider.refresh(uri);
    expect(changes).toEqual(['1 /a/m.onnx.onnxtxt']);
    expect((await provider.stat(uri)).mtime).toBe(1001);
    server.mtime = 9000;
    await provider.refresh(uri);
    // The same text is no change, and keeps its time.
    expect(changes).toHaveLength(1);
    expect((await provider.stat(uri)).mtime).toBe(1001);
    server.text = 'three';
    await provider.refresh(uri);
    expect((await provider.stat(uri)).mtime).toBe(9000);
  });

  it('of a model is asked of the server, which may know better', async () => {
    await read();
    provider.watch(uri);
    server.text = 'two';
    server.changed = false;
    await watchers[0]!.changed();
    expect([server.asked.length, changes]).toEqual([1, []]);
    expect(server.released).toEqual([uri.toString()]);
    server.changed = true;
    await watchers[0]!.changed();
    expect([server.asked.length, changes]).toEqual([2, ['1 /a/m.onnx.onnxtxt']]);
  });

  it('that the server tells of, or another server, is looked at', async () => {
    await read();
    await read(other);
    provider.watch(uri);
    server.text = 'two';
    server.outdated.fire({ uri: other.toString() });
    await settled();
    expect(changes).toEqual(['1 /a/n.onnx.onnxtxt']);
    server.running.fire();
    await settled();
    // What is open alone.
    expect(changes).toEqual(['1 /a/n.onnx.onnxtxt', '1 /a/m.onnx.onnxtxt']);
  });

  it('of the file lets a model be worked on again that was left alone', async () => {
    await read();
    vi.setSystemTime(2_000_000);
    await read();
    expect(server.released).toEqual([]);
    look = { size: 6, mtime: 8 };
    vi.setSystemTime(3_000_000);
    await read();
    expect(server.released).toEqual([uri.toString()]);
  });

  it('is told of no more when the provider is gone', async () => {
    await read();
    provider.watch(uri);
    provider.dispose();
    expect(watchers[0]!.isGone).toBe(true);
    server.running.fire();
    server.outdated.fire({ uri: uri.toString() });
    await settled();
    expect(server.asked).toHaveLength(1);
  });
});

describe('a server without an answer', () => {
  it('leaves a text that says why, until the next is asked', async () => {
    server.fails = new Error('no\nmemory');
    const said = await read();
    expect(said).toMatch(/^\uFEFF# .*m\.onnx/);
    expect(
      said
        .trimEnd()
        .split('\n')
        .every((line) => /^\uFEFF?#/.test(line)),
    ).toBe(true);
    expect(said).toContain('memory');
    expect(log.errors).toEqual([`${uri.toString()}: no\nmemory`]);
    server.fails = null;
    await provider.refresh(uri);
    expect(await read()).toBe('\uFEFFone');
    // The text that said why was not the model's, so its time says nothing.
    expect((await provider.stat(uri)).mtime).toBe(1_000_001);
  });

  it('leaves what it served before', async () => {
    await read();
    server.fails = new Error('gone');
    server.text = 'two';
    await provider.refresh(uri);
    expect([await read(), changes]).toEqual(['\uFEFFone', []]);
  });

  it('is asked again when it ended and another is there, and not when it refused', async () => {
    server.ends = 2;
    server.isAlive = true;
    expect([await read(), server.asked.length]).toEqual(['\uFEFFone', 3]);
    server.asked = [];
    server.ends = 2;
    server.isAlive = false;
    await provider.refresh(uri);
    expect(server.asked).toHaveLength(1);
  });
});
