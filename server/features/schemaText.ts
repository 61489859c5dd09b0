import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { isRepeated } from '../engine/operators/schema';
import type { SchemaAttribute, SchemaParameter } from '../engine/operators/schema';
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

export function isVariadic(parameters: readonly SchemaParameter[]): boolean {
  const last = parameters.at(-1);
  return last !== undefined && isRepeated(last);
}

/** `com.microsoft.Gelu`; operators of ai.onnx stand without their domain. */
export function operatorText(domain: string, name: string): string {
  return [...(domain === '' ? [] : domain.split('.')), name].map(nameText).join('.');
}
