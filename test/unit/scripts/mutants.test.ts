import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { changedFiles } from '../../../scripts/mutants/changed';
import { mutantsOf, type Mutant } from '../../../scripts/mutants/mutators';
import { drawSample } from '../../../scripts/mutants/sample';
import { seeded } from '../../../server/engine/random';
import { linesOf, tableOf, type Judged } from '../../../scripts/mutants/table';
import { nearestTests, trialOf } from '../../../scripts/mutants/trials';
import { weave } from '../../../scripts/mutants/weave';

/** The mutants of a text with its types known, each as `kind: the text from which it came -> the text`. */
function changesOf(text: string): string[] {
  return mutantsIn(text).map(
    ({ kind, start, end, text: now }) => `${kind}: ${text.slice(start, end)} -> ${now}`,
  );
}

function mutantsIn(text: string): Mutant[] {
  const name = '/snippet.ts';
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost({}),
    getSourceFile: (file, target) =>
      file === name
        ? source
        : file.endsWith('lib.d.ts')
          ? ts.createSourceFile(file, library, target)
          : undefined,
  };
  const options = { strict: true, target: ts.ScriptTarget.ES2022, lib: ['lib.d.ts'], types: [] };
  return mutantsOf(source, 'snippet.ts', ts.createProgram([name], options, host).getTypeChecker());
}

/** What the snippets use; the real library takes a second to read. */
const library = `
interface Array<T> { length: number; [n: number]: T; filter(keep: (item: T) => boolean): T[]; map<U>(f: (item: T) => U): U[]; push(item: T): number }
interface Boolean {} interface Function {} interface CallableFunction {} interface NewableFunction {} interface IArguments {}
interface Number {} interface Object {} interface RegExp {} interface String { length: number; trim(): string }
interface Math { min(a: number, b: number): number; ceil(a: number): number }
declare var Math: Math;
`;

describe('mutators', () => {
  it.each<[string, string, string[]]>([
    ['numbers, module constants too', 'const share = 0.5;', ['number: 0.5 -> 1.5', 'number: 0.5 -> 1']],
    ['nought and one', 'let c = [0, 1];', ['number: 0 -> 1', 'number: 1 -> 0', 'number: 1 -> 2']],
    ['separated digits', 'const most = 1_000;', ['number: 1_000 -> 1001', 'number: 1_000 -> 2000']],
    ['big integers', 'const big = 8n;', ['number: 8n -> 9n', 'number: 8n -> 16n']],
    ['comparisons', 'let c = a < b;', ['comparison: a < b -> a <= b', 'comparison: a < b -> a >= b']],
    ['equality', 'let c = a === b;', ['comparison: a === b -> a !== b']],
    ['arithmetic', 'let c = a * b;', ['arithmetic: a * b -> a / b']],
    ['sums', 'let a: number; let c = a + a;', ['arithmetic: a + a -> a - a']],
    ['joined texts are no sums', 'let a: string; let c = a + a;', []],
    ['signs', 'let c = -a;', ['arithmetic: -a -> a']],
    ['booleans', 'let c = a && b;', ['boolean: a && b -> a || b']],
    ['negation', 'let c = !a;', ['boolean: !a -> a']],
    ['branches', 'let c = a ? b : d;', ['branches: a ? b : d -> a ? d : b']],
    ['a fallback', 'let a: number | undefined; let c = a ?? b;', ['fallback: a ?? b -> b']],
    [
      'a fallback where nothing is an answer',
      'let a: number | null; let c: number | null = a ?? b;',
      ['fallback: a ?? b -> b', 'fallback: a ?? b -> a'],
    ],
    ['limits', 'let c = Math.min(a, b);', ['rounding: Math.min -> Math.max']],
    ['rounding', 'let c = Math.ceil(a);', ['rounding: Math.ceil -> Math.floor']],
    ['statements', 'count++; list.push(a);', ['statement: count++; -> ', 'statement: list.push(a); -> ']],
    ['what is waited for', 'await run();', ['statement: await run(); -> ']],
    [
      'conditions',
      'if (a) { b(); c(); }',
      ['condition: a -> true', 'condition: a -> false', 'statement: b(); -> ', 'statement: c(); -> '],
    ],
    [
      'early exits, which are the condition that is never true',
      'function f() { if (a) return; }',
      ['condition: a -> true', 'early exit: if (a) return; -> '],
    ],
    ['loops, but none without an end', 'while (a) { }', ['condition: a -> false']],
    ['links', 'let a: number[]; let c = a.filter(f);', ['link: a.filter(f) -> a']],
    ['links of texts', 'let a: string; let c = a.trim();', ['link: a.trim() -> a']],
    ['no links where types change', 'let a: number[]; let c: string[] = a.map<string>(f);', []],
  ])('%s', (_, text, changes) => {
    expect(changesOf(text)).toEqual(changes);
  });

  it.each([
    ['strings', "const text = '1 + 2';"],
    ['templates', 'const text = `1 + ${name}`;'],
    ['regular expressions', 'const form = /a{1,2}/;'],
    ['comments', '// 1 + 2\n/* if (a) return; */'],
    ['types', 'type A = 1 | 2; interface B { c: 0 } let d: 3; const e = f as 4; enum G { one = 1 }'],
    ['imports', "import { a } from './a';"],
    ['names of members', 'const table = { 8: name };'],
    ['blocks', 'function f() {} { }'],
    ['directives', "'use strict';"],
  ])('leaves %s alone', (_, text) => {
    expect(changesOf(text)).toEqual([]);
  });
});

describe('weave', () => {
  /** What the text comes to with one mutant on, or with none. */
  function evaluate(text: string, on: number | null): unknown {
    const mutants = mutantsIn(text).map((mutant, id) => ({ ...mutant, id }));
    const script = ts.transpile(weave(text, mutants));
    Object.assign(globalThis, { mutant: (id: number) => id === on });
    // The scripts are those of this file.
    return (0, eval)(`(() => { ${script}; return result; })()`);
  }

  it('does as before with no mutant on, and one change with one', () => {
    // Product: number 2, number 3, the operator; all inside a sum, whose own mutant holds the others unchanged.
    const text = 'const result = 2 * 3 + 4;';
    const values = mutantsIn(text).map((_, id) => evaluate(text, id));
    expect(evaluate(text, null)).toBe(10);
    // + to -: 6 - 4; * to /: 2 / 3 + 4; 2 to 3 and 4: 13, 16; 3 to 4 and 6: 12, 16; 4 to 5 and 8: 11, 14.
    expect(values).toEqual([2, 2 / 3 + 4, 13, 16, 12, 16, 11, 14]);
  });

  it('changes a link in the middle of a chain that may end early', () => {
    const counted = (list: string): string =>
      `const list = ${list} as number[] | undefined; const result = list?.filter((n) => n > 2).length;`;
    const link = mutantsIn(counted('[1, 2, 3]')).findIndex(({ kind }) => kind === 'link');
    expect(evaluate(counted('[1, 2, 3]'), null)).toBe(1);
    expect(evaluate(counted('[1, 2, 3]'), link)).toBe(3);
    expect(evaluate(counted('undefined'), null)).toBeUndefined();
  });

  it('takes a statement or an early exit away', () => {
    const text = 'let result = 5; (() => { if (result === 5) return; result = 6; })();';
    const kinds = mutantsIn(text).map(({ kind }) => kind);
    expect(evaluate(text, null)).toBe(5);
    expect(evaluate(text, kinds.indexOf('early exit'))).toBe(6);
  });

  it('keeps the receiver of a method and what is written to', () => {
    const text = 'const a = [7, 8]; a[0]! += 1; const result = a[1 - 1];';
    const values = mutantsIn(text).map((_, id) => evaluate(text, id));
    expect(evaluate(text, null)).toBe(8);
    // Of [7, 8]: 7 to 8 and 14, 8 to 9 and 16. Of the sum: gone, a difference, 0 to 1, 1 to 0 and 2.
    // Of the place: 1 + 1, 0 - 1, 2 - 1, 1 - 0, 1 - 2.
    expect(values).toEqual([9, 15, 8, 8, 7, 6, 7, 7, 9, undefined, undefined, 8, 8, undefined]);
  });
});

describe('sample', () => {
  const mutant = (kind: Mutant['kind'], start: number): Mutant => ({
    file: 'a.ts',
    line: 1,
    kind,
    start,
    end: start + 1,
    text: '',
    host: { start, end: start + 1 },
  });
  const many = Array.from({ length: 900 }, (_, i) => mutant(i % 9 === 0 ? 'number' : 'comparison', i));
  const places = (seed: number) => drawSample(many, 60, seeded(seed)).map(({ start }) => start);

  it('is a third numbers, none twice', () => {
    const drawn = drawSample(many, 60, seeded(7));
    expect(drawn).toHaveLength(60);
    expect(drawn.filter(({ kind }) => kind === 'number')).toHaveLength(20);
    expect(new Set(drawn).size).toBe(60);
  });

  it('repeats by its seed and differs by it', () => {
    expect(places(7)).toEqual(places(7));
    expect(places(7)).not.toEqual(places(8));
  });

  it('takes all where there are fewer, and more of one kind where the other runs out', () => {
    expect(drawSample(many.slice(0, 40), 60, seeded(1))).toHaveLength(40);
    const few = [...many.filter(({ kind }) => kind === 'number'), mutant('boolean', 1000)];
    expect(drawSample(few, 60, seeded(1))).toHaveLength(60);
    const rare = [...many.filter(({ kind }) => kind !== 'number'), mutant('number', 1000)];
    expect(drawSample(rare, 60, seeded(1))).toHaveLength(60);
  });
});

describe('trials', () => {
  const observed = (seconds: number, outside: number[]) => ({
    path: 'a.test.ts',
    broken: null,
    failed: [],
    seconds,
    outside,
    tests: [
      { id: 'first', seconds: 1, reached: [1] },
      { id: 'second', seconds: 3, reached: [1, 2] },
    ],
  });

  it('runs the tests that get to a mutant, and the whole of a short file or of one that meets it outside of its tests', () => {
    expect(trialOf(3, observed(8, []))).toBeNull();
    // The second test is three of four seconds of tests.
    expect(trialOf(2, observed(8, []))).toEqual({ path: 'a.test.ts', tests: ['second'], seconds: 6 });
    expect(trialOf(2, observed(0.5, []))).toEqual({ path: 'a.test.ts', tests: null, seconds: 0.5 });
    expect(trialOf(3, observed(8, [3]))).toEqual({ path: 'a.test.ts', tests: null, seconds: 8 });
  });

  it('leaves out what fails unchanged, and a file that is broken as a whole', () => {
    const some = { ...observed(0.5, []), failed: ['third'] };
    expect(trialOf(1, some)).toEqual({ path: 'a.test.ts', tests: ['first', 'second'], seconds: 0.5 });
    expect(trialOf(1, { ...observed(8, [1]), tests: [] })).toBeNull();
    expect(trialOf(1, { ...observed(8, []), broken: 'no such module' })).toBeNull();
  });

  it('asks the nearest tests first, those of the room together where they are equally near', () => {
    const source = 'server/engine/memory/fit.ts';
    const distances = new Map([
      ['test/lsp/server.test.ts', new Map([[source, 1]])],
      ['test/unit/cli/run.test.ts', new Map([[source, 3]])],
      ['test/unit/cost/tpu.test.ts', new Map([[source, 2]])],
      ['test/unit/cost/npu.test.ts', new Map([[source, 2]])],
      ['test/unit/memory/far.test.ts', new Map([[source, 4]])],
      ['test/unit/memory/fit.test.ts', new Map([[source, 1]])],
      ['test/unit/memory/arena.test.ts', new Map([[source, 1]])],
      ['test/unit/dim/dim.test.ts', new Map([['server/engine/graph/dim.ts', 1]])],
    ]);
    expect(nearestTests(source, distances)).toEqual([
      { paths: ['test/unit/memory/arena.test.ts', 'test/unit/memory/fit.test.ts'], isOwn: true },
      { paths: ['test/unit/memory/far.test.ts'], isOwn: true },
      { paths: ['test/unit/cost/npu.test.ts'], isOwn: false },
      { paths: ['test/unit/cost/tpu.test.ts'], isOwn: false },
      { paths: ['test/unit/cli/run.test.ts'], isOwn: false },
      { paths: ['test/lsp/server.test.ts'], isOwn: false },
    ]);
  });
});

describe('what has changed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siliconlens-changed-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const git = (...words: string[]): void => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, ...words], { cwd: folder, stdio: 'ignore' });
  };
  const commit = (name: string): void => {
    writeFileSync(join(folder, name), name);
    git('add', '.');
    git('commit', '-m', name);
  };

  it('is nothing where there is no history, and what the last commits did where there is', () => {
    expect(changedFiles(folder)).toEqual([]);
    git('init', '-b', 'work');
    expect(changedFiles(folder)).toEqual([]);
    commit('a');
    expect(changedFiles(folder)).toEqual([]);
    commit('b');
    // No branch is called main.
    expect(changedFiles(folder)).toEqual(['b']);
    git('branch', 'main');
    commit('c');
    commit('d');
    expect(changedFiles(folder)).toEqual(['c', 'd']);
  });
});

describe('table', () => {
  const judged = (room: string, outcome: Judged['outcome'], kind: Judged['kind'] = 'number'): Judged => ({
    room,
    outcome,
    kind,
    isCut: false,
    file: `${room}.ts`,
    line: 3,
    start: 0,
    end: 1,
    host: { start: 0, end: 1 },
    text: '1',
    before: '0',
    after: '1',
  });
  const some = [
    judged('cost', 'caught'),
    judged('cost', 'caught', 'link'),
    judged('cost', 'survived', 'link'),
    judged('memory', 'not covered'),
  ];

  it('counts by room, and what no test gets to as not caught', () => {
    expect(tableOf(some).slice(2)).toEqual([
      '| cost | 3 | 1 | 2 | 1 | 0 | 66 % |',
      '| memory | 1 | 1 | 0 | 0 | 1 | 0 % |',
      '| all | 4 | 2 | 2 | 1 | 1 | 50 % |',
    ]);
  });

  it('lists what nobody noticed, by its place', () => {
    expect(linesOf(some)).toEqual(['cost.ts:3 link: 0 -> 1', 'memory.ts:3 number: 0 -> 1 [not covered]']);
  });
});
