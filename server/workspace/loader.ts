import { URI, Utils } from 'vscode-uri';
import type { Language } from '../../l10n/language';
import { readModel } from '../engine/formats';
import { boundless, noRoom } from '../engine/formats/room';
import type { ReadModel, Room } from '../engine/formats/room';
import { PositionTable } from '../engine/formats/onnxText/positions';
import { bytesPerLetter, parseOnnxText } from '../engine/formats/onnxText/parse';
import { printSteps } from '../engine/formats/onnxText/print';
import type { Model } from '../engine/graph/model';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { CancelledError, runPolitely } from '../engine/scheduler';
import { localFilesOf, type FileStamp } from '../platform';
import type { ExternalNotes, Listing } from './analysis';
import { ExternalConstants } from './externalConstants';
import { besideOf, externalDataProblems } from './externalData';
import { externalFiles } from './externalFiles';
import { LoadQueue } from './loadQueue';
import type { ModelFiles } from './modelFiles';
import { Pipeline } from './pipeline';
import { ReadDigest } from './readDigest';
import { emptyModel } from '../engine/graph/emptyModel';
import { fileProblem, headRemarks, unreadableText } from './served';
import type { Served } from './served';
import { politely } from './turns';

/** Editors take no longer texts either. */
const textLimit = 50e6;

/** Of a model that is not read, since a server ended over it. */
const withheldCode = 'files.withheld';

const noNotes: ExternalNotes = { problems: [], revision: 0, files: null };

/** What stands in for a model that is not read. */
export function isWithheld(listing: Listing): boolean {
  return listing.problems.some(({ code }) => code === withheldCode);
}

/** What is to be served: under which address, of which model, and what was served of it before. */
interface Wanted {
  readonly uri: string;
  readonly modelUri: string;
  readonly latest?: Served | undefined;
}

/** What a listing was made from. */
interface Known {
  readonly stamp: FileStamp;
  readonly digest: string;
}

/**
 * Whether a file that was read again is the one from before. Size and time alone would not tell: both can be set, and two
 * changes within a tick of the clock have the same. So a file is left unread only while its `version` stands (see
 * {@link FileStamp}); without one it is read again, and all that was read of it is compared. Weights are not read, and
 * nothing served depends on them. A file with another size or time is always made anew, since what lies beside it may
 * have changed too.
 */
function isSame(known: Known, now: Known): boolean {
  const { size, mtime } = now.stamp;
  return known.stamp.size === size && known.stamp.mtime === mtime && known.digest === now.digest;
}

export interface LoaderHost {
  language(): Language;
}

/** Reads files and texts and makes what is served from them. */
export class Loader {
  private readonly known = new WeakMap<Served, Known>();
  private readonly queue = new LoadQueue();

  constructor(
    private readonly files: ModelFiles,
    private readonly host: LoaderHost,
  ) {}

  /**
   * The listing of a model; `latest` itself when the file did not change. Rejects with a `CancelledError` alone, once
   * nobody waits for it.
   */
  async fromFile(
    uri: string,
    modelUri: string,
    latest: Served | undefined,
    room = boundless,
    isGivenUp = (): boolean => false,
  ): Promise<Served> {
    const wanted = { uri, modelUri, latest };
    let size: number | null = null;
    try {
      const stamp = await this.files.stat(modelUri);
      size = stamp.size;
      // Of files that the client reads, which it does as a whole, lookBeside says.
      if (latest && localFilesOf(modelUri)) await this.isStale(latest, isGivenUp);
      const known = latest && this.known.get(latest);
      if (latest && stamp.version !== null && known?.stamp.version === stamp.version) return latest;
      return await this.queue.run(size, isGivenUp, () => this.readAnew(wanted, room, isGivenUp));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      return this.unreadable(wanted, size, [fileProblem(error)]);
    }
  }

  /** Whether a file that its constants lie in has changed: then it is made anew. */
  private async isStale(served: Served, isOver: () => boolean): Promise<boolean> {
    const isStale = await served.constants.haveChanged(isOver);
    if (isStale) this.known.delete(served);
    return isStale;
  }

  private async readAnew(wanted: Wanted, room: Room, isGivenUp: () => boolean): Promise<Served> {
    const { modelUri, latest } = wanted;
    const known = latest && this.known.get(latest);
    const file = await this.files.open(modelUri);
    try {
      const digest = new ReadDigest(file.source);
      const name = nameOf(modelUri);
      const beside = besideOf(modelUri, name, this.files);
      const read = await readModel(digest, name, politely(isGivenUp), room, beside);
      const { value, problems } = read;
      const now: Known = { stamp: file.stamp, digest: digest.end() };
      if (latest && known && isSame(known, now)) {
        this.known.set(latest, now);
        return latest;
      }
      if (!value || isBeingWritten(problems, latest))
        return this.unreadable(wanted, file.stamp.size, problems);
      const served = await this.readable(wanted, { ...read, value }, file.stamp);
      this.known.set(served, now);
      return served;
    } finally {
      await file.close();
    }
  }

  /**
   * The model of a hand-written text, in the state that the editor has it. What was said of files beside it stays until
   * they are looked at again.
   */
  async fromText(
    uri: string,
    text: string,
    revision: number,
    latest?: Served,
    room = boundless,
  ): Promise<Served> {
    const { value, problems, positions, bytes } = await parseOnnxText(text, politely(), room);
    const state = value ? stateOf(problems) : 'unreadable';
    const model = value ?? emptyModel;
    const external = { ...(latest?.listing.external ?? noNotes) };
    const read = { model, bytes, positions, problems };
    const parts = { uri, modelUri: uri, revision, state, ...read, external } as const;
    return this.make(parts, text, Date.now(), latest?.constants);
  }

  /** As {@link fromText} for a file that no editor has open. */
  async fromTextFile(uri: string, revision: number, room = boundless): Promise<Served> {
    try {
      const file = await this.files.open(uri);
      try {
        const size = Math.min(file.source.size, textLimit);
        if (!room(size * bytesPerLetter))
          return this.unreadable({ uri, modelUri: uri }, size, [noRoom(0, size)]);
        const bytes = await file.source.read(0, size);
        return await this.fromText(uri, new TextDecoder().decode(bytes), revision, undefined, room);
      } finally {
        await file.close();
      }
    } catch (error) {
      return this.unreadable({ uri, modelUri: uri }, null, [fileProblem(error)]);
    }
  }

  /** A model that is not read, since a server ended over it. A hand-written text stays what it is. */
  leftAlone(uri: string, modelUri: string, text: string | null | undefined): Served {
    const problems = [problem('error', withheldCode, {})];
    const written = text ?? unreadableText(nameOf(modelUri), null, problems, this.host.language());
    const none = { model: emptyModel, bytes: 0, positions: new PositionTable([]), problems };
    return this.make({ uri, modelUri, revision: 0, state: 'unreadable', ...none }, written, Date.now());
  }

  /**
   * Looks for the files of weights beside a model. No listing waits for it: there may be hundreds, on a network drive.
   * A text that is being written names the same files for most of the time: they are looked at once.
   * @returns `noted` where there is something to say, or nothing any more; `stale` where the model is to be read anew
   */
  async lookBeside(served: Served, isOver: () => boolean): Promise<'noted' | 'stale' | null> {
    const { modelUri, model, external } = served.listing;
    // Without a name it lies in no folder.
    if (modelUri.startsWith('untitled:')) return null;
    const files = await runPolitely(externalFiles(model), politely(isOver)).catch((error: unknown) => {
      if (error instanceof CancelledError) return null;
      throw error;
    });
    const key = files && JSON.stringify(files);
    if (!files || key === external.files) return null;
    if (await this.isStale(served, isOver)) return 'stale';
    const problems = await externalDataProblems(modelUri, files, this.files, isOver);
    if (isOver()) return null;
    external.files = key;
    if (problems.length + external.problems.length === 0) return null;
    external.problems = problems;
    external.revision++;
    return 'noted';
  }

  private async readable(
    { uri, modelUri, latest }: Wanted,
    { value: model, problems, bytes }: ReadModel & { readonly value: Model },
    stamp: FileStamp,
  ): Promise<Served> {
    const remarks = headRemarks(stamp.size, problems, this.host.language());
    const options = { fileSize: stamp.size, remarks };
    const { text, positions } = await runPolitely(printSteps(model, options), politely());
    const state = stateOf(problems);
    const { revision, mtime } = nextOf(text, latest, stamp.mtime);
    const parts = { uri, modelUri, revision, state, model, bytes, positions, problems };
    // What was said of files beside it stays until they are looked at again.
    const external = latest?.text === text && { ...latest.listing.external, files: null };
    return this.make({ ...parts, ...(external && { external }) }, text, mtime);
  }

  /** A broken or missing file: its written state, or the last good listing if there is one. */
  private unreadable(
    { uri, modelUri, latest }: Wanted,
    size: number | null,
    problems: readonly Problem[],
  ): Served {
    if (latest && latest.listing.state !== 'unreadable') {
      const noted = [problem('warning', 'files.stale', {}), ...problems];
      const external = { ...latest.listing.external, files: null };
      const parts = { ...latest.listing, state: 'stale', problems: noted, external } as const;
      return this.make(parts, latest.text, latest.mtime);
    }
    const text = unreadableText(nameOf(modelUri), size, problems, this.host.language());
    const { revision, mtime } = nextOf(text, latest, Date.now());
    const none = { model: emptyModel, bytes: 0, positions: new PositionTable([]), problems };
    return this.make({ uri, modelUri, revision, state: 'unreadable', ...none }, text, mtime);
  }

  private make(
    parts: Omit<Listing, 'lineCount' | 'external'> & Partial<Pick<Listing, 'external'>>,
    text: string,
    mtime: number,
    earlier?: ExternalConstants,
  ): Served {
    const listing: Listing = {
      external: { ...noNotes },
      ...parts,
      lineCount: countLines(text),
    };
    const constants = new ExternalConstants(listing.model, listing.modelUri, this.files, earlier);
    const pipeline = new Pipeline(listing, () => constants.ready());
    return { text, mtime, listing, pipeline, constants };
  }
}

/** The file breaks off where a whole model was before: an export is under way, or it failed and the old one is better. */
function isBeingWritten(problems: readonly Problem[], latest: Served | undefined): boolean {
  const isWhole = latest?.listing.state === 'ok' || latest?.listing.state === 'stale';
  return isWhole && problems.some(({ code }) => code === 'format.truncated');
}

function stateOf(problems: readonly Problem[]): 'ok' | 'partial' {
  return problems.some((problem) => problem.severity === 'error') ? 'partial' : 'ok';
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function nameOf(modelUri: string): string {
  return Utils.basename(URI.parse(modelUri));
}

/** Revision and time of a text: those of the text before if it is the same, else later ones. */
function nextOf(
  text: string,
  latest: Served | undefined,
  fileTime: number,
): { revision: number; mtime: number } {
  if (!latest) return { revision: 1, mtime: fileTime };
  if (latest.text === text) return { revision: latest.listing.revision, mtime: latest.mtime };
  return { revision: latest.listing.revision + 1, mtime: Math.max(fileTime, latest.mtime + 1) };
}
