import { entryOf } from '../../outside/table';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseValue } from '../engine/inference/values/parse';
import { problem } from '../engine/problem';
import { refused, usage } from './failure';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

const common: OptionTable = {
  out: { type: 'string', short: 'o' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
};
const formatted: OptionTable = { ...common, format: { type: 'string', short: 'f' } };

/** How a model is looked at. */
const workload: OptionTable = {
  bind: { type: 'string', multiple: true, short: 'b' },
  value: { type: 'string', multiple: true },
  phase: { type: 'string' },
  precision: { type: 'string' },
  runtime: { type: 'string' },
  cache: { type: 'string' },
  'cache-type': { type: 'string' },
  'flash-attention': { type: 'string' },
  optimizer: { type: 'string' },
  'master-weights': { type: 'string' },
  recompute: { type: 'string' },
  zero: { type: 'string' },
  devices: { type: 'string' },
  'lora-rank': { type: 'string' },
  accumulate: { type: 'string' },
  settings: { type: 'string' },
};

/** Of commands that take a chip with its host. */
const offload: OptionTable = { 'gpu-layers': { type: 'string' } };

/** Of commands that hold one model against several chips. */
const onChips: OptionTable = {
  chip: { type: 'string', multiple: true, short: 'c' },
  host: { type: 'string' },
};

/** Of commands that work on the models of a sweep, or of a queue. */
const onThreads: OptionTable = {
  queue: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  'time-limit': { type: 'string' },
  memory: { type: 'string' },
};

/** Options by command; what is not listed is a usage error. */
export const commands: Readonly<Record<string, OptionTable>> = {
  analyze: {
    ...formatted,
    ...workload,
    ...offload,
    ...onChips,
    carbon: { type: 'string' },
    battery: { type: 'string' },
    mapping: { type: 'string' },
    profile: { type: 'string', multiple: true, short: 'p' },
    layers: { type: 'string' },
  },
  calibrate: {
    ...common,
    ...workload,
    chip: { type: 'string', short: 'c' },
    profile: { type: 'string', multiple: true, short: 'p' },
    layers: { type: 'string' },
    id: { type: 'string' },
    name: { type: 'string' },
    tool: { type: 'string', multiple: true },
  },
  sparsity: {
    ...formatted,
    ...onChips,
    ...workload,
  },
  fit: {
    ...formatted,
    ...workload,
    ...offload,
    ...onChips,
    mapping: { type: 'string' },
    batch: { type: 'string' },
    context: { type: 'string' },
    require: { type: 'boolean' },
    streams: { type: 'string' },
  },
  map: {
    ...formatted,
    ...workload,
    ...onChips,
    system: { type: 'string' },
    objective: { type: 'string' },
    save: { type: 'string' },
    batch: { type: 'string' },
    context: { type: 'string' },
    train: { type: 'string' },
    use: { type: 'string' },
    tokens: { type: 'string' },
    serving: { type: 'string' },
    price: { type: 'string' },
  },
  suggest: {
    ...formatted,
    ...workload,
    ...offload,
    chip: { type: 'string', multiple: true, short: 'c' },
    host: { type: 'string' },
    mapping: { type: 'string' },
    off: { type: 'string', multiple: true },
    price: { type: 'string', multiple: true },
  },
  rank: {
    ...formatted,
    ...workload,
    ...offload,
    chip: { type: 'string', multiple: true, short: 'c' },
    host: { type: 'string' },
    objective: { type: 'string' },
    precisions: { type: 'string', multiple: true },
    limit: { type: 'string', multiple: true },
    place: { type: 'string', multiple: true },
    vendor: { type: 'string', multiple: true },
    class: { type: 'string', multiple: true },
    country: { type: 'string', multiple: true },
    'any-status': { type: 'boolean' },
    needs: { type: 'string' },
    streams: { type: 'string' },
    price: { type: 'string', multiple: true },
  },
  split: {
    ...formatted,
    ...workload,
    device: { type: 'string' },
    edge: { type: 'string' },
    cloud: { type: 'string' },
    network: { type: 'string' },
    'edge-network': { type: 'string' },
    objective: { type: 'string' },
    deadline: { type: 'string' },
    'private-input': { type: 'boolean' },
    offline: { type: 'boolean' },
    needs: { type: 'string' },
    'int8-transfer': { type: 'boolean' },
    'input-size': { type: 'string' },
    battery: { type: 'string' },
    carbon: { type: 'string' },
    'cloud-carbon': { type: 'string' },
    price: { type: 'string' },
  },
  phases: {
    ...formatted,
    ...workload,
    ...offload,
    ...onChips,
    mapping: { type: 'string' },
    batch: { type: 'string' },
    prompt: { type: 'string' },
    context: { type: 'string' },
    accepted: { type: 'string' },
    answer: { type: 'string' },
  },
  compare: {
    ...formatted,
    ...workload,
    ...offload,
    ...onChips,
    revision: { type: 'string' },
    'with-chip': { type: 'string' },
    'with-precision': { type: 'string' },
  },
  check: {
    ...formatted,
    budget: { type: 'string' },
    baseline: { type: 'string' },
    revision: { type: 'string' },
  },
  baseline: {
    ...common,
    budget: { type: 'string' },
  },
  sweep: {
    ...formatted,
    ...onThreads,
    store: { type: 'string' },
    shard: { type: 'string' },
  },
  worker: {
    ...common,
    ...onThreads,
    models: { type: 'string' },
    rate: { type: 'string' },
    idle: { type: 'string' },
    metrics: { type: 'string' },
  },
  dashboard: { ...common, where: { type: 'string', multiple: true } },
  query: {
    ...formatted,
    ask: { type: 'string' },
    sql: { type: 'string' },
    where: { type: 'string', multiple: true },
    objective: { type: 'string' },
    price: { type: 'string', multiple: true },
    baseline: { type: 'string', multiple: true },
    tolerance: { type: 'string' },
    top: { type: 'string' },
  },
  chips: formatted,
  systems: formatted,
  verify: {
    ...common,
    ...workload,
    chip: { type: 'string', short: 'c' },
    node: { type: 'string', short: 'n' },
    shell: { type: 'string' },
  },
  listing: common,
  help: common,
};

/** What was asked for. */
export interface Arguments {
  readonly command: string;
  readonly positionals: readonly string[];
  readonly out: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
  /** A single value of an option; undefined when it was not given. */
  text(name: string): string | undefined;
  /** All values of an option that may be repeated. */
  texts(name: string): readonly string[];
  /** An option without a value was given. */
  flag(name: string): boolean;
  /** A value that must be one of a list. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined;
}

/** Reads the words after the program's name. Throws a usage `Failure`. */
export function parseArguments(words: readonly string[]): Arguments {
  const first = words.find((word, i) => !word.startsWith('-') && !isLanguage(words[i - 1]));
  const isBare = first === undefined;
  const command = first ?? 'help';
  const options = entryOf(commands, command);
  const global = words.some((word) => ['--help', '-h', '--version', '-v'].includes(word));
  if (!options) throw usage('cli.error.command', { command });
  if (isBare && !global) throw usage('cli.error.noCommand');
  const { values, positionals } = parse(words, command, options);
  const text = (name: string): string | undefined => {
    const value = entryOf(values, name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    command,
    positionals: positionals.slice(isBare ? 0 : 1),
    out: text('out'),
    help: values['help'] === true || command === 'help',
    version: values['version'] === true,
    text,
    texts: (name) => {
      const value = entryOf(values, name);
      return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
    },
    flag: (name) => entryOf(values, name) === true,
    choice: (name, allowed) => choiceOf(text(name), name, allowed),
  };
}

/** A value of an option that must be one of a list. Throws a usage `Failure` for another one. */
export function choiceOf<T extends string>(
  value: string | undefined,
  name: string,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw usage('cli.error.choice', { option: `--${name}`, value, allowed: allowed.join(', ') });
  }
  return found;
}

/** `--lang ko analyze …`: the one option of all commands that people set before the command, in an alias. */
function isLanguage(word: string | undefined): boolean {
  return word === '--lang';
}

function parse(
  words: readonly string[],
  command: string,
  options: OptionTable,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const text = error instanceof Error ? error.message : '';
    const option = (/--[\w-]+/.exec(text) ?? /-\w/.exec(text))?.[0] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw unknownOption(command, option);
    const flag = entryOf(options, option.replace(/^-+/, ''))?.type === 'boolean';
    throw usage(flag ? 'cli.error.optionFlag' : 'cli.error.optionValue', { option });
  }
}

/** Of an option that other commands take, these are named. */
function unknownOption(command: string, option: string): Error {
  const name = option.replace(/^-+/, '');
  const others = Object.entries(commands)
    .filter(([, table]) => entryOf(table, name))
    .map(([other]) => other);
  return others.length === 0
    ? usage('cli.error.unknownOption', { option })
    : usage('cli.error.optionElsewhere', { command, option, others: others.join(', ') });
}

/** A number of 0 or more. */
export function parseAmount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw usage('cli.error.amount', { option: `--${option}`, value: text });
  }
  return value;
}

/** A whole number of at least 1, or of another least one. */
export function parseCount(option: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < least || !Number.isSafeInteger(value)) {
    throw usage('cli.error.count', { option: `--${option}`, value: text, least });
  }
  return value;
}

/** `NAME=V` pairs: numbers, `true` or `false`, or lists of them; the name may hold `=` itself. */
export function parseValues(texts: readonly string[]): Record<string, readonly number[]> {
  const values = new Map<string, readonly number[]>();
  for (const value of texts) {
    const at = value.lastIndexOf('=');
    const numbers = parseValue(value.slice(at + 1));
    if (at < 1 || !numbers) throw usage('cli.error.value', { value });
    const name = value.slice(0, at).trim();
    const before = values.get(name);
    if (before && before.join() !== numbers.join()) {
      const args = { first: `${name}=${before.join()}`, second: value, name };
      throw refused(problem('error', 'binding.contradiction', args));
    }
    values.set(name, numbers);
  }
  return Object.fromEntries(values);
}

/** `NAME=N` pairs; the name may hold `=` itself (`loop:a=b=3`). */
export function parseBindings(texts: readonly string[]): Record<string, number> {
  const bindings = new Map<string, number>();
  for (const value of texts) {
    const at = value.lastIndexOf('=');
    const number = value.slice(at + 1);
    if (at < 1 || !/^\d+$/.test(number) || !Number.isSafeInteger(Number(number))) {
      throw usage('cli.error.bind', { value });
    }
    const name = value.slice(0, at).trim();
    const before = bindings.get(name) ?? Number(number);
    if (before !== Number(number)) {
      const args = { first: `${name}=${before}`, second: value, name };
      throw refused(problem('error', 'binding.contradiction', args));
    }
    bindings.set(name, before);
  }
  return Object.fromEntries(bindings);
}
