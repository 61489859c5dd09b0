import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { boundless, type ReadModel, type Room } from '../../../server/engine/formats/room';
import { memorySource, type ByteSource } from '../../../server/engine/graph/byteSource';
import { elementCount } from '../../../server/engine/graph/dataTypes';
import type { Model } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { uninterrupted, type Scheduler } from '../../../server/engine/scheduler';

export const workload = { phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** Packed files of a folder with what their own tools count of them (`counts.json`); none may have a problem when it is read. */
export class Saved<Counts> {
  readonly names: readonly string[];
  readonly counts: Readonly<Record<string, Counts>>;

  /** @param ending of the files, without `.gz` */
  constructor(
    private readonly folder: string,
    private readonly ending: string,
    private readonly read: (source: ByteSource, scheduler: Scheduler, room: Room) => Promise<ReadModel>,
  ) {
    const packed = `${ending}.gz`;
    this.names = readdirSync(folder)
      .filter((file) => file.endsWith(packed))
      .map((file) => file.slice(0, -packed.length));
    this.counts = JSON.parse(this.unpacked('counts.json').toString()) as Record<string, Counts>;
  }

  async model(name: string): Promise<Model> {
    const bytes = new Uint8Array(this.unpacked(`${name}${this.ending}`));
    const { value, problems } = await this.read(memorySource(bytes), uninterrupted, boundless);
    expect(problems).toEqual([]);
    return value!;
  }

  private unpacked(file: string): Buffer {
    return gunzipSync(readFileSync(`${this.folder}/${file}.gz`));
  }
}

/** With 2 for every open size. */
export async function withTwos(model: Model): Promise<Inference> {
  const { symbols } = await infer(model, { ...workload, bindings: {} });
  return infer(model, { ...workload, bindings: Object.fromEntries(symbols.map(({ name }) => [name, 2])) });
}

/** Nodes that no exact rule counts. */
export function withoutRule({ nodes }: Inference): readonly string[] {
  return nodes
    .filter(({ rule, work }) => rule !== 'exact' || !work)
    .map(({ node }) => `${node.name} ${node.operator}`);
}

/** Matrix operations of a run: of a loop's body as often as it runs. */
export function matrixOf({ nodes }: Inference): number {
  return nodes.reduce((sum, { work, repeat }) => sum + (work?.operations.matrix ?? NaN) * (repeat ?? NaN), 0);
}

/** Numbers in the parameters of a module, each of which has its place in the file. */
export function parametersOf({ graph }: Model): number {
  const parameters = graph.initializers.filter(({ metadata = [] }) =>
    metadata.some(([, kind]) => kind === 'PARAMETER'),
  );
  expect(parameters.every(({ data }) => data.place === 'embedded' && data.length > 0)).toBe(true);
  return parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0);
}
