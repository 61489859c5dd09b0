import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import { kerasOperationDomain } from '../../graph/domains';
import type { Attribute, Shape } from '../../graph/model';
import { objectOf, type JsonObject } from '../../lower/fields';
import { member, textOf } from '../json';
import { axisOf } from '../shapes';
import type { Given, Stated } from './given';
import { limits } from './limits';
import { policyOf, type Policy } from './policy';
import types from './types.json';
import { absent, type Value, type Writer } from './writer';

/** What is written of a layer beside what its configuration says of itself. */
interface Emitted {
  /** Name of the operator; that of the layer's class without it. */
  readonly operator?: string;
  readonly domain?: string;
  readonly inputs?: readonly Value[];
  /** Those of the configuration without it. */
  readonly attributes?: readonly Attribute[];
  /** A part of the layer, by the name that stands behind the layer's own. */
  readonly step?: string;
  readonly dtype?: DataType | undefined;
}

/** A layer or operation that is called: its configuration, and what it is called with. */
export class Call {
  readonly config: JsonObject;
  readonly policy: Policy;
  readonly stated: readonly Stated[];
  readonly depth: number;

  /**
   * @param layer as the file has it: its class, and its configuration
   * @param path its name, behind those of the models and layers that it stands in
   * @param about what the file says of its results, and in how many others it stands
   */
  constructor(
    readonly writer: Writer,
    readonly layer: JsonObject,
    readonly path: string,
    readonly given: Given,
    about: { readonly stated?: readonly Stated[]; readonly depth?: number } = {},
  ) {
    this.stated = about.stated ?? [];
    this.depth = about.depth ?? 0;
    this.config = member(layer, 'config') ?? {};
    this.policy = policyOf(this.config);
  }

  get className(): string {
    return textOf(this.layer, 'class_name').slice(0, limits.text);
  }

  /** Everything that it is called with, in order. */
  get inputs(): readonly Value[] {
    return this.given.tensors.map(({ value }) => value);
  }

  /** The first tensor that it is called with. */
  get x(): Value {
    return this.given.tensors[0]?.value ?? absent;
  }

  get shape(): Shape | undefined {
    return this.x.shape;
  }

  /** The tensor that stands at a place of the call, or under a name. */
  tensor(place: number, name: string): Value | undefined {
    return this.given.tensors.find(({ at }) => at === `arg${place}` || at === name)?.value;
  }

  /** A setting of the configuration, or what the call gives under that name or at that place. */
  value(name: string, place?: number): unknown {
    const plain = this.given.plain;
    return (
      plain.get(name) ??
      entryOf(this.config, name) ??
      (place === undefined ? undefined : plain.get(`arg${place}`))
    );
  }

  int(name: string, place?: number): number | undefined {
    const found = this.value(name, place);
    return Number.isSafeInteger(found) ? (found as number) : undefined;
  }

  /** A whole number, or the only one of a list. */
  single(name: string): number | undefined {
    const list = this.list(name);
    return list?.length === 1 ? list[0] : this.int(name);
  }

  is(name: string, otherwise = false): boolean {
    const found = this.value(name);
    return typeof found === 'boolean' ? found : otherwise;
  }

  text(name: string, otherwise = ''): string {
    const found = this.value(name);
    return typeof found === 'string' ? found : otherwise;
  }

  /** A list of whole numbers, those of lists in it one by one; undefined where something else stands there. */
  list(name: string, place?: number): readonly number[] | undefined {
    const found = this.value(name, place);
    if (!Array.isArray(found)) return undefined;
    const flat = found.flat(limits.dimensions) as readonly unknown[];
    return flat.length <= limits.list && flat.every(Number.isSafeInteger)
      ? (flat as readonly number[])
      : undefined;
  }

  /** A list with an entry for each axis, or one number for all. */
  perAxis(name: string, axes: number, otherwise = 1): readonly number[] | undefined {
    const list = this.list(name);
    if (list) return list.length === axes ? list : undefined;
    const one = this.value(name) ?? otherwise;
    return Number.isSafeInteger(one) ? new Array<number>(axes).fill(one as number) : undefined;
  }

  /** An axis counted from the front; undefined where there is none of the kind. */
  axis(name: string, otherwise: number, rank = this.shape?.length): number | undefined {
    return rank === undefined ? undefined : axisOf(this.single(name) ?? otherwise, rank);
  }

  get isChannelsLast(): boolean {
    return this.text('data_format', 'channels_last') !== 'channels_first';
  }

  weight(name: string, dims: readonly (Dim | undefined)[] | undefined, dtype = this.policy.weights): Value {
    return this.writer.weight(`${this.path}/${name}`, dims, dtype);
  }

  /** Writes a node with results of these shapes. */
  emitAll(shapes: readonly (Shape | undefined)[], emitted: Emitted = {}): readonly Value[] {
    const { operator = this.className, domain, inputs = this.inputs, step, attributes } = emitted;
    const dtype = 'dtype' in emitted ? emitted.dtype : this.policy.compute;
    return this.writer.node({
      path: step === undefined ? this.path : `${this.path}/${step}`,
      operator,
      ...(domain !== undefined && { domain }),
      inputs,
      attributes: attributes ?? this.attributes(),
      results: shapes.map((shape) => ({ ...(dtype && { dtype }), ...(shape && { shape }) })),
    });
  }

  emit(shape: Shape | undefined, emitted: Emitted = {}): Value {
    return this.emitAll([shape], emitted)[0]!;
  }

  /** What the layer's activation makes of a value. */
  activated(value: Value, name = 'activation'): Value {
    const stated = this.value(name);
    const object = objectOf(stated);
    const inner =
      object && (typeof object['config'] === 'string' ? object['config'] : textOf(object, 'class_name'));
    const word = typeof stated === 'string' ? stated : (inner ?? '');
    if (word === '' || word === 'linear') return value;
    const operator =
      entryOf(types.activations as Readonly<Record<string, string>>, word) ?? word.slice(0, limits.text);
    const step = word.slice(0, limits.text);
    const halved = operator === 'Glu' ? halvedLast(value.shape) : value.shape;
    const emitted = { operator, domain: kerasOperationDomain, inputs: [value], attributes: [], step };
    return this.emit(halved, { ...emitted, dtype: value.dtype });
  }

  /** What the configuration says, as attributes: without what no run depends on. */
  attributes(): readonly Attribute[] {
    const plain = [...this.given.plain].filter(([name]) => name !== 'training');
    return [...Object.entries(this.config), ...plain].flatMap(
      ([name, value]) => attributeOf(name, value) ?? [],
    );
  }
}

function halvedLast(shape: Shape | undefined): Shape | undefined {
  const last = shape?.at(-1);
  return typeof last === 'number' ? [...shape!.slice(0, -1), last / 2] : undefined;
}

const hidden: ReadonlySet<string> = new Set(types.hidden);
const floats: ReadonlySet<string> = new Set(types.floats);

/** A setting as an attribute; undefined for what is none: absent values, other objects, and what only training asks for. */
function attributeOf(name: string, value: unknown): Attribute | undefined {
  if (hidden.has(name) || types.hiddenEndings.some((ending) => name.endsWith(ending))) return undefined;
  if (typeof value === 'boolean') return { name, kind: 'int', value: value ? 1 : 0 };
  if (typeof value === 'string') return { name, kind: 'string', value: value.slice(0, limits.text) };
  if (typeof value === 'number') {
    const isWhole = Number.isSafeInteger(value) && !floats.has(name);
    return { name, kind: isWhole ? 'int' : 'float', value };
  }
  if (!Array.isArray(value)) return undefined;
  const list = value.flat(limits.dimensions).slice(0, limits.list) as readonly unknown[];
  if (list.length > 0 && list.every((one) => typeof one === 'string'))
    return { name, kind: 'strings', value: list.map((one) => one.slice(0, limits.text)) };
  if (!list.every((one) => typeof one === 'number')) return undefined;
  return { name, kind: list.every(Number.isSafeInteger) ? 'ints' : 'floats', value: list };
}
