/**
 * Scores shape inference against real outputs and against upstream's inference, on the folder that generate.py makes:
 *   node dist/conformance.js [--folder .cache/conformance] [--verbose]
 * Exit code 1 when a case is wrong, when upstream knows more in any case, or when an operator has no rule, unless
 * exceptions.json lists it with the reason.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memorySource } from '../../server/engine/graph/byteSource';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { infer } from '../../server/engine/inference/infer';
import { ruleOf } from '../../server/engine/operators/table';
import { uninterrupted } from '../../server/engine/scheduler';
import { foundOf, score, type Expected, type Found, type Score } from './score';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly operators: readonly string[];
  readonly expected: readonly Expected[];
  readonly modes: Readonly<
    Record<string, { readonly file: string; readonly upstream: readonly Found[] | null }>
  >;
}

interface Cases {
  readonly onnx: string;
  readonly cases: readonly Case[];
  readonly operators: Readonly<Record<string, readonly number[]>>;
}

interface Outcome {
  readonly id: string;
  readonly ours: readonly Score[];
  readonly theirs: readonly Score[];
  readonly text: string;
}

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

async function runCase(folder: string, item: Case, mode: string): Promise<Outcome> {
  const { file, upstream } = item.modes[mode]!;
  const { value: model } = await readOnnx(
    memorySource(readFileSync(join(folder, 'models', file))),
    uninterrupted,
  );
  const found: (Found | null)[] = [];
  if (model) {
    const inference = await infer(model, workload, { ignoreDeclared: true, keepSymbols: true });
    for (const id of inference.scopes[0]!.outputs)
      found.push(id === null ? null : foundOf(inference.values[id]!.type));
  }
  const shown = item.expected
    .map(
      (expected, i) =>
        `${JSON.stringify(expected)} ours ${JSON.stringify(found[i])} theirs ${JSON.stringify(upstream?.[i])}`,
    )
    .join('; ');
  return {
    id: `${item.suite}/${item.name}/${mode}`,
    ours: item.expected.map((expected, i) => score(expected, found[i])),
    theirs: item.expected.map((expected, i) => score(expected, upstream?.[i])),
    text: `${item.operators.slice(0, 4).join(' ')}: ${shown.slice(0, 400)}`,
  };
}

const isRight = (scores: readonly Score[]): boolean => scores.every((item) => item.right);
const isWrong = (scores: readonly Score[]): boolean => scores.some((item) => item.wrong);
const knowsLess = ({ ours, theirs }: Outcome): boolean =>
  ours.some((own, i) => !theirs[i]!.wrong && own.known < theirs[i]!.known && !own.right);

function list(
  title: string,
  outcomes: readonly Outcome[],
  reasons: Readonly<Record<string, string>>,
  verbose: boolean,
): void {
  console.log(`${title}: ${outcomes.length}`);
  for (const { id, text } of verbose ? outcomes : outcomes.slice(0, 20)) {
    console.log(`  ${id}${reasons[id] ? ` (${reasons[id]})` : ''}${verbose ? ` ${text}` : ''}`);
  }
}

async function main(): Promise<number> {
  const at = process.argv.indexOf('--folder');
  const folder = at > 0 ? process.argv[at + 1]! : '.cache/conformance';
  const verbose = process.argv.includes('--verbose');
  if (!existsSync(join(folder, 'cases.json'))) {
    console.log(`${folder} is missing: run test/conformance/generate.py first (Python with onnx)`);
    return 2;
  }
  const { cases, operators, onnx } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Cases;
  const exceptions = JSON.parse(readFileSync('test/conformance/exceptions.json', 'utf8')) as Record<
    string,
    string
  >;
  const names = Object.keys(operators);
  const uncovered = names.filter((name) => {
    const dot = name.lastIndexOf('.');
    return !ruleOf(name.slice(0, dot), name.slice(dot + 1));
  });
  const standard = names.filter((name) => name.startsWith('.'));
  const missing = standard.filter((name) => uncovered.includes(name));
  console.log(
    `onnx ${onnx}: standard operators covered ${standard.length - missing.length} of ${standard.length}`,
  );
  console.log(
    `all published operators covered ${names.length - uncovered.length} of ${names.length}: missing ${uncovered.join(' ')}`,
  );
  const outcomes: Outcome[] = [];
  for (const mode of ['given', 'fixed']) {
    const run = cases.filter((item) => item.modes[mode]);
    const results: Outcome[] = [];
    for (const item of run) results.push(await runCase(folder, item, mode));
    outcomes.push(...results);
    for (const suite of ['node', 'simple', 'pytorch-operator', 'pytorch-converted', 'light']) {
      const own = results.filter(({ id }) => id.startsWith(`${suite}/`));
      if (own.length === 0) continue;
      const right = own.filter(({ ours }) => isRight(ours)).length;
      const theirs = own.filter((outcome) => isRight(outcome.theirs)).length;
      console.log(`${mode} ${suite}: passed ${right} of ${own.length}, upstream ${theirs}`);
    }
  }
  const wrong = outcomes.filter(({ ours }) => isWrong(ours));
  const less = outcomes.filter(knowsLess);
  const more = outcomes.filter(({ ours, theirs }) => isRight(ours) && !isRight(theirs));
  console.log(`upstream wrong: ${outcomes.filter(({ theirs }) => isWrong(theirs)).length}`);
  console.log(`we know more: ${more.length}`);
  list('wrong', wrong, exceptions, verbose);
  list('upstream knows more', less, exceptions, verbose);
  const open = outcomes.filter(({ ours }) => !isRight(ours));
  if (verbose)
    list(
      'not right',
      open.filter((outcome) => !less.includes(outcome) && !wrong.includes(outcome)),
      exceptions,
      true,
    );
  const bad = [...wrong, ...less].filter(({ id }) => !(id in exceptions));
  return bad.length > 0 || missing.length > 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
