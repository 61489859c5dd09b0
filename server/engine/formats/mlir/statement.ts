import type { ValueType } from '../../graph/model';
import { appendAll } from '../../lists';
import type { Argument, Item, Region, Statement } from './syntax';
import { elementTypeOf, tensorTypeOf } from './types';

const isSign = (item: Item | undefined, text: string): boolean => item?.kind === 'sign' && item.text === text;
const isValue = (item: Item | undefined): boolean => item?.kind === 'word' && item.text.startsWith('%');

/** The type that an item names: of no tensor nothing is known. */
function typeOf(item: Item): ValueType | undefined {
  if (item.kind === 'angled') return item.head === 'tensor' ? tensorTypeOf(item.text) : undefined;
  const dtype = elementTypeOf(item.text);
  return dtype && { kind: 'tensor', dtype, shape: [] };
}

/** Types in a list, each behind a comma; what else stands beside one (attributes of results, places) is passed over. */
function typesIn(items: readonly Item[]): readonly (ValueType | undefined)[] {
  const types: (ValueType | undefined)[] = [];
  let isNext = true;
  for (const item of items) {
    if (isSign(item, ',')) isNext = true;
    else if (isNext) {
      types.push(typeOf(item));
      isNext = false;
    }
  }
  return types;
}

/** `(%arg0: tensor<f32> {…} loc(…), %arg1: …)` */
function argumentsIn(items: readonly Item[]): readonly Argument[] {
  const found: Argument[] = [];
  items.forEach((item, i) => {
    const type = items[i + 2];
    if (isValue(item) && isSign(items[i + 1], ':') && type)
      found.push({ name: item.text, type: typeOf(type) });
  });
  return found;
}

/** Results of a statement, `%a, %b = ` or `%a:2 = `, and how many items they take. */
function resultsOf(items: readonly Item[]): { readonly names: readonly string[]; readonly length: number } {
  const names: string[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!;
    if (isSign(item, '=')) return { names, length: at + 1 };
    if (isSign(item, ',')) continue;
    if (!isValue(item)) break;
    const count = isSign(items[at + 1], ':') ? Number(items[at + 2]?.text) : undefined;
    if (count === undefined) {
      names.push(item.text);
      continue;
    }
    if (!(count >= 1 && count <= 4096)) break;
    for (let i = 0; i < count; i++) names.push(`${item.text}#${i}`);
    at += 2;
  }
  return { names: [], length: 0 };
}

/** Values that a statement takes: in `(%a = %b)` those behind the sign, of `(%a init: %b)` the second ones behind all first. */
function operandsOf(items: readonly Item[]): { readonly operands: string[]; readonly states: string[] } {
  const found = { operands: [] as string[], states: [] as string[] };
  const later: string[] = [];
  const visit = (list: readonly Item[], isNested: boolean): void =>
    list.forEach((item, i) => {
      if (item.kind === 'group' && item.text === '(' && !isNested) visit(item.items, true);
      if (!isValue(item)) return;
      if (isNested && isSign(list[i + 1], '=')) found.states.push(item.text);
      else if (isSign(list[i - 1], ':') && list[i - 2]?.text === 'init') later.push(item.text);
      else found.operands.push(item.text);
    });
  visit(items, false);
  appendAll(found.operands, later);
  return found;
}

/** Regions of a statement, in the generic form within parentheses. */
function regionsIn(items: readonly Item[]): Region[] {
  return items.flatMap((item): Region[] => {
    if (item.kind === 'region') return [item.region];
    if (item.kind !== 'group' || item.text !== '(') return [];
    return item.items.flatMap((one) => (one.kind === 'region' ? [one.region] : []));
  });
}

/** Types of results behind the colon of a statement: those behind an arrow, else the last ones. */
function resultTypes(items: readonly Item[], count: number): readonly (ValueType | undefined)[] {
  const arrow = items.findIndex((item) => isSign(item, '->'));
  const first = items[arrow + 1];
  const isList = arrow >= 0 && first?.kind === 'group';
  const list = isList ? first.items : items.slice(arrow + 1, endOfTypes(items, arrow + 1));
  const types = typesIn(list);
  if (arrow >= 0 || types.length === count) return types;
  return new Array<ValueType | undefined>(count).fill(types.at(-1));
}

/** Where a list of types is followed by words: `cond {`, `loc(…)`. */
function endOfTypes(items: readonly Item[], from: number): number {
  const end = items.findIndex((item, i) => i > from && !isSign(items[i - 1], ',') && !isSign(item, ','));
  return end < 0 ? items.length : end;
}

/** What the items of a statement say; undefined where it has no name. */
function ofItems(items: readonly Item[], at: number): Statement | undefined {
  const { names: results, length } = resultsOf(items);
  const head = items[length];
  if (!head || (head.kind !== 'word' && head.kind !== 'string') || head.text === '') return undefined;
  const rest = items.slice(length + 1);
  const colon = rest.findIndex((item) => isSign(item, ':'));
  const before = colon < 0 ? rest : rest.slice(0, colon);
  return {
    name: head.text,
    results,
    ...operandsOf(before),
    types: colon < 0 ? [] : resultTypes(rest.slice(colon + 1), results.length),
    items: before,
    regions: regionsIn(rest),
    at,
  };
}

/** Reads statements and arguments from their items. */
export const statementOf = { items: ofItems, argumentsIn, typesIn };
