import { beforeEach, describe, expect, it, vi } from 'vitest';
import { URI } from 'vscode-uri';
import type { ModelFiguresParams } from '../../../server/protocol';

const written = new Map<string, Uint8Array>();
const notFound = new Error('no such file');

vi.mock('vscode', async () => ({
  ...(await import('./vscodeParts')).parts,
  workspace: {
    fs: {
      stat: (uri: URI) => {
        const bytes = written.get(uri.toString());
        return bytes ? Promise.resolve({ size: bytes.length }) : Promise.reject(notFound);
      },
      readFile: (uri: URI) => Promise.resolve(written.get(uri.toString())!),
      createDirectory: () => Promise.resolve(),
      writeFile: (uri: URI, bytes: Uint8Array) => Promise.resolve(void written.set(uri.toString(), bytes)),
    },
  },
}));

const asked: ModelFiguresParams[] = [];
let stops = 0;
let answer: (params: ModelFiguresParams) => Promise<unknown>;
vi.mock('../../../extension/server/server', () => ({
  Server: class {
    request(_method: unknown, params: ModelFiguresParams): Promise<unknown> {
      asked.push(params);
      return answer(params);
    }
    stop(): Promise<void> {
      stops++;
      return Promise.resolve();
    }
    dispose(): void {}
  },
}));
const withheld = new Set<string>();
vi.mock('../../../extension/server/notices', () => ({
  withheldText: (_server: unknown, uri: URI) => (withheld.has(uri.path) ? 'the server ended over it' : null),
}));
const { FigureStore } = await import('../../../extension/overview/store');
const { runInBackground } = await import('../../../extension/overview/background');

const file = URI.parse('file:///storage/overview.json');
const kept = { stamp: '1:2', key: 'k', figures: { parameters: 7, assumed: [], chips: [] }, reason: null };

beforeEach(() => {
  written.clear();
  withheld.clear();
  asked.length = stops = 0;
});

describe('figures that are kept', () => {
  it('are there for the next window of the same version, and for no other', async () => {
    const store = new FigureStore(file, '1.0.0');
    await store.load();
    store.set('file:///m.onnx', kept);
    await store.save();
    const next = new FigureStore(file, '1.0.0');
    await next.load();
    expect(next.get('file:///m.onnx')).toEqual(kept);
    const other = new FigureStore(file, '1.0.1');
    await other.load();
    expect(other.get('file:///m.onnx')).toBeUndefined();
  });

  it('are none where the file is half written or far too large', async () => {
    for (const bytes of [new TextEncoder().encode('{"version":"1.0.0","mo'), new Uint8Array(20_000_001)]) {
      written.set(file.toString(), bytes);
      const store = new FigureStore(file, '1.0.0');
      await store.load();
      expect(store.get('file:///m.onnx')).toBeUndefined();
    }
  });

  it('are those of the 5,000 models that were asked about last', () => {
    const store = new FigureStore(undefined, '1.0.0');
    for (let i = 0; i < 5001; i++) store.set(`m${i}`, kept);
    expect([store.get('m0'), store.get('m1'), store.get('m5000')]).toEqual([undefined, kept, kept]);
  });
});

describe('work in the background', () => {
  const models = ['a', 'b', 'c'].map((name) => ({
    uri: URI.parse(`file:///${name}.onnx`),
    known: `k${name}`,
  }));
  const needs = {} as Parameters<typeof runInBackground>[0];
  const none = { key: null, figures: null, reason: null };

  function run(stopAfter = Infinity) {
    const took: [number, unknown][] = [];
    const token = {
      isCancellationRequested: false,
      onCancellationRequested: () => ({ dispose: () => {} }),
    };
    const listener = {
      begins: () => {},
      took: (index: number, result: unknown) => {
        took.push([index, result]);
        if (took.length >= stopAfter) token.isCancellationRequested = true;
      },
    };
    return runInBackground(needs, models as never, listener, token as never).then(() => took);
  }

  it('asks about one model after the other, with what is known, and ends its server', async () => {
    answer = ({ known }) => Promise.resolve({ key: known, figures: null, reason: null });
    const took = await run();
    expect(took.map(([index, result]) => [index, (result as typeof none).key])).toEqual([
      [0, 'ka'],
      [1, 'kb'],
      [2, 'kc'],
    ]);
    expect(asked.map(({ uri, known }) => [uri.includes('.onnx'), known])).toEqual([
      [true, 'ka'],
      [true, 'kb'],
      [true, 'kc'],
    ]);
    expect(stops).toBe(1);
  });

  it('says why a model has no figures, and goes on with the next', async () => {
    withheld.add('/b.onnx.onnxtxt');
    answer = ({ known }) =>
      known === 'ka'
        ? Promise.resolve(none)
        : known === 'kb'
          ? Promise.reject(new Error('connection lost'))
          : Promise.reject(new Error('out of memory'));
    const took = await run();
    expect(took.map(([, result]) => (result as { reason: string }).reason)).toEqual([
      'Its figures could not be worked out; the log says why.',
      'the server ended over it',
      'out of memory',
    ]);
  });

  it('stops where its user says so', async () => {
    answer = () => Promise.resolve(none);
    expect(await run(1)).toHaveLength(1);
    expect(stops).toBe(1);
  });
});
