import { beforeEach, describe, expect, it, vi } from 'vitest';
import { URI } from 'vscode-uri';
import type { FromWebview, ToWebview } from '../../../server/protocol';
import { EventEmitter, Log } from './vscodeParts';

const executed: unknown[][] = [];
vi.mock('vscode', async () => ({
  ...(await import('./vscodeParts')).parts,
  commands: { executeCommand: (...args: unknown[]) => Promise.resolve(void executed.push(args)) },
  window: {
    showSaveDialog: (options: { defaultUri?: URI }) => {
      executed.push([options.defaultUri?.toString()]);
      return Promise.resolve(URI.file('/b/out.png'));
    },
  },
}));
vi.mock('../../../extension/inputs', () => ({ inputsOf: () => Promise.resolve(['the model']) }));
vi.mock('../../../extension/saveFile', () => ({
  saveFile: (target: URI, ...more: unknown[]) => Promise.resolve(void executed.push([target.path, ...more])),
}));
let withheld: string | null = null;
vi.mock('../../../extension/server/notices', () => ({
  serverCommands: { analyseAgain: 'again', restart: 'restart', showLog: 'log' },
  withheldText: () => withheld,
}));
const { Page } = await import('../../../extension/webview/page');
const { ServerEndedError } = await import('../../../extension/server/keeper');

const model = URI.parse('siliconlens:/a/m.onnx.onnxtxt');

/** A page whose server answers when a test says so. */
function opened() {
  const messages = new EventEmitter<FromWebview>();
  const posted: ToWebview[] = [];
  const asked: { params: unknown; answer: (value: unknown) => void; refuse: (error: Error) => void }[] = [];
  const holder = {
    visible: true,
    webview: {
      onDidReceiveMessage: messages.event,
      postMessage: (message: ToWebview) => Promise.resolve(void posted.push(message)),
    },
  };
  const server = {
    down: null as string | null,
    isAlive: true,
    request: (_kind: unknown, params: unknown) =>
      new Promise((answer, refuse) => void asked.push({ params, answer, refuse })),
  };
  const subject = { uri: model as URI | undefined };
  const revealed: unknown[] = [];
  const log = new Log();
  const page = new Page(
    holder as never,
    () => subject.uri,
    server as never,
    { node: (...args: unknown[]) => Promise.resolve(void revealed.push(args)) },
    log as never,
  );
  const settled = () => new Promise<void>((done) => setTimeout(done));
  const says = async (message: unknown): Promise<void> => {
    messages.fire(message as FromWebview);
    await settled();
  };
  return { page, posted, asked, holder, server, subject, revealed, log, says, settled };
}
const loading = { type: 'state', state: { kind: 'loading', model: 'm.onnx' } };

beforeEach(() => {
  executed.length = 0;
  withheld = null;
});

describe('a page', () => {
  it('gets nothing before it is ready, then what it is loading and the summary', async () => {
    const { page, posted, asked, says, settled } = opened();
    await page.update();
    page.highlight(3);
    expect([posted, asked]).toEqual([[], []]);
    await says({ type: 'ready' });
    expect(posted).toEqual([loading]);
    expect(asked.map(({ params }) => params)).toEqual([{ uri: model.toString() }]);
    asked[0]!.answer({ revision: 1 });
    await settled();
    expect(posted.slice(1)).toEqual([
      { type: 'summary', summary: { revision: 1 } },
      // What was to be marked before the page was there.
      { type: 'highlight', node: 3 },
    ]);
    page.highlight(3);
    page.highlight(null);
    expect(posted.slice(3)).toEqual([
      { type: 'highlight', node: 3 },
      { type: 'highlight', node: null },
    ]);
  });

  it('keeps what it shows while it is refreshed, and takes the last answer alone', async () => {
    const { page, posted, asked, says, settled } = opened();
    await says({ type: 'ready' });
    asked[0]!.answer({ revision: 1 });
    await settled();
    posted.length = 0;
    void page.update();
    void page.update();
    asked[2]!.answer({ revision: 3 });
    asked[1]!.answer({ revision: 2 });
    await settled();
    expect(posted).toEqual([{ type: 'summary', summary: { revision: 3 } }]);
    // The page itself came back: it shows nothing yet.
    await says({ type: 'ready' });
    expect(posted.at(-1)).toEqual(loading);
  });

  it('gets nothing while it is hidden or when it is gone', async () => {
    const { page, posted, asked, holder, says } = opened();
    await says({ type: 'ready' });
    holder.visible = false;
    posted.length = 0;
    await page.update();
    page.highlight(1);
    expect([posted, asked.length]).toEqual([[], 1]);
    holder.visible = true;
    page.dispose();
    asked[0]!.answer({ revision: 1 });
    await says({ type: 'ready' });
    await page.update();
    expect([posted, asked.length]).toEqual([[], 1]);
  });

  it('is empty without a model, and loads the next one', async () => {
    const { posted, page, subject, says } = opened();
    subject.uri = undefined;
    await says({ type: 'ready' });
    expect(posted).toEqual([{ type: 'state', state: { kind: 'empty' } }]);
    await says({ type: 'rows', request: 1, params: {} });
    await says({ type: 'reveal', node: 1 });
    expect(posted).toHaveLength(1);
    subject.uri = model;
    void page.update();
    expect(posted.at(-1)).toEqual(loading);
  });

  it('says why a model is left alone, with the way to ask for it', async () => {
    const { posted, asked, says, server } = opened();
    withheld = 'The server ended over it.';
    await says({ type: 'ready' });
    const state = { kind: 'error', message: withheld, actions: ['analyseAgain', 'showLog'] };
    expect(posted).toEqual([loading, { type: 'state', state }]);
    expect(asked).toEqual([]);
    // Where no server is there at all, that is the reason.
    server.down = 'gone';
    await says({ type: 'ready' });
    expect(asked).toHaveLength(1);
  });
});

describe('a summary that fails', () => {
  it('is said in place of the figures, or above those from before', async () => {
    const { page, posted, asked, says, settled, log } = opened();
    await says({ type: 'ready' });
    asked[0]!.refuse(new Error('no memory'));
    await settled();
    expect(posted.at(-1)).toEqual({
      type: 'state',
      state: { kind: 'error', message: 'No figures: no memory', actions: ['showLog'] },
    });
    expect(log.errors).toEqual(['no memory']);
    void page.update();
    asked[1]!.answer({ revision: 1 });
    await settled();
    void page.update();
    asked[2]!.refuse(new Error('no memory'));
    await settled();
    expect(posted.at(-1)).toEqual({
      type: 'state',
      state: { kind: 'stale', message: 'These are the figures from before: no memory', actions: ['showLog'] },
    });
  });

  it('is nothing to say while another server comes, and offers one when none does', async () => {
    const { page, posted, asked, server, says, settled } = opened();
    await says({ type: 'ready' });
    asked[0]!.refuse(new ServerEndedError('ended'));
    await settled();
    expect(posted).toEqual([loading]);
    server.isAlive = false;
    server.down = 'given up';
    void page.update();
    asked[1]!.refuse(new ServerEndedError('ended'));
    await settled();
    expect(posted.at(-1)).toMatchObject({ state: { kind: 'error', actions: ['restartServer', 'showLog'] } });
  });

  it('is not said when another has been asked for', async () => {
    const { page, posted, asked, says, settled } = opened();
    await says({ type: 'ready' });
    void page.update();
    posted.length = 0;
    asked[0]!.refuse(new Error('late'));
    await settled();
    expect(posted).toEqual([]);
  });
});

describe('what a page asks for', () => {
  it('rows: of its own model, with the number of the question', async () => {
    const { posted, asked, says, settled } = opened();
    await says({ type: 'rows', request: 7, params: { chip: 'a', uri: 'file:///other' } });
    expect(asked[0]!.params).toEqual({ chip: 'a', uri: model.toString() });
    asked[0]!.answer({ total: 2 });
    await settled();
    expect(posted).toEqual([{ type: 'rows', request: 7, result: { total: 2 } }]);
    await says({ type: 'rows', request: 8, params: {} });
    asked[1]!.refuse(new Error('stale'));
    await settled();
    expect(posted[1]).toEqual({ type: 'failed', request: 8, message: 'No figures: stale' });
  });

  it('hands a change of the question to the command that writes it', async () => {
    const { says } = opened();
    const changes = [{ kind: 'phase', value: 'decode' }];
    await says({ type: 'choose', changes });
    expect(executed).toEqual([['siliconlens.choose', model, changes]]);
  });

  it('a line, and commands of the list alone', async () => {
    const { revealed, says, log } = opened();
    await says({ type: 'reveal', node: 5 });
    expect(revealed).toEqual([[model, 5]]);
    const names = ['openReport', 'chooseChips', 'setDimensions', 'openModel', 'exportReport', 'analyseAgain'];
    for (const command of names) await says({ type: 'command', command });
    expect(executed).toEqual(
      [
        'siliconlens.openReport',
        'siliconlens.chooseChips',
        'siliconlens.setDimensions',
        'siliconlens.openListing',
        'siliconlens.exportReport',
        'again',
      ].map((command) => [command, model]),
    );
    await says({ type: 'command', command: 'workbench.action.quit' });
    // What every object answers to is no command either.
    await says({ type: 'command', command: 'constructor' });
    await says({ type: 'evil' });
    expect(executed).toHaveLength(6);
    expect(log.warnings).toEqual([
      'unknown command workbench.action.quit',
      'unknown command constructor',
      'unknown message {"type":"evil"}',
    ]);
  });

  it('saves the pictures of charts, and nothing else that calls itself one', async () => {
    const { says, settled } = opened();
    const png = new Uint8Array([137, 80]);
    await says({ type: 'savePicture', name: '../x', png });
    await says({ type: 'savePicture', name: 'roofline', png: 'text' });
    await settled();
    expect(executed).toEqual([]);
    await says({ type: 'savePicture', name: 'roofline', png });
    await settled();
    expect(executed).toEqual([['file:///a/m.onnx.roofline.png'], ['/b/out.png', png, ['the model']]]);
  });
});
