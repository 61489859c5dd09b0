import { entryOf } from '../../../../outside/table';
import type { Model } from '../../graph/model';
import { onnxFacts } from '../../graph/origin';
import type { InferredValue } from '../types';
import exporters from './exporters.json';

export type Told = 'parameter' | 'buffer';

const { key } = exporters.kind;
const kinds = exporters.kind.values as Readonly<Record<string, Told>>;

/** What the exporter of a model says of its stored tensors. */
export class ExporterWord {
  private readonly told = new Map<string, Told>();
  private readonly writesLiterals: boolean;

  constructor(model: Model) {
    const { graph } = model;
    for (const { name, metadata } of [...graph.valueInfo, ...graph.inputs]) {
      const value = metadata?.find(([word]) => word === key)?.[1];
      const kind = value === undefined ? undefined : entryOf(kinds, value);
      if (kind) this.told.set(name, kind);
    }
    this.writesLiterals = exporters.literals.includes(onnxFacts(model).producerName);
  }

  /** What it says of a tensor; undefined where it says nothing. */
  of({ name, origin, scope }: InferredValue): Told | undefined {
    if (origin === 'node' && this.writesLiterals) return 'buffer';
    return scope === 0 ? this.told.get(name) : undefined;
  }
}

/** The path in the module ends as the names of well-known buffers do. */
export function isBufferName({ name }: InferredValue): boolean {
  return exporters.bufferNames.some((end) => name === end || name.endsWith(`.${end}`));
}
