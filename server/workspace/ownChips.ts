import { type Catalogue, shippedChips } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { type ChipFile, resolveOwnChips } from '../engine/chips/ownChips';
import type { Mapping } from '../engine/mapping/pinned/load';
import type { Problem } from '../engine/problem';
import { systems as shippedSystems } from '../engine/systems/load';
import type { System } from '../engine/systems/system';
import { type Gone, type Made, OwnFiles } from './ownFiles';

/** The chips that a model can be costed on, under its settings. */
export interface Available {
  /** Grows whenever a chip file changes. */
  readonly generation: number;
  readonly catalogue: Catalogue;
  /** What is wrong with the chips of the settings: they have no file where it could be said. */
  readonly problems: readonly Problem[];
}

/** Chips, systems and mappings that a model can be costed on. */
export interface Surroundings extends Available {
  readonly systems: readonly System[];
  /** By the name that settings call them. */
  readonly mappings: ReadonlyMap<string, Mapping>;
}

export const shippedOnly: Surroundings = {
  generation: 0,
  catalogue: shippedChips,
  problems: [],
  systems: shippedSystems,
  mappings: new Map(),
};

/** Workspace folders may have settings of their own. */
const mostSettings = 16;

type Plain = Readonly<Record<string, unknown>>;

/** The chips of workspace folders and settings. */
export class OwnChips extends OwnFiles<Chip> {
  private generation = 0;
  /** By the text of the setting; forgotten when a file changes. */
  private readonly available = new Map<string, Available>();

  /**
   * The chips to choose from, once the files are read.
   * @param custom the setting `siliconlens.customChips`: chips by id
   */
  async with(custom: Plain): Promise<Available> {
    const files = await this.files();
    const key = JSON.stringify(custom);
    let available = this.available.get(key);
    if (!available) {
      // The setting is seldom edited, but each edit would stay until a file changes.
      if (this.available.size >= mostSettings) this.available.clear();
      this.available.set(key, (available = this.resolve(files, custom)));
    }
    return available;
  }

  protected make(files: readonly ChipFile[]): readonly Made<Chip>[] {
    return resolveOwnChips(files).results.map(({ chip, problems }) => ({ value: chip, problems }));
  }

  protected override changed(gone: readonly Gone[]): void {
    this.generation++;
    this.available.clear();
    super.changed(gone);
  }

  private resolve(files: readonly ChipFile[], custom: Plain): Available {
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
            // Compared with each of the hundreds of problems, the spread is more than the compiler takes.
          }) as unknown as Problem,
      ),
    );
    return { generation: this.generation, catalogue, problems };
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
