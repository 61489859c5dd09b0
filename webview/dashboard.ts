import { entryOf } from '../outside/table';
import { messageFrom } from '../l10n/messages';
import type { PageData, PageRow } from '../server/cli/dashboard/pageData';
import {
  Dashboard,
  filters,
  measures,
  type DashboardCell,
  type Filter,
  type Look,
} from './content/dashboard';
import { button, element, refill, tableParts } from './dom';

/** Models that are shown at first, and with each press more. */
const modelsAtATime = 100;

const data = JSON.parse(document.getElementById('data')!.textContent) as PageData;
const { texts } = data;
const message = messageFrom(texts, {});

/** The page: fields, the matrix, and what a cell of it stands for. */
class Page {
  private readonly dashboard = new Dashboard(data);
  private look: Look = {
    models: '',
    chips: '',
    measure: 'time',
    wanted: this.dashboard.first,
    by: null,
    isDescending: false,
  };
  private shown = modelsAtATime;
  private readonly count = element('p', { class: 'count', role: 'status' });
  private readonly table = element('table', { role: 'grid' });
  private readonly more = element('p', {});
  private readonly details = element('section', {
    class: 'details',
    tabindex: -1,
    'aria-label': texts.details,
  });
  /** The cell that keys move from, by row and column; row -1 is the head. */
  private at = { row: -1, column: 0 };

  constructor(root: HTMLElement) {
    this.table.addEventListener('keydown', (event) => this.move(event));
    root.append(
      element('h1', {}, texts.title),
      this.fields(),
      this.count,
      element('p', { class: 'note' }, texts.legend),
      element('div', { class: 'scroll', role: 'region', 'aria-label': texts.title }, this.table),
      this.more,
      this.details,
    );
    this.draw();
    this.explain(null, -1);
  }

  private fields(): HTMLElement {
    const search = (label: string, change: (value: string) => void): HTMLElement => {
      const input = element('input', { type: 'search', input: () => change(input.value) });
      return element('label', {}, label, input);
    };
    const select = (
      label: string,
      options: readonly (readonly [string, string])[],
      change: (value: string) => void,
    ) => {
      const chosen = element(
        'select',
        { change: () => change(chosen.value) },
        options.map(([value, name]) => element('option', { value }, name)),
      );
      return element('label', {}, label, chosen);
    };
    const filterField = (filter: Filter): HTMLElement | null => {
      const values = this.dashboard.values(filter);
      if (values.length < 2) return null;
      const options = values.map((value) => [String(value), this.dashboard.string(value)] as const);
      const best = this.dashboard.hasBest(filter) ? [['', texts.best] as const] : [];
      return select(texts[filter], [...best, ...options], (value) =>
        this.change({ wanted: { ...this.look.wanted, [filter]: value === '' ? null : Number(value) } }),
      );
    };
    return element(
      'div',
      { class: 'fields', role: 'search' },
      search(texts.search, (models) => this.change({ models })),
      search(texts.searchChips, (chips) => this.change({ chips })),
      select(
        texts.measure,
        measures.map((name) => [name, texts[name]]),
        (value) => this.change({ measure: measures.find((name) => name === value)! }),
      ),
      filters.map(filterField),
    );
  }

  private change(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    this.shown = modelsAtATime;
    this.at = { row: -1, column: 0 };
    this.draw();
  }

  private draw(): void {
    const { dashboard, look } = this;
    const places = dashboard.placesOf(look);
    const models = dashboard.modelsOf(look);
    const some = models.slice(0, this.shown);
    this.count.textContent = message(data.language, 'counts', {
      models: models.length,
      chips: places.length,
      rows: data.rows.length,
    });
    const heads = [
      this.headCell(texts.model, null, 'model'),
      ...places.map((place) => this.headCell(dashboard.placeName(place), place, 'chip')),
    ];
    const rows = some.map((model) => this.modelRow(model, places));
    refill(this.table, tableParts(heads, rows));
    refill(this.more, [
      ...(models.length === 0 ? [texts.nothing] : []),
      ...(models.length > some.length
        ? [
            button(message(data.language, 'more', { count: models.length - some.length }), () =>
              this.showMore(),
            ),
          ]
        : []),
    ]);
    this.cellAt(this.at.row, this.at.column)?.setAttribute('tabindex', '0');
  }

  private showMore(): void {
    this.shown += modelsAtATime;
    this.draw();
  }

  private headCell(label: string, place: number | null, kind: string): HTMLElement {
    const { by, isDescending } = this.look;
    const isSorted = by === place;
    const sort = (): void => {
      const at = place === null ? 0 : this.dashboard.placesOf(this.look).indexOf(place) + 1;
      this.change({ by: place, isDescending: isSorted && !isDescending });
      this.focus(-1, at);
    };
    return element(
      'th',
      {
        class: kind,
        scope: 'col',
        tabindex: -1,
        click: sort,
        'aria-sort': isSorted ? (isDescending ? 'descending' : 'ascending') : 'none',
      },
      label,
      element('span', { class: 'sort', 'aria-hidden': 'true' }, isSorted ? (isDescending ? ' ▼' : ' ▲') : ''),
    );
  }

  private modelRow(model: number, places: readonly number[]): HTMLElement {
    const { dashboard, look } = this;
    const name = dashboard.string(model);
    const failure = dashboard.failureOf(model);
    const head = element(
      'th',
      { scope: 'row', tabindex: -1, title: name, click: () => this.explain(model, -1) },
      name,
    );
    const cells = dashboard.cellsOf(model, places, look);
    if (failure !== null && cells.every(({ row }) => row === null))
      return element(
        'tr',
        {},
        head,
        element(
          'td',
          { class: 'error', colspan: places.length, tabindex: -1 },
          `${texts.failed}: ${failure}`,
        ),
      );
    return element(
      'tr',
      {},
      head,
      cells.map((cell, i) => this.cell(cell, model, places[i]!)),
    );
  }

  private cell({ kind, text, heat, isLeast }: DashboardCell, model: number, place: number): HTMLElement {
    const label =
      kind === 'unfit' ? `✗ ${text}` : kind === 'error' ? `! ${text}` : isLeast ? `★ ${text}` : text;
    return element(
      'td',
      {
        class: heat === null ? kind : `${kind} heat${heat}`,
        tabindex: -1,
        title: kind === 'unfit' ? texts.unfit : undefined,
        click: () => this.explain(model, place),
      },
      label,
    );
  }

  /** What is known of a model on a chip, a line for each row. */
  private explain(model: number | null, place: number): void {
    const { dashboard } = this;
    const rows = model === null ? [] : this.rowsOf(model, place);
    if (model === null || rows.length === 0)
      return refill(this.details, [element('p', { class: 'note' }, texts.hint)]);
    const where = place < 0 ? '' : ` · ${dashboard.placeName(place)}`;
    const details = dashboard.detailsOf(rows, place < 0);
    const body = details.rows.map((cells) =>
      element(
        'tr',
        {},
        cells.map((cell) => element('td', {}, cell)),
      ),
    );
    refill(this.details, [
      element('h2', {}, `${dashboard.string(model)}${where}`),
      element('div', { class: 'scroll' }, element('table', {}, tableParts(details.columns, body))),
    ]);
  }

  private rowsOf(model: number, place: number): readonly PageRow[] {
    if (place >= 0) return this.dashboard.rowsAt(model, place, this.look);
    return [-1, ...this.dashboard.placesOf(this.look)].flatMap((one) =>
      this.dashboard.rowsAt(model, one, this.look),
    );
  }

  /** Arrow keys go from cell to cell, Enter does what a press does. */
  private move(event: KeyboardEvent): void {
    const target = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('th, td') : null;
    if (!target) return;
    const row = [...this.table.rows].indexOf(target.parentElement as HTMLTableRowElement) - 1;
    const column = [...target.parentElement!.children].indexOf(target);
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -column],
      End: [0, target.parentElement!.children.length - 1 - column],
    };
    const step = entryOf(steps, event.key);
    if (step) this.focus(row + step[0], column + step[1]);
    else if (event.key === 'Enter' || event.key === ' ') target.click();
    else return;
    event.preventDefault();
  }

  private focus(row: number, column: number): void {
    const cell = this.cellAt(row, column);
    if (!cell) return;
    this.cellAt(this.at.row, this.at.column)?.setAttribute('tabindex', '-1');
    this.at = { row, column };
    cell.setAttribute('tabindex', '0');
    cell.focus();
  }

  private cellAt(row: number, column: number): HTMLElement | undefined {
    const cells = this.table.rows[row + 1]?.cells;
    return cells?.[Math.min(column, cells.length - 1)];
  }
}

new Page(document.getElementById('page')!);
