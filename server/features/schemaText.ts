import { message } from '../../l10n/messages';
import type { Language } from '../../l10n/language';
import { isRepeated, typeOfAttribute } from '../engine/operators/schema';
import type { OperatorSchema, SchemaAttribute, SchemaParameter } from '../engine/operators/schema';
import type { ModelFunction, ValueType } from '../engine/graph/model';
import { nameText, quote } from '../engine/formats/onnxText/words';

/** `X: T`, `B?: T`, `inputs…: T`: a parameter as signatures show it. */
export function parameterText({ name, option, type }: SchemaParameter): string {
  const mark = option === 'optional' ? '?' : option === 'single' ? '' : '…';
  return `${name}${mark}: ${type}`;
}

/** A default as the textual syntax writes it. */
export function defaultText(attribute: SchemaAttribute): string | null {
  const { default: value, type } = attribute;
  if (value === undefined) return null;
  const one = (item: number | string): string => {
    if (typeof item === 'string') return quote(item);
    const isFloat = type === 'float' || type === 'floats';
    return isFloat && Number.isInteger(item) ? item.toFixed(1) : String(item);
  };
  return Array.isArray(value)
    ? `[${(value as readonly (number | string)[]).map(one).join(', ')}]`
    : one(value as number | string);
}

/** `axis: int = 0`, `to: int (required)`. */
export function attributeFact(attribute: SchemaAttribute, language: Language): string {
  const fallback = defaultText(attribute);
  if (fallback !== null) return `${attribute.name}: ${attribute.type} = ${fallback}`;
  const state = attribute.required ? ` (${message(language, 'text.required')})` : '';
  return `${attribute.name}: ${attribute.type}${state}`;
}

/** Types that a constraint allows, the first few of many. */
export function typeList(types: ReadonlySet<string>, limit = 12): string {
  const shown = [...types].slice(0, limit);
  return shown.join(', ') + (types.size > limit ? ', …' : '');
}

export function isVariadic(parameters: readonly SchemaParameter[]): boolean {
  const last = parameters.at(-1);
  return last !== undefined && isRepeated(last);
}

/** A model's own function as a schema, so that both are edited alike. */
export function schemaOfFunction(called: ModelFunction): OperatorSchema {
  const parameter = (name: string): SchemaParameter => ({
    name,
    option: 'optional',
    minimum: 0,
    type: '',
    types: new Set(),
  });
  return {
    domain: called.domain,
    name: called.name,
    since: 1,
    deprecated: false,
    extra: false,
    inputs: called.inputs.map(parameter),
    outputs: called.outputs.map(parameter),
    attributes: [
      ...called.attributes.map((name) => ({ name, type: 'any' as const, required: true })),
      ...called.attributeDefaults.map((attribute) => ({
        name: attribute.name,
        type: typeOfAttribute(attribute) ?? ('any' as const),
        required: false,
      })),
    ],
    constraints: new Map(),
  };
}

/** `com.microsoft.Gelu`; operators of ai.onnx stand without their domain. */
export function operatorText(domain: string, name: string): string {
  return [...(domain === '' ? [] : domain.split('.')), name].map(nameText).join('.');
}

/** A type without its shape, in the words of type constraints. */
export function typeWord(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return type.dtype ?? '';
    case 'sparse':
      return `sparse_tensor(${type.dtype ?? ''})`;
    case 'sequence':
      return `seq(${type.element ? typeWord(type.element) : ''})`;
    case 'optional':
      return `optional(${type.element ? typeWord(type.element) : ''})`;
    case 'map':
      return `map(${type.key ?? ''}, ${type.value ? typeWord(type.value) : ''})`;
    case 'opaque':
      return 'opaque';
  }
}
