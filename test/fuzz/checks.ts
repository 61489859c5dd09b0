import type { Model } from '../../server/engine/graph/model';
import { infer } from '../../server/engine/inference/infer';
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { readModel } from '../../server/engine/formats';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../server/engine/formats/onnxText/parse';
import { printListing } from '../../server/engine/formats/onnxText/print';
import type { ReadModel } from '../../server/engine/formats/room';
import { memorySource } from '../../server/engine/graph/byteSource';
import { buildReport } from '../../server/engine/report/build';
import { uninterrupted } from '../../server/engine/scheduler';
import { phases } from '../../server/engine/workload';
import { runtimeProfiles } from '../../server/engine/kernels/profile';
import { mutated } from './bytes';
import { unsound } from './operators';
import { en } from './problemTexts';
import { pick, randomOf, type Random } from './random';

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Infers shapes and work of what could be read: every problem has a text, and no rule gave up. */
async function checkInference(model: Model): Promise<void> {
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const { problems } = await infer(model, workload, {}, uninterrupted);
  for (const found of problems) {
    check(found.code in en, `no text for ${found.code}`);
    if (found.code === 'inference.rule-failed')
      check(false, `${found.args.operator} failed: ${found.args.reason}`);
  }
}

/**
 * Reads one damaged file the whole way: bytes → model → listing → model. Throws if anything throws or if what must hold
 * of every file does not: each problem has a text, an unreadable file has a reason, our own listing is readable.
 */
export async function fuzzBinary(bytes: Uint8Array): Promise<Reading> {
  return checkFile('fuzz.onnx', bytes, await readOnnx(memorySource(bytes), uninterrupted), 9);
}

/** As {@link fuzzBinary}, by the reader of the file's format. */
export async function fuzzFile(name: string, bytes: Uint8Array): Promise<Reading> {
  return checkFile(name, bytes, await readModel(memorySource(bytes), name, uninterrupted), 101);
}

type Reading = 'unreadable' | 'partial' | 'whole';

async function checkFile(
  fileName: string,
  bytes: Uint8Array,
  { value, problems }: ReadModel,
  mostProblems: number,
): Promise<Reading> {
  check(problems.length <= mostProblems, `${problems.length} problems`);
  for (const { code, offset } of problems) {
    check(code in en, `no text for ${code}`);
    check(offset === undefined || (offset >= 0 && offset <= bytes.length), `offset ${offset}`);
  }
  if (!value) {
    check(problems.length > 0, 'unreadable without a reason');
    return 'unreadable';
  }
  await checkInference(value);
  const { text, positions } = printListing(value, { fileName, fileSize: bytes.length });
  for (const node of positions.nodes) positions.position(node);
  const parsed = await parseOnnxText(text, uninterrupted);
  const [first] = parsed.problems;
  check(
    !first,
    `the listing gives ${first?.code} in line ${first?.range.start.line}: ${lineOf(text, first?.range.start.line)}`,
  );
  check(
    parsed.value?.graph.nodes.length === value.graph.nodes.length,
    'the listing has another number of nodes',
  );
  return problems.length > 0 ? 'partial' : 'whole';
}

function lineOf(text: string, line = 0): string {
  return text.split('\n')[line]?.slice(0, 300) ?? '';
}

/** Reads one damaged text; what could be read prints to a text that reads and prints as itself. */
async function fuzzText(text: string): Promise<void> {
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  for (const { code } of problems) check(code in en, `no text for ${code}`);
  if (!value) return;
  await checkInference(value);
  const options = { fileName: 'fuzz.onnxtxt' };
  const once = printListing(value, options).text;
  const again = await parseOnnxText(once, uninterrupted);
  check(printListing(again.value!, options).text === once, 'printing is no fixed point');
}

/** As {@link fuzzBinary} or {@link fuzzText} for a seed of a base file. */
export async function fuzzSeed(base: Uint8Array, isText: boolean, seed: number): Promise<string> {
  const bytes = mutated(base, seed);
  if (!isText) return fuzzBinary(bytes);
  await fuzzText(new TextDecoder().decode(bytes));
  return 'text';
}

/** Chips of classes whose laws have little in common. */
const chips = [
  'nvidia-h100-sxm',
  'google-coral-edge-tpu',
  'generic-x86-avx2-desktop',
  'hailo-8',
  'intel-loihi2',
];

/**
 * Reads one damaged file and analyses what is left of it on two chips, up to the report. Throws if anything throws or if a
 * figure is no figure.
 */
export async function fuzzAnalysis(
  bytes: Uint8Array,
  random: Random = randomOf(1),
  name = 'fuzz.onnx',
): Promise<'unreadable' | 'analysed'> {
  const { value } = await readModel(memorySource(bytes), name, uninterrupted);
  if (!value) return 'unreadable';
  const workload = {
    bindings: {},
    phase: pick(random, phases),
    precision: 'as-stored',
    runtime: pick(random, [null, ...runtimeProfiles.map(({ id }) => id)]),
  } as const;
  const prepared = await prepare(value, workload, uninterrupted);
  const analyses = [];
  for (const id of [pick(random, chips), pick(random, chips)]) {
    analyses.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  }
  const report = buildReport({
    carbonIntensity: null,
    tool: { version: '0', catalogueVersion: '0' },
    path: 'fuzz.onnx',
    prepared,
    chips: analyses,
    problems: [],
    lineOf: () => null,
    textOf: (problem) => problem.code,
  });
  for (const { code } of report.problems) check(code in en, `no text for ${code}`);
  for (const { id, total } of report.chips) {
    const found = unsound({ seconds: total.latencySeconds, joules: total.joules }, id);
    check(found === undefined, String(found));
  }
  return 'analysed';
}
