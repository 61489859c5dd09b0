import type { Chip } from '../engine/chips/chip';
import type { Arguments } from './arguments';
import type { ChipChoice } from './chipChoice';
import { usage } from './failure';

/**
 * `--price CHIP=N`: prices by chip id.
 * @param among those that a price may be of; undefined: any
 */
export async function pricesIn(
  words: Arguments,
  choice: ChipChoice,
  among?: readonly Chip[],
): Promise<Readonly<Record<string, number>>> {
  const prices = new Map<string, number>();
  for (const text of words.texts('price')) {
    const at = text.lastIndexOf('=');
    const value = Number(text.slice(at + 1) || NaN);
    if (at < 1 || !Number.isFinite(value) || value < 0) throw usage('cli.rank.price', { value: text });
    const { id } = await choice.named(text.slice(0, at).trim());
    if (among && !among.some((chip) => chip.id === id)) throw usage('cli.rank.priceChip', { chip: id });
    prices.set(id, value);
  }
  return Object.fromEntries(prices);
}
