import { type JsonText, type JsonMistake, parseJson, type Span } from '../engine/json';
import type { ChipProblem } from '../engine/chips/schemaCheck';
import { chipProblem } from '../engine/chips/userChips';
import type { OwnFolder, OwnSource } from './ownFolder';
import { OwnFolderWatch } from './ownFolderWatch';

/** What a file of one's own becomes: a chip or a system. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/** A file as it is read, and what it was when it was last without errors. */
export interface OwnFile<T extends Named> {
  /** What it is called to readers. */
  readonly name: string;
  /** Its content; undefined when the text is no JSON. */
  readonly json: unknown;
  readonly before: T | null;
}

/** What became of a file. */
export interface Made<T extends Named> {
  readonly value: T | null;
  readonly problems: readonly ChipProblem[];
}

/** A file after it was read. */
export interface OwnFileState {
  readonly uri: string;
  readonly text: string;
  readonly problems: readonly (ChipProblem & { readonly span: Span })[];
  /** The name of what is offered: the file's, or what it was before it had errors. Null: nothing is. */
  readonly offered: string | null;
}

/** What is offered no more, and the file that it came from. */
export interface Gone extends Named {
  readonly file: string;
}

/** Who is told of files. */
export interface OwnFilesHost {
  /** A file is new or changed. */
  judged(state: OwnFileState): void;
  /** A file is no longer there. */
  removed(uri: string): void;
  /** What is offered came, changed or went: what was computed with it no longer holds. */
  changed(gone: readonly Gone[]): void;
  failed(error: unknown): void;
}

interface Known<T extends Named> {
  readonly source: OwnSource;
  readonly json: JsonText | null;
  readonly mistake: JsonMistake | null;
  readonly before: T | null;
}

/** JSON files of workspace folders, read again when something changed or the client says so. */
export abstract class OwnFiles<T extends Named> {
  private folders: readonly string[] = [];
  private known: ReadonlyMap<string, Known<T>> = new Map();
  private reading: Promise<void> = Promise.resolve();
  private isAwaited = false;
  private isStale = false;
  private readonly watch: OwnFolderWatch;

  constructor(
    private readonly reader: OwnFolder,
    private readonly host: OwnFilesHost,
  ) {
    this.watch = new OwnFolderWatch(reader.way, () => void this.reload());
  }

  /** What becomes of all files together, in their order. */
  protected abstract make(files: readonly OwnFile<T>[]): readonly Made<T>[] | Promise<readonly Made<T>[]>;

  /** What is offered came, changed or went; the files are known by then. */
  protected changed(gone: readonly Gone[]): void {
    this.host.changed(gone);
  }

  setFolders(folders: readonly string[]): Promise<void> {
    this.folders = folders;
    // Before they are read: what changes meanwhile is then told.
    this.watch.setFolders(folders);
    return this.reload();
  }

  dispose(): void {
    this.watch.dispose();
  }

  /** Reads what is there now. Several calls in a row lead to one reading after the one under way. */
  reload(): Promise<void> {
    if (this.isAwaited) return this.reading;
    this.isAwaited = true;
    this.reading = this.reading.then(async () => {
      this.isAwaited = false;
      await this.load().catch((error: unknown) => this.host.failed(error));
    });
    return this.reading;
  }

  /** Judges all files anew, though they are the same: something that they name is another now. */
  judgeAgain(): Promise<void> {
    this.isStale = true;
    return this.reload();
  }

  /** All files, once they are read. */
  protected async files(): Promise<readonly OwnFile<T>[]> {
    await this.reading;
    return [...this.known.values()].map(fileOf);
  }

  /** The address of the file that each id comes from. */
  async addressById(): Promise<ReadonlyMap<string, string>> {
    await this.reading;
    return new Map([...this.known].flatMap(([uri, { before }]) => (before ? [[before.id, uri]] : [])));
  }

  /** The addresses of the files that were read, broken ones too. */
  async addresses(): Promise<readonly string[]> {
    await this.reading;
    return [...this.known.keys()];
  }

  private async load(): Promise<void> {
    const sources = (await Promise.all(this.folders.map((folder) => this.reader.read(folder)))).flat();
    const before = this.known;
    const isSame =
      sources.length === before.size &&
      sources.every((source) => sameText(before.get(source.uri)?.source, source));
    if (isSame && !this.isStale) return;
    this.isStale = false;
    const files = sources.map((source): Known<T> => {
      const known = before.get(source.uri);
      return known && sameText(known.source, source) ? known : parse<T>(source, known?.before ?? null);
    });
    const made = await this.make(files.map(fileOf));
    const values = made.map(({ value }) => value);
    this.known = new Map(files.map((file, index) => [file.source.uri, { ...file, before: values[index]! }]));
    // What asks now gets what the files say now.
    const gone = goneOf(before, values);
    files.forEach((file, index) => this.judge(file, made[index]!));
    for (const uri of before.keys()) if (!this.known.has(uri)) this.host.removed(uri);
    this.changed(gone);
  }

  private judge({ source, json, mistake }: Known<T>, { value, problems: found }: Made<T>): void {
    const start = { start: 0, end: Math.min(1, source.text.length) };
    const problems = source.problem
      ? [{ ...source.problem, span: start }]
      : mistake
        ? [{ ...syntaxProblem(mistake), span: mistake.at }]
        : found.map((problem) => ({ ...problem, span: json?.spanOf(problem.path, problem.ofKey) ?? start }));
    this.host.judged({ uri: source.uri, text: source.text, problems, offered: value?.name ?? null });
  }
}

function parse<T extends Named>(source: OwnSource, before: T | null): Known<T> {
  const parsed = source.problem ? null : parseJson(source.text);
  return {
    source,
    json: parsed?.ok ? parsed.json : null,
    mistake: parsed?.ok === false ? parsed : null,
    before,
  };
}

/** An editor reads lists of any depth. */
function syntaxProblem({ fault }: JsonMistake): ChipProblem {
  return { ...chipProblem(`chip.${fault}`, [], {}), bySchema: fault === 'syntax' };
}

function fileOf<T extends Named>({ source, json, before }: Known<T>): OwnFile<T> {
  return { name: source.name, json: json?.value, before };
}

function goneOf<T extends Named>(before: ReadonlyMap<string, Known<T>>, now: readonly (T | null)[]): Gone[] {
  const offered = new Set(now.flatMap((one) => (one ? [one.id] : [])));
  return [...before.values()].flatMap(({ before: one, source }) =>
    one && !offered.has(one.id) ? [{ id: one.id, name: one.name, file: source.name }] : [],
  );
}

function sameText(a: OwnSource | undefined, b: OwnSource): boolean {
  return a?.text === b.text && a.problem?.code === b.problem?.code;
}
