import type { Catalogue } from '../engine/chips/catalogue';
import { isSplit, loadMapping, type Mapping } from '../engine/mapping/pinned/load';
import { sharingDevices } from '../engine/mapping/pinned/shared';
import { unitsOf } from '../engine/mapping/pinned/units';
import type { System } from '../engine/systems/system';
import { OwnFiles, type Made, type OwnFile, type OwnFilesHost } from './ownFiles';
import type { OwnFolder } from './ownFolder';

/** A mapping of a workspace folder, called by the name of its file. */
export interface OwnMapping {
  readonly id: string;
  readonly name: string;
  readonly mapping: Mapping;
}

/** What mappings can name. */
interface Nameable {
  chips(): Promise<Catalogue>;
  systems(): Promise<readonly System[]>;
}

/** The mappings of workspace folders. */
export class OwnMappings extends OwnFiles<OwnMapping> {
  private mappings: ReadonlyMap<string, Mapping> = new Map();
  /** Grows whenever a mapping, or what one can name, changes. */
  generation = 0;

  constructor(
    reader: OwnFolder,
    host: OwnFilesHost,
    private readonly nameable: Nameable,
  ) {
    super(reader, host);
  }

  /** The mappings by name, once the files are read. */
  async all(): Promise<ReadonlyMap<string, Mapping>> {
    await this.files();
    return this.mappings;
  }

  protected async make(files: readonly OwnFile<OwnMapping>[]): Promise<readonly Made<OwnMapping>[]> {
    const [catalogue, systems] = [await this.nameable.chips(), await this.nameable.systems()];
    const made = files.map((file) => madeOf(file, catalogue, systems));
    // Of two folders' files of one name the first counts, as with folders on a path.
    const values = made.flatMap(({ value }) => (value ? [[value.id, value.mapping] as const] : []));
    this.mappings = new Map(values.reverse());
    this.generation++;
    return made;
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
  const found = isSplit(mapping)
    ? sharingDevices(mapping, known)
    : unitsOf(mapping, known, { runtime: null, format: 'onnx' });
  if ('faults' in found) return { value: before, problems: [...problems, ...found.faults] };
  return { value: { id, name: id, mapping }, problems };
}
