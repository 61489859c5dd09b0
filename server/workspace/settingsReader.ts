import { entryOf, setEntry } from '../../outside/table';

/** A setting that was left aside: its name, what it holds, and what would do. */
export interface SettingProblem {
  readonly setting: string;
  readonly value: string;
  readonly expected: string;
}

type Plain = Readonly<Record<string, unknown>>;

/** Reads checked values by dotted name and collects what had to be left aside. */
export class SettingsReader {
  constructor(
    private readonly root: Plain,
    private readonly prefix = '',
    readonly problems: SettingProblem[] = [],
  ) {}

  reject(setting: string, value: unknown, expected: string): void {
    this.problems.push({ setting, value: JSON.stringify(value) ?? String(value), expected });
  }

  flag(name: string, fallback: boolean): boolean {
    return this.truth(name) ?? fallback;
  }

  /** Undefined where nothing is set. */
  truth(name: string): boolean | undefined {
    return this.read(name, 'true | false', (value) => typeof value === 'boolean');
  }

  share(name: string, fallback: number): number {
    const isShare = (value: unknown): value is number =>
      typeof value === 'number' && value >= 0 && value <= 1;
    return this.read(name, '0..1', isShare) ?? fallback;
  }

  /** A whole number of at least 1; undefined where nothing is set. */
  count(name: string): number | undefined {
    const isCount = (value: unknown): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
    return this.read(name, 'integer >= 1', isCount);
  }

  /** A whole number of 0 or more; undefined where nothing is set. */
  whole(name: string): number | undefined {
    const isWhole = (value: unknown): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return this.read(name, 'integer >= 0', isWhole);
  }

  /** A number of 0 or more; null where nothing is set. */
  amount(name: string): number | null {
    const isAmount = (value: unknown): value is number =>
      typeof value === 'number' && Number.isFinite(value) && value >= 0;
    return this.read(name, 'number >= 0', isAmount) ?? null;
  }

  /** Null for '' and where nothing is set: manifests have no default for "none". */
  text(name: string): string | null {
    return this.read(name, 'string', (value) => typeof value === 'string') || null;
  }

  oneOf<T extends string | number>(name: string, allowed: readonly T[]): T | undefined {
    return this.read(name, allowed.join(' | '), (value): value is T => allowed.some((one) => one === value));
  }

  strings(name: string): readonly string[] {
    const isList = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((item) => typeof item === 'string');
    return [...new Set(this.read(name, 'string[]', isList) ?? [])];
  }

  /** Those of a list; each other is left aside alone. */
  someOf<T extends string>(name: string, allowed: readonly T[]): readonly T[] {
    return this.strings(name).flatMap((value) => {
      const found = allowed.find((one) => one === value);
      if (found === undefined) this.reject(this.prefix + name, value, allowed.join(' | '));
      return found ?? [];
    });
  }

  /** Numbers of 0 or more by name; each other is left aside alone. */
  amounts(name: string): Readonly<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const [key, value] of Object.entries(this.object(name))) {
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) setEntry(found, key, value);
      else this.reject(`${this.prefix}${name}.${key}`, value, 'number >= 0');
    }
    return found;
  }

  object(name: string): Plain {
    return this.read(name, 'object', isPlain) ?? {};
  }

  private read<T>(name: string, expected: string, check: (value: unknown) => value is T): T | undefined {
    let value: unknown = this.root;
    for (const part of name.split('.')) value = isPlain(value) ? entryOf(value, part) : undefined;
    if (value === undefined || value === null) return undefined;
    if (check(value)) return value;
    this.reject(this.prefix + name, value, expected);
    return undefined;
  }
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Turns `siliconlens.a.b` names at the top into nested objects; nested input stays as it is. */
export function nested(section: unknown): Plain {
  if (!isPlain(section)) return {};
  const flat = Object.entries(section).filter(([name]) => name.startsWith('siliconlens.'));
  const inner = section['siliconlens'];
  if (flat.length === 0) return isPlain(inner) ? inner : section;
  const root: Record<string, unknown> = isPlain(inner) ? { ...inner } : {};
  for (const [name, value] of flat) {
    const parts = name.split('.').slice(1);
    const last = parts.pop() ?? '';
    let place = root;
    for (const part of parts) {
      const next = entryOf(place, part);
      const inner: Record<string, unknown> = isPlain(next) ? { ...next } : {};
      setEntry(place, part, inner);
      place = inner;
    }
    setEntry(place, last, value);
  }
  return root;
}
