import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { commands } from '../../server/cli/arguments';
import { run } from '../../server/cli/run';
import { reportFormats } from '../../server/printReport';
import '../setup';
import { mutated } from './bytes';
import type { Fuzzer } from './fuzzer';
import { hostileWords, pick, randomOf, type Random } from './random';

const fixtures = resolve('test/fixtures/models');
const conv = readFileSync(join(fixtures, 'tiny-conv.onnx'));
const mlp = readFileSync(join(fixtures, 'tiny-mlp.onnx'));
const mobile = gunzipSync(readFileSync(join(fixtures, 'mobilenetv2.onnx.gz')));

/** Command lines of all commands and options, sensible and not, in a folder of models, profiles, settings and links. */
export function commandFuzzer(): Promise<Fuzzer> {
  const folder = mkdtempSync(join(tmpdir(), 'siliconlens-fuzz-'));
  const home = process.cwd();
  process.chdir(folder);
  furnish();
  const inputs = readdirSync('.');
  const before = digests(inputs);
  return Promise.resolve({
    async one(seed) {
      const words = commandLine(randomOf(seed), inputs);
      const line = words.map((word) => JSON.stringify(word)).join(' ');
      const { code, out, error } = await runWords(words);
      const changed = inputs.filter((name) => digestOf(name) !== before.get(name));
      const wrong =
        faultOf(words, code, out, error) ??
        (changed.some((name) => isReadBy(words, name)) ? `${changed.join()} changed` : undefined);
      for (const name of readdirSync('.')) rmSync(name, { recursive: true, force: true });
      furnish();
      if (wrong) throw new Error(`${line}: ${wrong}`);
      return `exit ${code}`;
    },
    memory: () => process.memoryUsage().rss,
    stop() {
      process.chdir(home);
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

/** Fills the present folder with what command lines may name. */
function furnish(): void {
  writeFileSync('conv.onnx', conv);
  writeFileSync('mlp.onnx', mlp);
  writeFileSync('mobile.onnx', mobile);
  writeFileSync('cut.onnx', conv.subarray(0, Math.floor(conv.length / 2)));
  writeFileSync('damaged.onnx', mutated(conv, 7));
  writeFileSync('empty.onnx', '');
  writeFileSync("it's $(odd).onnx", conv);
  writeFileSync('-f.onnx', conv);
  writeFileSync(
    'hand.onnxtxt',
    '<ir_version: 10, opset_import: ["" : 18]>\ng (float[N] x) => (float[N] y) {\n  y = Relu (x)\n}\n',
  );
  writeFileSync(
    'settings.json',
    '{"siliconlens.phase": "decode", "siliconlens.models": {"*.onnx": {"dimensions": {"batch": 2}}}}',
  );
  writeFileSync(
    'hostile.json',
    '{"siliconlens.models": {"*a*a*a*a*a*ab": {"phase": "__proto__"}}, "__proto__": 1, "siliconlens.chips": [1]}',
  );
  writeFileSync('profile.csv', 'name,seconds\n/conv1/Conv,0.001\n=1+1,1e-5\n');
  writeFileSync('table.csv', 'chip,dtype,m,n,k,seconds\nnvidia-t4,float16,128,128,128,1e-5\n');
  symlinkSync('conv.onnx', 'link.onnx');
  symlinkSync('nowhere', 'dangling.onnx');
}

function digests(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name, digestOf(name)]));
}

/** Kind and content of a file or link. */
function digestOf(name: string): string {
  const kind = lstatSync(name, { throwIfNoEntry: false });
  if (!kind) return 'gone';
  if (kind.isSymbolicLink()) return `link to ${readlinkSync(name)}`;
  return createHash('sha256').update(readFileSync(name)).digest('hex');
}

/** Whether a command line reads the file, through a link too; whatever it does not read it may write over. */
function isReadBy(words: readonly string[], name: string): boolean {
  if (['help', 'chips'].includes(words[0] ?? '') || words.includes('--help') || words.includes('--version'))
    return false;
  const read = words.filter((_word, i) => words[i - 1] !== '--out');
  return read.some((word) => word === name || (word === 'link.onnx' && name === 'conv.onnx'));
}

const chips = [
  'nvidia-t4',
  'hailo-8',
  'generic-x86-avx2-desktop',
  'coral',
  'arm-cortex-m7',
  'apple-m4-ane',
  'nosuch',
];
const numbers = ['0', '1', '400', '-1', '1e9', 'NaN', ' ', '1e400'];

/** What an option may be given, by its name; anything else gets a word. */
const values: Readonly<Record<string, readonly string[]>> = {
  chip: chips,
  bind: [
    'batch=8',
    'batch=0',
    'N=3',
    'x=',
    '=3',
    'batch',
    'sequence=99999999999999999999',
    '__proto__=1',
    'a=b=2',
  ],
  phase: ['inference', 'prefill', 'decode', 'training', 'TRAINING'],
  precision: ['as-stored', 'fp16', 'int8', 'fp4', 'int4-weights', 'fp128'],
  runtime: ['onnxruntime-cpu', 'onnxruntime-cuda', 'tensorrt', 'pytorch-eager', 'openvino', 'nosuch'],
  settings: ['settings.json', 'hostile.json', 'missing.json', 'conv.onnx', '.'],
  profile: ['profile.csv', 'table.csv', 'missing.csv', 'conv.onnx', 'hostile.json'],
  format: [...reportFormats, 'xml', 'constructor'],
  lang: ['en', 'ko', 'fr'],
  carbon: numbers,
  layers: ['profile.csv', 'hostile.json'],
  node: ['/conv1/Conv', 'nosuch'],
  out: [
    'out.txt',
    'no/such/folder.txt',
    '.',
    'conv.onnx',
    './conv.onnx',
    'link.onnx',
    'settings.json',
    'profile.csv',
    '/dev/null',
  ],
};

function commandLine(random: Random, inputs: readonly string[]): string[] {
  const command = random(40) ? pick(random, Object.keys(commands)) : pick(random, hostileWords);
  const words = [command];
  const options = commands[Object.hasOwn(commands, command) ? command : 'analyze']!;
  if (random(12)) words.push(pick(random, inputs));
  for (let i = random(5); i > 0; i--) {
    const name = random(30)
      ? pick(random, Object.keys(options))
      : pick(random, ['nosuch', ...Object.keys(values)]);
    if (['help', 'version'].includes(name) && random(8)) continue;
    words.push(`--${name}`);
    if (options[name]?.type === 'boolean' || random(40) === 0) continue;
    words.push(random(12) ? pick(random, values[name] ?? ['word']) : pick(random, hostileWords));
  }
  if (random(25) === 0) words.splice(random(words.length + 1), 0, pick(random, ['--', '-', ...hostileWords]));
  return words;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function runWords(words: readonly string[]): Promise<Outcome> {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(words, {
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
    locale: 'en',
  });
  return { code, out: out.join(''), error: error.join('') };
}

/** What no command line may do. */
function faultOf(words: readonly string[], code: number, out: string, error: string): string | undefined {
  // Limits that no chip keeps are what was required, too.
  const canRequire = words.includes('--require') || words[0] === 'rank';
  const codes = canRequire ? [0, 1, 2, 3] : [0, 1, 2];
  if (!codes.includes(code)) return `exit code ${code}`;
  if (code !== 0 && !/^siliconlens: .+\n$/m.test(error)) return `no reason on standard error: ${error}`;
  const slip = /internal error|\bundefined\b|\[object |\bNaN\b|Cannot read|is not a function/.exec(error);
  if (slip && !words.includes(slip[0])) return `a slip of the program shows: ${error.slice(0, 300)}`;
  // Anything that moves a cursor, colours or reorders; tabs and line ends are text.
  const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/.exec(
    (error + out).replaceAll('\r\n', '\n'),
  );
  if (control) return `control character ${control[0].charCodeAt(0).toString(16)} is printed`;
  const format = words.lastIndexOf('--format');
  const isHelp = words[0] === 'help' || words.includes('--help') || words.includes('--version');
  if (code === 0 && !isHelp && format > 0 && words[format + 1] === 'json' && out !== '')
    return jsonFault(out);
  return undefined;
}

function jsonFault(out: string): string | undefined {
  try {
    JSON.parse(out);
    return undefined;
  } catch (error) {
    return `JSON that is none: ${String(error)}`;
  }
}
