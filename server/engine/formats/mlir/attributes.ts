import { entryOf } from '../../../../outside/table';
import type { Attribute } from '../../graph/model';
import { limits } from './limits';
import schema from './schema.json';
import type { Item, Statement } from './syntax';

const names = schema.names as Readonly<Record<string, Readonly<Record<string, string>>>>;
const pairs = schema.pairs as unknown as Readonly<Record<string, readonly [string, string]>>;
const words = schema.words as Readonly<Record<string, readonly string[]>>;
const silent: ReadonlySet<string> = new Set(schema.silent);

const integer = /^-?\d{1,18}$/;
const number = /^-?\d+(\.\d*)?([eE][-+]?\d+)?$/;

const isSign = (item: Item | undefined, text: string): boolean => item?.kind === 'sign' && item.text === text;

/** UTF-8 in a text that has a letter for each byte. */
export function decoded(text: string): string {
  const bytes = Uint8Array.from(text.slice(0, limits.name), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** What is written behind a sign of equality, up to the comma. */
type Value = readonly Item[];

/** Pairs of a name and a value in a list, and what stands without a name. */
interface Pairs {
  readonly named: readonly (readonly [string, Value])[];
  readonly bare: readonly Item[];
}

function pairsIn(items: readonly Item[]): Pairs {
  const named: [string, Value][] = [];
  const bare: Item[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!;
    if (!isSign(items[at + 1], '=') || item.kind === 'group') {
      bare.push(item);
      continue;
    }
    let end = at + 2;
    // The next pair may follow without a comma: `dims = [0] {more}`.
    while (end < items.length && !isSign(items[end], ',') && !isDictionary(items[end]!)) end++;
    named.push([item.text, items.slice(at + 2, end)]);
    at = end - (isSign(items[end], ',') ? 0 : 1);
    if (end === at + 2) break;
  }
  return { named, bare };
}

function isDictionary(item: Item): boolean {
  return item.kind === 'group' && item.text === '{' && item.items.some((one) => isSign(one, '='));
}

/** Reads the attributes of a statement, in whichever form it is written, by the names of the generic form. */
export function attributesOf({ items }: Statement, operator: string): readonly Attribute[] {
  const found = new Map<string, Attribute>();
  const renamed = entryOf(names, operator) ?? {};
  const add = (name: string, value: Value): void => {
    const pair = entryOf(pairs, name);
    if (pair) return [value[0], value[2]].forEach((item, i) => item && add(pair[i]!, [item]));
    const own = entryOf(renamed, name) ?? name;
    const nested = structure(value);
    if (nested) return take(nested);
    const attribute = silent.has(own) || found.size >= limits.list ? undefined : attributeOf(own, value);
    if (attribute) found.set(own, attribute);
  };
  const take = (list: readonly Item[]): void => {
    const { named, bare } = pairsIn(list);
    for (const [name, value] of named) add(name, value);
    for (const item of bare) {
      if (item.kind !== 'group' || (item.text !== '{' && item.text !== '<')) continue;
      take(item.items);
    }
  };
  take(items);
  bareWords(items, operator).forEach((attribute) => found.set(attribute.name, attribute));
  return [...found.values()];
}

/** Attributes that a form writes without their names. */
function bareWords(items: readonly Item[], operator: string): readonly Attribute[] {
  const known = entryOf(words, operator) ?? [];
  const given = pairsIn(items).bare.filter((item) => item.kind === 'word' && /^[A-Za-z]/.test(item.text));
  const found = known.flatMap((name, i): Attribute[] => {
    const word = given[i];
    return word ? [{ name, kind: 'string', value: word.text }] : [];
  });
  const across = items.findIndex((item) => item.text === 'applies');
  const applied = items[across + 1];
  if (across >= 0 && applied)
    found.push({ name: 'body', kind: 'strings', value: [operatorName(applied.text)] });
  const list = items.find((item) => item.kind === 'group' && item.text === '[' && isRanges(item.items));
  return list?.kind === 'group' ? [...found, ...rangesOf(list.items)] : found;
}

/** An operator without its dialect. */
export function operatorName(name: string): string {
  return name.slice(name.indexOf('.') + 1).slice(0, limits.name);
}

function isRanges(items: readonly Item[]): boolean {
  return items[0]?.kind === 'word' && integer.test(items[0].text) && isSign(items[1], ':');
}

/** `0:2, 0:16:2`: where a slice begins, where it ends, and its steps. */
function rangesOf(items: readonly Item[]): readonly Attribute[] {
  const lists: number[][] = [[], [], []];
  let part = 0;
  const close = (): void => {
    if (part === 1) lists[2]!.push(1);
    part = 0;
  };
  for (const item of items) {
    if (isSign(item, ',')) close();
    else if (isSign(item, ':')) part++;
    else if (part < 3) lists[part]!.push(Number(item.text));
  }
  close();
  return ['start_indices', 'limit_indices', 'strides'].map((name, i) => ({
    name,
    kind: 'ints',
    value: lists[i]!.slice(0, limits.list).filter(Number.isSafeInteger),
  }));
}

/** Items of an attribute that is a structure of others: `{…}`, `#stablehlo.dot<…>`. */
function structure(value: Value): readonly Item[] | undefined {
  const group = value.find((item) => item.kind === 'group' && (item.text === '{' || item.text === '<'));
  if (group?.kind !== 'group') return undefined;
  const isNamed = group.items.some((item) => isSign(item, '='));
  return isNamed ? group.items : undefined;
}

function attributeOf(name: string, value: Value): Attribute | undefined {
  const [first, second] = value;
  if (!first) return undefined;
  if (first.kind === 'angled')
    return listIn(name, first.head === 'array' ? behindColon(first.text) : first.text);
  if (first.kind === 'string') return { name, kind: 'string', value: decoded(first.text) };
  if (first.kind === 'group' && first.text === '[') {
    return value.length > 1 && !isSign(second, ':') ? layout(name, value) : list(name, first.items);
  }
  if (first.kind === 'group' || first.kind === 'region') return undefined;
  if (second?.kind === 'group') return layout(name, second.items);
  return single(name, first.text);
}

function single(name: string, text: string): Attribute | undefined {
  if (text === 'true' || text === 'false') return { name, kind: 'int', value: text === 'true' ? 1 : 0 };
  if (integer.test(text)) return { name, kind: 'int', value: Number(text) };
  if (number.test(text)) return { name, kind: 'float', value: Number(text) };
  return /^[A-Za-z@]/.test(text)
    ? { name, kind: 'string', value: decoded(text.replace(/^@/, '')) }
    : undefined;
}

/** A list of numbers, of lists of them one behind another, or of words. */
function list(name: string, items: readonly Item[]): Attribute {
  const texts: string[] = [];
  const visit = (inner: readonly Item[]): void =>
    inner.forEach((item, i) => {
      if (texts.length >= limits.list || item.kind === 'sign' || isSign(inner[i - 1], ':')) return;
      if (item.kind === 'group') visit(item.items);
      else if (item.text !== '') texts.push(item.text);
    });
  visit(items);
  return numbersOr(name, texts);
}

function numbersOr(name: string, texts: readonly string[]): Attribute {
  const numbers = texts.map((text) => (text === 'true' ? 1 : text === 'false' ? 0 : Number(text)));
  if (numbers.every(Number.isSafeInteger)) return { name, kind: 'ints', value: numbers };
  if (numbers.every(Number.isFinite)) return { name, kind: 'floats', value: numbers };
  return { name, kind: 'strings', value: texts.map(decoded) };
}

/** An empty array has its type alone. */
function behindColon(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? '' : text.slice(colon + 1);
}

/** Numbers between the angles of `array<i64: …>` and `dense<…>`. */
function listIn(name: string, text: string): Attribute | undefined {
  const texts = text
    .slice(0, limits.quoted)
    .split(/[[\],\s]+/)
    .filter((word) => word !== '')
    .slice(0, limits.list);
  return texts.every((word) => number.test(word) || word === 'true' || word === 'false')
    ? numbersOr(name, texts)
    : undefined;
}

/** `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]` as it is written. */
function layout(name: string, items: readonly Item[]): Attribute | undefined {
  const parts = items.map((item) =>
    item.kind === 'group' && item.text === '['
      ? `[${item.items.map((one) => (isSign(one, ',') ? ', ' : one.text)).join('')}]`
      : item.text,
  );
  const value = parts.join('').slice(0, limits.name);
  return value === '' ? undefined : { name, kind: 'string', value: decoded(value) };
}
