import type { Choices } from './choices';
import type { OwnChips, Surroundings } from './ownChips';
import type { OwnMappings } from './ownMappings';
import type { OwnSystems } from './ownSystems';

/** The chips, systems and mappings of one's own: systems name chips, mappings name both, so they are read in this order. */
export class Own {
  /** Done when those of the folders are read. */
  private reading: Promise<void> = Promise.resolve();

  constructor(
    readonly chips: OwnChips,
    readonly systems: OwnSystems,
    readonly mappings: OwnMappings,
  ) {}

  private get inOrder(): readonly [OwnChips, OwnSystems, OwnMappings] {
    return [this.chips, this.systems, this.mappings];
  }

  setFolders(folders: readonly string[]): Promise<void> {
    const read = async (): Promise<void> => {
      for (const files of this.inOrder) await files.setFolders(folders);
    };
    return (this.reading = read());
  }

  /** Reads what is there now. */
  async reload(): Promise<void> {
    for (const files of this.inOrder) await files.reload();
  }

  dispose(): void {
    for (const files of this.inOrder) files.dispose();
  }

  /** The addresses of the files that were read, broken ones too. */
  async addresses(): Promise<readonly string[]> {
    return (await Promise.all(this.inOrder.map((files) => files.addresses()))).flat();
  }

  /** What a model can be costed on; what any of it is made of changes its generation. */
  async surroundings(customChips: Choices['customChips']): Promise<Surroundings> {
    await this.reading;
    const chips = await this.chips.with(customChips);
    const mappings = await this.mappings.all();
    const generation = chips.generation + this.mappings.generation;
    return { ...chips, systems: await this.systems.all(), mappings, generation };
  }
}
