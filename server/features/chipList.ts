import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import type { ChipAnalysis } from '../engine/analyse';
import { targetName } from '../engine/report/targetName';
import type { ChipListItem, ChipListResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { chipLine } from './choices';
import { summed } from './format';

/**
 * The chosen chips in their order, and chips of files that are not chosen.
 * @param files addresses of chip files by id
 */
export function chipList(
  { chips, catalogue }: Analysis,
  files: ReadonlyMap<string, string>,
  language: Language,
): ChipListResult {
  const fileOf = (id: string): string | null => files.get(id) ?? null;
  const chosen = chips.map((one): ChipListItem => {
    const { id } = one.chip;
    return { id, name: targetName(one), description: costText(one, language), file: fileOf(id) };
  });
  const others = catalogue.chips.filter(({ id }) => files.has(id) && chosen.every((one) => one.id !== id));
  return {
    chosen,
    others: others.map((chip): ChipListItem => {
      const { id, name } = chip;
      return { id, name, description: chipLine(chip, language), file: fileOf(id) };
    }),
  };
}

/** `12 ms · fits`. */
function costText({ cost, fit }: ChipAnalysis, language: Language): string {
  const time = summed(cost.total.latencySeconds, formatterOf(language).seconds, language);
  const fits = fit.fits === null ? 'fitUnknown' : fit.fits ? 'fits' : 'misfit';
  return `${time} · ${message(language, `chipList.${fits}`)}`;
}
