import { beforeEach, describe, expect, it, vi } from 'vitest';
import { URI } from 'vscode-uri';
import { EventEmitter, Log } from './vscodeParts';

const shown = { picked: undefined as unknown, target: undefined as URI | undefined, answer: '' };
const said: unknown[][] = [];
const saved: unknown[][] = [];
let isSaved = true;
const made: Panel[] = [];

/** A panel of the editor, which a test closes, brings to the front, or lets remember a model. */
class Panel {
  title = '';
  active = false;
  visible = true;
  viewColumn = 2;
  isGone = false;
  fronted = 0;
  readonly messages = new EventEmitter<unknown>();
  readonly state = new EventEmitter<void>();
  readonly gone = new EventEmitter<void>();
  readonly posted: { type: string }[] = [];
  readonly webview = {
    onDidReceiveMessage: this.messages.event,
    postMessage: (message: { type: string }) => Promise.resolve(void this.posted.push(message)),
  };
  readonly onDidChangeViewState = this.state.event;
  readonly onDidDispose = this.gone.event;
  reveal(): void {
    this.fronted++;
  }
  dispose(): void {
    this.isGone = true;
    this.gone.fire();
  }
}

vi.mock('vscode', async () => ({
  ...(await import('./vscodeParts')).parts,
  ViewColumn: { Beside: -2 },
  commands: { executeCommand: (...args: unknown[]) => Promise.resolve(void said.push(args)) },
  workspace: { fs: { isWritableFileSystem: (scheme: string) => scheme === 'vscode-remote' } },
  window: {
    registerWebviewPanelSerializer: () => ({ dispose: () => {} }),
    createWebviewPanel: (...args: unknown[]) => {
      said.push(args);
      made.push(new Panel());
      return made.at(-1);
    },
    showQuickPick: (items: { label: string }[]) =>
      Promise.resolve(items.find(({ label }) => label === shown.picked)),
    showSaveDialog: (options: { defaultUri?: URI; filters: object }) => {
      said.push([options.defaultUri?.toString(), options.filters]);
      return Promise.resolve(shown.target);
    },
    showInformationMessage: (...args: unknown[]) => {
      said.push(args);
      return Promise.resolve(shown.answer);
    },
  },
}));
vi.mock('../../../extension/webview/html', () => ({ loadPage: () => Promise.resolve() }));
vi.mock('../../../extension/inputs', () => ({ inputsOf: () => Promise.resolve(['the model']) }));
vi.mock('../../../extension/server/notices', () => ({ serverCommands: {}, withheldText: () => null }));
vi.mock('../../../extension/saveFile', () => ({
  saveFile: async (target: URI, chunks: AsyncIterable<string>, inputs: unknown) => {
    const text: string[] = [];
    for await (const chunk of chunks) text.push(chunk);
    saved.push([target.toString(), text, inputs]);
    return isSaved;
  },
}));
const { Reports } = await import('../../../extension/webview/reports');

const uri = URI.parse('siliconlens:/a/m.onnx.onnxtxt');
const other = URI.parse('siliconlens:/a/n.onnx.onnxtxt');
const settled = () => new Promise<void>((done) => setTimeout(done));

function fixture() {
  const events = Object.fromEntries(
    ['onAnalysis', 'onRunning', 'onWithheld', 'onEnded'].map((name) => [name, new EventEmitter<unknown>()]),
  );
  const asked: { uri: string }[] = [];
  const server = {
    ...Object.fromEntries(Object.entries(events).map(([name, { event }]) => [name, event])),
    down: null as string | null,
    request: (_kind: unknown, params: { uri: string }) => (
      asked.push(params),
      Promise.resolve({ revision: 1 })
    ),
    exports: {
      async *read(request: (id: number) => Promise<unknown>) {
        await request(5);
        yield 'one';
        yield 'two';
      },
    },
  };
  const moved = new EventEmitter<{ uri: URI; node: number | null }>();
  const revealed: unknown[][] = [];
  const reveal = {
    onDidMove: moved.event,
    node: (...args: unknown[]) => Promise.resolve(void revealed.push(args)),
  };
  const reports = new Reports(server as never, reveal as never, URI.file('/extension'), new Log() as never);
  return { reports, server, events, asked, moved, revealed };
}

beforeEach(() => {
  [said, saved, made].forEach((list) => (list.length = 0));
  Object.assign(shown, { picked: undefined, target: undefined, answer: '' });
  isSaved = true;
});

describe('the report of a model', () => {
  it('opens once beside the text, and comes to the front after that', async () => {
    const { reports } = fixture();
    await reports.open(uri);
    expect(said).toEqual([['siliconlens.report', '', -2]]);
    expect(made[0]!.title).toContain('m.onnx');
    await reports.open(uri);
    expect([made.length, made[0]!.fronted]).toEqual([1, 1]);
    await reports.open(other);
    expect(made).toHaveLength(2);
    made[0]!.dispose();
    await reports.open(uri);
    expect(made).toHaveLength(3);
  });

  it('is refreshed when its model is analysed, when it is seen again, and by another server', async () => {
    const { reports, server, events, asked } = fixture();
    await reports.open(uri);
    await reports.open(other);
    for (const panel of made) panel.messages.fire({ type: 'ready' });
    await settled();
    const asks = async (happens: () => void): Promise<string[]> => {
      asked.length = 0;
      happens();
      await settled();
      return asked.map((params) => params.uri);
    };
    const [own, others] = [uri.toString(), other.toString()];
    expect(await asks(() => events.onAnalysis!.fire({ uri: own }))).toEqual([own]);
    expect(await asks(() => events.onAnalysis!.fire({ uri: 'siliconlens:/none' }))).toEqual([]);
    expect(await asks(() => made[1]!.state.fire())).toEqual([others]);
    expect(await asks(() => events.onRunning!.fire(undefined))).toEqual([own, others]);
    expect(await asks(() => events.onWithheld!.fire(undefined))).toEqual([own, others]);
    // While another server is on its way there is nothing to say.
    expect(await asks(() => events.onEnded!.fire(undefined))).toEqual([]);
    server.down = 'given up';
    expect(await asks(() => events.onEnded!.fire(undefined))).toEqual([own, others]);
    made[0]!.dispose();
    expect(await asks(() => events.onRunning!.fire(undefined))).toEqual([others]);
    reports.dispose();
    expect(await asks(() => made[1]!.messages.fire({ type: 'ready' }))).toEqual([]);
  });

  it('follows the cursor in its own model, and leads to lines beside itself', async () => {
    const { reports, moved, revealed } = fixture();
    await reports.open(uri);
    made[0]!.messages.fire({ type: 'ready' });
    moved.fire({ uri: other, node: 1 });
    moved.fire({ uri, node: 2 });
    expect(made[0]!.posted.filter(({ type }) => type === 'highlight')).toEqual([
      { type: 'highlight', node: 2 },
    ]);
    made[0]!.messages.fire({ type: 'reveal', node: 7 });
    await settled();
    expect(revealed).toEqual([[uri, 7, 2]]);
  });

  it('comes back after a reload where its page remembers a model, once', async () => {
    const { reports, asked } = fixture();
    const [kept, twin] = [new Panel(), new Panel()];
    await reports.deserializeWebviewPanel(kept as never, { uri: uri.toString() });
    kept.messages.fire({ type: 'ready' });
    await settled();
    expect([kept.isGone, asked]).toEqual([false, [{ uri: uri.toString() }]]);
    await reports.deserializeWebviewPanel(twin as never, { uri: uri.toString() });
    expect(twin.isGone).toBe(true);
    for (const state of [undefined, null, 'text', {}, { uri: '' }, { uri: 3 }]) {
      const panel = new Panel();
      await reports.deserializeWebviewPanel(panel as never, state);
      expect(panel.isGone).toBe(true);
    }
  });

  it('is what commands are about while it has the focus', async () => {
    const { reports } = fixture();
    await reports.open(uri);
    await reports.open(other);
    expect(reports.activeUri()).toBeUndefined();
    made[1]!.active = true;
    expect(reports.activeUri()).toBe(other);
  });
});

describe('an export', () => {
  it('is written beside the model in the format that was picked, and opened for who wants it', async () => {
    const { reports, asked } = fixture();
    Object.assign(shown, { picked: 'Markdown', target: URI.file('/b/out.md'), answer: 'Open' });
    await reports.export(uri);
    expect(said[0]).toEqual(['file:///a/m.onnx.md', { Markdown: ['md'] }]);
    expect(asked).toEqual([{ uri: uri.toString(), format: 'markdown', export: 5 }]);
    expect(saved).toEqual([['file:///b/out.md', ['one', 'two'], ['the model']]]);
    expect(String(said[1]![0])).toContain('out.md');
    expect(said[2]).toEqual(['vscode.open', shown.target]);
    shown.answer = '';
    said.length = 0;
    await reports.export(uri);
    expect(said.map(([first]) => first)).not.toContain('vscode.open');
  });

  it('ends where nothing is picked, no place is given, or it could not be written', async () => {
    const { reports, asked } = fixture();
    await reports.export(uri);
    expect(said).toEqual([]);
    shown.picked = 'CSV, a row per node';
    await reports.export(uri);
    expect([said.length, asked.length]).toEqual([1, 0]);
    shown.target = URI.file('/b/out.csv');
    isSaved = false;
    await reports.export(uri);
    // The place was asked for again, and nothing else is said: who writes says what went wrong.
    expect(said).toHaveLength(2);
  });

  it.each([
    ['git%3A%2F%2Fhost%2Fm.onnx', undefined],
    ['vscode-remote%3A%2F%2Fhost%2Fm.onnx', 'vscode-remote://host/m.onnx.perfetto.json'],
  ])('of a model at %s begins in its folder where that can be written to', async (model, beside) => {
    const { reports } = fixture();
    shown.picked = 'Timeline of kernels for Perfetto';
    await reports.export(URI.parse(`siliconlens:/m.onnx.onnxtxt?${model}`));
    expect(said[0]).toEqual([beside, { 'Timeline of kernels for Perfetto': ['json'] }]);
  });
});
