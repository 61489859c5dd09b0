import type { Catalogue } from '../engine/chips/catalogue';
import { loadMapping } from '../engine/mapping/pinned/load';
import type { MappingFile } from '../engine/mapping/pinned/mappingFacts';
import { unitsOf } from '../engine/mapping/pinned/units';
import type { System } from '../engine/systems/system';
import { OwnFiles, type Made, type OwnFile, type OwnFilesHost } from './ownFiles';
import type { OwnFolder } from './ownFolder';

/** A mapping of a workspace folder, called by the name of its file. */
export interface OwnMapping {
  readonly id: string;
  readonly name: string;
  readonly mapping: MappingFile;
}

/** What mappings can name. */
interface Nameable {
  chips(): Promise<Catalogue>;
  systems(): Promise<readonly System[]>;
}

/** The mappings of workspace folders. */
export class OwnMappings {
  private readonly files: OwnFiles<OwnMapping>;
  private mappings: ReadonlyMap<string, MappingFile> = new Map();
  /** Grows whenever a mapping, or what one can name, changes. */
  generation = 0;

  constructor(reader: OwnFolder, host: OwnFilesHost, known: Nameable) {
    this.files = new OwnFiles<OwnMapping>(reader, host, async (files) => {
      const [catalogue, systems] = [await known.chips(), await known.systems()];
      const made = files.map((file) => madeOf(file, catalogue, systems));
      // Of two folders' files of one name the first counts, as with folders on a path.
      const values = made.flatMap(({ value }) => (value ? [[value.id, value.mapping] as const] : []));
      this.mappings = new Map(values.reverse());
      this.generation++;
      return made;
    });
  }

  setFolders(folders: readonly string[]): Promise<void> {
    return this.files.setFolders(folders);
  }

  dispose(): void {
    this.files.dispose();
  }

  /** Reads what is there now. */
  reload(): Promise<void> {
    return this.files.reload();
  }

  /** Chips or systems came or went, which units may name. */
  namesChanged(): Promise<void> {
    return this.files.judgeAgain();
  }

  /** The mappings by name, once the files are read. */
  async all(): Promise<ReadonlyMap<string, MappingFile>> {
    await this.files.addresses();
    return this.mappings;
  }

  /** The addresses of the files that were read, broken ones too. */
  addresses(): Promise<readonly string[]> {
    return this.files.addresses();
  }
}

function madeOf(
  { name: path, json, before }: OwnFile<OwnMapping>,
  catalogue: Catalogue,
  systems: readonly System[],
): Made<OwnMapping> {
  const id = path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/i, '');
  const { mapping, problems } = loadMapping(json);
  if (!mapping) return { value: before, problems };
  const known = {
    chip: (chip: string) => catalogue.byId(chip),
    system: (system: string) => systems.find((one) => one.id === system),
  };
  const units = unitsOf(mapping, known, { runtime: null, format: 'onnx' });
  if ('faults' in units) return { value: before, problems: [...problems, ...units.faults] };
  return { value: { id, name: id, mapping }, problems };
}
