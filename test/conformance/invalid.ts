/**
 * Scores what is said of invalid models, on the mutants that invalid.py makes:
 *   npm run conformance:invalid -- [--folder .cache/conformance] [--misses] [--operator Conv]
 * Of the mutants that onnx.checker, strict shape inference or ONNX Runtime refuse so many have to be flagged as `aims` says,
 * and of those that all of them accept none, unless exceptions.json names it with the reason; else the exit code is 1. An exception
 * that covers more than it has to is an error, too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { infer } from '../../server/engine/inference/infer';
import type { Problem } from '../../server/engine/problem';
import { uninterrupted } from '../../server/engine/scheduler';

interface Mutant {
  readonly id: string;
  readonly operator: string;
  readonly model: string;
  readonly refused: Readonly<Record<string, string>>;
  /** ONNX Runtime cannot say. */
  readonly open: boolean;
}

interface Outcome {
  readonly mutant: Mutant;
  /** Of its node. */
  readonly domain: string;
  readonly problems: readonly Problem[];
}

/**
 * Of the mutants that somebody refuses, this share has to be flagged, by the domain of the operator. 95 % is the aim: of what is reached
 * beyond it no more than a point may be lost.
 */
const aims: Readonly<Record<string, number>> = { '': 0.98, 'com.microsoft': 0.98, 'ai.onnx.ml': 0.98 };

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** An entry of exceptions.json, whose name may leave parts open with `*`, and what it covers. */
interface Exception {
  readonly name: string;
  readonly pattern: RegExp;
  readonly covered: Outcome[];
}

const exceptions: readonly Exception[] = Object.keys(
  JSON.parse(readFileSync('test/conformance/exceptions.json', 'utf8')) as Record<string, string>,
).map((name) => ({
  name,
  pattern: new RegExp(`^${name.replaceAll(/[.[\]]/g, '\\$&').replaceAll('*', '.*')}$`),
  covered: [],
}));

function isExcepted(outcome: Outcome, id: string): boolean {
  const found = exceptions.filter(({ pattern }) => pattern.test(id));
  for (const { covered } of found) covered.push(outcome);
  return found.length > 0;
}

/** Flagged though all accept it, or not flagged though somebody refuses it. */
function isWrong({ mutant: { refused, open }, problems }: Outcome): boolean {
  return problems.length > 0 ? !open && Object.keys(refused).length === 0 : Object.keys(refused).length > 0;
}

/** Entries of exceptions.json that excuse nothing, or also what needs no excuse. */
function broadExceptions(): readonly string[] {
  return exceptions.flatMap(({ name, covered }) => {
    const right = covered.filter((one) => !isWrong(one));
    if (covered.length > 0 && right.length === 0) return [];
    return [
      `${name}: ${covered.length} covered, not needed for ${right.map(({ mutant }) => mutant.id).join(', ')}`,
    ];
  });
}

/** Tells of numbers that only data has: no fault of the model. */
const openCodes: ReadonlySet<string> = new Set([
  'inference.dimension-unbound',
  'inference.data-decides',
  'inference.data-decides-many',
]);

async function judged(bytes: Buffer): Promise<Pick<Outcome, 'domain' | 'problems'>> {
  const { value: model, problems } = await readOnnx(memorySource(bytes), uninterrupted);
  const found = model ? (await infer(model, workload)).problems : [];
  return {
    domain: model?.graph.nodes[0]?.domain ?? '',
    problems: [...problems, ...found].filter(
      ({ code, severity }) => (severity === 'error' || severity === 'warning') && !openCodes.has(code),
    ),
  };
}

function print({ mutant: { id, refused }, problems }: Outcome): void {
  const said = problems.map(({ code, args }) => `${code} ${JSON.stringify(args)}`).join('; ');
  const words = Object.entries(refused).map(
    ([who, why]) => `${who}: ${why.replaceAll(/\s+/g, ' ').slice(0, 200)}`,
  );
  console.log(`  ${id} ${said} ${words.join(' | ')}`);
}

/** Models that exporters and onnx's own tests made: nothing is to be said of them. */
async function cleanCorpus(folder: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const place of ['test/fixtures/models', join(folder, 'models')]) {
    for (const name of existsSync(place) ? readdirSync(place) : []) {
      if (!/\.onnx(\.gz)?$/.test(name)) continue;
      const bytes = readFileSync(join(place, name));
      const said = await judged(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      outcomes.push({ mutant: { id: name, operator: '', model: '', refused: {}, open: false }, ...said });
    }
  }
  return outcomes;
}

function table(title: string, outcomes: readonly Outcome[]): void {
  const counts = new Map<string, number>();
  for (const { mutant } of outcomes) counts.set(mutant.operator, (counts.get(mutant.operator) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  console.log(`${title}: ${sorted.map(([name, count]) => `${name} ${count}`).join(', ')}`);
}

async function main(): Promise<number> {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : undefined;
  };
  const folder = option('--folder') ?? '.cache/conformance';
  const path = join(folder, 'invalid.jsonl');
  if (!existsSync(path)) {
    console.log(
      `${path} is missing: run test/conformance/invalid.py first (Python with onnx and onnxruntime)`,
    );
    return 2;
  }
  const operator = option('--operator');
  const outcomes: Outcome[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const mutant = JSON.parse(line) as Mutant;
    if (operator !== undefined && mutant.operator !== operator) continue;
    outcomes.push({ mutant, ...(await judged(Buffer.from(mutant.model, 'base64'))) });
  }
  const isRefused = ({ mutant }: Outcome): boolean => Object.keys(mutant.refused).length > 0;
  const counted = outcomes.filter((one) => !isExcepted(one, `invalid/${one.mutant.id}`));
  const refused = counted.filter(isRefused);
  const missed = refused.filter(({ problems }) => problems.length === 0);
  const accepted = counted.filter((one) => !isRefused(one) && !one.mutant.open);
  const flagged = accepted.filter(({ problems }) => problems.length > 0);
  const isShort = Object.entries(aims).map(([domain, aim]) => {
    const own = refused.filter((one) => one.domain === domain);
    const caught = own.filter(({ problems }) => problems.length > 0).length;
    const share = caught / Math.max(1, own.length);
    console.log(
      `invalid models, ${domain || 'ai.onnx'}: ${caught} of ${own.length} flagged (${(100 * share).toFixed(1)} %)`,
    );
    return own.length > 0 && share < aim;
  });
  console.log(`valid models: ${flagged.length} of ${accepted.length} flagged`);
  if (process.argv.includes('--misses')) {
    table('missed', missed);
    missed.forEach(print);
    table('flagged though accepted', flagged);
  }
  flagged.forEach(print);
  const corpus = operator === undefined ? await cleanCorpus(folder) : [];
  const blamed = corpus.filter(
    (one) => one.problems.length > 0 && !isExcepted(one, `clean/${one.mutant.id}`),
  );
  console.log(`fixtures and node tests: ${blamed.length} of ${corpus.length} flagged`);
  blamed.forEach(print);
  const broad = operator === undefined ? broadExceptions() : [];
  for (const line of broad) console.log(`exception too broad: ${line.slice(0, 500)}`);
  return isShort.includes(true) || broad.length > 0 || flagged.length > 0 || blamed.length > 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
