import type * as vscode from 'vscode';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Choices } from '../../../extension/choices/choices';
import type { Server } from '../../../extension/server/server';
import type { Subject } from '../../../extension/subject';
import type { ChipChoice, ChoicesResult, StatusParams } from '../../../server/protocol';

interface Item {
  text: string;
  tooltip: unknown;
  command: unknown;
  backgroundColor: { id: string } | undefined;
  isShown: boolean;
}

const items = vi.hoisted(() => ({ choices: {} as Item, health: {} }));
vi.mock('vscode', () => {
  const silent = { dispose: () => {} };
  class MarkdownString {
    value = '';
    isTrusted: unknown;
    appendText(text: string): this {
      this.value += text;
      return this;
    }
    appendMarkdown(text: string): this {
      this.value += text;
      return this;
    }
  }
  return {
    MarkdownString,
    ThemeColor: class {
      constructor(readonly id: string) {}
    },
    env: { language: 'en' },
    window: {
      createStatusBarItem: () => {
        items.choices = {
          text: '',
          tooltip: '',
          command: '',
          backgroundColor: undefined,
          isShown: false,
          show: () => (items.choices.isShown = true),
          hide: () => (items.choices.isShown = false),
          dispose: () => {},
        } as Item;
        return items.choices;
      },
      onDidChangeActiveTextEditor: () => silent,
    },
    languages: { createLanguageStatusItem: () => (items.health = { dispose: () => {} }) },
    LanguageStatusSeverity: { Information: 'information', Warning: 'warning', Error: 'error' },
    StatusBarAlignment: { Right: 2 },
  };
});
vi.mock('../../../extension/server/notices', () => ({
  serverCommands: {
    analyseAgain: 'siliconlens.analyseAgain',
    restart: 'siliconlens.restartServer',
    showLog: 'siliconlens.showLog',
  },
  withheldText: (server: { withheld: string | null }) => server.withheld,
}));
const { StatusItem } = await import('../../../extension/status');

const uri = { toString: () => 'siliconlens:/m.onnx.onnxtxt' } as vscode.Uri;

/** The item beside a model, with what the server says of the model, and of itself. */
function shown(choices: Partial<ChoicesResult>, trouble: { down?: string; withheld?: string } = {}) {
  const heard: Record<string, (value?: unknown) => void> = {};
  const event = (name: string) => (listener: (value?: unknown) => void) => {
    heard[name] = listener;
    return { dispose: () => {} };
  };
  const server = {
    down: trouble.down ?? null,
    withheld: trouble.withheld ?? null,
    isRunning: true,
    onStatus: event('status'),
    onRunning: event('running'),
    onEnded: event('ended'),
    onWithheld: event('withheld'),
    onAnalysis: event('analysis'),
  };
  const subject = { current: uri, onDidChange: event('subject') };
  const of = () =>
    Promise.resolve({
      chips: [],
      chosen: [],
      dimensions: [],
      values: [],
      mapping: null,
      target: null,
      ...choices,
    } as unknown as ChoicesResult);
  new StatusItem(
    server as unknown as Server,
    subject as unknown as Subject,
    { of } as unknown as Choices,
    { debug: () => {} } as unknown as vscode.LogOutputChannel,
  );
  return { heard, server };
}
const settled = () => new Promise<void>((done) => setTimeout(done));

const chip = (id: string, name: string) => ({ id, name }) as ChipChoice;
const dimension = (name: string, value: number | null) =>
  ({ name, value, origin: value === null ? 'unbound' : 'default' }) as const;

beforeEach(() => {
  items.choices = {} as Item;
});

describe('the status item', () => {
  it('names the mapping in force', async () => {
    shown({ chips: [chip('a', 'H100')], chosen: ['a'], mapping: 'two-units', dimensions: [] });
    await settled();
    expect(items.choices.text).toBe('$(circuit-board) H100 · mapping two-units');
  });

  it('names the first chip, counts the others, and says the first dimensions', async () => {
    const chips = [chip('a', 'H100'), chip('b', 'L4'), chip('c', 'A100')];
    const dimensions = [dimension('batch', 1), dimension('sequence', null), dimension('past', 0)];
    shown({ chips, chosen: ['b', 'a', 'c'], dimensions });
    await settled();
    expect(items.choices.text).toBe('$(circuit-board) L4 +2 · batch=1, sequence=?, past=0');
    expect(items.choices.tooltip).toBe(
      'L4\nH100\nA100\n\nbatch = 1 (assumed)\nsequence = ?\npast = 0 (assumed)\n\nClick to change',
    );
    expect([items.choices.command, items.choices.isShown]).toEqual(['siliconlens.showChoices', true]);
    expect(items.choices.backgroundColor).toBeUndefined();
  });

  it.each([
    [['a'], 0, 'H100'],
    [['gone'], 1, 'gone · d0=0'],
    [[], 1, 'No chips · d0=0'],
    [['a', 'b'], 3, 'H100 +1 · d0=0, d1=1, d2=2'],
    [['a'], 4, 'H100 · d0=0, d1=1, d2=2, …'],
  ])('of the chips %j and %i dimensions says %s', async (chosen, count, text) => {
    const chips = [chip('a', 'H100'), chip('b', 'L4')];
    shown({ chips, chosen, dimensions: Array.from({ length: count }, (_, i) => dimension(`d${i}`, i)) });
    await settled();
    expect(items.choices.text).toBe(`$(circuit-board) ${text}`);
  });

  it('says in place of choices that there is no server', () => {
    shown({}, { down: 'It ended five times.' });
    expect(items.choices).toMatchObject({
      text: '$(error) Server stopped',
      command: 'siliconlens.restartServer',
      backgroundColor: { id: 'statusBarItem.errorBackground' },
      isShown: true,
    });
    expect((items.choices.tooltip as { value: string }).value).toBe(
      'It ended five times.\n\n[Restart Server](command:siliconlens.restartServer) · ' +
        '[Show Log](command:siliconlens.showLog)',
    );
  });

  it('says in place of choices that the model is left alone', () => {
    shown({}, { withheld: 'It ended over this model.' });
    expect(items.choices).toMatchObject({
      text: '$(warning) No costs: analyse again',
      command: { command: 'siliconlens.analyseAgain', title: 'Analyse Again', arguments: [uri] },
      backgroundColor: { id: 'statusBarItem.warningBackground' },
      isShown: true,
    });
    // The argument is the JSON list of the listing's address, each sign in it that URIs do not have written as %XX.
    expect((items.choices.tooltip as { value: string }).value).toContain(
      '[Analyse Again](command:siliconlens.analyseAgain?%5B%22siliconlens%3A%2Fm.onnx.onnxtxt%22%5D)',
    );
  });
});

describe('the state of the server', () => {
  it.each<[StatusParams, object]>([
    [
      { health: 'ok', quiescent: true, message: 'Ready' },
      { severity: 'information', busy: false, text: 'Ready' },
    ],
    [
      { health: 'ok', quiescent: false, message: 'Analysing $(x)…' },
      { severity: 'information', busy: true, text: 'Analysing \\$(x)…' },
    ],
    [
      { health: 'warning', quiescent: true, message: 'm' },
      { severity: 'warning', busy: false, text: 'm' },
    ],
    [
      { health: 'error', quiescent: true, message: '' },
      { severity: 'error', busy: false, text: 'Language server is running' },
    ],
  ])('%j is shown', (status, item) => {
    const { heard } = shown({});
    heard.status!(status);
    expect(items.health).toMatchObject({
      ...item,
      command: { command: 'siliconlens.showLog', title: 'Show Log' },
    });
  });

  it('is a warning while another is being started, and an error when there is none any more', () => {
    const { heard, server } = shown({});
    heard.ended!();
    expect(items.health).toMatchObject({
      severity: 'warning',
      busy: true,
      text: 'The language server stopped and is being started again.',
    });
    server.down = 'It ended five times.';
    heard.ended!();
    expect(items.health).toMatchObject({
      severity: 'error',
      busy: false,
      text: 'It ended five times.',
      command: { command: 'siliconlens.restartServer', title: 'Restart Server' },
    });
    expect(items.choices.text).toBe('$(error) Server stopped');
  });
});
