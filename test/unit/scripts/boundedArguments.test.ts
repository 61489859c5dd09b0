import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
import { boundedArguments } from '../../../scripts/lint/boundedArguments.mjs';

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: { allowDefaultProject: ['*.ts'] } },
    },
    plugins: { local: { rules: { 'bounded-arguments': boundedArguments } } },
    rules: { 'local/bounded-arguments': 'error' },
  },
});

const head = `
declare const list: number[];
declare const rows: readonly string[];
declare const pair: readonly [number, number];
declare const open: readonly [number, ...number[]];
declare function f(...given: readonly unknown[]): void;
`;

/** Lines of the body that the rule objects to, counted from 1. */
async function objectedLines(...body: string[]): Promise<number[]> {
  const [result] = await eslint.lintText(head + body.join('\n'), { filePath: 'sample.ts' });
  const first = head.split('\n').length;
  return result!.messages.map(({ line }) => line - first + 1);
}

it('objects to arguments whose number grows with data', async () => {
  const lines = await objectedLines(
    'f(...list);',
    'Math.max(0, ...rows.map(Number));',
    'new Array(...list);',
    'f.apply(null, list);',
    'Reflect.apply(f, null, list);',
    'f(...open);',
    'f(...(list.length > 0 ? list : []));',
    'f(...[1, ...list]);',
    'f(...new Set(list));',
  );
  expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
}, 60_000);

it('lets tuples, literals and rest parameters pass, and every list in an array', async () => {
  const lines = await objectedLines(
    'f(...pair);',
    'f(...[1, 2], ...(pair[0] > 0 ? [1] : []));',
    'function g(...given: number[]) { f(...given); }',
    'function h(...given: Parameters<typeof parseInt>) { parseInt(...given); }',
    'g(...pair); f([...list], { ...list }); list.map((one) => one);',
  );
  expect(lines).toEqual([]);
}, 60_000);
