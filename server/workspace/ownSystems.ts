import type { Catalogue } from '../engine/chips/catalogue';
import { systems as shipped } from '../engine/systems/load';
import { resolveOwnSystems } from '../engine/systems/ownSystems';
import type { System } from '../engine/systems/system';
import { type Made, type OwnFile, OwnFiles, type OwnFilesHost } from './ownFiles';
import type { OwnFolder } from './ownFolder';

/** The systems of workspace folders and the catalogue. */
export class OwnSystems extends OwnFiles<System> {
  private systems: readonly System[] = shipped;

  /** @param chips the chips that devices can be, the user's own among them */
  constructor(
    reader: OwnFolder,
    host: OwnFilesHost,
    private readonly chips: () => Promise<Catalogue>,
  ) {
    super(reader, host);
  }

  /** The systems to choose from, once the files are read: the user's own first. */
  async all(): Promise<readonly System[]> {
    await this.files();
    return this.systems;
  }

  protected async make(files: readonly OwnFile<System>[]): Promise<readonly Made<System>[]> {
    const catalogue = await this.chips();
    const { systems, results } = resolveOwnSystems(files, (id) => catalogue.byId(id));
    this.systems = systems;
    return results.map(({ system, problems }) => ({ value: system, problems }));
  }
}
