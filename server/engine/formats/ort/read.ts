import type { ByteSource } from '../../graph/byteSource';
import { byteLength, dataTypeOfCode, elementCount } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type {
  Attribute,
  Graph,
  Metadata,
  Model,
  Node,
  Tensor,
  ValueInfo,
  ValueType,
} from '../../graph/model';
import type { Scheduler } from '../../scheduler';
import { DimReader, openDimension } from '../dims';
import { FlatReader, isMarkedFlat, readFlat } from '../flatbuffer/reader';
import { rootTable, type Table } from '../flatbuffer/table';
import { decodeRaw } from '../onnx/elements';
import type { ReadModel, Room } from '../room';
import { shortestSingle } from '../singles';
import { damaged, unreadable } from '../unreadable';
import { limits, memory } from './limits';

/** Whether a file begins as those of ONNX Runtime's own format do. */
export function isOrt(head: Uint8Array): boolean {
  return isMarkedFlat(head, 'ORTM');
}

/**
 * Reads a model of ONNX Runtime's own format (`.ort`): the nodes of ONNX in a FlatBuffer; never weights. Source: ONNX Runtime's
 * core/flatbuffers/schema/ort.fbs. Bad input gives the part that could be read, and problems.
 */
export function readOrt(source: ByteSource, scheduler: Scheduler, room?: Room): Promise<ReadModel> {
  return readFlat(FileReader, limits.problems, source, scheduler, room);
}

/** Types of attributes by `AttributeType`, and the slot of each. */
const attributeSlots = {
  float: 3,
  int: 4,
  string: 5,
  tensor: 6,
  graph: 7,
  floats: 8,
  ints: 9,
  strings: 10,
} as const;
const attributeKinds = [
  '',
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
] as const;
const tensorType = 1;
const sequenceType = 2;

class FileReader extends FlatReader {
  private readonly dims = new DimReader();
  private nodes = 0;

  async read(): Promise<Model | null> {
    const session = await this.attempt(() => rootTable(this.pages, 'InferenceSession'));
    const model = session && (await this.attempt(() => session.table(1, 'Model')));
    if (!model) return null;
    const graph = await this.attempt(() => model.table(7, 'Graph'));
    if (!graph) this.problems.add('error', 'format.no-graph', {});
    const sets = await this.items(
      model,
      { slot: 1, kind: 'OperatorSetId', most: limits.sets },
      async (table) => {
        const set = await this.attempt(() => ({
          domain: table.text(0, limits.text),
          version: table.scalar(1, 'i64', 0),
        }));
        return set ?? undefined;
      },
    );
    const text = async (table: Table, slot: number) =>
      (await this.attempt(() => table.text(slot, limits.text))) ?? '';
    const said: Metadata = [
      ['ort_version', await text(session, 0)],
      ['producer', [await text(model, 2), await text(model, 3)].filter((part) => part !== '').join(' ')],
    ];
    const pairs = await this.items(
      model,
      { slot: 9, kind: 'StringStringEntry', most: limits.sets },
      async (table) => {
        const pair = await this.attempt(
          () => [table.text(0, limits.text), table.text(1, limits.text)] as const,
        );
        return pair ?? undefined;
      },
    );
    const metadata = [...said, ...pairs].flatMap((pair) => (pair && pair[1] !== '' ? [pair] : []));
    return {
      origin: { format: 'ort', facts: { docString: await text(model, 6), metadata } },
      operatorSets: sets.filter((set) => set !== undefined),
      graph: await this.graph(graph, 0),
      functions: [],
    };
  }

  private async graph(table: Table | null, depth: number): Promise<Graph> {
    const none = { name: '', inputs: [], outputs: [], valueInfo: [], initializers: [], nodes: [] };
    const rest = { sparseInitializers: [], metadata: [] };
    if (!table) return { ...none, ...rest };
    const initializers = await this.items(
      table,
      { slot: 0, kind: 'Tensor', most: limits.values },
      async (item) => {
        this.meter.take(memory.value);
        return (await this.attempt(() => this.tensor(item))) ?? undefined;
      },
    );
    const infos = await this.items(
      table,
      { slot: 1, kind: 'ValueInfo', most: limits.values },
      async (item) => {
        this.meter.take(memory.value);
        return (await this.attempt(() => this.info(item))) ?? undefined;
      },
    );
    const known = new Map(infos.flatMap((info) => (info ? [[info.name, info] as const] : [])));
    const named = (name: string): ValueInfo => known.get(name) ?? { name };
    const inputs = ((await this.attempt(() => this.names(table, 5))) ?? []).map(named);
    const outputs = ((await this.attempt(() => this.names(table, 6))) ?? []).map(named);
    const listed = new Set([...inputs, ...outputs].map(({ name }) => name));
    const nodes = await this.items(table, { slot: 2, kind: 'Node', most: limits.nodes }, (item) =>
      this.node(item, depth),
    );
    return {
      ...rest,
      name: depth === 0 ? 'main' : 'body',
      inputs,
      outputs,
      valueInfo: [...known.values()].filter(({ name, type }) => type !== undefined && !listed.has(name)),
      initializers: initializers.filter((tensor) => tensor !== undefined),
      nodes: nodes.filter((node) => node !== undefined),
    };
  }

  private async node(table: Table, depth: number): Promise<Node | undefined> {
    if (++this.nodes > limits.nodes) return undefined;
    this.meter.take(memory.node);
    const node = await this.attempt(() => ({
      name: table.text(0, limits.text),
      operator: table.text(5, limits.text),
      domain: table.text(2, limits.text),
      overload: '',
      inputs: this.names(table, 8),
      outputs: this.names(table, 9),
      metadata: [],
    }));
    if (!node) return undefined;
    const attributes = await this.items(
      table,
      { slot: 10, kind: 'Attribute', most: limits.attributes },
      (item) => this.attribute(item, depth),
    );
    return { ...node, attributes: attributes.filter((attribute) => attribute !== undefined) };
  }

  private async attribute(table: Table, depth: number): Promise<Attribute | undefined> {
    this.meter.take(memory.attribute);
    const head = await this.attempt(() => ({
      name: table.text(0, limits.text),
      kind: attributeKinds[table.scalar(2, 'i32', 0)] ?? '',
    }));
    if (!head) return undefined;
    const { name, kind } = head;
    if (kind !== 'graph') return (await this.attempt(() => this.plain(table, name, kind))) ?? undefined;
    if (depth >= limits.depth) {
      this.problems.push(unreadable('format.too-deep', { limit: limits.depth }, table.at).problem);
      return undefined;
    }
    const body = await this.attempt(() => table.table(attributeSlots.graph, 'Graph'));
    return body ? { name, kind, value: await this.graph(body, depth + 1) } : undefined;
  }

  private plain(
    table: Table,
    name: string,
    kind: Exclude<(typeof attributeKinds)[number], 'graph'>,
  ): Attribute {
    switch (kind) {
      case 'float':
        return { name, kind, value: shortestSingle(table.scalar(attributeSlots.float, 'f32', 0)) };
      case 'int':
        return { name, kind, value: table.scalar(attributeSlots.int, 'i64', 0) };
      case 'string':
        return { name, kind, value: table.text(attributeSlots.string, limits.text) };
      case 'floats':
        return {
          name,
          kind,
          value: table.numbers(attributeSlots.floats, 'f32', limits.list).map(shortestSingle),
        };
      case 'ints':
        return { name, kind, value: table.numbers(attributeSlots.ints, 'i64', limits.list) };
      case 'strings':
        return { name, kind, value: this.names(table, attributeSlots.strings) };
      case 'tensor': {
        const tensor = table.table(attributeSlots.tensor, 'Tensor');
        return tensor ? { name, kind, value: this.tensor(tensor) } : { name, kind: 'unknown', value: null };
      }
      case '':
        return { name, kind: 'unknown', value: null };
    }
  }

  private names(table: Table, slot: number): string[] {
    const list = table.vector(slot, 4);
    if (list.count > limits.list) throw unreadable('format.too-many', { limit: limits.list }, list.at);
    return Array.from({ length: list.count }, (_, i) => table.textItem(list, i, limits.text));
  }

  private tensor(table: Table): Tensor {
    const name = table.text(0, limits.text);
    const dims = table.numbers(2, 'i64', limits.dimensions);
    const dtype = dataTypeOfCode(table.scalar(3, 'i32', 0));
    const count = elementCount(dims);
    if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(count)) throw damaged('Tensor', table.at);
    const { at, count: length } = table.vector(4, 1);
    const base = { name, ...(dtype && { dtype }), dims } as const;
    if (length === 0) {
      const texts = dtype === 'string' && count <= limits.elements ? this.names(table, 5) : [];
      return {
        ...base,
        data: { place: 'none' },
        ...(texts.length === count && count > 0 && { elements: texts }),
      };
    }
    const data = { place: 'embedded', offset: at, length } as const;
    const isSmall = dtype !== undefined && count <= limits.elements && byteLength(dtype, count) === length;
    const elements = isSmall ? decodeRaw(dtype, this.pages.bytes(at, length, 'Tensor'), count) : null;
    return { ...base, data, ...(elements && { elements }) };
  }

  private info(table: Table): ValueInfo {
    const type = table.table(2, 'TypeInfo');
    const found = type ? this.type(type, 0) : undefined;
    return { name: table.text(0, limits.text), ...(found && { type: found }) };
  }

  private type(table: Table, depth: number): ValueType | undefined {
    const kind = table.scalar(1, 'u8', 0);
    const value = depth < limits.depth ? table.table(2, 'TypeInfoValue') : null;
    if (!value) return undefined;
    if (kind === sequenceType) {
      const item = value.table(0, 'TypeInfo');
      const element = item ? this.type(item, depth + 1) : undefined;
      return { kind: 'sequence', ...(element && { element }) };
    }
    if (kind !== tensorType) return undefined;
    const dtype = dataTypeOfCode(value.scalar(0, 'i32', 0));
    const shape = value.table(1, 'Shape');
    return { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape: this.shape(shape) }) };
  }

  private shape(table: Table): Dim[] {
    const list = table.tables(0);
    if (list.count > limits.dimensions) throw damaged('Shape', table.at);
    return Array.from({ length: list.count }, (_, i) => {
      const value = table.item(list, i, 'Dimension').table(0, 'DimensionValue');
      const kind = value?.scalar(0, 'i8', 0) ?? 0;
      // 1 is a number, 2 a name.
      if (value && kind === 1) {
        const size = value.scalar(1, 'i64', 0);
        return size >= 0 ? size : openDimension;
      }
      const name = value && kind === 2 ? value.text(2, limits.text) : '';
      return name === '' ? openDimension : this.dims.read(name);
    });
  }
}
