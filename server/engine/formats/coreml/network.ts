import { entryOf } from '../../../../outside/table';
import { coremlLayerDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Attribute, Graph, Node, Tensor, ValueInfo } from '../../graph/model';
import type { Message } from '../protobuf/message';
import { rulesOf, type FieldRule } from '../protobuf/schema';
import { shortestSingle } from '../singles';
import type { FileContext } from './block';
import { limits, memory } from './limits';
import table from './network.json';
import schema from './schema.json';
import { weightsOf } from './weights';

const kinds: Readonly<Record<string, string>> = table.kinds;
const flags: Readonly<Record<string, string>> = table.flags;
const graphs: Readonly<Record<string, string>> = table.graphs;
const weightType = 'WeightParams';

/** What a layer is beside its inputs: its operator, attributes and weights. */
interface Parts {
  readonly attributes: Attribute[];
  readonly weights: Tensor[];
}

/** Makes nodes of the layers of a neural network; those of its inner networks become graphs. */
export class NetworkReader {
  readonly nodes: Node[] = [];
  readonly tensors: Tensor[] = [];

  constructor(
    private readonly file: FileContext,
    private readonly counted: { nodes: number } = { nodes: 0 },
    private readonly depth = 0,
  ) {}

  read(network: Message): void {
    const { problems, meter } = this.file;
    for (const layer of network.messages('layers')) {
      if (this.counted.nodes++ >= limits.nodes)
        return problems.addOnce('error', 'format.too-many', { limit: limits.nodes }, 0);
      meter.take(memory.node);
      this.layer(layer);
    }
  }

  private layer(layer: Message): void {
    const rule = [...rulesOf(schema, layer.type).values()].find(
      ({ name, group }) => group === 'layer' && layer.message(name),
    );
    const type = rule?.name ?? 'unknown';
    const params = rule && layer.message(type);
    const outputs = layer.texts('output');
    const name = layer.text('name') || (outputs[0] ?? '');
    const operator = params ? operatorOf(type, params) : type;
    const parts: Parts = { attributes: [], weights: [] };
    if (params) this.parts(params, { owner: params, stem: name, operator }, parts);
    this.file.meter.take(memory.attribute * parts.attributes.length + memory.tensor * parts.weights.length);
    for (const tensor of parts.weights) this.tensors.push(tensor);
    this.nodes.push({
      name,
      operator,
      domain: coremlLayerDomain,
      overload: '',
      inputs: [...layer.texts('input'), ...parts.weights.map((tensor) => tensor.name)],
      outputs,
      attributes: parts.attributes,
      metadata: [],
    });
  }

  /** Numbers and texts of a message and of those within as attributes; weights in the order of the fields. */
  private parts(
    message: Message,
    layer: { readonly owner: Message; readonly stem: string; readonly operator: string },
    parts: Parts,
  ): void {
    for (const rule of rulesOf(schema, message.type).values()) {
      const { name, kind, type, group } = rule;
      if (kind !== 'm') {
        const attribute = attributeOf(message, rule);
        if (attribute) addOnce(parts.attributes, attribute);
        continue;
      }
      const inner = message.messages(name);
      const [first] = inner;
      if (!first) continue;
      if (type === weightType) {
        const tensor = weightsOf(`${layer.stem}.${name}`, first, layer.owner, `${layer.operator}.${name}`);
        if (tensor) parts.weights.push(tensor);
      } else if (entryOf(graphs, name)) this.inner(entryOf(graphs, name)!, first, parts);
      else {
        if (group !== '') addOnce(parts.attributes, { name: group, kind: 'string', value: name });
        if (inner.length === 1) this.parts(first, layer, parts);
        else for (const one of listsOf(inner)) addOnce(parts.attributes, one);
      }
    }
  }

  private inner(name: string, network: Message, parts: Parts): void {
    if (this.depth >= limits.depth)
      return this.file.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, 0);
    const reader = new NetworkReader(this.file, this.counted, this.depth + 1);
    reader.read(network);
    parts.attributes.push({ name, kind: 'graph', value: reader.graph(name, [], []) });
  }

  graph(name: string, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Graph {
    return { ...emptyGraph, name, inputs, outputs, nodes: this.nodes, initializers: this.tensors };
  }
}

/** The type of a layer; of some the kind of function, or whether it is the reverse one, makes an operator of its own. */
function operatorOf(type: string, params: Message): string {
  const asked = entryOf(kinds, type);
  if (asked === undefined) {
    const flag = Object.keys(flags).find((name) => params.number(name) === 1);
    return flag === undefined ? type : (entryOf(flags, flag) ?? type);
  }
  const given = [...rulesOf(schema, params.type).values()].find(
    ({ name, group }) => group === asked && params.message(name),
  );
  const own = given?.name ?? (params.text(asked) || firstOf(params.type, asked));
  const isGlobal = params.number('globalPooling') === 1;
  return `${isGlobal ? 'globalPooling' : type}_${own}`;
}

/** The value of an enum that stands for none. */
function firstOf(message: string, field: string): string {
  const rule = [...rulesOf(schema, message).values()].find(({ name }) => name === field);
  const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = schema.enums;
  return (rule && entryOf(entryOf(enums, rule.type), '0')) ?? '';
}

function addOnce(list: Attribute[], attribute: Attribute): void {
  if (!list.some(({ name }) => name === attribute.name)) list.push(attribute);
}

/** A field of numbers or texts; undefined where it is not given. */
function attributeOf(message: Message, { name, kind, isList }: FieldRule): Attribute | undefined {
  const values = message.values(name);
  if (values.length === 0 || kind === 'p' || kind === 'k') return undefined;
  const texts = message.texts(name);
  if (texts.length > 0)
    return texts.length === 1
      ? { name, kind: 'string', value: texts[0]!.slice(0, limits.text) }
      : { name, kind: 'strings', value: texts.map((text) => text.slice(0, limits.text)) };
  const isFloat = kind === 'f' || kind === 'd';
  const numbers = message
    .numbers(name)
    .slice(0, limits.list)
    .map(isFloat ? shortestSingle : (one) => one);
  if (numbers.length === 0) return undefined;
  if (!isList && numbers.length === 1) return { name, kind: isFloat ? 'float' : 'int', value: numbers[0]! };
  return { name, kind: isFloat ? 'floats' : 'ints', value: numbers };
}

/** Of several messages of one kind a list for each of their numbers, with 0 for one that is left out. */
function listsOf(messages: readonly Message[]): readonly Attribute[] {
  const [first] = messages;
  if (!first) return [];
  return [...rulesOf(schema, first.type).values()]
    .filter(({ kind }) => kind === 'i' || kind === 'f')
    .map(({ name }) => ({
      name,
      kind: 'ints' as const,
      value: messages.slice(0, limits.list).map((one) => one.count(name)),
    }));
}
