import type { ByteSource } from '../../graph/byteSource';
import { tfliteCustomDomain, tfliteDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Metadata, Model } from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { FlatReader, isMarkedFlat, readFlat } from '../flatbuffer/reader';
import { rootTable, type Table, type Vector } from '../flatbuffer/table';
import type { ReadModel, Room } from '../room';
import { damaged } from '../unreadable';
import { GraphBuilder } from './graphs';
import { limits, memory } from './limits';
import { readCode, readOperator, type OperatorCode } from './operators';
import type { OperatorEntry, Subgraph, TensorEntry } from './subgraph';
import { TensorReader } from './tensors';

/** Whether a file begins as TFLite does. */
export function isTflite(head: Uint8Array): boolean {
  return isMarkedFlat(head, 'TFL3');
}

/**
 * Reads a TFLite (LiteRT) file: the first subgraph with all that it runs, types, shapes, quantisation and places of its
 * tensors; never weights. Source: LiteRT's schema.fbs. Bad input gives the part that could be read, and problems.
 */
export function readTflite(source: ByteSource, scheduler: Scheduler, room?: Room): Promise<ReadModel> {
  return readFlat(FileReader, limits.problems, source, scheduler, room);
}

class FileReader extends FlatReader {
  /** Tensors and operators are counted over all subgraphs. */
  private readonly counts = { tensors: 0, operators: 0 };

  async read(): Promise<Model | null> {
    const root = await this.attempt(() => rootTable(this.pages, 'Model'));
    if (!root) return null;
    const codes = await this.codes(root);
    const buffers = await this.attempt(() => ({ model: root, list: root.tables(4) }));
    const tensors = new TensorReader(this.pages, buffers, this.problems);
    const subgraphs = await this.items(
      root,
      { slot: 2, kind: 'SubGraph', most: limits.subgraphs },
      (table, index) => this.subgraph(table, index, { codes, tensors }),
    );
    const builder = new GraphBuilder(subgraphs, this.problems, this.meter);
    const graph = builder.graph(0);
    if (!graph) this.problems.add('error', 'format.no-subgraph', {});
    this.tellUnused(subgraphs, builder.used);
    const facts = await this.facts(root, subgraphs);
    const version = await this.attempt(() => root.scalar(0, 'u32', 0));
    return {
      origin: { format: 'tflite', facts },
      operatorSets: [
        { domain: tfliteDomain, version: version ?? 0 },
        ...(codes.some((code) => code?.domain === tfliteCustomDomain)
          ? [{ domain: tfliteCustomDomain, version: 1 }]
          : []),
      ],
      graph: graph ?? emptyGraph,
      functions: [],
    };
  }

  private async codes(root: Table): Promise<(OperatorCode | undefined)[]> {
    return this.items(root, { slot: 1, kind: 'OperatorCode', most: limits.codes }, async (table) => {
      this.meter.take(memory.pair);
      return (await this.attempt(() => readCode(table))) ?? undefined;
    });
  }

  private async subgraph(
    table: Table,
    index: number,
    context: { readonly codes: readonly (OperatorCode | undefined)[]; readonly tensors: TensorReader },
  ): Promise<Subgraph> {
    const none: TensorEntry = {
      name: '',
      dtype: undefined,
      type: undefined,
      shape: undefined,
      metadata: [],
      stored: undefined,
    };
    const entries = await this.items(
      table,
      { slot: 0, kind: 'Tensor', most: this.left('tensors') },
      async (item) => {
        const entry = await this.attempt(() => context.tensors.read(item));
        this.meter.take(memory.tensor + memory.letter * (entry?.name.length ?? 0));
        if (entry) await this.attempt(() => context.tensors.check(item, entry.name));
        return entry ?? undefined;
      },
    );
    this.counts.tensors += entries.length;
    const tensors = entries.map((entry, i) => context.tensors.named(entry ?? none, i, index));
    const operators = await this.items(
      table,
      { slot: 3, kind: 'Operator', most: this.left('operators') },
      async (item) => {
        const entry = await this.attempt(() => readOperator(item, context.codes));
        return (entry && this.checked(entry, tensors.length, item.at)) ?? undefined;
      },
    );
    this.counts.operators += operators.length;
    const numbers = (slot: number) => this.attempt(() => table.numbers(slot, 'i32', limits.names));
    return {
      name: (await this.attempt(() => table.text(4, limits.text))) ?? '',
      tensors,
      inputs: (await numbers(1)) ?? [],
      outputs: (await numbers(2)) ?? [],
      operators: operators.filter((operator) => operator !== undefined),
    };
  }

  /** How many more the file may have. */
  private left(what: 'tensors' | 'operators'): number {
    return limits[what] - this.counts[what];
  }

  /** The operator, if its inputs and outputs are tensors that there are. */
  private checked(entry: OperatorEntry, tensors: number, offset: number): OperatorEntry | null {
    const isSound = [...entry.inputs, ...entry.outputs].every((at) => at < tensors);
    if (!isSound) this.problems.push(damaged('Operator', offset).problem);
    return isSound ? entry : null;
  }

  /** Of several entries, each under a signature, the first is analysed. */
  private tellUnused(subgraphs: readonly (Subgraph | undefined)[], used: ReadonlySet<number>): void {
    const names = subgraphs.flatMap((subgraph, i) =>
      used.has(i) || !subgraph ? [] : [subgraph.name || String(i)],
    );
    if (names.length === 0) return;
    const shown = names.length > limits.scales ? [...names.slice(0, limits.scales), '…'] : names;
    const args = { count: names.length, names: shown.join(', ') };
    this.problems.add('information', 'format.tflite-subgraphs', args);
  }

  private async facts(
    root: Table,
    subgraphs: readonly (Subgraph | undefined)[],
  ): Promise<Model['origin']['facts']> {
    const signatures = await this.items(
      root,
      { slot: 7, kind: 'SignatureDef', most: limits.pairs },
      (table) => this.pair(() => signature(table, subgraphs)),
    );
    const entries = await this.items(root, { slot: 6, kind: 'Metadata', most: limits.pairs }, (table) =>
      this.pair(() => this.metadata(root, table)),
    );
    return {
      docString: (await this.attempt(() => root.text(3, limits.text))) ?? '',
      metadata: [...signatures, ...entries].filter((pair) => pair !== undefined),
    };
  }

  private async pair(read: () => Metadata[number]): Promise<Metadata[number] | undefined> {
    const pair = await this.attempt(read);
    if (pair) this.meter.take(memory.pair + memory.letter * (pair[0].length + pair[1].length));
    return pair ?? undefined;
  }

  /** A name and a buffer of anything: short text is shown, of others the length. */
  private metadata(root: Table, table: Table): Metadata[number] {
    const name = table.text(0, limits.text);
    const buffers = root.tables(4);
    const index = table.scalar(1, 'u32', 0);
    if (index >= buffers.count) throw damaged('Metadata', table.at);
    const { at, count } = root.item(buffers, index, 'Buffer').vector(0, 1);
    const bytes = this.pages.bytes(at, Math.min(count, shownBytes), 'Metadata');
    const text = new TextDecoder().decode(bytes).replace(/\0+$/, '');
    return [name, count <= shownBytes && /^[ -~]*$/.test(text) ? text : `${count} bytes`];
  }
}

const shownBytes = 64;

/** `name: argument = tensor, … → argument = tensor, …`. */
function signature(table: Table, subgraphs: readonly (Subgraph | undefined)[]): Metadata[number] {
  const tensors = subgraphs[table.scalar(4, 'u32', 0)]?.tensors ?? [];
  const side = (slot: number): string => {
    const { list, more } = first(table.tables(slot));
    const maps = Array.from({ length: list.count }, (_, i) => table.item(list, i, 'TensorMap'));
    const texts = maps.map((map) => {
      const name = map.text(0, limits.text);
      const tensor = tensors[map.scalar(1, 'u32', 0)]?.name ?? '?';
      return name === tensor ? name : `${name} = ${tensor}`;
    });
    return [...texts, ...(more ? ['…'] : [])].join(', ');
  };
  return [`signature ${table.text(2, limits.text)}`, `${side(0)} → ${side(1)}`];
}

function first(list: Vector): { list: Vector; more: boolean } {
  return {
    list: { at: list.at, count: Math.min(list.count, limits.scales) },
    more: list.count > limits.scales,
  };
}
