import { expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import type { Tensor } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { OpenFile } from '../../../server/platform';
import { ModelFiles } from '../../../server/workspace/modelFiles';
import { sparsityReport } from '../../../server/workspace/sparsityCheck';
import { float, modelOf, node } from '../features/analysed';

/** Files of a client that are all zeros, and how many of them were open at a time. */
class Counted extends ModelFiles {
  openNow = 0;
  most = 0;
  readonly opened: string[] = [];

  constructor() {
    super({
      stat: () => Promise.resolve({ ok: true, size: 128, mtime: 1 }),
      read: ({ length }) => Promise.resolve({ ok: true, base64: Buffer.alloc(length).toString('base64') }),
    });
  }

  override async open(uri: string): Promise<OpenFile> {
    const file = await super.open(uri);
    this.most = Math.max(this.most, ++this.openNow);
    this.opened.push(uri.replace(/^.*\//, ''));
    const close = (): Promise<void> => {
      this.openNow--;
      return Promise.resolve();
    };
    return { ...file, close };
  }
}

it('opens the files of a model one after the other, each once', async () => {
  const weight = (name: string, location: string, offset: number): Tensor => ({
    ...{ name, dtype: 'float', dims: [4, 4] },
    data: { place: 'external', location, offset, length: 64 },
  });
  const model = modelOf({
    inputs: [float('x', 8, 4)],
    outputs: [float('y', 8, 4)],
    initializers: [weight('a', 'one.bin', 0), weight('b', 'two.bin', 0), weight('c', 'one.bin', 64)],
    nodes: [
      node('MatMul', ['x', 'a'], ['p']),
      node('MatMul', ['p', 'b'], ['q']),
      node('MatMul', ['q', 'c'], ['y']),
    ],
  });
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(model, workload, uninterrupted);
  const files = new Counted();
  const input = {
    modelUri: 'vscode-vfs://host/m.onnx',
    path: 'm.onnx',
    prepared,
    chips: [],
    host: undefined,
  };
  const report = await sparsityReport(input, files, uninterrupted);
  expect(report.tensors.map(({ name, zeros }) => [name, zeros])).toEqual([
    ['a', 16],
    ['c', 16],
    ['b', 16],
  ]);
  expect(files.opened).toEqual(['one.bin', 'two.bin']);
  expect({ most: files.most, left: files.openNow }).toEqual({ most: 1, left: 0 });
});
