import type { Connection, InitializeParams } from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { modelOf } from '../address';
import { CancelledError } from '../engine/scheduler';
import {
  analysisNotification,
  heatNotification,
  listFolderRequest,
  listingOutdatedNotification,
  readModelRequest,
  statModelRequest,
  statusNotification,
  workingNotification,
} from '../protocol';
import { platform } from '../platform';
import type { InitializationOptions, WithheldParams } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import type { Budget } from '../workspace/budget';
import type { ClientFolders } from '../workspace/ownFolder';
import { Documents } from '../workspace/documents';
import { ModelFiles } from '../workspace/modelFiles';
import { Models } from '../workspace/models';
import type { ModelsHost } from '../workspace/models';
import { isHandWritten } from '../workspace/reading';
import type { OpenModel } from '../workspace/openModel';
import type { Own } from '../workspace/own';
import type { Available } from '../workspace/ownChips';
import { ProfileStore } from '../workspace/profileStore';
import { clientSettings, SettingsByModel } from '../workspace/settingsByModel';
import { findSuggestions } from '../workspace/suggestions';
import { findSymbolicFacts } from '../workspace/symbolicShapes';
import { politely } from '../workspace/turns';
import { TypingPauses } from '../workspace/typingPauses';
import { isBudgetFile } from '../workspace/budgetPaths';
import { Budgets } from './budgets/budgets';
import type { ServerContext } from './context';
import { Editor } from './editor';
import { describe } from './handler';
import type { Log } from './handler';
import { heat } from './heat';
import { modelName } from './names';
import { ownFiles } from './ownFiles';
import { ToldProblems } from './problems';
import { Status } from './status';
import { Working } from './working';

/** When the shapes of an analysis are named after its dimensions (milliseconds after it is done). */
const namesAfter = 100;

/** One editor with its models, from the first message to the last: what the features share, and what joins it. */
export class Session implements ServerContext {
  readonly editor: Editor;
  readonly log: Log;
  readonly files: ModelFiles;
  readonly settings: SettingsByModel;
  readonly profiles: ProfileStore;
  readonly own: Own;
  readonly budgets: Budgets;
  readonly working: Working;
  readonly documents: Documents;
  readonly models: Models;
  private readonly status: Status;
  private readonly told: ToldProblems;
  private readonly pauses: TypingPauses;
  private options: InitializationOptions = {};
  private pushedSettings: unknown;
  /** Folders of the workspace at the start. */
  private folders: readonly string[] = [];

  /** @param budget memory for all models together */
  constructor(
    readonly connection: Connection,
    private readonly budget: Budget<OpenModel>,
  ) {
    const editor = (this.editor = new Editor(connection));
    this.log = editor.log;
    const clientFiles: ClientFolders = {
      stat: (params) => editor.ask(statModelRequest, params),
      read: (params) => editor.ask(readModelRequest, params),
      list: (params) => editor.ask(listFolderRequest, params),
      answers: () => editor.isOurs,
    };
    this.files = new ModelFiles(clientFiles);
    this.settings = this.makeSettings();
    this.profiles = new ProfileStore(() => this.options.profiles ?? null);
    this.own = ownFiles(editor, clientFiles, {
      chosen: () => this.chosenChips(),
      changed: () => this.choicesChanged(),
      chips: async () => (await this.chips()).catalogue,
    });
    this.status = new Status((state, key, args) =>
      editor.tell(statusNotification, { ...state, message: message(this.language(), key, args) }),
    );
    this.working = new Working((models) => editor.tell(workingNotification, { models }));
    // Begun at once, so that the first hints and the side panel find it done; while one types, after a pause.
    this.pauses = new TypingPauses((uri) => editor.watch(this.models.analysis(uri)));
    this.documents = this.makeDocuments();
    this.models = new Models(this.files, this.settings, (uri) => this.documents.get(uri), this.host());
    this.told = new ToldProblems(this);
    this.budgets = new Budgets(this);
  }

  readonly language = (): Language => this.editor.language;

  /** What the editor says of itself. */
  begin(params: InitializeParams): void {
    this.options = optionsOf(params);
    this.editor.begin(params, this.options);
    this.working.withhold(this.options.withheld?.models ?? []);
    this.folders = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    this.settings.setFolders(this.folders);
  }

  /** Not before the editor is ready: what is wrong with chip files may only be told from now on. */
  ready(): void {
    this.editor.watch(this.own.setFolders(this.folders));
    this.status.done('ok', 'status.ready');
  }

  end(): void {
    this.models.dispose();
    this.own.dispose();
  }

  async chips(): Promise<Available> {
    return this.own.chips.with((await this.settings.workspace()).customChips);
  }

  settingsChanged(pushed: unknown): void {
    this.pushedSettings = pushed;
    this.settings.forget();
    this.choicesChanged();
  }

  async foldersChanged(folders: readonly string[]): Promise<void> {
    this.settings.setFolders(folders);
    await this.own.setFolders(folders);
    this.choicesChanged();
  }

  withhold(models: WithheldParams['models']): void {
    for (const uri of this.working.withhold(models)) this.models.released(uri);
  }

  private choicesChanged(): void {
    this.models.choicesChanged();
    this.refresh();
  }

  private refresh(): void {
    this.editor.refresh();
    this.told.refresh();
    // A chip that a budget names may have come or gone.
    for (const { uri } of this.documents.all())
      if (isBudgetFile(uri)) this.editor.watch(this.budgets.tell(uri));
  }

  private makeSettings(): SettingsByModel {
    const { connection, editor } = this;
    const fetch = clientSettings(
      connection,
      () => editor.capabilities.workspace?.configuration === true,
      () => this.pushedSettings,
    );
    return new SettingsByModel(fetch, (_model, problems) => {
      for (const problem of problems)
        connection.console.warn(message(this.language(), 'settings.rejected', { ...problem }));
    });
  }

  private makeDocuments(): Documents {
    return new Documents(
      (uri, text) => (isHandWritten(uri) || isBudgetFile(uri) ? text : this.models.servedText(uri, text)),
      ({ uri }) => {
        if (isBudgetFile(uri)) return this.editor.watch(this.budgets.tell(uri));
        this.models.opened(uri);
        this.pauses.changed(uri);
      },
      (uri) => {
        if (isBudgetFile(uri)) return this.budgets.closed(uri);
        this.pauses.closed(uri);
        this.models.closed(uri);
        this.told.closed(uri);
      },
    );
  }

  private host(): ModelsHost {
    const { editor, status, working } = this;
    return {
      language: this.language,
      chips: ({ customChips }) => this.own.surroundings(customChips),
      profiles: (modelUri) => this.profiles.of(modelUri),
      budget: this.budget,
      letGo: (uri) => this.documents.release(uri),
      outdated: (uri) => editor.tell(listingOutdatedNotification, { uri }),
      analysed: (analysis) => this.analysed(analysis),
      noted: (analysis) => {
        const { listing, revision } = analysis;
        editor.tell(analysisNotification, { uri: listing.uri, revision });
        this.told.tell(analysis);
      },
      abandoned: () => status.done('ok', 'status.ready'),
      analysing: (uri) => status.busy('status.analysing', { model: modelName(uri) }),
      working: (uri, stage) => working.begin(uri, stage),
      withheld: (uri) => working.withheld(uri),
      refresh: () => this.refresh(),
      failed: (uri, error) => {
        this.log.error(`${uri}: ${describe(error)}`);
        status.done('error', 'status.failed', { model: modelName(uri) });
      },
    };
  }

  private analysed(analysis: Analysis): void {
    const { editor, status } = this;
    const { uri } = analysis.listing;
    editor.tell(analysisNotification, { uri, revision: analysis.revision });
    if (this.documents.get(uri)) editor.tell(heatNotification, heat(analysis));
    this.told.tell(analysis);
    if (analysis.refusal) return status.done('warning', 'status.memory', { model: modelName(uri) });
    this.nameDimensionsLater(analysis);
    status.done('ok', 'status.ready');
  }

  /** After the first answers, so that it delays none of them. */
  private nameDimensionsLater(analysis: Analysis): void {
    const isStale = (): boolean => this.models.finished(analysis.listing.uri) !== analysis;
    const begin = (): void => {
      if (isStale()) return;
      const { uri } = analysis.listing;
      this.working
        .during(uri, async () => {
          await findSymbolicFacts(analysis, politely(isStale));
          await this.findNext(analysis, isStale);
        })
        .catch((error: unknown) => {
          if (!(error instanceof CancelledError)) this.log.error(describe(error));
        });
    };
    platform().later(begin, namesAfter);
  }

  /** What to do next, which problems, lenses and pages show. */
  private async findNext(analysis: Analysis, isStale: () => boolean): Promise<void> {
    if (!this.models.canTry(analysis)) return;
    const found = await findSuggestions(analysis, politely(isStale));
    if (found.length === 0 || isStale()) return;
    const { editor } = this;
    editor.tell(analysisNotification, { uri: analysis.listing.uri, revision: analysis.revision });
    editor.refreshOne('codeLens');
    editor.refreshOne('diagnostics');
    this.told.tell(analysis);
  }

  /** Ids of the chips that are chosen for open models now, whether they are costed yet or not. */
  private async chosenChips(): Promise<ReadonlySet<string>> {
    const read = this.documents.all().map(({ uri }) => this.settings.choices(modelOf(uri) ?? uri));
    return new Set((await Promise.all(read)).flatMap((choices) => choices.chips));
  }
}

/** What a client gives along, as far as it is what it should be: any editor may send anything here. */
function optionsOf({ initializationOptions: given }: InitializeParams): InitializationOptions {
  if (typeof given !== 'object' || given === null) return {};
  const { locale, profiles, withheld, isExtension } = given as Readonly<
    Partial<Record<keyof InitializationOptions, unknown>>
  >;
  return {
    ...(isText(locale) && { locale }),
    ...(isText(profiles) && { profiles }),
    ...(isExtension === true && { isExtension, withheld: withheld as WithheldParams | undefined }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
