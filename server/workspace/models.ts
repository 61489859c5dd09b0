import { CancelledError } from '../engine/scheduler';
import { modelOf } from '../address';
import { platform } from '../platform';
import type { ListingResult } from '../protocol';
import { isBudgetFile } from './budgetPaths';
import type { Analysis } from './analysis';
import { Budget } from './budget';
import type { OpenDocument } from './documents';
import { isWithheld } from './loader';
import type { ModelFiles } from './modelFiles';
import { ModelMemory } from './modelMemory';
import { giveUpLook, isWanted, matches } from './openModel';
import type { OpenModel, Run } from './openModel';
import { isHandWritten, Reading } from './reading';
import type { ReadingHost } from './reading';
import { Runs } from './runs';
import type { RunsHost } from './runs';
import type { Served } from './served';
import type { SettingsByModel } from './settingsByModel';

/** What the store tells the rest of the server. */
export interface ModelsHost extends ReadingHost, RunsHost {
  /** Its listing was closed before it was there. */
  abandoned(uri: string): void;
  /** The open document shows none of the texts that this server served. */
  outdated(uri: string): void;
  /** Memory for all models together; without bounds when left out. */
  readonly budget?: Budget<OpenModel>;
  /** An open listing is kept no longer: it is made again when somebody asks about it. */
  letGo?(uri: string): void;
}

/** How long a model is kept after its listing was closed: it may only be moved to another column. */
const graceMilliseconds = 5_000;
/** How many times as long while a report without a listing asks for rows now and then. */
const reportedFactor = 12;
/** Models kept that no open document needs. */
const idleLimit = 4;

const never = (): boolean => false;

/** Open models: from the address of a listing to its text and its analysis. */
export class Models {
  private readonly models = new Map<string, OpenModel>();
  private readonly reading: Reading;
  private readonly runs: Runs;
  private readonly memory: ModelMemory;

  constructor(
    files: ModelFiles,
    private readonly settings: SettingsByModel,
    private readonly documentOf: (uri: string) => OpenDocument | undefined,
    private readonly host: ModelsHost,
    private readonly grace = graceMilliseconds,
  ) {
    this.memory = new ModelMemory(host.budget ?? new Budget(Infinity), {
      isOpen: (model) => this.isOpen(model),
      drop: (model) => this.drop(model),
      letGo: (uri) => host.letGo?.(uri),
    });
    this.reading = new Reading(files, this.memory, documentOf, host, (uri) => this.changedBeside(uri));
    this.runs = new Runs(settings, this.memory, host);
  }

  /** The text for the file-system provider, read anew if the file changed. */
  async listing(uri: string, isCancelled = never): Promise<ListingResult> {
    const served = await this.reading.load(this.open(uri), true, isCancelled);
    const { text, mtime } = served;
    return { text, mtime, revision: served.listing.revision, state: served.listing.state };
  }

  /** The file changed and rests again: reads it, and says whether the text differs from the one before. */
  async modelChanged(uri: string): Promise<boolean> {
    const model = this.models.get(uri);
    if (!model) return true;
    const before = model.served[0];
    const after = await this.reading.load(model, true);
    // The same text with another state (an export under way, a file gone) changes no document: the client must ask anew.
    if (before && before !== after && before.text === after.text) this.host.refresh();
    // A report has no document that would ask.
    if (before !== after && model.reported) this.latest(uri).catch(() => {});
    return before?.text !== after.text;
  }

  /** As {@link modelChanged} where the server noticed it: then the client is told of another text. */
  private async changedBeside(uri: string): Promise<void> {
    if ((await this.modelChanged(uri)) && !isHandWritten(uri)) this.host.outdated(uri);
  }

  /** The server's own copy of a text that it served; null when it did not. */
  servedText(uri: string, text: string): string | null {
    return this.models.get(uri)?.served.find((served) => served.text === text)?.text ?? null;
  }

  /** The text that a document shows; undefined when the server never served it. The client is then told. */
  async view(uri: string): Promise<Served | undefined> {
    if (isBudgetFile(uri)) return undefined;
    const model = this.open(uri);
    for (;;) {
      const latest = model.served[0] ?? (await this.reading.load(model, false));
      const document = this.documentOf(uri);
      if (!document) return latest;
      const shown = model.served.find((served) => matches(served, document));
      if (shown) return shown;
      if (!isHandWritten(uri)) {
        if (model.outdated !== document) this.host.outdated(uri);
        model.outdated = document;
        return undefined;
      }
      // A hand-written text is read as it stands; it may have changed again meanwhile.
      await this.reading.loadNow(model);
    }
  }

  /** What a document shows, or the newest where it shows what this server never served. */
  async served(uri: string): Promise<Served> {
    return (await this.view(uri)) ?? (await this.reading.load(this.open(uri), false));
  }

  /** The analysis of what a document shows; null when there is none. Waits for the choices in force. */
  analysis(uri: string): Promise<Analysis | null> {
    return this.newest(uri, (run) => run.promise);
  }

  /** As {@link analysis}, but as soon as the first chip's costs are there. */
  firstChip(uri: string): Promise<Analysis | null> {
    return this.newest(uri, (run) => run.first);
  }

  /** The analysis of the model as it is now, whatever text an editor still shows. */
  latest(uri: string): Promise<Analysis | null> {
    return this.newest(uri, (run) => run.promise, false);
  }

  private async newest(
    uri: string,
    part: (run: Run) => Promise<Analysis | null>,
    isShown = true,
  ): Promise<Analysis | null> {
    if (isBudgetFile(uri)) return null;
    const asked = this.open(uri);
    asked.asked++;
    try {
      return await this.newestOf(uri, part, isShown);
    } finally {
      asked.asked--;
    }
  }

  private async newestOf(
    uri: string,
    part: (run: Run) => Promise<Analysis | null>,
    isShown: boolean,
  ): Promise<Analysis | null> {
    for (;;) {
      const shown = await this.view(uri);
      const model = this.open(uri);
      const served = shown ?? (isShown ? undefined : model.served[0]);
      if (!served || this.host.withheld(uri)) return null;
      model.reported = !this.documentOf(uri);
      if (model.reported) this.expire(model);
      const run = await this.runs.start(model, served);
      this.bound(model);
      try {
        return await part(run);
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        // Its listing was closed: only a report still wants to know.
        if (isShown && run.abandoned && !this.documentOf(uri)) return null;
        // Superseded by newer choices or a newer text: wait for those.
      }
    }
  }

  /** Whether there is memory to try other workloads of a model beside what is held. */
  canTry({ inference }: Analysis): boolean {
    return this.memory.canTry(inference.nodes.length);
  }

  /** What is known without waiting: the last finished analysis of the text shown. */
  finished(uri: string): Analysis | null {
    return this.models.get(uri)?.run?.result ?? null;
  }

  /** For how long an analysis has been at work (milliseconds); 0 when none is. */
  workingFor(uri: string): number {
    const run = this.models.get(uri)?.run;
    return run && !run.ended ? performance.now() - run.since : 0;
  }

  /** The model is not to be left alone any longer: it is read, if it was not, and analysed. */
  released(uri: string): void {
    const model = this.models.get(uri);
    if (!model) return;
    model.served = model.served.filter(({ listing }) => !isWithheld(listing));
    this.latest(uri).catch(() => {});
    this.host.refresh();
  }

  /** The settings changed: analyses under other choices begin at once. */
  choicesChanged(): void {
    for (const model of [...this.models.values()]) {
      const isWanted = model.reported || this.documentOf(model.uri) !== undefined;
      // What rests without an analysis waits for the next question.
      if (isWanted && model.run) void this.analysis(model.uri).catch(() => {});
    }
  }

  /** Profiles of a model were imported or removed: its analysis begins at once. */
  profilesChanged(uri: string): void {
    this.latest(uri).catch(() => {});
    this.host.refresh();
  }

  opened(uri: string): void {
    const model = this.open(uri);
    if (model.expiry) clearTimeout(model.expiry);
    model.expiry = null;
    if (!model.look?.givenUp) return;
    const { served } = model.look;
    // What lies beside it may have changed while nobody looked.
    served.listing.external.files = null;
    this.reading.lookBeside(model, served);
  }

  closed(uri: string): void {
    const model = this.models.get(uri);
    if (!model) return;
    // Nobody looks any more: what is under way would only delay others.
    giveUpLook(model);
    if (model.run?.ended === false) {
      model.run.cancelled = model.run.abandoned = true;
      this.host.abandoned(uri);
    }
    this.expire(model);
    // Its memory is there for those that were refused: the editor asks about them again.
    if ([...this.models.values()].some(({ run }) => run?.refused)) this.host.refresh();
  }

  dispose(): void {
    for (const model of this.models.values()) this.drop(model);
  }

  private open(uri: string): OpenModel {
    let model = this.models.get(uri);
    if (!model) {
      const modelUri = modelOf(uri) ?? uri;
      model = {
        uri,
        modelUri,
        served: [],
        loading: null,
        waiting: new Set(),
        run: null,
        look: null,
        reported: false,
        asked: 0,
        outdated: null,
        expiry: null,
      };
      this.models.set(uri, model);
      this.bound(model);
    }
    this.memory.touch(model);
    if (!this.documentOf(uri)) this.expire(model);
    return model;
  }

  /** Each use without an open document keeps the model for another while. */
  private expire(model: OpenModel): void {
    if (model.expiry) clearTimeout(model.expiry);
    const grace = this.grace * (model.reported ? reportedFactor : 1);
    const end = (): void => (isWanted(model) ? this.expire(model) : this.drop(model));
    model.expiry = platform().later(end, grace);
  }

  /** Drops models that nobody shows, the oldest first, but not the one that is asked about now. */
  private bound(current: OpenModel): void {
    const idle = [...this.models.values()].filter((model) => !this.isOpen(model));
    const excess = Math.max(0, idle.length - idleLimit);
    const free = idle.filter((model) => model !== current && !isWanted(model));
    for (const model of free.slice(0, excess)) this.drop(model);
  }

  private isOpen({ uri }: OpenModel): boolean {
    return this.documentOf(uri) !== undefined;
  }

  private drop(model: OpenModel): void {
    if (model.expiry) clearTimeout(model.expiry);
    if (model.run) model.run.cancelled = true;
    giveUpLook(model);
    this.models.delete(model.uri);
    this.memory.release(model);
    this.settings.drop(model.modelUri);
  }
}
