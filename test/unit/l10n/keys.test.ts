import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatterOf } from '../../../l10n/format';
import { problemMessage } from '../../../l10n/problems';
import { message as serverMessage } from '../../../l10n/server';
import { problemArgsSource } from '../../../scripts/problemCodesSource';
import { constantsOf, sharedConstants } from '../../../server/engine/cost/classes/constants';
import { problem } from '../../../server/engine/problem';

const root = fileURLToPath(new URL('../../../', import.meta.url));
type Bundle = Record<string, string>;
const read = (path: string): Bundle => JSON.parse(readFileSync(join(root, path), 'utf8')) as Bundle;

const areas = readdirSync(join(root, 'l10n/en'));
const pairs: [string, Bundle, Bundle][] = [
  ...areas.map((area): [string, Bundle, Bundle] => [area, read(`l10n/en/${area}`), read(`l10n/ko/${area}`)]),
  ['package.nls', read('package.nls.json'), read('package.nls.ko.json')],
];
const places = (text: string): string[] => [...new Set(text.match(/\{\w+(?::\w+)?\}/g) ?? [])].sort();

describe('messages in English and Korean', () => {
  it('has the same areas in both languages', () => {
    expect(readdirSync(join(root, 'l10n/ko'))).toEqual(areas);
  });

  it.each(pairs)('%s has the same keys', (_area, en, ko) => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(pairs)('%s fills the same places in both', (_area, en, ko) => {
    const differing = Object.keys(en).filter(
      (key) => places(en[key] ?? '').join() !== places(ko[key] ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it.each(pairs)('%s is translated, not copied', (area, en, ko) => {
    // Names, numbers and the empty word are the same in every language.
    const copied = Object.keys(en).filter(
      (key) =>
        /[a-z]{3}/i.test((en[key] ?? '').replace(/\{\w+(?::\w+)?\}/g, '')) &&
        /\w \w/.test(en[key] ?? '') &&
        ko[key] === en[key],
    );
    expect(copied, area).toEqual([]);
  });

  it('names only ways to write a number that there are', () => {
    const texts = pairs.flatMap(([, en]) => Object.values(en));
    const named = texts.flatMap((text) => [...text.matchAll(/\{\w+:(\w+)\}/g)].map(([, name]) => name));
    expect(named).toContain('bytes');
    expect(Object.keys(formatterOf('en'))).toEqual(expect.arrayContaining(named));
  });

  it('has no key in two areas: one would hide the other', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const [area, en] of pairs.slice(0, -1)) {
      for (const key of Object.keys(en)) {
        if (seen.has(key)) twice.push(`${key} in ${seen.get(key)} and ${area}`);
        seen.set(key, area);
      }
    }
    expect(twice).toEqual([]);
  });

  it('has the texts of the schemas of chip, system, network and mapping, budget and baseline files and of plans, and no others', () => {
    const files = [
      'chips/chip.schema.json',
      'systems/system.schema.json',
      'systems/network.schema.json',
      'mapping/pinned/mapping.schema.json',
      'budgets/budget.schema.json',
      'budgets/baseline.schema.json',
      '../cli/sweep/plan.schema.json',
    ];
    const schemas = files.map((file) => readFileSync(join(root, 'server/engine', file), 'utf8')).join('\n');
    const said = [...schemas.matchAll(/"description": "([^"]*)"/g)].map(([, text]) => text ?? '');
    const keys = said.map((text) => /^%(.+)%$/.exec(text)?.[1] ?? `no key: ${text}`);
    expect([...new Set(keys)].sort()).toEqual(Object.keys(read('l10n/en/schema.json')).sort());
  });

  it('has the texts of the manifest, and no others', () => {
    const manifest = readFileSync(join(root, 'package.json'), 'utf8');
    const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    expect(Object.keys(read('package.nls.json')).sort()).toEqual([...used].sort());
  });

  it('has the codes and arguments of problems as they are compiled in', () => {
    expect(readFileSync(join(root, 'server/engine/problemArgs.ts'), 'utf8')).toBe(
      problemArgsSource(read('l10n/en/problems.json')),
    );
  });

  it('has a text for every stand-in of a fact', () => {
    const all = [['', sharedConstants] as const, ...Object.entries(constantsOf)];
    for (const [chipClass, { standins }] of all) {
      for (const [fact, standin] of Object.entries(standins)) {
        const key = `standin.${chipClass === '' ? fact : `${fact}.${chipClass}`}`;
        expect(read('l10n/en/words.json')[key]).toBe(standin?.source);
        expect(read('l10n/ko/words.json')[key]).toMatch(/[가-힣]/);
      }
    }
  });

  it('has a text for every fact that a chip can lack', () => {
    const facts = ['vectorOpsPerSecond', 'peakOpsPerSecond', 'memory', 'memory bandwidth'];
    for (const fact of [...facts, 'on-chip bandwidth', 'host link']) {
      const missing = problem('warning', 'chip.fact-missing', { chip: 'X', fact });
      const korean = problemMessage('ko', missing);
      expect(korean).not.toContain(fact);
      expect(problemMessage('en', missing)).not.toContain('OpsPerSecond');
    }
    // A stand-in is named in the reader's language, and a size has its unit.
    const standin = 'vectorShareOfMatrix.ipu';
    const replaced = problem('information', 'chip.stand-in', { chip: 'X', fact: 'memory', standin });
    expect(problemMessage('ko', replaced)).toMatch(/카탈로그의 IPU/);
    const sizes = { chip: 'X', weights: 2.5e7, streamed: 1.5e7 };
    expect(problemMessage('en', problem('information', 'cost.weights-streamed', sizes))).toBe(
      'X cannot keep all 25 MB of weights: 15 MB come over the host link in every run.',
    );
    // Other places show what they are given, whatever keys there are.
    expect(serverMessage('en', 'text.fix-replace', { text: 'undefined' })).toBe('Change to “undefined”');
  });
});
