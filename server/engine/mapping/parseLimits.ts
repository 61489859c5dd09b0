import { entryOf } from '../../../outside/table';
import type { FigureName } from './candidate';

type Units = Readonly<Record<string, number>>;
const prefixed = (unit: string, prefixes: Units): Units =>
  Object.fromEntries(Object.entries(prefixes).map(([prefix, factor]) => [prefix + unit, factor]));
const small: Units = { '': 1, m: 1e-3, u: 1e-6, µ: 1e-6, n: 1e-9 };
const perSecond: Units = { '': 1, '/s': 1 };

/** Units in which each figure of a chip can be limited, in SI units; a bare number is in SI units too. */
const unitsOfFigures: Readonly<Record<FigureName, Units>> = {
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

const many: Units = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** Those of what is counted of a model itself; of parameters people write `7B` for billions. */
const unitsOf = {
  ...unitsOfFigures,
  operations: { '': 1, ...prefixed('OP', many) },
  parameters: { '': 1, k: 1e3, M: 1e6, B: 1e9, G: 1e9, T: 1e12 },
  nodes: { '': 1 },
} as const satisfies Readonly<Record<string, Units>>;

/** What has units in which it can be written. */
export type QuantityName = keyof typeof unitsOf;

/** What `rank` can limit by a number. */
export const limitNames = Object.keys(unitsOfFigures) as readonly FigureName[];

/** A limit, or the units of the figure where only its number is wrong; null where no figure is called so. */
export type ParsedLimit =
  | { readonly name: FigureName; readonly value: number }
  | { readonly name: FigureName; readonly value: null; readonly units: readonly string[] }
  | null;

/** Reads `latency=10ms`: a figure with a number above 0, bare or in one of its units. */
export function parseLimit(text: string): ParsedLimit {
  const [, word = '', number = '', unit = ''] =
    /^\s*(\S*?)\s*=\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)?\s*(\S*)\s*$/i.exec(text) ?? [];
  const name = limitNames.find((one) => one === word);
  if (!name) return null;
  const { value, units } = parseQuantity(name, `${number}${unit}`);
  return value === null ? { name, value, units } : { name, value };
}

/** Reads `10ms`: a number above 0, bare or in one of the units of a quantity; null where it is none. */
export function parseQuantity(
  name: QuantityName,
  text: string,
): { readonly value: number | null; readonly units: readonly string[] } {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)?\s*(\S*)\s*$/i.exec(text) ?? [];
  const own: Units = unitsOf[name];
  const value = Number(number || NaN) * (entryOf(own, unit) ?? NaN);
  const units = Object.keys(own).filter((one) => one !== '');
  return { value: value > 0 && Number.isFinite(value) ? value : null, units };
}
