import { formatterOf, type Formatter } from '../../l10n/format';
import type { PageData, PageRow } from '../../server/cli/dashboard/pageData';

/** What cells of a matrix compare. */
export const measures = ['time', 'energy', 'memory'] as const;
export type Measure = (typeof measures)[number];
const quantities = { time: 'seconds', energy: 'joules', memory: 'bytes' } as const;

/** Fields of rows that say what is run: one value is looked at, as others are other work. */
const cases = ['phase', 'sizes'] as const;
/** Fields of rows of which one value, or of some the best of all, is looked at. */
export const filters = ['phase', 'sizes', 'precision', 'runtime'] as const;
export type Filter = (typeof filters)[number];

/** How results are looked at. */
export interface Look {
  /** What names of models and of chips hold. */
  readonly models: string;
  readonly chips: string;
  readonly measure: Measure;
  /** Places in the list of strings; null: the best of all, or what there is. */
  readonly wanted: Readonly<Record<Filter, number | null>>;
  /** By what models are sorted: a place, or null for their names. */
  readonly by: number | null;
  readonly isDescending: boolean;
}

/** A cell of the matrix: the best row of a model on a chip. */
export interface DashboardCell {
  readonly row: PageRow | null;
  readonly kind: 'value' | 'unfit' | 'error' | 'none';
  readonly text: string;
  /** How many times as much as the least of the model, in doublings from 0 to 4; null where that says nothing. */
  readonly heat: number | null;
  readonly isLeast: boolean;
}

type Detail = readonly [title: string, say: (row: PageRow) => string];

/** What is known of rows, in words. */
export interface Details {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const mostHeat = 4;
/** Bits of a place in the key of a cell. */
const placesAtMost = 1 << 20;

/** Results as models × chips. */
export class Dashboard {
  /** Models in the order of the results. */
  readonly models: readonly number[];
  private readonly cells = new Map<number, PageRow[]>();
  private readonly write: Formatter;
  /** Made once: making one for each pair of names takes twenty times as long. */
  private readonly names: Intl.Collator;

  constructor(readonly data: PageData) {
    this.write = formatterOf(data.language);
    this.names = new Intl.Collator(data.language, { numeric: true });
    const models = new Set<number>();
    for (const row of data.rows) {
      models.add(row.model);
      const key = keyOf(row.model, row.place);
      const there = this.cells.get(key);
      if (there) there.push(row);
      else this.cells.set(key, [row]);
    }
    this.models = [...models];
  }

  string(at: number): string {
    return this.data.strings[at] ?? '';
  }

  /** Values that a field has, in the order of the results. */
  values(filter: Filter): readonly number[] {
    return [...new Set(this.data.rows.map((row) => row[filter]))].filter((value) => value >= 0);
  }

  /** What is looked at first: the first case that the results have, and the best of all else. */
  get first(): Look['wanted'] {
    const [phase, sizes] = cases.map((name) => this.values(name)[0] ?? null);
    return { phase: phase ?? null, sizes: sizes ?? null, precision: null, runtime: null };
  }

  /** Whether the best of all values may be looked at. */
  hasBest(filter: Filter): boolean {
    return !cases.some((name) => name === filter);
  }

  /** A chip with the system that named it. */
  placeName(place: number): string {
    const { chip, system } = this.data.places[place]!;
    return system < 0 ? this.string(chip) : `${this.string(chip)} (${this.string(system)})`;
  }

  /** Places whose names hold what is looked for. */
  placesOf(look: Look): readonly number[] {
    return this.data.places
      .map((_place, index) => index)
      .filter((index) =>
        holds(`${this.placeName(index)} ${this.string(this.data.places[index]!.name)}`, look.chips),
      );
  }

  /** Models whose names hold what is looked for, sorted. What has no value comes last either way. */
  modelsOf(look: Look): readonly number[] {
    const shown = this.models.filter((model) => holds(this.string(model), look.models));
    const sign = look.isDescending ? -1 : 1;
    const { by } = look;
    if (by === null) return shown.sort((a, b) => sign * this.names.compare(this.string(a), this.string(b)));
    const valueOf = new Map(
      shown.map((model) => {
        const { row, kind } = this.cell(model, by, look);
        return [model, row && kind === 'value' ? figureOf(row, look.measure) : null];
      }),
    );
    return shown.sort((a, b) => {
      const [one, other] = [valueOf.get(a) ?? null, valueOf.get(b) ?? null];
      if (one === null || other === null) return (one === null ? 1 : 0) - (other === null ? 1 : 0);
      return sign * (one - other);
    });
  }

  /** Rows of a model on a chip that the filters let through; of a model without costs those that say why. */
  rowsAt(model: number, place: number, { wanted }: Look): readonly PageRow[] {
    const rows = this.cells.get(keyOf(model, place)) ?? [];
    return rows.filter((row) =>
      filters.every((name) => wanted[name] === null || row[name] === wanted[name] || row[name] < 0),
    );
  }

  /** Why a model has no costs at all; null where it has some. */
  failureOf(model: number): string | null {
    const [row] = this.cells.get(keyOf(model, -1)) ?? [];
    return row && row.error >= 0 ? this.string(row.error) : null;
  }

  /** The cells of a model, with how they compare. */
  cellsOf(model: number, places: readonly number[], look: Look): readonly DashboardCell[] {
    const cells = places.map((place) => this.cell(model, place, look));
    const figures = cells.map(({ row, kind }) =>
      row && kind === 'value' ? wholeOf(row, look.measure) : null,
    );
    let least = Infinity;
    let known = 0;
    for (const figure of figures) {
      if (figure === null || figure <= 0) continue;
      least = Math.min(least, figure);
      known++;
    }
    return cells.map((cell, i) => {
      const figure = figures[i] ?? null;
      if (figure === null || figure <= 0 || known < 2) return cell;
      const heat = Math.min(mostHeat, Math.floor(Math.log2(figure / least)));
      return { ...cell, heat, isLeast: figure === least };
    });
  }

  private cell(model: number, place: number, look: Look): DashboardCell {
    const rows = this.rowsAt(model, place, look);
    const ranked = rows
      .map((row) => ({ row, figure: figureOf(row, look.measure) }))
      .sort(
        (a, b) =>
          rankOf(a.row, look.measure) - rankOf(b.row, look.measure) ||
          (a.figure ?? Infinity) - (b.figure ?? Infinity),
      );
    const [first] = ranked;
    if (!first) return { row: null, kind: 'none', text: '', heat: null, isLeast: false };
    const { row, figure } = first;
    if (row.error >= 0)
      return { row, kind: 'error', text: this.data.texts.failed, heat: null, isLeast: false };
    return {
      row,
      kind: row.fits === false ? 'unfit' : figure === null ? 'none' : 'value',
      text: this.textOf(row, look.measure),
      heat: null,
      isLeast: false,
    };
  }

  /** What is said of rows, a column each. */
  detailsOf(rows: readonly PageRow[], withChip: boolean): Details {
    const { texts } = this.data;
    const { write } = this;
    const known = <T>(value: T | null, say: (value: T) => string): string =>
      value === null ? texts.unknown : say(value);
    const chip: Detail = [texts.chip, ({ place }) => (place < 0 ? '' : this.placeName(place))];
    const details: readonly Detail[] = [
      ...(withChip ? [chip] : []),
      ...filters.map((name): Detail => [texts[name], (row) => this.string(row[name])]),
      [texts.time, (row) => this.textOf(row, 'time')],
      [
        texts.range,
        (row) => known(row.seconds, ([, low, high]) => `${write.seconds(low)} – ${write.seconds(high)}`),
      ],
      [texts.energy, (row) => this.textOf(row, 'energy')],
      [texts.memory, (row) => this.textOf(row, 'memory')],
      [texts.capacity, (row) => known(row.capacity, write.bytes)],
      [texts.fits, (row) => known(row.fits, (fits) => (fits ? texts.yes : texts.no))],
      [texts.bound, (row) => this.string(row.bound)],
      [texts.others, (row) => this.string(row.others)],
      [texts.error, (row) => this.string(row.error)],
    ];
    return {
      columns: details.map(([title]) => title),
      rows: rows.map((row) => details.map(([, say]) => say(row))),
    };
  }

  private textOf(row: PageRow, measure: Measure): string {
    const figure = figureOf(row, measure);
    if (figure === null) return this.data.texts.unknown;
    const text = this.write[quantities[measure]](figure);
    return isLeast(row, measure) ? `≥ ${text}` : text;
  }
}

/** What is taken first: what fits or may fit and is known as a whole, then lower bounds, what does not fit, and what failed. */
function rankOf(row: PageRow, measure: Measure): number {
  if (row.error >= 0) return 3;
  if (row.fits === false) return 2;
  return wholeOf(row, measure) === null ? 1 : 0;
}

/** As {@link figureOf}, but for lower bounds, which can't be compared. */
function wholeOf(row: PageRow, measure: Measure): number | null {
  return isLeast(row, measure) ? null : figureOf(row, measure);
}

function isLeast(row: PageRow, measure: Measure): boolean {
  return row.isLeast[measures.indexOf(measure)]!;
}

/** The figure of a row that a measure means; null: unknown. */
function figureOf(row: PageRow, measure: Measure): number | null {
  if (measure === 'memory') return row.memory;
  return (measure === 'time' ? row.seconds : row.joules)?.[0] ?? null;
}

function keyOf(model: number, place: number): number {
  return model * placesAtMost + place + 1;
}

function holds(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.trim().toLowerCase());
}
