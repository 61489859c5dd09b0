import { type Catalogue, shippedChips } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { type JsonText, type JsonMistake, parseJson, type Span } from '../engine/json';
import { type ChipFile, resolveOwnChips } from '../engine/chips/ownChips';
import type { ChipProblem } from '../engine/chips/schemaCheck';
import { chipProblem } from '../engine/chips/userChips';
import type { Problem } from '../engine/problem';
import type { ChipFiles, ChipSource } from './chipFiles';
import { ChipFolderWatch } from './chipFolderWatch';

/** The chips that a model can be costed on, under its settings. */
export interface Available {
  /** Grows whenever a chip file changes. */
  readonly generation: number;
  readonly catalogue: Catalogue;
  /** What is wrong with the chips of the settings: they have no file where it could be said. */
  readonly problems: readonly Problem[];
}

export const shippedOnly: Available = { generation: 0, catalogue: shippedChips, problems: [] };

/** A chip file after it was read. */
export interface ChipFileState {
  readonly uri: string;
  readonly text: string;
  readonly problems: readonly (ChipProblem & { readonly span: Span })[];
  /** The chip that is offered: the file's, or what it was before it had errors. */
  readonly chip: Chip | null;
}

/** A chip that is offered no more, and the file that it came from. */
export interface GoneChip {
  readonly id: string;
  readonly name: string;
  readonly file: string;
}

export interface OwnChipsHost {
  /** A chip file is new or changed. */
  judged(state: ChipFileState): void;
  /** A chip file is no longer there. */
  removed(uri: string): void;
  /** Chips came, changed or went: what was computed on them no longer holds. */
  changed(gone: readonly GoneChip[]): void;
  failed(error: unknown): void;
}

/** Workspace folders may have settings of their own. */
const mostSettings = 16;

interface Known {
  readonly source: ChipSource;
  readonly json: JsonText | null;
  readonly mistake: JsonMistake | null;
  readonly before: Chip | null;
}

type Plain = Readonly<Record<string, unknown>>;

/** The chips of workspace folders and settings, read again when something changed or the client says so. */
export class OwnChips {
  private folders: readonly string[] = [];
  private known: ReadonlyMap<string, Known> = new Map();
  private generation = 0;
  private reading: Promise<void> = Promise.resolve();
  private isAwaited = false;
  /** By the text of the setting; forgotten when a file changes. */
  private readonly available = new Map<string, Available>();
  private readonly watch = new ChipFolderWatch(() => void this.reload());

  constructor(
    private readonly reader: ChipFiles,
    private readonly host: OwnChipsHost,
  ) {}

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

  /**
   * The chips to choose from, once the files are read.
   * @param custom the setting `siliconlens.customChips`: chips by id
   */
  async with(custom: Plain): Promise<Available> {
    await this.reading;
    const key = JSON.stringify(custom);
    let available = this.available.get(key);
    if (!available) {
      // The setting is seldom edited, but each edit would stay until a file changes.
      if (this.available.size >= mostSettings) this.available.clear();
      this.available.set(key, (available = this.resolve(custom)));
    }
    return available;
  }

  /** The addresses of the chip files that were read, broken ones too. */
  async files(): Promise<readonly string[]> {
    await this.reading;
    return [...this.known.keys()];
  }

  private resolve(custom: Plain): Available {
    const files = [...this.known.values()].map(chipFile);
    const entries = Object.entries(custom).map(([id, value]): ChipFile => {
      const json = isPlain(value) ? { ...value, id } : value;
      return { name: `siliconlens.customChips.${id}`, json, before: null };
    });
    const { catalogue, results } = resolveOwnChips([...files, ...entries]);
    const problems = entries.flatMap(({ name }, index) =>
      results[files.length + index]!.problems.filter(({ severity }) => severity === 'error').map(
        // It has no file: the place is named by the setting.
        ({ path, ofKey: _ofKey, ...found }): Problem =>
          ({
            ...found,
            severity: 'warning',
            args: { ...found.args, field: [name, ...path].join('.') },
          }) as Problem,
      ),
    );
    return { generation: this.generation, catalogue, problems };
  }

  private async load(): Promise<void> {
    const sources = (await Promise.all(this.folders.map((folder) => this.reader.read(folder)))).flat();
    const before = this.known;
    const isSame =
      sources.length === before.size &&
      sources.every((source) => sameText(before.get(source.uri)?.source, source));
    if (isSame) return;
    const files = sources.map((source): Known => {
      const known = before.get(source.uri);
      return known && sameText(known.source, source) ? known : parse(source, known?.before ?? null);
    });
    const { results } = resolveOwnChips(files.map(chipFile));
    const chips = results.map(({ chip }) => chip);
    this.known = new Map(files.map((file, index) => [file.source.uri, { ...file, before: chips[index]! }]));
    this.generation++;
    this.available.clear();
    files.forEach((file, index) => this.judge(file, chips[index]!, results[index]!.problems));
    for (const uri of before.keys()) if (!this.known.has(uri)) this.host.removed(uri);
    this.host.changed(goneChips(before, chips));
  }

  private judge({ source, json, mistake }: Known, chip: Chip | null, found: readonly ChipProblem[]): void {
    const start = { start: 0, end: Math.min(1, source.text.length) };
    const problems = source.problem
      ? [{ ...source.problem, span: start }]
      : mistake
        ? [{ ...syntaxProblem(mistake), span: mistake.at }]
        : found.map((problem) => ({ ...problem, span: json?.spanOf(problem.path, problem.ofKey) ?? start }));
    this.host.judged({ uri: source.uri, text: source.text, problems, chip });
  }
}

function parse(source: ChipSource, before: Chip | null): Known {
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

function chipFile({ source, json, before }: Known): ChipFile {
  return { name: source.name, json: json?.value, before };
}

function goneChips(before: ReadonlyMap<string, Known>, now: readonly (Chip | null)[]): GoneChip[] {
  const offered = new Set(now.flatMap((chip) => (chip ? [chip.id] : [])));
  return [...before.values()].flatMap(({ before: chip, source }) =>
    chip && !offered.has(chip.id) ? [{ id: chip.id, name: chip.name, file: source.name }] : [],
  );
}

function sameText(a: ChipSource | undefined, b: ChipSource): boolean {
  return a?.text === b.text && a.problem?.code === b.problem?.code;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
