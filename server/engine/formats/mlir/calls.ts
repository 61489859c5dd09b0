import { entryOf } from '../../../../outside/table';
import { symbolOf, valueOf, type MlirFunction } from './functions';
import { limits } from './limits';
import schema from './schema.json';
import type { Region, Statement } from './syntax';

const calls = schema.calls as Readonly<Record<string, string>>;

/** The function that a statement calls by its name; undefined where it calls none. */
export function calledName(statement: Statement): string | undefined {
  const attribute = entryOf(calls, statement.name);
  if (attribute === undefined) return undefined;
  const named = valueOf(statement.items, attribute)?.replace(/^@/, '');
  return named ?? symbolOf(statement, attribute);
}

/** Functions by name, and whether each call may be written out where it stands. */
export class Functions {
  private readonly byName: ReadonlyMap<string, MlirFunction>;
  private readonly sizes = new Map<MlirFunction, number>();

  constructor(functions: readonly MlirFunction[]) {
    this.byName = new Map(functions.map((one) => [one.name, one]));
  }

  called(statement: Statement): MlirFunction | undefined {
    const name = calledName(statement);
    return name === undefined ? undefined : this.byName.get(name);
  }

  /** Whether all that a function calls can be written out within the limit of statements: no function calls itself. */
  canWriteOut(main: MlirFunction): boolean {
    return this.size(main, 0) <= limits.statements;
  }

  /** Statements of a function with those of all calls. */
  private size(one: MlirFunction, depth: number): number {
    const known = this.sizes.get(one);
    if (known !== undefined) return known;
    if (depth > limits.depth) return Infinity;
    // Whoever comes here again calls itself.
    this.sizes.set(one, Infinity);
    const size = this.sizeOf(one.body, depth);
    this.sizes.set(one, size);
    return size;
  }

  private sizeOf({ statements }: Region, depth: number): number {
    let sum = 0;
    for (const statement of statements) {
      const called = this.called(statement);
      sum += 1 + (called ? this.size(called, depth + 1) : 0);
      for (const region of statement.regions) sum += this.sizeOf(region, depth);
    }
    return sum;
  }
}
