import type { Overview } from '../server/protocol';
import {
  byPath,
  overviewChips,
  overviewColumns,
  overviewOpen,
  overviewRows,
  overviewSortedBy,
  overviewStatus,
  type OverviewColumn,
  type OverviewOrder,
  type OverviewRow,
} from './content/overview';
import { button, element, refill } from './dom';
import { askOverview, listen, openModel, remember, state } from './host';
import { KeptFocus } from './keptFocus';
import { explainTerms } from './terms';
import { speak, text } from './text';

/** Models that are shown at first, and with each press more. */
const modelsAtATime = 200;

/** All models of the workspace as a table: a press on a head sorts, one on a model opens it. */
class OverviewView {
  private overview: Overview = { models: [], isCut: false, running: null };
  private order: OverviewOrder = { ...byPath, ...state().overview };
  private shown = modelsAtATime;
  private readonly focus = new KeptFocus();
  private readonly status = element('span', { class: 'status', role: 'status' });
  private readonly act = element('span', {});
  private readonly progress = element('span', {});
  private readonly table = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': text('webview.overview.title'),
  });
  private readonly more = element('p', {});

  constructor(root: HTMLElement) {
    const filter = element('input', {
      type: 'search',
      value: this.order.filter,
      placeholder: text('webview.overview.filter'),
      'aria-label': text('webview.overview.filter'),
      input: () => this.reorder({ ...this.order, filter: filter.value }),
    });
    refill(root, [
      element('h1', {}, text('webview.overview.title')),
      element('p', { class: 'note' }, text('webview.overview.note')),
      element('div', { class: 'toolbar' }, this.act, this.progress, filter, this.status),
      this.table,
      this.more,
    ]);
  }

  take(overview: Overview): void {
    this.overview = overview;
    this.draw();
  }

  private draw(): void {
    const { overview, order } = this;
    const rows = overviewRows(overview, order);
    this.status.textContent = overviewStatus(overview, rows.length);
    this.drawAct();
    const shown = rows.slice(0, this.shown);
    refill(this.table, overview.models.length === 0 ? [noModels()] : [this.made(shown)]);
    const rest = rows.length - shown.length;
    const further = (): void => {
      this.shown += modelsAtATime;
      this.draw();
    };
    refill(this.more, rest > 0 ? [button(text('webview.overview.more', { count: rest }), further)] : []);
    this.focus.restore();
  }

  private drawAct(): void {
    const { running } = this.overview;
    const open = overviewOpen(this.overview);
    const act = running
      ? button(text('webview.overview.stop'), () => askOverview('stop'))
      : button(
          open === 0 ? text('webview.overview.done') : text('webview.overview.start', { count: open }),
          () => askOverview('start'),
          { disabled: open === 0 },
        );
    refill(this.act, [this.focus.keep('act', act)]);
    const bar =
      running &&
      element('progress', {
        max: running.all,
        value: running.done,
        'aria-label': text('webview.overview.progress'),
      });
    refill(this.progress, bar ? [bar] : []);
  }

  private made(rows: readonly OverviewRow[]): HTMLElement {
    const chips = overviewChips(this.overview);
    const first = overviewColumns();
    const columns = chips.flatMap((chip) => chip.columns);
    return element(
      'table',
      { class: 'models' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          first.map((column) => this.head(column, chips.length > 0 ? 2 : 1)),
          chips.map(({ name }) => element('th', { scope: 'colgroup', colspan: 3 }, element('bdi', {}, name))),
          chips.length === 0 && element('th', { scope: 'col' }, text('webview.overview.state')),
        ),
        chips.length > 0 &&
          element(
            'tr',
            {},
            columns.map((column) => this.head(column, 1)),
          ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) => this.row(row, columns)),
      ),
    );
  }

  private head(column: OverviewColumn, rowspan: number): HTMLElement {
    const { order } = this;
    const sorted = column.key !== order.key ? 'none' : order.descending ? 'descending' : 'ascending';
    const mark = { none: '', ascending: ' ▲', descending: ' ▼' }[sorted];
    const press = button(column.label + mark, () => this.reorder(overviewSortedBy(order, column)), {
      class: 'link',
      'data-term': column.term ?? undefined,
    });
    return element(
      'th',
      { scope: 'col', rowspan, 'aria-sort': sorted, class: column.numeric && 'number' },
      this.focus.keep(`sort ${column.key}`, press),
    );
  }

  private row(
    { uri, path, parameters, cells, state: said, isFailed }: OverviewRow,
    columns: readonly OverviewColumn[],
  ): HTMLElement {
    const link = button(element('bdi', {}, path), () => openModel(uri), { class: 'link' });
    return element(
      'tr',
      { 'data-model': path },
      element(
        'th',
        { scope: 'row' },
        this.focus.keep(`model ${uri}`, link),
        cells && said !== '' && element('span', { class: 'detail' }, said),
      ),
      element('td', { class: 'number' }, parameters),
      cells
        ? cells.map((cell, at) => element('td', { class: columns[at]?.numeric === true && 'number' }, cell))
        : element('td', { colspan: Math.max(1, columns.length), class: isFailed ? 'error' : 'note' }, said),
    );
  }

  private reorder(order: OverviewOrder): void {
    this.order = order;
    remember({ overview: order });
    this.draw();
  }
}

function noModels(): HTMLElement {
  return element('p', { class: 'empty' }, text('webview.overview.none'));
}

speak(document.documentElement.lang);
const view = new OverviewView(document.getElementById('app')!);
explainTerms();
listen((message) => {
  if (message.type === 'overview') view.take(message.overview);
});
