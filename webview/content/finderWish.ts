import { entryOf } from '../../outside/table';
import type { RankParams } from '../../server/protocol';
import { text, word, type TextKey } from '../text';

type Figure = keyof NonNullable<RankParams['limits']['figures']>;

/** What is asked of chips, as the page remembers it: that of its fields. */
export interface Wish {
  readonly objective: RankParams['objective'];
  /** The most of each figure, of rates the least; SI units. */
  readonly figures: Readonly<Partial<Record<Figure, number>>>;
  readonly places: readonly string[];
  /** Empty: any. */
  readonly class: string;
  /** ISO 3166 code; empty: any. */
  readonly country: string;
  readonly anyStatus: boolean;
  /** Empty: that of the model. */
  readonly phase: string;
  readonly precisions: readonly string[];
  /** By chip id. */
  readonly prices: Readonly<Record<string, number>>;
  readonly hasPrices: boolean;
}

export const noWish: Wish = {
  objective: 'latency',
  figures: {},
  places: [],
  class: '',
  country: '',
  anyStatus: false,
  phase: '',
  precisions: [],
  prices: {},
  hasPrices: false,
};

/** A field for a figure, in a unit that people write. */
export interface FigureField {
  readonly figure: Figure;
  readonly label: string;
  /** SI units in one of the field. */
  readonly unit: number;
}

const units: readonly (readonly [Figure, number])[] = [
  ['latency', 1e-3],
  ['energy', 1e-3],
  ['watts', 1],
  ['memory', 1e6],
  ['throughput', 1],
  ['tokens', 1],
];

/** The fields; of prices only where there are any. */
export function figureFields({ hasPrices }: Pick<Wish, 'hasPrices'>): FigureField[] {
  const all = hasPrices ? [...units, ['price', 1] as const] : units;
  return all.map(([figure, unit]) => ({
    figure,
    unit,
    label: text(`webview.finder.most.${figure}` as TextKey),
  }));
}

/** The wish after a field was written in; what is no number above 0 limits nothing. */
export function withFigure(wish: Wish, { figure, unit }: FigureField, written: string): Wish {
  const value = numberIn(written);
  const others = without(wish.figures, figure);
  return { ...wish, figures: value === null || value === 0 ? others : { ...others, [figure]: value * unit } };
}

function without(figures: Wish['figures'], figure: Figure): Wish['figures'] {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => name !== figure));
}

/** The wish with prices or without: then nothing can be the best by them, nor limited. */
export function withPrices(wish: Wish, hasPrices: boolean): Wish {
  if (hasPrices) return { ...wish, hasPrices };
  const objective = wish.objective === 'price' ? noWish.objective : wish.objective;
  return { ...wish, hasPrices, objective, figures: without(wish.figures, 'price') };
}

/** What a field shows of a figure; rounding hides what floating-point numbers add. */
export function figureText({ figures }: Wish, { figure, unit }: FigureField): string {
  const value = figures[figure];
  return value === undefined ? '' : String(Number((value / unit).toPrecision(12)));
}

/** The wish after a price was written; without a number it is unknown. */
export function withPrice(wish: Wish, chip: string, written: string): Wish {
  const value = numberIn(written);
  const others = Object.entries(wish.prices).filter(([id]) => id !== chip);
  return { ...wish, prices: Object.fromEntries(value === null ? others : [...others, [chip, value]]) };
}

/** What the field of a price shows. */
export function priceText({ prices }: Wish, chip: string): string {
  return String(entryOf(prices, chip) ?? '');
}

/** A list with an entry, or without it. */
export function withEntry(list: readonly string[], entry: string, isIn: boolean): string[] {
  return [...list.filter((one) => one !== entry), ...(isIn ? [entry] : [])];
}

function numberIn(written: string): number | null {
  const value = written.trim() === '' ? NaN : Number(written);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** What the server is asked. */
export function rankParams(wish: Wish): Omit<RankParams, 'uri'> {
  const { objective, figures, places, country, anyStatus, phase, precisions, prices, hasPrices } = wish;
  const limits = {
    places,
    classes: wish.class === '' ? [] : [wish.class],
    countries: country === '' ? [] : [country],
    anyStatus,
    figures,
  };
  // The fields offer what the server stated, so these are words of its own.
  return {
    objective,
    limits: limits as RankParams['limits'],
    precisions: precisions as RankParams['precisions'],
    phase: phase === '' ? null : (phase as NonNullable<RankParams['phase']>),
    prices: hasPrices ? prices : {},
  };
}

/** A country by its name in the language of the page. */
export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;
}

/** Said where another phase is looked at than the one of the model. */
export function phaseNote({ phase }: Wish, own: string): string | null {
  if (phase === '' || phase === own) return null;
  return text('webview.finder.otherPhase', {
    phase: word('webview.phase', phase),
    own: word('webview.phase', own),
  });
}
