import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Attribute, Node, ValueInfo, ValueType } from '../../graph/model';
import { objectOf, type JsonObject } from '../../lower/fields';
import { openDimension } from '../dims';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { listOf, member, textOf } from '../json';
import { limits, memory } from './limits';
import schema from './schema.json';
import { sizeOf } from './sizes';

const wrappers: ReadonlySet<string> = new Set(schema.wrappers);

/** `torch.ops.aten.conv2d.default`: namespace, name and overload. */
const target = /^torch\.ops\.([^.]+)\.([^.]+)(?:\.([^.]+))?$/;

/** The nodes and values of a program; graphs that only set a mode are written out where they are called. */
export class ProgramReader {
  readonly nodes: Node[] = [];
  readonly values = new Map<string, ValueInfo>();
  /** Programs repeat the same few sizes at every value. */
  private readonly sizes = new Map<string, Dim>();
  /** Nodes of one line have one trace. */
  private readonly traces = new Map<string, string>();

  constructor(
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  /**
   * @param names what a graph's own names are called outside of it
   */
  read(graph: JsonObject, names: (own: string) => string, depth = 0): void {
    if (depth > limits.depth)
      return this.problems.addOnce('error', 'format.too-deep', { limit: limits.depth }, 0);
    for (const [own, meta] of Object.entries(member(graph, 'tensor_values') ?? {})) {
      if (this.values.size >= limits.values)
        return this.problems.addOnce('error', 'format.too-many', { limit: limits.values }, 0);
      this.meter.take(memory.value);
      const name = names(own);
      const type = this.typeOf(objectOf(meta) ?? {});
      this.values.set(name, { name, type });
    }
    for (const node of listOf(graph, 'nodes')) {
      if (this.nodes.length >= limits.nodes)
        return this.problems.addOnce('error', 'format.too-many', { limit: limits.nodes }, 0);
      this.node(objectOf(node) ?? {}, names, depth);
    }
  }

  /** The type of a tensor: sizes are numbers, or expressions of the program's symbols. */
  typeOf(meta: JsonObject): ValueType {
    const dtype = entryOf(schema.types as Readonly<Record<string, DataType>>, String(meta['dtype']));
    const sizes = listOf(meta, 'sizes').slice(0, limits.dimensions);
    const shape = sizes.map((size): Dim => {
      const object = objectOf(size) ?? {};
      const number = object['as_int'];
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
      const text = textOf(member(object, 'as_expr'), 'expr_str');
      return text === '' ? openDimension : this.size(text);
    });
    return { kind: 'tensor', ...(dtype && { dtype }), shape };
  }

  private size(text: string): Dim {
    const size = this.sizes.get(text) ?? sizeOf(text);
    this.sizes.set(text, size);
    return size;
  }

  private node(node: JsonObject, names: (own: string) => string, depth: number): void {
    const [, domain = '', operator = '', overload = ''] = target.exec(textOf(node, 'target')) ?? [];
    const outputs = listOf(node, 'outputs').flatMap((output) => tensorsOf(objectOf(output) ?? {}, names));
    // What makes no tensor counts sizes or checks them: the shapes say what comes of it.
    if (outputs.length === 0) return;
    if (wrappers.has(operator) && this.inlined(node, outputs, names, depth)) return;
    const inputs: string[] = [];
    const attributes: Attribute[] = [];
    for (const one of listOf(node, 'inputs')) {
      const given = objectOf(one) ?? {};
      const arg = member(given, 'arg') ?? {};
      for (const name of tensorsOf(arg, names)) inputs.push(name);
      const attribute = attributeOf(textOf(given, 'name'), arg);
      if (attribute) attributes.push(attribute);
    }
    this.meter.take(memory.node + memory.attribute * attributes.length);
    this.nodes.push({
      name: textOf(node, 'name') || outputs[0]!,
      operator: operator || textOf(node, 'target'),
      domain: domain || 'python',
      overload: overload === 'default' ? '' : overload,
      inputs,
      outputs,
      attributes,
      metadata: this.placeOf(node),
    });
  }

  /** The module that a node stems from, innermost last, as an exporter of ONNX keeps it, and the lines of the program. */
  private placeOf(node: JsonObject): readonly [string, string][] {
    const metadata = member(node, 'metadata');
    const last = textOf(metadata, 'nn_module_stack').split(';').at(-1)?.split(',')[1] ?? '';
    const kept: readonly [string, string][] = [
      ['module', last.slice(0, limits.text)],
      ['stack_trace', this.trace(textOf(metadata, 'stack_trace').slice(0, limits.trace))],
    ];
    return kept.filter(([, value]) => value !== '');
  }

  private trace(text: string): string {
    const known = this.traces.get(text);
    if (known !== undefined) return known;
    this.meter.take(memory.letter * text.length);
    this.traces.set(text, text);
    return text;
  }

  /** Writes a called graph out: its inputs are the tensors that it is called with, its results those of the call. */
  private inlined(
    node: JsonObject,
    outputs: readonly string[],
    names: (own: string) => string,
    depth: number,
  ): boolean {
    const args = listOf(node, 'inputs').map((one) => member(objectOf(one) ?? {}, 'arg') ?? {});
    const called = args
      .map((arg) => member(member(arg, 'as_graph'), 'graph'))
      .find((graph) => graph !== undefined);
    if (!called) return false;
    const given = args.flatMap((arg) => tensorsOf(arg, names));
    const known = new Map<string, string>();
    const tie = (list: readonly unknown[], outside: readonly string[]): void =>
      list
        .flatMap((one) => tensorsOf(objectOf(one) ?? {}, (own) => own))
        .forEach((own, i) => outside[i] !== undefined && known.set(own, outside[i]));
    tie(listOf(called, 'inputs'), given);
    tie(listOf(called, 'outputs'), outputs);
    const prefix = outputs[0]!;
    this.read(called, (own) => known.get(own) ?? `${prefix}.${own}`, depth + 1);
    return true;
  }
}

/** Names of the tensors that an argument holds; '' stands for one that is left out of a list. */
export function tensorsOf(arg: JsonObject, names: (own: string) => string): readonly string[] {
  const single = member(arg, 'as_tensor') ?? member(member(arg, 'as_optional_tensor'), 'as_tensor');
  if (single) return [names(textOf(single, 'name'))];
  const plain = listOf(arg, 'as_tensors').slice(0, limits.list);
  if (plain.length > 0) return plain.map((one) => names(textOf(objectOf(one) ?? {}, 'name')));
  return listOf(arg, 'as_optional_tensors')
    .slice(0, limits.list)
    .map((one) => {
      const tensor = member(objectOf(one) ?? {}, 'as_tensor');
      return tensor ? names(textOf(tensor, 'name')) : '';
    });
}

/** An argument that is no tensor, as an attribute; undefined for what is left out, and for devices and layouts. */
function attributeOf(name: string, arg: JsonObject): Attribute | undefined {
  const [kind = '', value] = Object.entries(arg)[0] ?? [];
  const list = Array.isArray(value) ? (value as readonly unknown[]).slice(0, limits.list) : [];
  switch (kind) {
    case 'as_int':
      return typeof value === 'number' ? { name, kind: 'int', value } : undefined;
    case 'as_bool':
      return { name, kind: 'int', value: value === true ? 1 : 0 };
    case 'as_float':
      return typeof value === 'number' ? { name, kind: 'float', value } : undefined;
    case 'as_string':
      return typeof value === 'string'
        ? { name, kind: 'string', value: value.slice(0, limits.text) }
        : undefined;
    case 'as_scalar_type':
      return {
        name,
        kind: 'string',
        value: entryOf(schema.types as Readonly<Record<string, string>>, String(value)) ?? String(value),
      };
    case 'as_ints':
    case 'as_bools':
      return { name, kind: 'ints', value: list.map(Number).filter(Number.isFinite) };
    case 'as_floats':
      return { name, kind: 'floats', value: list.map(Number).filter(Number.isFinite) };
    case 'as_sym_int':
      return sizesAttribute(name, [value], true);
    case 'as_sym_ints':
      return sizesAttribute(name, list, false);
    default:
      return undefined;
  }
}

/** Sizes that are numbers, or names of what computes them. */
function sizesAttribute(name: string, list: readonly unknown[], isSingle: boolean): Attribute {
  const parts = list.map((one) => {
    const object = objectOf(one) ?? {};
    const number = object['as_int'];
    return typeof number === 'number' ? number : textOf(object, 'as_name').slice(0, limits.text);
  });
  const numbers = parts.filter((part) => typeof part === 'number');
  if (isSingle)
    return numbers.length === 1
      ? { name, kind: 'int', value: numbers[0]! }
      : { name, kind: 'string', value: String(parts[0]) };
  return numbers.length === parts.length
    ? { name, kind: 'ints', value: numbers }
    : { name, kind: 'strings', value: parts.map(String) };
}
