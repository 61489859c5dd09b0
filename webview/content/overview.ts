import type { ModelOnChip, Overview, OverviewModel } from '../../server/protocol';
import { show, summed, text } from '../text';
import { fits, memoryUse } from './chips';
import { termed, type Heading } from './terms';

/** By which column the models stand, and which of them. */
export interface OverviewOrder {
  readonly key: string;
  readonly descending: boolean;
  /** Part of a path. */
  readonly filter: string;
}

export const byPath: OverviewOrder = { key: 'path', descending: false, filter: '' };

/** A column that a press on its head sorts by. */
export interface OverviewColumn extends Heading {
  readonly key: string;
  readonly numeric: boolean;
}

/** A chip that some model has figures on, with its columns. */
export interface OverviewChip {
  readonly id: string;
  readonly name: string;
  readonly columns: readonly OverviewColumn[];
}

export interface OverviewRow {
  readonly uri: string;
  readonly path: string;
  readonly parameters: string;
  /** Of each chip: time, memory and whether it fits. Null: one word for all of them, which `state` has. */
  readonly cells: readonly string[] | null;
  /** Why there are no figures, or the sizes that nobody gave. */
  readonly state: string;
  readonly isFailed: boolean;
}

/** The chips of all models, in the order in which they first come. */
export function overviewChips({ models }: Overview): OverviewChip[] {
  const names = new Map<string, string>();
  for (const { figures } of models)
    for (const { id, name } of figures?.chips ?? []) if (!names.has(id)) names.set(id, name);
  return [...names].map(([id, name]) => ({
    id,
    name,
    columns: (['time', 'memory', 'fits'] as const).map((what) => ({
      key: `${what} ${id}`,
      ...termed(`webview.overview.${what}`),
      numeric: what !== 'fits',
    })),
  }));
}

/** The columns before those of the chips. */
export function overviewColumns(): OverviewColumn[] {
  return [
    { key: 'path', ...termed('webview.overview.model'), numeric: false },
    { key: 'parameters', ...termed('webview.overview.parameters'), numeric: true },
  ];
}

/** The models that the filter finds, in order; what is not known comes last either way. */
export function overviewRows(overview: Overview, { key, descending, filter }: OverviewOrder): OverviewRow[] {
  const chips = overviewChips(overview);
  const wanted = filter.trim().toLowerCase();
  const found = overview.models
    .filter(({ path }) => path.toLowerCase().includes(wanted))
    .map((model) => ({ model, by: sortValue(model, key) }));
  const sign = descending ? -1 : 1;
  found.sort((a, b) => {
    if (a.by === null || b.by === null) return Number(a.by === null) - Number(b.by === null);
    return sign * (a.by < b.by ? -1 : a.by > b.by ? 1 : 0);
  });
  return found.map(({ model }) => rowOf(model, chips));
}

/** As {@link OverviewOrder} after a press on a column: figures begin with the largest. */
export function overviewSortedBy(order: OverviewOrder, { key, numeric }: OverviewColumn): OverviewOrder {
  return { ...order, key, descending: order.key === key ? !order.descending : numeric };
}

/** How many models there are, how many are found, and how far the work is. */
export function overviewStatus({ models, isCut, running }: Overview, found: number): string {
  if (running) return text('webview.overview.running', { ...running });
  const count = { found: show.count(found), all: show.count(models.length) };
  return text(isCut ? 'webview.overview.cut' : 'webview.overview.count', count);
}

/** Models that nobody asked about since they are as they are. */
export function overviewOpen({ models }: Overview): number {
  return models.filter(({ figures, reason }) => figures === null && reason === null).length;
}

function rowOf(
  { uri, path, figures, reason, isOutdated }: OverviewModel,
  chips: readonly OverviewChip[],
): OverviewRow {
  if (!figures) {
    const state = reason ?? text(isOutdated ? 'webview.overview.outdated' : 'webview.overview.notAsked');
    return { uri, path, parameters: '', cells: null, state, isFailed: reason !== null };
  }
  const { parameters, isLowerBound = false, assumed } = figures;
  const count = show.count(parameters);
  return {
    uri,
    path,
    parameters: isLowerBound ? text('webview.overview.atLeast', { count }) : count,
    cells: chips.flatMap(({ id }) => cellsOf(figures.chips.find((chip) => chip.id === id))),
    state: assumed.length > 0 ? text('webview.overview.assumed', { sizes: assumed.join(', ') }) : '',
    isFailed: false,
  };
}

function cellsOf(chip: ModelOnChip | undefined): string[] {
  if (!chip) return ['–', '–', '–'];
  return [summed(chip.latencySeconds, show.seconds), memoryUse(chip), fits(chip.memory)];
}

function sortValue({ path, figures }: OverviewModel, key: string): string | number | null {
  if (key === 'path') return path;
  if (key === 'parameters') return figures?.parameters ?? null;
  const [what, id] = key.split(' ');
  const chip = figures?.chips.find((one) => one.id === id);
  if (!chip) return null;
  if (what === 'time') return chip.latencySeconds?.value ?? null;
  if (what === 'memory') return chip.memory.highWaterBytes ?? chip.memory.leastBytes;
  return chip.memory.fits === null ? null : Number(chip.memory.fits);
}
