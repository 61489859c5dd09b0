import { entryOf } from '../../outside/table';
import { terminalText } from '../../outside/terminal';
import { dirname, join, sep } from 'node:path';
import manifest from '../../package.json';
import { languageOf, type Language } from '../../l10n/language';
import { message } from '../../l10n/cli';
import { writeMessage } from '../../l10n/write';
import { shells } from '../../outside/shell';
import { runtimeProfiles } from '../engine/kernels/profile';
import {
  cachePolicies,
  cacheTypeNames,
  optimizers,
  phases as phaseNames,
  precisionPolicies,
  recomputations,
} from '../engine/workload';
import { suggestionCodes } from '../engine/mapping/suggest/types';
import { networks } from '../engine/systems/networks';
import { FileError } from '../platform';
import { writeFile, WriteError } from '../node/writeFile';
import { refuseDescriptor, targetOf } from '../node/writeTarget';
import { chipFolder } from '../workspace/ownFolder';
import { reportFormats } from '../printReport';
import { chosenChips } from '../workspace/chosenChips';
import { analyze } from './analyze';
import { commands, parseArguments, type Arguments } from './arguments';
import { baseline } from './budgets/baseline';
import { check } from './budgets/check';
import { calibrate } from './calibrate';
import { listChips } from './chips';
import { compare } from './compare';
import { dashboard } from './dashboard/dashboard';
import { exitCodes, failed, Failure, usage, type Outcome } from './failure';
import { fit } from './fit';
import { namedInputs, otherInputs } from './inputs';
import { map } from './map';
import { roomIn } from './memory';
import { fileFailure, listingOf, openModel } from './openModel';
import { query } from './query/query';
import { worker } from './queue/worker';
import { rank } from './rank';
import { split } from './split';
import { sparsity } from './sparsity';
import { suggest } from './suggest';
import type { SweepHost } from './sweep/machine';
import { sweep } from './sweep/sweep';
import { phases } from './phases';
import { listSystems } from './systems';
import { onlyPath } from './task';
import { verify } from './verify';

/** Where a command writes to and what surrounds it. */
export interface Console {
  /** Results, chunk by chunk; the next one is made when the answer, if it is a promise, has come. */
  out(text: string): unknown;
  /** Everything else. */
  error(text: string): void;
  /** How far a long reading has come, in bytes; undefined where nobody watches. */
  readonly progress?: (done: number, all: number) => void;
  /** Writes over the line before; undefined where nobody watches. */
  readonly status?: (line: string) => void;
  /** The script that workers of a sweep run; what a dashboard consists of lies beside it. */
  readonly workerScript?: string;
  /** Variables of the environment; none where left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The open file that results go to, where there is one. */
  readonly descriptor?: number;
  /** What the process may take; without bounds when left out. */
  readonly heapBytes?: number;
  /** As in `LANG`: `ko_KR.UTF-8`. */
  readonly locale: string | undefined;
}

/** Runs one command and returns its exit code; never rejects. */
export async function run(words: readonly string[], console: Console): Promise<number> {
  let language = languageFor(words, console.locale);
  try {
    const parsed = parseArguments(words);
    language = parsed.choice('lang', ['en', 'ko'] as const) ?? language;
    const inputs = await namedInputs(parsed);
    await checkOutput(parsed, inputs, console.descriptor);
    const save = parsed.text('save');
    if (save !== undefined) await targetOf(save, { inputs });
    const outcome = await perform(parsed, language, console);
    const { text, failure, notes, file, saved } = outcome;
    if (saved) await writeFile(saved.path, saved.text, { inputs: [...inputs, ...(outcome.inputs ?? [])] });
    if (parsed.out !== undefined && !outcome.isWritten)
      await write(parsed.command, parsed.out, file ?? text, [...inputs, ...(outcome.inputs ?? [])]);
    if (parsed.out === undefined || file || outcome.isWritten)
      for await (const chunk of typeof text === 'string' ? [text] : text) await console.out(chunk);
    if (notes) console.error(`${notes.trimEnd()}\n`);
    if (failure) throw failure;
    return exitCodes.done;
  } catch (error) {
    // A reader that has seen enough (`--out /dev/stdout | head`) ends us as it ends any program: quietly.
    if (error instanceof WriteError && error.code === 'readerGone') return exitCodes.brokenPipe;
    console.error(`${failureText(error, language)}\n`);
    return failureOf(error).exitCode;
  }
}

/** What is said of a command that ended with an error. */
export function failureText(error: unknown, language: Language): string {
  return message(language, 'cli.error', { message: terminalText(failureOf(error).say(language), Infinity) });
}

function failureOf(error: unknown): Failure {
  if (error instanceof WriteError)
    return new Failure(exitCodes.failed, (language) =>
      writeMessage(language, `write.${error.code}`, error.args),
    );
  const known = error instanceof FileError ? fileFailure(error.path, error) : error;
  if (known instanceof Failure) return known;
  return failed('cli.error.internal', { detail: error instanceof Error ? error.message : String(error) });
}

/** The language of failures that come before the options are understood. */
function languageFor(words: readonly string[], locale: string | undefined): Language {
  const at = words.indexOf('--lang');
  const wanted = at === -1 ? words.find((word) => word.startsWith('--lang='))?.slice(7) : words[at + 1];
  return languageOf(wanted ?? locale);
}

/** Commands about models and results, each in a room of its own. */
const ofModels = {
  analyze,
  calibrate,
  fit,
  rank,
  split,
  phases,
  map,
  suggest,
  verify,
  compare,
  check,
  baseline,
  query,
};

async function perform(words: Arguments, language: Language, console: Console): Promise<Outcome> {
  if (words.version) return whole(`${manifest.version}\n`);
  if (words.command === 'help') refuseUnknown(words.positionals);
  if (words.help) return whole(helpText(language));
  const command = entryOf(ofModels, words.command);
  if (command) return command(words, language, console.heapBytes);
  switch (words.command) {
    case 'sparsity':
      return sparsity(words, language, console.progress ?? (() => {}), console.heapBytes);
    case 'dashboard':
      return dashboard(words, language, console.workerScript ?? '');
    case 'sweep':
    case 'worker':
      return { sweep, worker }[words.command](words, language, sweepHost(console));
    case 'chips':
      return whole(await listChips(words, language));
    case 'systems':
      return listSystems(words, language);
    case 'listing': {
      const opened = await openModel(onlyPath(words), language, roomIn(console.heapBytes ?? Infinity));
      const inputs = await otherInputs(words, [opened]);
      return { text: listingOf(opened), failure: opened.failure, inputs };
    }
    default:
      throw usage('cli.error.command', { command: words.command });
  }
}

function sweepHost(console: Console): SweepHost {
  const { status } = console;
  return {
    workerScript: console.workerScript ?? '',
    environment: console.environment ?? {},
    heapBytes: console.heapBytes ?? Infinity,
    note: (line) => console.error(`${terminalText(line, Infinity)}\n`),
    ...(status && { status }),
  };
}

/** Help is asked for commands that there are. */
function refuseUnknown(names: readonly string[]): void {
  for (const command of names) if (!entryOf(commands, command)) throw usage('cli.error.command', { command });
}

function whole(text: string): Outcome {
  return { text, failure: null };
}

/** Parts of the help text, in order: keys `cli.help.…`. */
const helpParts = [
  ...(['commands', 'analyze', 'fit', 'phases', 'map', 'suggest', 'rank', 'split', 'sweep'] as const),
  ...([
    'worker',
    'query',
    'dashboard',
    'compare',
    'check',
    'chips',
    'calibrate',
    'verify',
    'all',
    'results',
  ] as const),
];

function helpText(language: Language): string {
  const words = {
    chips: chosenChips([])
      .chips.map((chip) => chip.id)
      .join(', '),
    phases: phaseNames.join(', '),
    precisions: precisionPolicies.join(', '),
    shells: shells.join(', '),
    runtimes: runtimeProfiles.map((profile) => profile.id).join(', '),
    caches: cachePolicies.join(', '),
    cacheTypes: cacheTypeNames.join(', '),
    optimizers: optimizers.join(', '),
    recomputations: recomputations.join(', '),
    suggestions: suggestionCodes.join(', '),
    networks: networks.map(({ id }) => id).join(', '),
    reportFormats: reportFormats.join(', '),
  };
  const parts = helpParts.map((part) => message(language, `cli.help.${part}`, words));
  return `${[message(language, 'cli.usage'), ...parts].join('\n\n')}\n`;
}

/** Refuses an output that is an input or can't be written, before anything is read. */
async function checkOutput(
  { command, out }: Arguments,
  inputs: readonly string[],
  descriptor: number | undefined,
): Promise<void> {
  if (out === undefined) {
    // As `cat` does: `>> model.onnx` would spoil what it shows.
    if (descriptor === undefined) return;
    await refuseDescriptor(descriptor, inputs, '/dev/stdout').catch((error: unknown) => {
      if (error instanceof WriteError) throw error;
    });
    return;
  }
  await targetOf(out, { inputs }).catch((error: unknown) => {
    const isToBeMade = error instanceof WriteError && error.code === 'noFolder' && makesFolder(command, out);
    if (!isToBeMade) throw error;
  });
}

function write(
  command: string,
  path: string,
  text: Outcome['text'] | Uint8Array,
  inputs: readonly string[],
): Promise<void> {
  return writeFile(path, text, { inputs, makeFolder: makesFolder(command, path) });
}

/** The project's own folder is made, as the editor does, and that of a chip; any other may be a slip of the pen. */
function makesFolder(command: string, path: string): boolean {
  return command === 'calibrate' || isChipFolder(dirname(path));
}

function isChipFolder(folder: string): boolean {
  const own = join(...chipFolder);
  return folder === own || folder.endsWith(`${sep}${own}`);
}
