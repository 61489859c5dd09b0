import { fileNames, isTextPath } from '../../modelFormats/names';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Language } from '../../l10n/language';
import { problemMessage } from '../../l10n/problems';
import { readModel } from '../engine/formats';
import { bytesPerLetter, parseOnnxText, type ParsedText } from '../engine/formats/onnxText/parse';
import type { TextProblem } from '../engine/formats/onnxText/cursor';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import { printListing, type Listing } from '../engine/formats/onnxText/print';
import { noRoom, noRoomCode, type ReadModel, type Room } from '../engine/formats/room';
import type { Model, Node } from '../engine/graph/model';
import type { Problem } from '../engine/problem';
import { runThrough, uninterrupted } from '../engine/scheduler';
import { readText as readFileText } from '../node/readFile';
import { FileError, type OpenFile } from '../platform';
import { ExternalConstants } from '../workspace/externalConstants';
import { besideOf, externalDataProblems } from '../workspace/externalData';
import { externalFiles } from '../workspace/externalFiles';
import { ModelFiles, type ClientFiles } from '../workspace/modelFiles';
import { withoutGraphText } from '../workspace/withoutGraph';
import { failed, type Failure } from './failure';

/** A model of this machine with what reading it had to say. */
export interface OpenedModel {
  readonly path: string;
  readonly uri: string;
  readonly model: Model;
  readonly size: number;
  /** Memory that it takes with its listing. */
  readonly bytes: number;
  /** Lines of a hand-written file itself, else of the listing. */
  readonly positions: PositionTable;
  readonly problems: readonly Problem[];
  /** Lines at the head of the listing. */
  readonly remarks: readonly string[];
  /** Locations of external data that it names. */
  readonly external: readonly string[];
  /** Why only a part of the file could be read; a script must not take that part for the model. */
  readonly failure: Failure | null;
}

/** The command line has no editor that could read for it. */
export const noEditor: ClientFiles = {
  stat: () => Promise.resolve({ ok: false, reason: '' }),
  read: () => Promise.resolve({ ok: false, reason: '' }),
};

/** The files of this machine. */
export const localFiles = new ModelFiles(noEditor);

/**
 * Reads a model; weights are looked for, never read. A folder is read by the file in it that says what it holds. Throws a
 * `Failure` when there is no model in it.
 * @param files what it and the files beside it are read through
 */
export async function openModel(
  given: string,
  language: Language,
  room: Room,
  files: ModelFiles = localFiles,
): Promise<OpenedModel> {
  const { path, file } = await opened(given, files);
  const uri = pathToFileURL(resolve(path)).href;
  try {
    const text = isTextPath(path) ? await readTextModel(path, file, room) : null;
    const beside = besideOf(uri, basename(path), files);
    const read: ReadModel =
      text ?? (await readModel(file.source, basename(path), uninterrupted, room, beside));
    const { value: model, problems, bytes } = read;
    if (!model) {
      const [first] = problems;
      throw first ? unreadable(path, first, language) : failed('cli.error.unreadable', { path });
    }
    await new ExternalConstants(model, uri, files).ready();
    const data = runThrough(externalFiles(model));
    const external = data.map(({ location }) => location);
    const notes = await externalDataProblems(uri, data, files);
    const { size } = file.stamp;
    const remarks = withoutGraphText(problems, language);
    let listing: Listing | undefined;
    const positions = (): PositionTable =>
      text?.positions ?? (listing ??= printed(path, model, size, remarks)).positions;
    const error = problems.find((problem) => problem.severity === 'error');
    const failure = error ? unreadable(path, error, language) : null;
    const all = [...problems, ...notes];
    return {
      path,
      uri,
      model,
      size,
      bytes,
      // A listing takes as long as reading the model, and not every command asks for its lines.
      get positions() {
        return positions();
      },
      remarks,
      external,
      problems: all,
      failure,
    };
  } finally {
    await file.close();
  }
}

/** The file that a path means, which may be that of a folder. */
async function opened(
  path: string,
  files: ModelFiles,
): Promise<{ readonly path: string; readonly file: OpenFile }> {
  const open = (one: string): Promise<OpenFile> => files.open(pathToFileURL(resolve(one)).href);
  try {
    return { path, file: await open(path) };
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'folder') throw fileFailure(path, error);
    for (const name of fileNames) {
      const inside = join(path, name);
      const file = await open(inside).catch(() => null);
      if (file) return { path: inside, file };
    }
    throw fileFailure(path, error);
  }
}

function unreadable(path: string, problem: Problem | TextProblem, language: Language): Failure {
  if (problem.code === noRoomCode) return failed('cli.error.memory.file', { path, ...problem.args });
  const range = 'range' in problem ? problem.range : undefined;
  // As compilers write it, so that editors and terminals can jump there: both count from 1.
  const place = range ? `${path}:${range.start.line + 1}:${range.start.character + 1}` : path;
  return failed('cli.error.model', { path: place, message: problemMessage(language, problem) });
}

/** Line of a node in the listing, from 1; null where it has none. */
export function lineIn({ positions }: Pick<OpenedModel, 'positions'>, node: Node): number | null {
  const line = positions.lineOf(node);
  return line < 0 ? null : line + 1;
}

/** A model in ONNX's textual syntax. */
export function listingOf(opened: OpenedModel): string {
  return printed(opened.path, opened.model, opened.size, opened.remarks).text;
}

function printed(path: string, model: Model, fileSize: number, remarks: readonly string[]): Listing {
  return printListing(model, { fileName: basename(path), fileSize, remarks });
}

async function readTextModel(path: string, { source }: OpenFile, room: Room): Promise<ParsedText> {
  const { size } = source;
  if (size > mostText) throw new FileError('too-large', path);
  if (!room(size * bytesPerLetter)) throw failed('cli.error.memory.file', { path, ...noRoom(0, size).args });
  const bytes = await source.read(0, size);
  return parseOnnxText(new TextDecoder().decode(bytes), uninterrupted, room);
}

/** What to tell of a file that the user named. */
export function fileFailure(path: string, error: unknown): Error {
  if (!(error instanceof FileError)) return error instanceof Error ? error : new Error(String(error));
  return failed(`cli.error.file.${error.code}`, { path, detail: error.message, limit: mostText });
}

/** The text of a small file that the user named, such as settings. */
export async function readText(path: string, mostBytes = mostText): Promise<string> {
  try {
    return await readFileText(path, mostBytes);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Above this a file is no settings, chip or profile; a little more no longer fits a string. */
const mostText = 400e6;
