import type { RankResult, Summary } from '../server/protocol';
import {
  finderColumns,
  finderCount,
  finderGroups,
  finderVerdict,
  ranked,
  rejectedRows,
  type FinderOrder,
} from './content/finder';
import { noWish, phaseNote, priceText, rankParams, withPrice, type Wish } from './content/finderWish';
import { modelName } from './content/header';
import { element, refill } from './dom';
import { finderFields } from './finderFields';
import { modelLine, workload } from './header';
import { remember, requestRanking, state, useChip } from './host';
import { inTurn } from './inTurn';
import { KeptFocus } from './keptFocus';
import { runPage, type View } from './page';
import { finderTable, whyNotTable } from './tables/finder';
import { explainTerms } from './terms';
import { text } from './text';

/** The last answer stays on screen until the next is there, over a change of the chosen chips too. */
let answer: RankResult | undefined;
const focus = new KeptFocus();

runPage((summary) => new Finder(summary));
explainTerms();

/** The chips for one model: limits as fields, the ranking, and why not the others. */
class Finder implements View {
  readonly root: HTMLElement;
  private wish: Wish = { ...noWish, ...state().wish };
  private order: FinderOrder = { ...ranked, ...state().finder };
  private readonly fields = element('div', {});
  private readonly verdict = element(
    'p',
    { class: 'verdict', role: 'status' },
    text('webview.finder.ranking'),
  );
  private readonly note = element('p', { class: 'note' });
  private readonly count = element('span', { class: 'status', role: 'status' });
  private readonly table = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': text('webview.finder.title'),
  });
  private readonly others = element('div', {});
  private readonly ask = inTurn(
    () => requestRanking(rankParams(this.wish)),
    (result) => this.take(result),
    (reason) => (this.verdict.textContent = text('webview.finder.failed', { reason })),
  );

  constructor(private readonly summary: Summary) {
    const filter = element('input', {
      type: 'search',
      value: this.order.filter,
      placeholder: text('webview.finder.filter'),
      'aria-label': text('webview.finder.filter'),
      input: () => this.reorder({ ...this.order, filter: filter.value }),
    });
    this.root = element(
      'div',
      { class: 'finder' },
      element('h1', {}, `${text('webview.finder.title')}: ${modelName(summary.model)}`),
      modelLine(summary),
      workload(summary),
      this.fields,
      this.verdict,
      this.note,
      element('div', { class: 'toolbar' }, filter, this.count),
      this.table,
      this.others,
    );
    this.drawFields();
    this.ask();
  }

  draw(): void {
    if (!answer) return;
    const { choices, rejected, objective } = answer;
    const { wish, order, summary } = this;
    const columns = finderColumns(wish, choices);
    const chosen = summary.chips.map(({ id }) => id);
    const groups = finderGroups(answer, columns, order, chosen);
    this.verdict.textContent = finderVerdict(answer);
    this.note.textContent = this.notes();
    this.count.textContent = finderCount(groups, answer.ranked.length);
    const by = text(`webview.finder.objective.${objective}`);
    const priceField = (chip: string, name: string): HTMLElement => this.priceField(chip, name);
    const host = { sort: (next: FinderOrder) => this.reorder(next), use: useChip, priceField, focus };
    refill(this.table, [
      finderTable(text('webview.finder.caption', { objective: by }), columns, groups, order, host),
    ]);
    const rows = rejectedRows(rejected, choices, order.filter);
    refill(this.others, [whyNotTable(rows, rejected, wish.hasPrices ? priceField : null)]);
    focus.restore();
  }

  highlight(): void {}

  dispose(): void {}

  private take(result: RankResult): void {
    const isFirst = !answer;
    answer = result;
    if (isFirst) this.drawFields();
    this.draw();
  }

  /** @param isOther other fields belong to the wish */
  private change(wish: Wish, isOther = false): void {
    this.wish = wish;
    remember({ wish });
    if (isOther) this.drawFields();
    this.ask();
  }

  private reorder(order: FinderOrder): void {
    this.order = order;
    remember({ finder: order });
    this.draw();
  }

  private drawFields(): void {
    if (!answer) return;
    const host = {
      wish: () => this.wish,
      change: (wish: Wish, isOther?: boolean) => this.change(wish, isOther),
    };
    refill(this.fields, [finderFields(answer.choices, this.summary.workload.phase, host)]);
  }

  private notes(): string {
    const other = phaseNote(this.wish, this.summary.workload.phase);
    const prices = this.wish.hasPrices ? text('webview.finder.noPrice') : null;
    return [other, prices, text('webview.finder.hint')].filter((one) => one !== null).join(' ');
  }

  private priceField(chip: string, name: string): HTMLElement {
    const field = element('input', {
      type: 'number',
      min: 0,
      step: 'any',
      'aria-label': text('webview.finder.priceOf', { chip: name }),
      value: priceText(this.wish, chip),
      // At the end: the table is drawn anew with each answer.
      change: () => this.change(withPrice(this.wish, chip, field.value)),
    });
    return focus.keep(`price ${chip}`, field);
  }
}
