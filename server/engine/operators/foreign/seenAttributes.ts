import type { Attribute } from '../../graph/model';
import { entryOf } from '../../../../outside/table';
import { AttributeView } from '../attributeView';
import type { AttributeReader, Element } from '../rule';
import type { AttributeMapping, Mapping } from './mapping';

/** What a mapping asks of a node beside its attributes. */
export interface OwnNode extends AttributeReader {
  elements(input: number): readonly Element[] | undefined;
  dimension(input: number, axis: number): number | undefined;
  rank(input: number): number | undefined;
}

/** The attributes that a rule of ONNX sees of a node of another format. */
export abstract class SeenAttributes extends AttributeView {
  protected abstract readonly mapping: Mapping;
  protected abstract readonly own: OwnNode;

  attribute(name: string): Attribute | undefined {
    const mapped = entryOf(this.mapping.attributes, name);
    return mapped === undefined ? undefined : this.resolve(name, mapped);
  }

  private resolve(name: string, mapped: AttributeMapping): Attribute | undefined {
    const { own } = this;
    if (typeof mapped === 'string') {
      const found = own.attribute(mapped);
      return found && { ...found, name };
    }
    return attributeOf(
      name,
      'content' in mapped || 'dim' in mapped ? ofInputs(own, mapped) : ofAttributes(own, mapped),
    );
  }
}

type Value = number | string | readonly number[] | undefined;

/** What other attributes say. */
function ofAttributes(own: OwnNode, mapped: Exclude<AttributeMapping, string | OfInputs>): Value {
  if ('value' in mapped) return mapped.value;
  if ('copy' in mapped) return own.int(mapped.copy, mapped.otherwise);
  if ('diameter' in mapped) return 2 * own.int(mapped.diameter, 0) + 1;
  if ('filled' in mapped) {
    const list = own.ints(mapped.filled);
    return list && list.length > 0 ? list : undefined;
  }
  if ('axes' in mapped) {
    const rank = own.rank(0);
    return rank === undefined
      ? undefined
      : own.ints(mapped.axes)?.map((axis) => (axis < 0 ? axis + rank : axis));
  }
  if ('first' in mapped) return own.ints(mapped.first)?.[0];
  if ('pairs' in mapped) {
    const list = own.ints(mapped.pairs);
    return list && [0, 1].flatMap((side) => list.filter((_, i) => i % 2 === side));
  }
  if ('joined' in mapped) {
    const lists = mapped.joined.map((one) => own.ints(one));
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }
  if ('of' in mapped) {
    const given = own.string(mapped.of) ?? own.int(mapped.of);
    return given === undefined ? undefined : entryOf(mapped.values, String(given));
  }
  const values = mapped.list.map((one) => own.int(one));
  return values.every((value) => value !== undefined) ? values : undefined;
}

type OfInputs = Extract<
  AttributeMapping,
  { readonly content: number } | { readonly dim: readonly [number, number] }
>;

/** What the content and the shapes of inputs say. */
function ofInputs(own: OwnNode, mapped: OfInputs): Value {
  if ('content' in mapped) {
    const numbers = own.elements(mapped.content)?.slice(mapped.from, mapped.to);
    if (!numbers?.every((element) => typeof element === 'number')) return undefined;
    return mapped.isSingle ? numbers[0] : numbers;
  }
  const dim = own.dimension(...mapped.dim);
  const over = mapped.over ? own.dimension(...mapped.over) : 1;
  return dim === undefined || over === undefined || over === 0 ? undefined : dim / over;
}

function attributeOf(name: string, value: Value): Attribute | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return { name, kind: 'string', value };
  return typeof value === 'number' ? { name, kind: 'int', value } : { name, kind: 'ints', value };
}
