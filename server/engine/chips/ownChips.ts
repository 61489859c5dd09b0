import type { ArgsOf, ProblemCode } from '../problem';
import { type Catalogue, chipById, chips as shipped } from './catalogue';
import type { Chip } from './chip';
import { isObject } from './schemaCheck';
import { chipProblem, resolveUserChip, type UserChip } from './userChips';

/** A chip file, or an entry of the setting that holds chips. */
export interface ChipFile {
  /** What it is called to readers. */
  readonly name: string;
  /** Its content; undefined when the text is no JSON. */
  readonly json: unknown;
  /** What it was when it was last without errors: that stays in use until it is so again. */
  readonly before: Chip | null;
}

export interface OwnChips {
  /** The user's chips before those that are shipped. */
  readonly catalogue: Catalogue;
  /** What became of each file, in their order. Its chip may be the one from before. */
  readonly results: readonly UserChip[];
}

/** Makes chips of all files together: they may extend each other, in any order. */
export function resolveOwnChips(files: readonly ChipFile[]): OwnChips {
  const resolver = new Resolver(files);
  const results = files.map((_file, index) => resolver.result(index));
  const own = new Map<string, Chip>();
  for (const { chip } of results) if (chip && !own.has(chip.id)) own.set(chip.id, chip);
  const catalogue = {
    chips: [...own.values(), ...shipped],
    byId: (id: string) => own.get(id) ?? chipById(id),
  };
  return { catalogue, results };
}

class Resolver {
  private readonly results = new Map<number, UserChip>();
  /** The first file of each id; others with the same are told so. */
  private readonly first = new Map<string, number>();

  constructor(private readonly files: readonly ChipFile[]) {
    files.forEach((file, index) => {
      const id = idOf(file);
      if (id !== undefined && !this.first.has(id)) this.first.set(id, index);
    });
  }

  result(index: number): UserChip {
    let result = this.results.get(index);
    if (!result) {
      // While it is being made it can't be extended: a circle ends here.
      this.results.set(index, { chip: null, problems: [] });
      const file = this.files[index]!;
      const made = this.make(index, file);
      result = made.chip ? made : { chip: this.free(file.before, index), problems: made.problems };
      this.results.set(index, result);
    }
    return result;
  }

  private make(index: number, file: ChipFile): UserChip {
    const id = idOf(file);
    if (id === undefined) return resolveUserChip(file.json, file.name);
    if (chipById(id)) return refused('chip.id-taken', 'id', { id });
    const first = this.first.get(id)!;
    if (first !== index) return refused('chip.id-twice', 'id', { id, other: this.files[first]!.name });
    const circle = this.circleFrom(id);
    if (circle) return refused('chip.extends-circle', 'extends', { circle: circle.join(' → ') });
    const made = resolveUserChip(file.json, file.name, (other) => this.lookUp(other));
    const extended = extendedBy(file);
    const broken = extended === undefined || this.lookUp(extended) ? undefined : this.first.get(extended);
    if (broken === undefined) return made;
    const why = chipProblem('chip.extends-broken', ['extends'], {
      extends: extended!,
      other: this.files[broken]!.name,
    });
    const others = made.problems.filter(({ code }) => !code.startsWith('chip.extends-'));
    return { chip: null, problems: [...others, why] };
  }

  private lookUp(id: string): Chip | undefined {
    const index = this.first.get(id);
    return chipById(id) ?? (index === undefined ? undefined : (this.result(index).chip ?? undefined));
  }

  /** The ids from a chip back to itself, if what it extends leads there. */
  private circleFrom(id: string): string[] | null {
    const way = [id];
    for (let at: string | undefined = id; at !== undefined;) {
      const index = this.first.get(at);
      at = index === undefined ? undefined : extendedBy(this.files[index]!);
      if (at === undefined) return null;
      way.push(at);
      // A chip that extends itself is told in simpler words.
      if (at === id) return way.length > 2 ? way : null;
      if (way.indexOf(at) < way.length - 1) return null;
    }
    return null;
  }

  /** An earlier chip, unless another file has its id now. */
  private free(before: Chip | null, index: number): Chip | null {
    return before && (this.first.get(before.id) ?? index) === index ? before : null;
  }
}

function refused<C extends ProblemCode>(code: C, field: string, args: ArgsOf<C>): UserChip {
  return { chip: null, problems: [chipProblem(code, [field], args)] };
}

function idOf({ json, before }: ChipFile): string | undefined {
  const id = isObject(json) ? json['id'] : before?.id;
  return typeof id === 'string' ? id : undefined;
}

function extendedBy({ json }: ChipFile): string | undefined {
  const extended = isObject(json) ? json['extends'] : undefined;
  return typeof extended === 'string' ? extended : undefined;
}
