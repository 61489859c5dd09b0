/**
 * Scores what is said of invalid models, on the mutants that invalid.py makes:
 *   npm run conformance:invalid -- [--folder .cache/conformance] [--misses] [--operator Conv]
 * Of the mutants that onnx.checker, strict shape inference or ONNX Runtime refuse so many have to be flagged as `aims` says,
 * and of those that all of them accept none, unless exceptions.json names it with the reason; else the exit code is 1.
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
 * Of the mutants that somebody refuses, this share has to be flagged, by the domain of the operator. 95 % is the aim for all:
 * where it is not met yet, what is met must not be lost.
 */
const aims: Readonly<Record<string, number>> = { '': 0.95, 'com.microsoft': 0.75, 'ai.onnx.ml': 0.95 };

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

const exceptions = Object.keys(
  JSON.parse(readFileSync('test/conformance/exceptions.json', 'utf8')) as Record<string, string>,
).map((pattern) => new RegExp(`^${pattern.replaceAll(/[.[\]]/g, '\\$&').replaceAll('*', '.*')}$`));

/** The names of exceptions.json may leave parts open with `*`. */
function isExcepted(id: string): boolean {
  return exceptions.some((pattern) => pattern.test(id));
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
  const counted = outcomes.filter(({ mutant }) => !isExcepted(`invalid/${mutant.id}`));
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
    ({ mutant, problems }) => problems.length > 0 && !isExcepted(`clean/${mutant.id}`),
  );
  console.log(`fixtures and node tests: ${blamed.length} of ${corpus.length} flagged`);
  blamed.forEach(print);
  return isShort.includes(true) || flagged.length > 0 || blamed.length > 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
