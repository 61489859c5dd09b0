import { entryOf } from '../../../../outside/table';
import { coremlDomain } from '../../graph/domains';
import type { DataType } from '../../graph/dataTypes';
import { emptyGraph } from '../../graph/emptyModel';
import type { Attribute, Graph, Node, Tensor, ValueInfo, ValueType } from '../../graph/model';
import type { ProblemList } from '../problems';
import { Message } from '../protobuf/message';
import type { Meter } from '../room';
import { limits, memory } from './limits';
import table from './operands.json';
import { attributeOf, sizeOf, tensorOf, typeOf } from './values';
import words from './types.json';

/** Parameters of each operation that are tensors, in the order in which a listing has them. */
const operands: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(table.operands).flatMap(([names, operations]) =>
    operations.split(' ').map((operation) => [operation, names.split(' ')] as const),
  ),
);

/** What all parts of a file share. */
export interface FileContext {
  readonly problems: ProblemList;
  readonly meter: Meter;
  /** Where the model lies, from the file that was opened on. */
  readonly folder: string;
}

interface Constant {
  readonly value: Message;
  readonly type: ValueType | undefined;
}

/** What a parameter is bound to: the name of a value, or a value that stands there itself. */
type Binding = string | Message;

/** Makes the graph of a block of MIL; constants that only say how an operation works become its attributes. */
export class BlockReader {
  private readonly nodes: Node[] = [];
  private readonly values: ValueInfo[] = [];
  private readonly constants = new Map<string, Constant>();
  private readonly tensors = new Map<string, Tensor>();

  constructor(
    private readonly file: FileContext,
    /** The block that this one stands in. */
    private readonly outer?: BlockReader,
    private readonly counted: { nodes: number } = { nodes: 0 },
    private readonly depth = 0,
  ) {}

  /** @param inputs of the function, or of the block itself */
  graph(name: string, block: Message, inputs: readonly Message[]): Graph {
    for (const operation of block.messages('operations')) {
      if (this.counted.nodes++ >= limits.nodes) {
        this.file.problems.addOnce('error', 'format.too-many', { limit: limits.nodes }, 0);
        break;
      }
      this.operation(operation);
    }
    const results = block.texts('outputs');
    for (const result of results) this.use(result);
    const known = new Map(this.values.map((value) => [value.name, value] as const));
    const listed = new Set(results);
    return {
      ...emptyGraph,
      name,
      inputs: inputs.map((input) => infoOf(input)),
      outputs: results.map((result) => known.get(result) ?? { name: result }),
      valueInfo: this.values.filter((value) => !listed.has(value.name)),
      initializers: [...this.tensors.values()],
      nodes: this.nodes,
    };
  }

  private operation(operation: Message): void {
    const type = operation.text('type');
    const outputs = operation.messages('outputs');
    if (type === 'const') return this.constant(operation, outputs[0]);
    const infos = outputs.map((output) => infoOf(output));
    this.file.meter.take(memory.node + memory.value * infos.length);
    for (const info of infos) this.values.push(info);
    const own = attributesOf(operation);
    const first = infos[0]?.name ?? '';
    const bindings = bindingsOf(operation);
    const { inputs, attributes } = this.parameters(type, first, bindings, packedOf(type, bindings));
    this.file.meter.take(memory.attribute * attributes.length);
    this.nodes.push({
      name: nameOf(own) || first,
      operator: type,
      domain: coremlDomain,
      overload: '',
      inputs,
      outputs: infos.map((info) => info.name),
      attributes: [...attributes, ...this.blocks(type, operation.messages('blocks'))],
      metadata: [],
    });
  }

  private constant(operation: Message, output: Message | undefined): void {
    const value = attributesOf(operation).get('val');
    if (!output || !value) return this.file.problems.add('error', 'format.damaged', { part: 'const' }, 0);
    this.file.meter.take(memory.tensor);
    const type = typeOf(output.message('type')) ?? typeOf(value.message('type'));
    this.constants.set(output.text('name'), { value, type });
  }

  /** Tensors among the parameters become inputs, in the operation's own order; the others say how it works. */
  private parameters(
    type: string,
    first: string,
    bindings: ReadonlyMap<string, readonly Binding[]>,
    packed: Packed | undefined,
  ): { readonly inputs: readonly string[]; readonly attributes: readonly Attribute[] } {
    const names = operands.get(type) ?? [];
    const inputs = names.flatMap((name) => {
      const bound = bindings.get(name) ?? [];
      const type = name === packed?.name ? packed.type : undefined;
      return bound.length === 0
        ? ['']
        : bound.map((one, i) => this.named(one, `${first}_${name}${i || ''}`, type));
    });
    while (inputs.at(-1) === '') inputs.pop();
    const attributes: Attribute[] = [];
    for (const [name, bound] of bindings) {
      if (names.includes(name)) continue;
      const attribute = bound.length === 1 ? this.attribute(name, bound[0]!) : undefined;
      if (attribute) attributes.push(attribute);
      else for (const [i, one] of bound.entries()) inputs.push(this.named(one, `${first}_${name}${i || ''}`));
    }
    return { inputs, attributes };
  }

  private attribute(name: string, bound: Binding): Attribute | undefined {
    return attributeOf(name, typeof bound === 'string' ? this.find(bound)?.value : bound);
  }

  private find(name: string): Constant | undefined {
    return this.constants.get(name) ?? this.outer?.find(name);
  }

  /** The name of a value that is an input; one that stands at the parameter itself gets one. */
  private named(bound: Binding, own: string, type?: ValueType): string {
    if (typeof bound === 'string') {
      this.use(bound);
      return bound;
    }
    this.constants.set(own, { value: bound, type: type ?? typeOf(bound.message('type')) });
    this.use(own);
    return own;
  }

  /** A constant that is a tensor of the graph and not only an attribute. */
  private use(name: string): void {
    const constant = this.constants.get(name);
    if (!constant) return this.outer?.use(name);
    if (this.tensors.has(name)) return;
    const tensor = tensorOf(name, constant.value, constant.type, this.file.folder);
    if (tensor) this.tensors.set(name, tensor);
  }

  /** The blocks that an operation runs, as graphs. */
  private blocks(type: string, blocks: readonly Message[]): readonly Attribute[] {
    if (blocks.length > 0 && this.depth >= limits.depth) {
      this.file.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, 0);
      return [];
    }
    const names = entryOf(words.blocks as Readonly<Record<string, readonly string[]>>, type);
    return blocks.map((block, i) => {
      const reader = new BlockReader(this.file, this, this.counted, this.depth + 1);
      const name = names?.[i] ?? `block${i}`;
      return { name, kind: 'graph', value: reader.graph(name, block, block.messages('inputs')) };
    });
  }
}

/** A parameter that older operations have as bytes, with what these are. */
interface Packed {
  readonly name: string;
  readonly type: ValueType;
}

/** Places in a table lie as bytes, as many bits for each as tell the entries of the table; their shape stands beside them. */
function packedOf(type: string, bindings: ReadonlyMap<string, readonly Binding[]>): Packed | undefined {
  const packed = entryOf(
    words.packed as Readonly<Record<string, typeof words.packed.constexpr_lut_to_dense>>,
    type,
  );
  const [lut, shape] = [packed?.table, packed?.shape].map((name) => bindings.get(name ?? '')?.[0]);
  if (!packed || !(lut instanceof Message) || !(shape instanceof Message)) return undefined;
  const table = typeOf(lut.message('type'));
  const entries = table?.kind === 'tensor' ? table.shape?.at(-1) : undefined;
  const dims = attributeOf(packed.shape, shape);
  const bits = typeof entries === 'number' ? String(Math.log2(entries)) : '';
  const dtype = entryOf(words.unsigned as Readonly<Record<string, DataType>>, bits);
  if (!dtype || dims?.kind !== 'ints') return undefined;
  return { name: packed.places, type: { kind: 'tensor', dtype, shape: dims.value.map(sizeOf) } };
}

function infoOf(named: Message): ValueInfo {
  const type = typeOf(named.message('type'));
  return { name: named.text('name'), ...(type && { type }) };
}

/** What stands at the operation itself, among it its name. */
function attributesOf(operation: Message): ReadonlyMap<string, Message> {
  return new Map(operation.entries('attributes'));
}

function nameOf(attributes: ReadonlyMap<string, Message>): string {
  const value = attributes.get('name');
  const attribute = value && attributeOf('name', value);
  return attribute?.kind === 'string' ? attribute.value : '';
}

/** What the parameters are bound to; older operations have theirs among the attributes. */
function bindingsOf(operation: Message): ReadonlyMap<string, readonly Binding[]> {
  const bindings = new Map<string, readonly Binding[]>();
  for (const [name, argument] of operation.entries('inputs')) {
    const bound = argument.messages('arguments').slice(0, limits.list);
    bindings.set(
      name,
      bound.map((one) => one.message('value') ?? one.text('name')),
    );
  }
  for (const [name, value] of operation.entries('attributes'))
    if (name !== 'name' && !bindings.has(name)) bindings.set(name, [value]);
  return bindings;
}
