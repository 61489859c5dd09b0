import { entryOf } from '../../outside/table';
import { chipClasses, type Place } from '../engine/chips/chip';
import { placeWords } from '../engine/chips/searchWords';
import type { FigureName } from '../engine/mapping/candidate';
import type { Limits } from '../engine/mapping/limits';
import type { Arguments } from './arguments';
import { usage } from './failure';

type Units = Readonly<Record<string, number>>;
const prefixed = (unit: string, prefixes: Units): Units =>
  Object.fromEntries(Object.entries(prefixes).map(([prefix, factor]) => [prefix + unit, factor]));
const small: Units = { '': 1, m: 1e-3, u: 1e-6, µ: 1e-6, n: 1e-9 };
const perSecond: Units = { '': 1, '/s': 1 };

/** Units in which each figure can be limited, in SI units; a bare number is in SI units too. */
const unitsOf: Readonly<Record<FigureName, Units>> = {
  latency: { '': 1, ...prefixed('s', small) },
  throughput: perSecond,
  tokens: perSecond,
  energy: { '': 1, ...prefixed('J', { ...small, k: 1e3 }) },
  watts: { '': 1, ...prefixed('W', { '': 1, m: 1e-3, k: 1e3 }) },
  memory: {
    '': 1,
    ...prefixed('B', {
      '': 1,
      k: 1e3,
      K: 1e3,
      M: 1e6,
      G: 1e9,
      T: 1e12,
      Ki: 2 ** 10,
      Mi: 2 ** 20,
      Gi: 2 ** 30,
    }),
  },
  price: { '': 1 },
};
const figureNames = Object.keys(unitsOf) as readonly FigureName[];
const places = Object.keys(placeWords) as readonly Place[];

/** Reads what `rank` asks of chips. Throws a usage `Failure`. */
export function limitsIn(words: Arguments): Limits {
  return {
    places: listed(words, 'place', places),
    classes: listed(words, 'class', chipClasses),
    vendors: items(words, 'vendor'),
    countries: items(words, 'country').map((code) => code.toUpperCase()),
    anyStatus: words.flag('any-status'),
    figures: figuresIn(words),
  };
}

function figuresIn(words: Arguments): Limits['figures'] {
  const found = new Map<string, number>();
  for (const text of words.texts('limit')) {
    const [, name = '', number = '', unit = ''] =
      /^\s*(\S*?)\s*=\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(\S*)\s*$/i.exec(text) ?? [];
    const units = entryOf(unitsOf, name);
    const factor = units && entryOf(units, unit);
    const value = Number(number) * (factor ?? NaN);
    if (!(value > 0) || !Number.isFinite(value)) {
      const known = Object.keys(units ?? {}).filter((one) => one !== '');
      throw units && known.length > 0
        ? usage('cli.rank.limitUnit', { value: text, name, units: known.join(', ') })
        : usage('cli.rank.limit', { value: text, names: figureNames.join(', ') });
    }
    found.set(name, Math.min(found.get(name) ?? Infinity, value));
  }
  return Object.fromEntries(found);
}

/** Values of an option that may be repeated and may hold several, parted by commas. */
function items(words: Arguments, name: string): readonly string[] {
  return words
    .texts(name)
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** As {@link items}, each one of a list. */
export function listed<T extends string>(
  words: Arguments,
  name: string,
  allowed: readonly T[],
): readonly T[] {
  return items(words, name).map((value) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      throw usage('cli.error.choice', { option: `--${name}`, value, allowed: allowed.join(', ') });
    return found;
  });
}
