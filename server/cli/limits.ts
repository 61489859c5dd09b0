import { chipClasses, type Chip } from '../engine/chips/chip';
import { countryCodes } from '../engine/chips/countries';
import { isOfVendor, vendorNamesOf } from '../engine/chips/names';
import { places } from '../engine/chips/searchWords';
import type { Limits } from '../engine/mapping/limits';
import { limitNames, parseLimit } from '../engine/mapping/parseLimits';
import { nearest } from '../engine/nearest';
import type { Arguments } from './arguments';
import { usage } from './failure';

/** Reads what `rank` asks of chips. Throws a usage `Failure`. */
export function limitsIn(words: Arguments): Limits {
  return {
    places: listed(words, 'place', places),
    classes: listed(words, 'class', chipClasses),
    vendors: items(words, 'vendor'),
    countries: listed(words, 'country', countryCodes, (code) => code.toUpperCase()),
    anyStatus: words.flag('any-status'),
    figures: figuresIn(words),
  };
}

function figuresIn(words: Arguments): Limits['figures'] {
  const found = new Map<string, number>();
  for (const text of words.texts('limit')) {
    const limit = parseLimit(text);
    if (!limit || limit.value === null) {
      throw limit && limit.units.length > 0
        ? usage('cli.rank.limitUnit', { value: text, name: limit.name, units: limit.units.join(', ') })
        : usage('cli.rank.limit', { value: text, names: limitNames.join(', ') });
    }
    found.set(limit.name, Math.min(found.get(limit.name) ?? Infinity, limit.value));
  }
  return Object.fromEntries(found);
}

/** Vendors that a message names. */
const nearVendors = 3;

/** Throws a usage `Failure` where a vendor that is asked for makes none of the chips that there are. */
export function refuseVendors({ vendors = [] }: Limits, chips: readonly Chip[]): void {
  for (const vendor of vendors) {
    if (chips.some((chip) => isOfVendor(chip, vendor))) continue;
    const vendorOf = new Map(
      chips.flatMap((chip) => vendorNamesOf(chip).map((name) => [name, chip.vendor] as const)),
    );
    const near = new Set(
      nearest(vendor, [...vendorOf.keys()], nearVendors).map((name) => vendorOf.get(name)!),
    );
    throw near.size > 0
      ? usage('cli.rank.vendorNear', { vendor, names: [...near].join(', ') })
      : usage('cli.rank.vendor', { vendor });
  }
}

/** Values of an option that may be repeated and may hold several, parted by commas; one that holds none is a mistake. */
function items(words: Arguments, name: string): readonly string[] {
  return words.texts(name).flatMap((text) => {
    const own = text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (own.length === 0) throw usage('cli.error.optionValue', { option: `--${name}` });
    return own;
  });
}

/** As {@link items}, each one of a list, after it was `written` as the list has it. */
export function listed<T extends string>(
  words: Arguments,
  name: string,
  allowed: readonly T[],
  written: (value: string) => string = (value) => value,
): readonly T[] {
  return items(words, name).map((value) => {
    const found = allowed.find((one) => one === written(value));
    if (found === undefined)
      throw usage('cli.error.choice', { option: `--${name}`, value, allowed: allowed.join(', ') });
    return found;
  });
}
