import { entryOf } from '../../../../outside/table';
import schemas from './schemas.json';
import { dimOf, dimsOf, integerOf, type TensorValue, type Value } from './values';
import type { Dim } from '../../graph/dim';

const operators = schemas.operators as Readonly<Record<string, readonly string[]>>;

interface Parameter {
  /** What it takes, as test/conformance/torchscript/schema.py writes it. */
  readonly letter: string;
  readonly name: string;
}

interface Overload {
  readonly positional: readonly Parameter[];
  readonly named: readonly Parameter[];
}

const parsed = new Map<string, readonly Overload[]>();

function overloadsOf(operator: string): readonly Overload[] | undefined {
  const known = parsed.get(operator);
  if (known) return known;
  const parameters = (text: string): readonly Parameter[] =>
    text === '' ? [] : text.split(',').map((part) => ({ letter: part.slice(0, 1), name: part.slice(1) }));
  const found = entryOf(operators, operator)?.map((text): Overload => {
    const [positional = '', named = ''] = text.split('|');
    return { positional: parameters(positional), named: parameters(named) };
  });
  if (found) parsed.set(operator, found);
  return found;
}

/** Whether aten has an operator of this name. */
export function isOperator(name: string): boolean {
  return overloadsOf(name) !== undefined;
}

/** What an operator is given, by the names of its parameters. */
export class Arguments {
  constructor(readonly given: ReadonlyMap<string, Value>) {}

  tensor(name: string): TensorValue | undefined {
    const value = this.given.get(name);
    return value?.kind === 'tensor' ? value : undefined;
  }

  /** Tensors of a list. */
  tensors(name: string): readonly (TensorValue | undefined)[] {
    const value = this.given.get(name);
    const items = value?.kind === 'list' ? value.items : [];
    return items.map((item) => (item.kind === 'tensor' ? item : undefined));
  }

  /** All tensors that it is given, in their order. */
  all(): readonly TensorValue[] {
    return [...this.given.values()].flatMap((value) =>
      value.kind === 'tensor'
        ? [value]
        : value.kind === 'list'
          ? value.items.filter((one) => one.kind === 'tensor')
          : [],
    );
  }

  int(name: string): number | undefined {
    return integerOf(this.given.get(name));
  }

  dim(name: string): Dim | undefined {
    return dimOf(this.given.get(name));
  }

  dims(name: string): readonly (Dim | undefined)[] | undefined {
    return dimsOf(this.given.get(name));
  }

  /** Given, and not None. */
  has(name: string): boolean {
    const value = this.given.get(name);
    return value !== undefined && value.kind !== 'none';
  }

  /** Given and known to be true. */
  isTrue(name: string): boolean {
    return this.int(name) === 1;
  }
}

/** The arguments of a call by the names of the first overload that takes them; undefined where none does. */
export function bind(
  operator: string,
  args: readonly Value[],
  named: readonly (readonly [string, Value])[],
): Arguments | undefined {
  for (const { positional, named: others } of overloadsOf(operator) ?? []) {
    const all = [...positional, ...others];
    const isTaken =
      args.length <= positional.length &&
      args.every((value, i) => takes(positional[i]!.letter, value)) &&
      named.every(([name, value]) => all.some((one) => one.name === name && takes(one.letter, value)));
    if (!isTaken) continue;
    const given = new Map(args.map((value, i) => [positional[i]!.name, value] as const));
    for (const [name, value] of named) given.set(name, value);
    return new Arguments(given);
  }
  return undefined;
}

function takes(letter: string, value: Value): boolean {
  if (value.kind === 'unknown' || value.kind === 'none') return true;
  switch (letter) {
    case 'T':
      return value.kind === 'tensor';
    case 'L':
      return (
        value.kind === 'list' &&
        value.items.every(({ kind }) => kind === 'tensor' || kind === 'none' || kind === 'unknown')
      );
    case 'I':
    case 'X':
      return value.kind === 'list' ? value.items.every(({ kind }) => kind !== 'text') : value.kind === 'size';
    case 'i':
      return value.kind === 'size' || value.kind === 'truth' || value.kind === 'path';
    case 'n':
      return (
        value.kind === 'size' ||
        value.kind === 'float' ||
        value.kind === 'truth' ||
        (value.kind === 'tensor' && value.number !== undefined)
      );
    case 's':
      return value.kind === 'text';
    case 'b':
      return value.kind === 'truth';
    default:
      return true;
  }
}
