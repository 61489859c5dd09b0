import { entryOf } from '../../../outside/table';
import { MissingKeyError } from './hyperparameters';

/** A JSON object of a file. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Above this no size is one: hostile files state any number. */
const largest = 2 ** 31;

/** The fields of a configuration, under any of the names that it may have for each, and what stands for missing ones. */
export class Fields {
  constructor(
    private readonly stated: JsonObject,
    private readonly defaults: JsonObject,
    private readonly aliases: Readonly<Record<string, readonly string[] | undefined>>,
  ) {}

  /** A field as it is stated: null says that there is none, where a missing one has a default. */
  value(name: string): unknown {
    const names = entryOf(this.aliases, name) ?? [name];
    for (const fields of [this.stated, this.defaults]) {
      for (const one of names) {
        const found = entryOf(fields, one);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    return typeof value === 'number' && Math.abs(value) < largest ? value : undefined;
  }

  /** Throws a {@link MissingKeyError} where it is no whole number above 0. */
  need(name: string): number {
    const value = this.size(name);
    if (value === undefined || value === 0) throw this.missing(name);
    return value;
  }

  /** A size that may be left out. Throws a {@link MissingKeyError} where it is no whole number, or below 0. */
  size(name: string): number | undefined {
    const value = this.number(name);
    if (value !== undefined && !(Number.isInteger(value) && value >= 0)) throw this.missing(name);
    return value;
  }

  private missing(name: string): MissingKeyError {
    return new MissingKeyError(entryOf(this.aliases, name)?.[0] ?? name);
  }

  /** Whether a field holds something: `!name` whether it does not, `name:text` whether one of its texts has it inside. */
  holds(condition: string): boolean {
    if (condition.startsWith('!')) return !this.holds(condition.slice(1));
    const [name = '', part] = condition.split(':');
    const value = this.value(name);
    if (part !== undefined) return textsOf(value).some((text) => text.includes(part));
    return value !== undefined && value !== null && value !== false && value !== 0;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Two sizes: of a list, or of one number for both. Throws as {@link need} does. */
  pair(name: string): readonly [number, number] {
    const list = this.list(name);
    if (!list) return [this.need(name), this.need(name)];
    const [first, second] = list;
    const isSize = (value: unknown): value is number =>
      Number.isInteger(value) && (value as number) > 0 && (value as number) < largest;
    if (isSize(first) && isSize(second)) return [first, second];
    throw this.missing(name);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.value(name);
    return Array.isArray(value) ? value : undefined;
  }
}

function textsOf(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return all.filter((one) => typeof one === 'string');
}

/** A value as an object with fields; undefined for lists, texts and the like. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}
