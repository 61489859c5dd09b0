import { isTextPath } from '../../modelFormats/names';
import { modelOf } from '../address';
import { platform } from '../platform';
import type { WorkStage } from '../protocol';
import type { Analysis } from './analysis';
import type { OpenDocument } from './documents';
import { Loader } from './loader';
import type { LoaderHost } from './loader';
import type { ModelFiles } from './modelFiles';
import type { ModelMemory } from './modelMemory';
import { watchBeside } from './besideWatch';
import { giveUpLook, isGivenUp, keep } from './openModel';
import type { Look, OpenModel } from './openModel';
import type { Served } from './served';

/** What reading tells the rest of the server. */
export interface ReadingHost extends LoaderHost {
  /** Work on a model begins; the result is called at its end, whichever. */
  working(uri: string, stage: WorkStage): () => void;
  /** A model that a server ended over: `reading` it is not even read, else it has no analysis. */
  withheld(uri: string): WorkStage | undefined;
  failed(uri: string, error: unknown): void;
  /** There is something new to say of the files beside a model that has been analysed. */
  noted?(analysis: Analysis): void;
  /** What was answered about open documents no longer holds. */
  refresh(): void;
}

const never = (): boolean => false;

/** Reads the files and texts of open models, one reading at a time for each. */
export class Reading {
  private readonly loader: Loader;

  constructor(
    files: ModelFiles,
    private readonly memory: ModelMemory,
    private readonly documentOf: (uri: string) => OpenDocument | undefined,
    private readonly host: ReadingHost,
    /** A file changed that constants of a model were read from. */
    private readonly changedBeside: (uri: string) => Promise<void>,
  ) {
    this.loader = new Loader(files, host);
  }

  /**
   * What is served of a model.
   * @param look whether to look at the file again where something is served already
   */
  async load(model: OpenModel, look: boolean, isCancelled = never): Promise<Served> {
    const latest = model.served[0];
    if (!model.loading && latest && !look) return latest;
    const waits = (): boolean => isCancelled();
    model.waiting.add(waits);
    try {
      if (model.loading && look) await model.loading;
      return await (look ? this.loadNow(model) : (model.loading ?? this.loadNow(model)));
    } finally {
      model.waiting.delete(waits);
    }
  }

  /**
   * Reads it anew, or joins a reading that is under way.
   * @param hasNews editors are to ask again whether or not there is something to say of files beside it
   */
  loadNow(model: OpenModel, hasNews = false): Promise<Served> {
    model.loading ??= (async () => {
      const ended = this.host.working(model.uri, 'reading');
      try {
        const before = model.served[0];
        const served = await this.read(model);
        keep(model, served);
        if (served !== before) this.lookBeside(model, served, hasNews);
        this.memory.holdListing(model);
        return served;
      } finally {
        ended();
        model.loading = null;
      }
    })();
    return model.loading;
  }

  /** After the listing was answered; given up when the model is closed or read anew. */
  lookBeside(model: OpenModel, served: Served, hasNews = false): void {
    giveUpLook(model);
    const look: Look = (model.look = { served, givenUp: false, endWatch: null });
    const isOver = (): boolean => look.givenUp || model.served[0] !== served;
    platform()
      .turn()
      .then(() => this.loader.lookBeside(served, isOver))
      .then(
        async (found) => {
          if (found === 'stale') await this.loadNow(model, true);
          else if (found ?? hasNews) this.noted(model);
          if (found !== 'stale') await this.watchBeside(model, look, isOver);
        },
        (error: unknown) => this.host.failed(model.uri, error),
      );
  }

  /** From now on it is noticed when files change that constants were read from. */
  private async watchBeside(model: OpenModel, look: Look, isOver: () => boolean): Promise<void> {
    const { constants } = look.served;
    await constants.ready();
    const changed = async (): Promise<void> => {
      if (!isOver() && (await constants.haveChanged(isOver))) await this.changedBeside(model.uri);
    };
    const end = await watchBeside(model.modelUri, constants.locations, () => {
      changed().catch((error: unknown) => this.host.failed(model.uri, error));
    });
    if (isOver()) end();
    else look.endWatch = end;
  }

  /** Editors and reports ask again about a model of whose files there is something new to say. */
  private noted({ run }: OpenModel): void {
    this.host.refresh();
    if (run?.result) this.host.noted?.(run.result);
  }

  private read(model: OpenModel): Promise<Served> {
    const latest = model.served[0];
    if (this.host.withheld(model.uri) === 'reading') {
      const text = isHandWritten(model.uri) ? this.documentOf(model.uri)?.text : null;
      return Promise.resolve(this.loader.leftAlone(model.uri, model.modelUri, text));
    }
    const room = this.memory.roomFor(model);
    if (!isHandWritten(model.uri))
      return this.loader.fromFile(model.uri, model.modelUri, latest, room, () => isGivenUp(model));
    const revision = (latest?.listing.revision ?? 0) + 1;
    const text = this.documentOf(model.uri)?.text;
    return typeof text === 'string'
      ? this.loader.fromText(model.uri, text, revision, latest, room)
      : this.loader.fromTextFile(model.uri, revision, room);
  }
}

/** True for documents whose text is the source: hand-written files, in the editor's state of them. */
export function isHandWritten(uri: string): boolean {
  if (modelOf(uri) !== null) return false;
  // A new text has no name yet; the client only sends those of our language.
  return uri.startsWith('untitled:') || isTextPath(uri);
}
