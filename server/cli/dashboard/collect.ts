import { listIn, neededBytes, sizesOf } from '../query/answer';
import type { SweepRow } from '../../engine/report/sweepRow';
import type { PageData, PageRow } from './pageData';

/** Rows of a page: more make a file of a hundred megabytes that no browser opens in time. */
export const mostRows = 200_000;

/** Gathers rows for a page. */
export class PageRows {
  readonly strings: string[] = [];
  readonly places: PageData['places'][number][] = [];
  readonly rows: PageRow[] = [];
  private readonly known = new Map<string, number>();
  private readonly knownPlaces = new Map<string, number>();

  add(row: SweepRow): void {
    this.rows.push({
      model: this.string(row.path),
      place: row.chip === null ? -1 : this.place(row.chip, row.chipName, row.system),
      phase: this.string(row.phase),
      sizes: this.string(sizesOf(row)),
      precision: this.string(row.precision),
      runtime: this.string(row.runtime),
      bound: this.string(row.bound),
      others: this.string(listIn(row.otherUnits)),
      error: this.string(row.error),
      seconds: ranged(row.seconds, row.secondsLow, row.secondsHigh),
      joules: ranged(row.joules, row.joulesLow, row.joulesHigh),
      memory: neededBytes(row),
      capacity: row.capacityBytes,
      fits: row.fits,
      isLeast: [row.secondsIsLowerBound === true, row.joulesIsLowerBound === true, row.memoryBytes === null],
    });
  }

  private place(chip: string, name: string | null, system: string | null): number {
    return placed(this.knownPlaces, JSON.stringify([chip, system]), this.places, () => ({
      chip: this.string(chip),
      name: this.string(name),
      system: this.string(system),
    }));
  }

  private string(text: string | null): number {
    return text === null ? -1 : placed(this.known, text, this.strings, () => text);
  }
}

/** The place of something in a list, to which it is added the first time. */
function placed<T>(known: Map<string, number>, key: string, list: T[], made: () => T): number {
  let at = known.get(key);
  if (at === undefined) {
    const value = made();
    at = list.length;
    list.push(value);
    known.set(key, at);
  }
  return at;
}

function ranged(value: number | null, low: number | null, high: number | null): PageRow['seconds'] {
  return value === null ? null : [value, low ?? value, high ?? value];
}
