import { plainJson } from '../../../../outside/json';
import type { LazyReport } from '../types';

/** Values that take more letters are written in pieces. */
const wholeLetters = 16_384;

/** A report as JSON, as `JSON.stringify(report, null, 2)` writes it but without hidden letters, in pieces that need no string of the whole. */
export function* printJson(report: LazyReport): Generator<string> {
  for (const piece of piecesOf(report, '')) yield plainJson(piece);
  yield '\n';
}

/**
 * Pieces of one value. Small values are written at once by the engine's own writer, so that only the long lists cost a
 * step per item; whatever can be iterated is a list.
 */
function* piecesOf(value: unknown, indent: string): Generator<string> {
  if (isSmall(value)) {
    yield (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
    return;
  }
  const inner = `${indent}  `;
  const isList = isLazy(value) || Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const [name, item] of isList ? unnamed(value as Iterable<unknown>) : named(value as object)) {
    yield `${before}\n${inner}${name}`;
    yield* piecesOf(item, inner);
    before = ',';
  }
  const end = isList ? ']' : '}';
  yield before === ',' ? `\n${indent}${end}` : `${before}${end}`;
}

function* unnamed(list: Iterable<unknown>): Generator<[string, unknown]> {
  for (const item of list) yield ['', item];
}

function* named(record: object): Generator<[string, unknown]> {
  for (const [name, item] of Object.entries(record)) {
    if (item !== undefined) yield [`${JSON.stringify(name)}: `, item];
  }
}

function isSmall(value: unknown): boolean {
  return lettersLeft(value, wholeLetters) >= 0;
}

/** What is left of a budget of letters after a value, roughly; below zero as soon as it is used up. */
function lettersLeft(value: unknown, budget: number): number {
  if (typeof value === 'string') return budget - value.length;
  if (typeof value !== 'object' || value === null) return budget - 8;
  if (isLazy(value)) return -1;
  if (Array.isArray(value) && value.length > budget) return -1;
  let left = budget - 2;
  for (const [name, item] of Object.entries(value)) {
    left = lettersLeft(item, left - name.length);
    if (left < 0) return left;
  }
  return left;
}

/** A list whose items are made as they are read. */
function isLazy(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && !Array.isArray(value);
}
