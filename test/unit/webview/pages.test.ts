import { describe, expect, it } from 'vitest';
import type { NodeRow, RowsResult } from '../../../server/protocol';
import { Pages } from '../../../webview/content/pages';
import { rowsInView } from '../../../webview/tables/viewport';
import { rowOf } from './made';

interface Question {
  readonly from: number;
  readonly count: number;
  answer(result: Partial<RowsResult>): Promise<void>;
  refuse(message: string): Promise<void>;
}

/** Pages of revision 7, with a server that answers when a test says so. */
function pagesOf() {
  const questions: Question[] = [];
  const said: string[] = [];
  const settled = () => new Promise<void>((done) => setTimeout(done));
  const pages = new Pages(7, {
    ask: (from, count) =>
      new Promise((resolve, reject) => {
        const rows: NodeRow[] = Array.from({ length: count }, (_, i) => rowOf(from + i));
        questions.push({
          from,
          count,
          answer: (result) => (resolve({ revision: 7, total: 250, found: null, rows, ...result }), settled()),
          refuse: (message) => (reject(new Error(message)), settled()),
        });
      }),
    loaded: (total) => said.push(`loaded ${total}`),
    failed: (message) => said.push(`failed ${message}`),
  });
  return { pages, questions, said };
}

describe('pages of rows', () => {
  it('ask for a hundred rows at a time, once', async () => {
    const { pages, questions, said } = pagesOf();
    pages.restart();
    expect(questions.map(({ from, count }) => [from, count])).toEqual([[0, 100]]);
    expect([pages.total, pages.row(0)]).toEqual([0, undefined]);
    await questions[0]!.answer({});
    expect(said).toEqual(['loaded 250']);
    expect([pages.total, pages.row(0)?.node, pages.row(99)?.node]).toEqual([250, 0, 99]);
    expect(questions).toHaveLength(1);

    expect([pages.row(100), pages.row(199), pages.row(200)]).toEqual([undefined, undefined, undefined]);
    expect(questions.map(({ from }) => from)).toEqual([0, 100, 200]);
    await questions[2]!.answer({});
    await questions[1]!.answer({});
    expect([pages.row(100)?.node, pages.row(249)?.node]).toEqual([100, 249]);
  });

  it('forget all when they start again, and take no late answers', async () => {
    const { pages, questions, said } = pagesOf();
    pages.restart();
    await questions[0]!.answer({});
    pages.row(100);
    pages.restart();
    expect(questions.map(({ from }) => from)).toEqual([0, 100, 0]);
    await questions[1]!.answer({ total: 9 });
    expect([said, pages.total, pages.row(0)]).toEqual([['loaded 250'], 250, undefined]);
    await questions[2]!.answer({ total: 3 });
    expect([said[1], pages.total, pages.row(0)?.node]).toEqual(['loaded 3', 3, 0]);
    // Page 1 is asked for anew.
    pages.row(100);
    expect(questions.map(({ from }) => from)).toEqual([0, 100, 0, 100]);
  });

  it('take no rows of another revision', async () => {
    const { pages, questions, said } = pagesOf();
    pages.restart();
    await questions[0]!.answer({ revision: 8 });
    expect([said, pages.total, pages.row(0)]).toEqual([[], 0, undefined]);
  });

  it('say why rows are missing, and ask again when they are looked at again', async () => {
    const { pages, questions, said } = pagesOf();
    pages.restart();
    await questions[0]!.refuse('gone');
    expect(said).toEqual(['failed gone']);
    expect(pages.row(0)).toBeUndefined();
    expect(questions).toHaveLength(2);
    await questions[1]!.answer({});
    expect(pages.row(0)?.node).toBe(0);
  });

  it('are not disturbed by a refusal that comes late', async () => {
    const { pages, questions, said } = pagesOf();
    pages.restart();
    pages.restart();
    await questions[1]!.answer({});
    await questions[0]!.refuse('late');
    expect([said, pages.row(0)?.node]).toEqual([['loaded 250'], 0]);
    expect(questions).toHaveLength(2);
  });
});

describe('rows in view', () => {
  it('are those of 480 px of 24 px each, and two that are begun', () => {
    expect(rowsInView(0, 1000)).toEqual({ first: 0, last: 22 });
    expect(rowsInView(23, 1000)).toEqual({ first: 0, last: 22 });
    expect(rowsInView(24, 1000)).toEqual({ first: 1, last: 23 });
    // 12,000 ÷ 24 = 500.
    expect(rowsInView(12_000, 1000)).toEqual({ first: 500, last: 522 });
  });

  it('end with the list', () => {
    expect(rowsInView(0, 5)).toEqual({ first: 0, last: 5 });
    // 1,000 rows are 24,000 px high; 480 px before the end is row 980.
    expect(rowsInView(23_520, 1000)).toEqual({ first: 980, last: 1000 });
    expect(rowsInView(0, 0)).toEqual({ first: 0, last: 0 });
  });
});
