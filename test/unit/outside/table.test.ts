import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageFrom } from '../../../l10n/messages';
import { entryOf, setEntry } from '../../../outside/table';
import { run } from '../../../server/cli/run';
import type { Report } from '../../../server/engine/report/types';
import { choicesFor, parseSettings } from '../../../server/workspace/choices';

/** What every plain object answers to. */
const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

const folder = mkdtempSync(join(tmpdir(), 'siliconlens-names-'));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

async function siliconlens(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await run(words, {
    out: (text) => (out += text),
    error: (text) => (error += text),
    locale: 'en_US.UTF-8',
  });
  return { code, out, error };
}

describe.each(inherited)('the name %s', (name) => {
  it('is in a table only if it was put there', () => {
    const table: Record<string, number> = {};
    expect(entryOf(table, name)).toBeUndefined();
    setEntry(table, name, 7);
    expect(entryOf(table, name)).toBe(7);
    expect(Object.entries({ ...table })).toEqual([[name, 7]]);
    expect(entryOf({}, name)).toBeUndefined();
  });

  it('is a fine dimension, operator, attribute, domain and value', async () => {
    const file = join(folder, 'names.onnxtxt');
    const header = `<ir_version: 9, opset_import: ["" : 20, "${name}" : 1], metadata_props: ["${name}" : "1"]>`;
    // 5 rows of 4 elements: Relu counts one operation for each, 20. The others are nobody's operators.
    const body = `  "${name}" = Relu <${name}: int = 1> (x)\n  y = ${name}.${name} (x)\n  z = ${name} (x)\n`;
    writeFileSync(file, `${header}\nodd (float["${name}",4] x) => (float[a,4] y) {\n${body}}\n`);
    const { out } = await siliconlens('analyze', file, '--bind', `${name}=5`, '-f', 'json');
    const report = JSON.parse(out) as Report;
    expect(Object.entries(report.workload.bindings)).toContainEqual([name, 5]);
    expect(report.nodes.map(({ operator }) => operator)).toEqual(['Relu', name, name]);
    expect(report.nodes[0]!.outputs[0]!.shape).toEqual([5, 4]);
    expect(report.nodes[0]!.operations).toEqual({ matrix: 0, vector: 20, special: 0 });
    expect(report.nodes[2]!.operations).toBeNull();
    // A leading axis that nobody gave a size is a batch of one: a row of 4.
    const unbound = JSON.parse((await siliconlens('analyze', file, '-f', 'json')).out) as Report;
    expect(Object.entries(unbound.workload.bindings)).toContainEqual([name, 1]);
    expect(unbound.nodes[0]!.operations).toEqual({ matrix: 0, vector: 4, special: 0 });
  });

  it('is no option, command, format, phase, runtime or chip', async () => {
    const file = join(folder, 'names.onnxtxt');
    for (const words of [
      [name],
      ['analyze', file, `--${name}`],
      ...['--format', '--phase', '--precision', '--runtime', '--chip'].map((one) => [
        'analyze',
        file,
        one,
        name,
      ]),
    ]) {
      const { code, error } = await siliconlens(...words);
      expect([words, code, error.includes('unexpected')]).toEqual([words, 2, false]);
    }
  });

  it('is kept in settings, and no other', () => {
    const settings = JSON.parse(
      `{"siliconlens.${name}.x": 1, "siliconlens.models": {"*": {"dimensions": {"${name}": 3}}}, "${name}": 2}`,
    ) as unknown;
    const { value, problems } = parseSettings(settings);
    expect(problems).toEqual([]);
    expect(Object.entries(choicesFor(value, 'a').workload.bindings)).toEqual([[name, 3]]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('is no text of ours', () => {
    const say = messageFrom({ size: 'The size of {input}' }, { size: '{input}의 크기' });
    expect(say('en', 'size')).toBe('The size of {input}');
    expect(say('ko', name as 'size')).toBe(name);
    expect(say('ko', 'size', { [name]: 1 })).toBe('{input}의 크기');
  });
});

describe('chips of one’s own', () => {
  // Ids have lower-case letters, digits, points and dashes, so this is the only inherited name that can be one.
  it('may be called constructor', async () => {
    mkdirSync(join(folder, '.siliconlens/chips'), { recursive: true });
    writeFileSync(
      join(folder, '.siliconlens/chips/constructor.json'),
      '{"id":"constructor","name":"P","extends":"nvidia-t4"}',
    );
    const model = join(home, 'test/fixtures/models/tiny-conv.onnx');
    const own = await siliconlens('analyze', model, '--chip', 'constructor', '-f', 'json');
    const base = await siliconlens('analyze', model, '--chip', 'nvidia-t4', '-f', 'json');
    expect(own.code).toBe(0);
    const [chip] = (JSON.parse(own.out) as Report).chips;
    expect(chip!.id).toBe('constructor');
    expect(chip!.total.latencySeconds!.value).toBe(
      (JSON.parse(base.out) as Report).chips[0]!.total.latencySeconds!.value,
    );
    expect((await siliconlens('verify', model, '--chip', 'constructor')).code).toBe(0);
    expect((await siliconlens('chips', 'constructor')).code).toBe(0);
    for (const level of inherited) {
      writeFileSync(
        join(folder, '.siliconlens/chips/constructor.json'),
        `{"id":"constructor","name":"P","extends":"nvidia-t4","${level}":{"value":1},"memory":[{"name":"${level}","bandwidthBytesPerSecond":1e9}]}`,
      );
      const { code, error } = await siliconlens('analyze', model, '--chip', 'constructor');
      expect([level, code, error]).toEqual([level, 0, error.includes('unexpected') ? '' : error]);
    }
  });
});

describe('the lint rule', () => {
  it(
    'refuses texts of an open kind as keys by brackets and in, and takes keys that are known',
    { timeout: 120_000 },
    async () => {
      const text = `
type Known = 'a' | 'b';
declare const table: Record<string, number>, known: Record<Known, number>, list: number[];
declare const name: string, one: Known, at: number;
export const kept = [known[one], list[at], table['a'], known['a'], 'a' in table];
export const bad = [
  table[name],
  table[\`x\${name}\`],
  known[name as keyof typeof known],
  name in table,
];
table[name] = 1;
export function generic<K extends string>(of: Record<K, number>, key: K): number {
  return of[key];
}
`;
      const eslint = new ESLint({ cwd: home });
      const [result] = await eslint.lintText(text, { filePath: join(home, 'server/engine/problem.ts') });
      const found = result!.messages.filter(({ ruleId }) => ruleId === 'local/own-keys');
      expect(found.map(({ line, messageId }) => [line, messageId])).toEqual([
        [7, 'read'],
        [8, 'read'],
        [9, 'read'],
        [10, 'in'],
        [12, 'write'],
        [14, 'read'],
      ]);
    },
  );
});
