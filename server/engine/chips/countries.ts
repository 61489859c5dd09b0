import type { Chip } from './chip';
import { wordsOf } from './names';
import table from './vendorCountries.json';

const countries = Object.entries(table.countries).map(([vendor, country]) => ({
  words: wordsOf(vendor).join(' '),
  country,
}));

/** All countries that are the seat of a vendor, by ISO 3166 code. */
export const countryCodes: readonly string[] = [...new Set(countries.map(({ country }) => country))].sort();

/** Countries in which the vendors of a chip have their seats, by ISO 3166 code; empty where that is not known. */
export function countriesOf({ vendor }: Chip): readonly string[] {
  const name = ` ${wordsOf(vendor).join(' ')} `;
  const found = countries.filter(({ words }) => name.includes(` ${words} `)).map(({ country }) => country);
  return [...new Set(found)];
}
