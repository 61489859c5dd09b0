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
import { modelName, modelText } from './content/header';
import { element, refill } from './dom';
import { finderFields } from './finderFields';
import { workload } from './header';
import { KeptFocus } from './keptFocus';
import { remember, requestRanking, state, useChip } from './host';
import { runPage, type View } from './page';
import { finderTable, whyNotTable } from './tables/finder';
import { text } from './text';

/** The last answer stays on screen until the next is there, over a change of the chosen chips too. */
let answer: RankResult | undefined;
const focus = new KeptFocus();

runPage(finderView);

/** The chips for one model: limits as fields, the ranking, and why not the others. */
function finderView(summary: Summary): View {
  let wish: Wish = { ...noWish, ...state().wish };
  let order: FinderOrder = { ...ranked, ...state().finder };
  const verdict = element('p', { class: 'verdict', role: 'status' }, text('webview.finder.ranking'));
  const note = element('p', { class: 'note' });
  const fields = element('div', {});
  const count = element('span', { class: 'status', role: 'status' });
  const filter = element('input', {
    type: 'search',
    value: order.filter,
    placeholder: text('webview.finder.filter'),
    'aria-label': text('webview.finder.filter'),
    input: () => reorder({ ...order, filter: filter.value }),
  });
  const table = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': text('webview.finder.title'),
  });
  const others = element('div', {});
  const root = element(
    'div',
    { class: 'finder' },
    element('h1', {}, `${text('webview.finder.title')}: ${modelName(summary.model)}`),
    element('p', { class: 'summary' }, modelText(summary.model)),
    workload(summary),
    fields,
    verdict,
    note,
    element('div', { class: 'toolbar' }, filter, count),
    table,
    others,
  );
  const ask = inTurn(
    () => requestRanking(rankParams(wish)),
    (result) => {
      const isFirst = !answer;
      answer = result;
      if (isFirst) drawFields();
      draw();
    },
    (reason) => (verdict.textContent = text('webview.finder.failed', { reason })),
  );

  function change(next: Wish, isOther = false): void {
    wish = next;
    remember({ wish });
    if (isOther) drawFields();
    ask();
  }
  function reorder(next: FinderOrder): void {
    order = next;
    remember({ finder: order });
    draw();
  }
  function drawFields(): void {
    if (!answer) return;
    refill(fields, [finderFields(answer.choices, summary.workload.phase, { wish: () => wish, change })]);
  }
  function priceField(chip: string, name: string): HTMLElement {
    const field = element('input', {
      type: 'number',
      min: 0,
      step: 'any',
      'aria-label': text('webview.finder.priceOf', { chip: name }),
      value: priceText(wish, chip),
      // At the end: the table is drawn anew with each answer.
      change: () => change(withPrice(wish, chip, field.value)),
    });
    return focus.keep(`price ${chip}`, field);
  }
  function draw(): void {
    if (!answer) return;
    const { choices, rejected } = answer;
    const columns = finderColumns(wish, choices);
    const chosen = summary.chips.map(({ id }) => id);
    const groups = finderGroups(answer, columns, order, chosen);
    verdict.textContent = finderVerdict(answer);
    const notes = [
      phaseNote(wish, summary.workload.phase),
      wish.hasPrices ? text('webview.finder.noPrice') : null,
    ];
    note.textContent = [...notes, text('webview.finder.hint')].filter((one) => one !== null).join(' ');
    count.textContent = finderCount(groups, answer.ranked.length);
    const caption = text('webview.finder.caption', {
      objective: text(`webview.finder.objective.${answer.objective}`),
    });
    refill(table, [
      finderTable(caption, columns, groups, order, { sort: reorder, use: useChip, priceField, focus }),
    ]);
    refill(others, [
      whyNotTable(
        rejectedRows(rejected, choices, order.filter),
        rejected,
        wish.hasPrices ? priceField : null,
      ),
    ]);
    focus.restore();
  }

  drawFields();
  ask();
  return { root, draw, highlight: () => {}, dispose: () => {} };
}

/** Asks one thing at a time: what changes meanwhile is asked when the answer is there, once. */
function inTurn<R>(
  ask: () => Promise<R>,
  take: (result: R) => void,
  fail: (reason: string) => void,
): () => void {
  let isAsking = false;
  let isChanged = false;
  const next = (): void => {
    if (isAsking) {
      isChanged = true;
      return;
    }
    isAsking = true;
    isChanged = false;
    ask()
      .then(take, (error: Error) => fail(error.message))
      .finally(() => {
        isAsking = false;
        if (isChanged) next();
      });
  };
  return next;
}
