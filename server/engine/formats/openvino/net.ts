import { entryOf } from '../../../../outside/table';
import { openDimension } from '../dims';
import { openvinoDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import { byteLength, elementCount, type DataType } from '../../graph/dataTypes';
import type { Attribute, Graph, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { childOf, childrenOf, type XmlElement } from '../xml/elements';
import { attributeOf, typeOfPrecision, typeOfWord } from './attributes';
import { limits, memory } from './limits';

/** The set of operators of layers that name none. */
const firstSet = 'opset1';

/** Layers that stand for what is no node of a graph. */
const kinds: Readonly<Record<string, 'input' | 'output' | 'constant'>> = {
  Parameter: 'input',
  Result: 'output',
  Const: 'constant',
};

/** Where an edge begins. */
interface From {
  readonly layer: string;
  readonly port: string;
}

/** Takes the layers and edges of a net as they come, and makes its graph of them. */
export class NetBuilder {
  /** Newest set of operators that a layer is of. */
  version = 1;
  private readonly layers: XmlElement[] = [];
  private readonly edges = new Map<string, From>();
  private readonly names = new Set<string>();
  /** Values by layer and port. */
  private readonly values = new Map<string, ValueInfo>();
  private readonly parts = {
    inputs: [] as ValueInfo[],
    outputs: [] as ValueInfo[],
    valueInfo: [] as ValueInfo[],
    initializers: [] as Tensor[],
    nodes: [] as Node[],
  };

  /**
   * @param weights name of the file beside this one that constants lie in
   */
  constructor(
    private readonly weights: string,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  layer(element: XmlElement): void {
    if (this.layers.length >= limits.layers)
      return this.problems.addOnce('error', 'format.too-many', { limit: limits.layers }, 0);
    this.meter.take(memory.layer);
    this.layers.push(element);
  }

  edge({ attributes }: XmlElement): void {
    this.meter.take(memory.edge);
    const from = { layer: attributes['from-layer'] ?? '', port: attributes['from-port'] ?? '' };
    this.edges.set(key(attributes['to-layer'] ?? '', attributes['to-port'] ?? ''), from);
  }

  /** The graph of all that came. Values are named first, since edges may lead to layers that stand before their sources. */
  graph(name: string): Graph {
    for (const layer of this.layers) this.nameResults(layer);
    for (const layer of this.layers) this.place(layer);
    const listed = new Set(this.parts.outputs.map((value) => value.name));
    const valueInfo = this.parts.valueInfo.filter((value) => !listed.has(value.name));
    return { ...emptyGraph, ...this.parts, valueInfo, name };
  }

  private nameResults(layer: XmlElement): void {
    const ports = portsOf(layer, 'output');
    const { id = '', name = '' } = layer.attributes;
    for (const port of ports) {
      this.meter.take(memory.port);
      const own = ports.length === 1 ? name : `${name}.${port.attributes.id ?? ''}`;
      const type = typeOfPort(port);
      this.values.set(key(id, port.attributes.id ?? ''), {
        name: this.unique(ownNameOf(port) ?? own),
        ...type,
      });
    }
  }

  private unique(wanted: string): string {
    const stem = wanted === '' ? 'value' : wanted;
    let name = stem;
    for (let i = 2; this.names.has(name); i++) name = `${stem}_${i}`;
    this.names.add(name);
    return name;
  }

  private place(layer: XmlElement): void {
    const { id = '', type = '', name = '' } = layer.attributes;
    const results = portsOf(layer, 'output').map((port) =>
      this.values.get(key(id, port.attributes.id ?? ''))!,
    );
    const kind = entryOf(kinds, type);
    if (kind === 'input') for (const value of results) this.parts.inputs.push(value);
    else if (kind === 'constant') this.constant(layer, results[0]);
    else if (kind === 'output') this.output(id, layer);
    else {
      for (const value of results) this.parts.valueInfo.push(value);
      this.parts.nodes.push(this.node(layer, name, results));
    }
  }

  private sourceOf(layer: string, port: XmlElement): ValueInfo | undefined {
    const from = this.edges.get(key(layer, port.attributes.id ?? ''));
    return from && this.values.get(key(from.layer, from.port));
  }

  private output(id: string, layer: XmlElement): void {
    for (const port of portsOf(layer, 'input')) {
      const value = this.sourceOf(id, port);
      if (!value) this.problems.addOnce('error', 'format.damaged', { part: 'Result' }, 0);
      else if (!this.parts.outputs.includes(value)) this.parts.outputs.push(value);
    }
  }

  private node(layer: XmlElement, name: string, results: readonly ValueInfo[]): Node {
    const { id = '', type = '', version = firstSet } = layer.attributes;
    const set = /^opset(\d{1,3})$/.exec(version)?.[1];
    this.version = Math.max(this.version, Number(set ?? 1));
    const attributes = Object.entries(childOf(layer, 'data')?.attributes ?? {}).map(([key, text]) =>
      attributeOf(key, text),
    );
    this.meter.take(memory.attribute * attributes.length);
    const shown: Attribute[] =
      version === firstSet ? [] : [{ name: 'version', kind: 'string', value: version }];
    return {
      name,
      operator: type,
      domain: openvinoDomain,
      overload: '',
      inputs: portsOf(layer, 'input').map((port) => this.sourceOf(id, port)?.name ?? ''),
      outputs: results.map((value) => value.name),
      attributes: [...shown, ...attributes],
      metadata: [],
    };
  }

  private constant(layer: XmlElement, value: ValueInfo | undefined): void {
    const { attributes = {} } = childOf(layer, 'data') ?? {};
    const { element_type: word = '' } = attributes;
    const dtype = typeOfWord(word);
    const dims = numbersOf(attributes.shape);
    const [offset, length] = [numbersOf(attributes.offset)?.[0], numbersOf(attributes.size)?.[0]];
    if (!value || !dims || offset === undefined || !Number.isSafeInteger(elementCount(dims)))
      return this.problems.add('error', 'format.damaged', { part: 'Const' }, 0);
    if (dtype === undefined)
      this.problems.add('warning', 'format.unknown-type', { tensor: value.name, type: word }, 0);
    this.checkSize({ name: value.name, dtype, dims }, length);
    const data = { place: 'external', location: this.weights, offset } as const;
    this.parts.initializers.push({
      name: value.name,
      ...(dtype && { dtype }),
      dims,
      data: { ...data, ...(length !== undefined && { length }) },
    });
  }

  private checkSize(tensor: Pick<Tensor, 'name' | 'dtype' | 'dims'>, length: number | undefined): void {
    const { name, dtype, dims } = tensor;
    const bytes = dtype && byteLength(dtype, elementCount(dims));
    if (bytes === null || bytes === undefined || length === undefined || length === bytes) return;
    this.problems.add(
      'warning',
      'format.tensor-size',
      { tensor: name, type: dtype!, shape: dims.join(', ') },
      0,
    );
  }
}

function key(layer: string, port: string): string {
  return `${layer}:${port}`;
}

function portsOf(layer: XmlElement, side: 'input' | 'output'): readonly XmlElement[] {
  return childrenOf(childOf(layer, side), 'port');
}

/** The first of the names that a port's tensor has; commas within a name are escaped. */
function ownNameOf({ attributes }: XmlElement): string | undefined {
  const [first = ''] = (attributes.names ?? '').split(/(?<!\\),/);
  return first === '' ? undefined : first.replaceAll('\\,', ',').slice(0, limits.text);
}

function typeOfPort(port: XmlElement): { readonly type?: ValueType } {
  const dtype: DataType | undefined = typeOfPrecision(port.attributes.precision ?? '');
  const dims = childrenOf(port, 'dim').map(({ text }) => Number(text));
  const isShape =
    dims.length <= limits.dimensions && dims.every((dim) => Number.isSafeInteger(dim) && dim >= -1);
  if (!isShape) return dtype ? { type: { kind: 'tensor', dtype } } : {};
  const shape = dims.map((dim) => (dim < 0 ? openDimension : dim));
  return { type: { kind: 'tensor', ...(dtype && { dtype }), shape } };
}

/** `1, 2, 3` as sizes; undefined where it is anything else. */
function numbersOf(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.trim() === '' ? [] : text.split(',');
  const numbers = parts.map(Number);
  const isSound = numbers.length <= limits.dimensions && parts.every((part) => /^\s*\d{1,16}\s*$/.test(part));
  return isSound ? numbers : undefined;
}
