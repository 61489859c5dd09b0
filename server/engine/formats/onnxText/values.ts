import type { Attribute, Tensor } from '../../graph/model';
import {
  elementText,
  floatText,
  integerText,
  isIdentifier,
  isWrittenAsPattern,
  nameText,
  quote,
  typeText,
  typeWords,
} from './words';

export interface ValueStyle {
  /** Nothing is left out, however long. */
  readonly complete: boolean;
  /** Where embedded weights lie; left out where the text is shown as that file's. */
  readonly fileName?: string;
  /** The type stands with every attribute, as function parameters have it. */
  readonly typed?: boolean;
}

/** The place of embedded weights in a listing: no file is called so, since Windows allows no angle brackets in names. */
const thisFile = '<this file>';
/** Elements of a tensor that the listing writes out. */
const writtenIntegers = 32;
const writtenFloats = 8;
/** Items of an attribute's list, and UTF-16 units of a text, that a line of the listing holds. */
const listItems = 64;
const textUnits = 400;

/** A name or text for the listing, cut where it is longer than a reader would follow. */
export function shortened(text: string): string {
  return text.length <= textUnits ? text : `${text.slice(0, textUnits / 2)}…${text.slice(-textUnits / 4)}`;
}

/** The name of a subgraph, which the grammar only takes bare and which must not look like a type or a number. */
export function graphName(name: string): string {
  const bare = name.replace(/[^A-Za-z0-9_]/g, '_');
  const taken = typeWords.has(bare) || /^(inf|infinity|nan)$/i.test(bare);
  return bare === '' ? 'subgraph' : taken || !isIdentifier(bare) ? `_${bare}` : bare;
}

/** A tensor in the text form: its type, and its contents or the place of its contents. */
export function tensorText(
  tensor: Tensor,
  style: ValueStyle,
): { readonly type: string; readonly data: string; readonly notes: readonly string[] } {
  const { dtype, dims, data, elements } = tensor;
  const type = `${dtype ?? 'float'}${dims.length === 0 ? '' : `[${dims.join(', ')}]`}`;
  const external = (pairs: readonly (readonly [string, string | number | undefined])[]): string => {
    const known = pairs.filter(([, value]) => value !== undefined);
    return `[${known.map(([key, value]) => `${quote(key)}: ${quote(String(value))}`).join(', ')}]`;
  };
  if (elements && dtype && isWrittenOut(tensor)) {
    return {
      type,
      data: `{${elements.map((element) => elementText(dtype, element)).join(', ')}}`,
      notes: [],
    };
  }
  if (data.place === 'none') return { type, data: '["location": ""]', notes: ['no data'] };
  const location = data.place === 'external' ? data.location : (style.fileName ?? thisFile);
  const pairs = [
    ['location', style.complete ? location : shortened(location)],
    // One tensor that grows moves all behind it: a comparison of listings would show each of them.
    ['offset', style.complete || style.fileName !== undefined ? data.offset : undefined],
    ['length', data.length],
  ] as const;
  return { type, data: external(pairs), notes: [] };
}

function isWrittenOut({ dtype, data, elements }: Tensor): boolean {
  if (!dtype || !elements) return false;
  // What has no other place must be written, or it would be lost.
  if (data.place === 'none') return true;
  // The listing depends on the model's own file alone.
  if (data.place === 'external') return false;
  if (isWrittenAsPattern(dtype)) return false;
  const isFloat = dtype === 'float' || dtype === 'double' || dtype.startsWith('complex');
  return elements.length <= (isFloat ? writtenFloats : writtenIntegers) && !elements.some(isLongText);
}

function isLongText(element: number | string): boolean {
  return typeof element === 'string' && element.length > textUnits / 4;
}

interface AttributeText {
  /** `: ints ` where the value alone does not tell the type, else a space. */
  readonly type: string;
  /** Null for what the grammar cannot write; '' for graphs, which span lines. */
  readonly value: string | null;
  readonly notes: readonly string[];
}

/** An attribute's value in the text form. */
export function attributeText(attribute: Attribute, style: ValueStyle): AttributeText {
  const typed = (type: string, value: string, notes: readonly string[] = []): AttributeText => ({
    type: style.typed || value === '[]' ? `: ${type} ` : ' ',
    value,
    notes,
  });
  const list = <T>(type: string, items: readonly T[], text: (item: T) => string): AttributeText => {
    const shown = style.complete || items.length <= listItems ? items : items.slice(0, listItems);
    const more = items.length - shown.length;
    return typed(type, `[${shown.map(text).join(', ')}]`, more > 0 ? [`... ${more} more values`] : []);
  };
  const string = (text: string): string => quote(style.complete ? text : shortened(text));
  switch (attribute.kind) {
    case 'float':
      return typed('float', floatText(attribute.value));
    case 'int':
      return typed('int', integerText(attribute.value));
    case 'string':
      return typed('string', string(attribute.value));
    case 'floats':
      return list('floats', attribute.value, (value) => floatText(value));
    case 'ints':
      return list('ints', attribute.value, (value) => integerText(value));
    case 'strings':
      return list('strings', attribute.value, string);
    case 'tensor':
      return tensorAttribute(attribute.value, style);
    case 'tensors': {
      const texts = attribute.value.map((tensor) => tensorAttribute(tensor, style).value);
      return { type: ': tensors ', value: `[${texts.join(', ')}]`, notes: [] };
    }
    case 'graph':
      return { type: style.typed ? ': graph ' : ' ', value: '', notes: [] };
    case 'graphs':
      return { type: ': graphs ', value: '', notes: [] };
    case 'type': {
      const type = typeText(attribute.value);
      return type ? typed('type_proto', type) : { type: '', value: null, notes: ['unknown type'] };
    }
    case 'reference':
      return { type: ' ', value: `@${nameText(attribute.value)}`, notes: [] };
    case 'sparse': {
      const { dims, values } = attribute.value;
      const type = `sparse_tensor(${values.dtype ?? 'float'}[${dims.join(', ')}])`;
      return { type: '', value: null, notes: [`${type}, ${values.dims[0] ?? 0} values`] };
    }
    case 'unknown':
      return { type: '', value: null, notes: ['unknown attribute type'] };
  }
}

function tensorAttribute(tensor: Tensor, style: ValueStyle): AttributeText {
  if (!tensor.dtype) return { type: '', value: null, notes: [`unknown type, [${tensor.dims.join(', ')}]`] };
  const { type, data, notes } = tensorText(tensor, style);
  return {
    type: style.typed ? ': tensor ' : ' ',
    value: `${type} ${data.startsWith('{') ? '' : '= '}${data}`,
    notes,
  };
}
