import type * as vscode from 'vscode';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HeatParams } from '../../../server/protocol';
import type { Server } from '../../../extension/server/server';

const window = vi.hoisted(() => ({
  visibleTextEditors: [] as unknown[],
  tabGroups: { all: [] },
  types: [] as {
    overviewRulerColor: { id: string };
    overviewRulerLane: string;
    dark: { gutterIconPath: string };
  }[],
  createTextEditorDecorationType: (options: never) => (window.types.push(options), options),
  onDidChangeVisibleTextEditors: (heard: () => void) => ((window.shown = heard), { dispose: () => {} }),
  shown: () => {},
}));
vi.mock('vscode', () => ({
  window,
  workspace: { onDidCloseTextDocument: () => ({ dispose: () => {} }) },
  Uri: { joinPath: (_base: unknown, ...parts: string[]) => parts.join('/') },
  ThemeColor: class {
    constructor(readonly id: string) {}
  },
  Range: class {
    constructor(
      readonly startLine: number,
      readonly startCharacter: number,
      readonly endLine: number,
      readonly endCharacter: number,
    ) {}
  },
  OverviewRulerLane: { Left: 'left', Center: 'center', Right: 'right', Full: 'full' },
}));
const { Heat } = await import('../../../extension/heat');

/** Lines by level as they were painted last: high, medium, low. */
class Editor {
  readonly painted = new Map<unknown, number[]>();
  readonly document: { readonly uri: string };
  constructor(uri: string) {
    this.document = { uri };
  }
  setDecorations(type: unknown, ranges: readonly { startLine: number }[]): void {
    this.painted.set(
      type,
      ranges.map(({ startLine }) => startLine),
    );
  }
  get levels(): (number[] | undefined)[] {
    return window.types.map((type) => this.painted.get(type));
  }
}

/** A server that says what a test says. */
function fakeServer() {
  const heard: Record<string, (value?: unknown) => void> = {};
  const event = (name: string) => (listener: (value?: unknown) => void) => {
    heard[name] = listener;
    return { dispose: () => {} };
  };
  const server = { onHeat: event('heat'), onEnded: event('ended'), onRunning: event('running') };
  return {
    server: server as unknown as Server,
    heat: (lines: HeatParams['lines'], revision = 1, uri = 'a') => heard.heat!({ uri, revision, lines }),
    ended: () => heard.ended!(),
    running: () => heard.running!(),
  };
}

const lineOf = (line: number, share: number): HeatParams['lines'][number] => ({
  line,
  share,
  bound: 'memory',
});

let fake: ReturnType<typeof fakeServer>;
let editor: Editor;
beforeEach(() => {
  window.types.length = 0;
  editor = new Editor('a');
  window.visibleTextEditors = [editor];
  fake = fakeServer();
  new Heat(fake.server, 'extension:' as unknown as vscode.Uri);
});

describe('levels of heat', () => {
  it('begin at five and at one percent', () => {
    fake.heat([lineOf(1, 0.9), lineOf(2, 0.05), lineOf(3, 0.0499), lineOf(4, 0.01), lineOf(5, 0.0099)]);
    expect(editor.levels).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('differ in colour, in the lane of the ruler and in the icon', () => {
    expect(
      window.types.map(({ overviewRulerColor, overviewRulerLane, dark }) => [
        overviewRulerColor.id,
        overviewRulerLane,
        dark.gutterIconPath,
      ]),
    ).toEqual([
      ['siliconlens.heatHigh', 'full', 'media/heat/high-dark.svg'],
      ['siliconlens.heatMedium', 'center', 'media/heat/medium-dark.svg'],
      ['siliconlens.heatLow', 'right', 'media/heat/low-dark.svg'],
    ]);
  });

  it('are painted in the texts that they are of alone, and in those that open later', () => {
    const other = new Editor('b');
    window.visibleTextEditors = [editor, other];
    fake.heat([lineOf(1, 0.5)]);
    expect(other.levels).toEqual([undefined, undefined, undefined]);
    const again = new Editor('a');
    window.visibleTextEditors = [again];
    window.shown();
    expect(again.levels).toEqual([[1], [], []]);
  });

  it('are not those of an older revision, until another server counts anew', () => {
    fake.heat([lineOf(1, 0.5)], 3);
    fake.heat([lineOf(2, 0.5)], 2);
    expect(editor.levels).toEqual([[1], [], []]);
    fake.heat([lineOf(3, 0.5)], 3);
    expect(editor.levels).toEqual([[3], [], []]);
    fake.running();
    fake.heat([lineOf(4, 0.5)], 1);
    expect(editor.levels).toEqual([[4], [], []]);
  });

  it('go with the server', () => {
    fake.heat([lineOf(1, 0.5), lineOf(2, 0.001)]);
    fake.ended();
    expect(editor.levels).toEqual([[], [], []]);
  });
});
