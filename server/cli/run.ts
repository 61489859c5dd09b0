import { terminalText } from '../../outside/terminal';
import { entryOf } from '../../outside/table';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import manifest from '../../package.json';
import { languageOf, message, type Language, type MessageKey } from '../../l10n/messages';
import { shells } from '../../outside/shell';
import { runtimeProfiles } from '../engine/kernels/profile';
import { phases, precisionPolicies } from '../engine/workload';
import { chipFolder } from '../workspace/chipFiles';
import { chosenChips } from '../workspace/chosenChips';
import { analyze, onlyPath } from './analyze';
import { parseArguments, type Arguments } from './arguments';
import { calibrate } from './calibrate';
import { listChips } from './chips';
import { exitCodes, failed, Failure, usage, type Outcome } from './failure';
import { listingOf, openModel } from './openModel';
import { sparsity } from './sparsity';
import { verify } from './verify';

/** Where a command writes to and what surrounds it. */
export interface Console {
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  error(text: string): void;
  /** How far a long reading has come, in bytes; undefined where nobody watches. */
  progress?(done: number, all: number): void;
  /** As in `LANG`: `ko_KR.UTF-8`. */
  readonly locale: string | undefined;
}

/** Runs one command and returns its exit code; never rejects. */
export async function run(words: readonly string[], console: Console): Promise<number> {
  let language = languageFor(words, console.locale);
  try {
    const parsed = parseArguments(words);
    language = parsed.choice('lang', ['en', 'ko'] as const) ?? language;
    const { text, failure, notes, file } = await perform(parsed, language, console);
    if (parsed.out !== undefined) await write(parsed.out, file ?? text);
    if (parsed.out === undefined || file) console.out(text);
    if (notes) console.error(`${notes.trimEnd()}\n`);
    if (failure) throw failure;
    return exitCodes.done;
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : failed('cli.error.internal', { detail: error instanceof Error ? error.message : String(error) });
    const text = terminalText(message(language, failure.key, failure.args), Infinity);
    console.error(`${message(language, 'cli.error', { message: text })}\n`);
    return failure.exitCode;
  }
}

/** The language of failures that come before the options are understood. */
function languageFor(words: readonly string[], locale: string | undefined): Language {
  const at = words.indexOf('--lang');
  const wanted = at === -1 ? words.find((word) => word.startsWith('--lang='))?.slice(7) : words[at + 1];
  return languageOf((wanted ?? locale)?.replaceAll('_', '-').split('.')[0]);
}

async function perform(words: Arguments, language: Language, console: Console): Promise<Outcome> {
  if (words.version) return whole(`${manifest.version}\n`);
  if (words.help) return whole(helpText(language));
  switch (words.command) {
    case 'analyze':
      return analyze(words, language);
    case 'calibrate':
      return calibrate(words, language);
    case 'sparsity':
      return sparsity(words, language, console.progress ?? (() => {}));
    case 'chips':
      return whole(await listChips(words, language));
    case 'listing': {
      const opened = await openModel(onlyPath(words), language);
      return { text: listingOf(opened), failure: opened.failure };
    }
    case 'verify':
      return verify(words, language);
    default:
      throw usage('cli.error.command', { command: words.command });
  }
}

function whole(text: string): Outcome {
  return { text, failure: null };
}

function helpText(language: Language): string {
  const help = message(language, 'cli.help', {
    chips: chosenChips([])
      .chips.map((chip) => chip.id)
      .join(', '),
    phases: phases.join(', '),
    precisions: precisionPolicies.join(', '),
    shells: shells.join(', '),
    runtimes: runtimeProfiles.map((profile) => profile.id).join(', '),
  });
  return `${message(language, 'cli.usage')}\n\n${help}\n`;
}

async function write(path: string, text: string | Uint8Array): Promise<void> {
  try {
    // The project's own folder is made, as the editor does; any other that is missing may be a slip of the pen.
    const folder = dirname(path);
    if (isChipFolder(folder)) await mkdir(folder, { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const detail = error instanceof Error ? error.message : String(error);
    throw failed(entryOf(unwritable, code) ?? 'cli.error.out', { path, folder: dirname(path), detail });
  }
}

function isChipFolder(folder: string): boolean {
  const own = join(...chipFolder);
  return folder === own || folder.endsWith(`${sep}${own}`);
}

/** What keeps a file from being written, by the code of the error. */
const unwritable: Readonly<Record<string, MessageKey>> = {
  ENOENT: 'cli.error.out.noFolder',
  ENOTDIR: 'cli.error.out.noFolder',
  EISDIR: 'cli.error.out.isFolder',
  EACCES: 'cli.error.out.denied',
  EPERM: 'cli.error.out.denied',
  EROFS: 'cli.error.out.denied',
};
