import type { Catalogue } from '../engine/chips/catalogue';
import { systems as shipped } from '../engine/systems/load';
import { resolveOwnSystems } from '../engine/systems/ownSystems';
import type { System } from '../engine/systems/system';
import { OwnFiles, type OwnFilesHost } from './ownFiles';
import type { OwnFolder } from './ownFolder';

/** The systems of workspace folders and the catalogue. */
export class OwnSystems {
  private readonly files: OwnFiles<System>;
  private systems: readonly System[] = shipped;

  /** @param chips the chips that devices can be, the user's own among them */
  constructor(reader: OwnFolder, host: OwnFilesHost, chips: () => Promise<Catalogue>) {
    this.files = new OwnFiles<System>(reader, host, async (files) => {
      const catalogue = await chips();
      const { systems, results } = resolveOwnSystems(files, (id) => catalogue.byId(id));
      this.systems = systems;
      return results.map(({ system, problems }) => ({ value: system, problems }));
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

  /** Chips came or went: a device may name one that there was not before. */
  chipsChanged(): Promise<void> {
    return this.files.judgeAgain();
  }

  /** The systems to choose from, once the files are read: the user's own first. */
  async all(): Promise<readonly System[]> {
    await this.files.addresses();
    return this.systems;
  }

  /** The addresses of the system files that were read, broken ones too. */
  addresses(): Promise<readonly string[]> {
    return this.files.addresses();
  }
}
