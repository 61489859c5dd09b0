import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { termed, termedWord } from '../../../webview/content/terms';

const read = (path: string): Record<string, string> =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../l10n/${path}`, import.meta.url)), 'utf8'),
  ) as Record<string, string>;
const glossaries = { en: read('en/glossary.json'), ko: read('ko/glossary.json') };
const names = Object.keys(glossaries.en)
  .map((key) => /^glossary\.(\w+)\.name$/.exec(key)?.[1])
  .filter((name) => name !== undefined);

const prefixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  µ: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** `3.35 TB/s` as 3.35e12: a number with its prefix; units are the reader's business. */
function numberOf(written: string): number {
  const [, digits, unit = ''] = /^([\d.]+) ?([^\d]*)$/.exec(written.trim()) ?? [];
  if (unit.trim() === '%') return Number(digits) / 100;
  // A prefix stands before a unit, or by itself where things are counted.
  const prefix = /^([nµmkMGT])(?:OP|[BsJW]|$)/.exec(unit.trim())?.[1];
  return Number(digits) * (prefix === undefined ? 1 : prefixes[prefix]!);
}

/** Sums of products, left to right, with brackets. */
function valueOf(expression: string): number {
  const flat = expression.replace(/\(([^()]*)\)/g, (_, inner: string) => String(valueOf(inner)));
  if (flat !== expression) return valueOf(flat);
  const [first = '', ...terms] = flat.split(/ ([+−]) /);
  const product = (text: string): number => {
    const [factor = '', ...rest] = text.split(/ ([×÷]) /);
    let value = numberOf(factor);
    for (let at = 0; at < rest.length; at += 2)
      value = rest[at] === '×' ? value * numberOf(rest[at + 1]!) : value / numberOf(rest[at + 1]!);
    return value;
  };
  let sum = product(first);
  for (let at = 0; at < terms.length; at += 2) sum += (terms[at] === '+' ? 1 : -1) * product(terms[at + 1]!);
  return sum;
}

const quantity = String.raw`\d+(?:\.\d+)?(?: ?(?:[nµmkMGT]?(?:OP\/s|OP|B\/s|Wh|W|B|s|J)(?![a-zA-Z])|[nµmkMGT](?![a-zA-Z])|%))?`;
const equations = new RegExp(
  String.raw`((?:\(*${quantity}\)*)(?: [×÷+−] \(*${quantity}\)*)+) = (${quantity})`,
  'g',
);
const equationsOf = (text: string): (readonly [string, string])[] =>
  [...text.matchAll(equations)].map(([, left, right]) => [left!, right!] as const);

describe('the glossary', () => {
  it('says of every term what it is, why it matters, and an example', () => {
    expect(names.length).toBeGreaterThan(50);
    const wanted = names.flatMap((name) =>
      ['name', 'what', 'why', 'example'].map((part) => `glossary.${name}.${part}`),
    );
    for (const texts of Object.values(glossaries)) expect(Object.keys(texts)).toEqual(wanted);
  });

  it.each(['en', 'ko'] as const)('computes its examples right in %s', (language) => {
    const texts = glossaries[language];
    const wrong: string[] = [];
    let count = 0;
    for (const name of names) {
      const example = texts[`glossary.${name}.example`]!;
      for (const [left, right] of equationsOf(example)) {
        count++;
        const [is, said] = [valueOf(left), numberOf(right)];
        // As many digits as are written.
        if (Math.abs(is / said - 1) > 0.006) wrong.push(`${name}: ${left} is ${is}, not ${right}`);
      }
      // None that this test does not understand.
      if ((example.match(/ = /g) ?? []).length !== equationsOf(example).length)
        wrong.push(`${name}: ${example}`);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it('has the same examples in both languages', () => {
    const numbers = (language: 'en' | 'ko') =>
      names.map((name) => equationsOf(glossaries[language][`glossary.${name}.example`]!));
    expect(numbers('ko')).toEqual(numbers('en'));
  });
});

describe('headings', () => {
  it('are labelled, with the term that explains them', () => {
    expect(termed('webview.chips.latency')).toEqual({ label: 'Latency', term: 'latency' });
    expect(termed('webview.chips.chip')).toEqual({ label: 'Chip', term: null });
    expect(termedWord('webview.bound', 'memory')).toEqual({ label: 'memory', term: 'memoryBound' });
    expect(termedWord('webview.bound', 'other')).toEqual({ label: 'other', term: null });
  });
});
