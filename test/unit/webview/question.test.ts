import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerLines } from '../../../webview/content/answer';
import { questionData } from '../../../webview/content/question';
import { openPage, type Element } from './browser';
import { chipOf, estimateOf, partOfTotal, summaryOf } from './made';

const summary = summaryOf({
  workload: {
    dimensions: [
      { name: 'batch', value: 4, origin: 'default' },
      { name: 'sequence', value: 128, origin: 'binding' },
      { name: 'total', value: null, origin: 'unbound' },
    ],
    values: [{ name: 'sr', value: '16000', origin: 'value', isContent: true }],
    phase: 'decode',
    precision: 'fp16',
    runtime: null,
  },
  offers: {
    phases: ['inference', 'decode'],
    precisions: ['as-stored', 'fp16'],
    runtimes: [
      { id: 'eager', name: 'Eager', refused: [] },
      { id: 'other', name: 'Other', refused: ['Chip A'] },
    ],
    defaultRuntimes: [
      { chip: 'Chip A', runtime: 'Eager' },
      { chip: 'Chip B', runtime: 'Eager' },
    ],
  },
  chips: [chipOf()],
});

describe('what the figures stand on', () => {
  it('has a field for each dimension, and lists of phases, precisions and runtimes', () => {
    const { fields, others } = questionData(summary);
    expect(fields.map(({ label, value, note }) => [label, value, note])).toEqual([
      ['batch', '4', 'assumed'],
      ['sequence', '128', ''],
      ['total', '', 'not set'],
      ['Phase', 'decode', ''],
      ['Precision', 'fp16', ''],
      ['Runtime', '', ''],
    ]);
    expect(fields.map(({ options }) => options)).toEqual([
      null,
      null,
      null,
      [
        ['inference', 'inference'],
        ['decode', 'decode'],
      ],
      [
        ['as-stored', 'as stored'],
        ['fp16', 'fp16'],
      ],
      [
        ['', 'default: Eager'],
        ['eager', 'Eager'],
        ['other', 'Other (not on Chip A)'],
      ],
    ]);
    // The content of `sr` has no field.
    expect(others).toBe(1);
  });

  it('reads what is written into a field', () => {
    const change = (at: number, written: string) => questionData(summary).fields[at]!.changeTo(written);
    expect(change(0, '16')).toEqual({ kind: 'dimension', name: 'batch', value: 16 });
    expect(change(0, '0')).toEqual({ kind: 'dimension', name: 'batch', value: 0 });
    expect(change(0, ' ')).toEqual({ kind: 'dimension', name: 'batch', value: null });
    for (const wrong of ['-1', '1.5', 'x', '1e300']) expect(change(0, wrong)).toBeNull();
    expect(change(3, 'inference')).toEqual({ kind: 'phase', value: 'inference' });
    expect(change(3, 'training')).toBeNull();
    expect(change(4, 'as-stored')).toEqual({ kind: 'precision', value: 'as-stored' });
    expect(change(5, '')).toEqual({ kind: 'runtime', value: null });
    expect(change(5, 'eager')).toEqual({ kind: 'runtime', value: 'eager' });
  });

  it('has fields for eight dimensions, and a command for the others', () => {
    const dimensions = Array.from({ length: 11 }, (_, i) => ({
      name: `d${i}`,
      value: 1,
      origin: 'default' as const,
    }));
    const { fields, others } = questionData({ ...summary, workload: { ...summary.workload, dimensions } });
    expect(fields.map(({ label }) => label).slice(0, 9)).toEqual([
      ...dimensions.slice(0, 8).map(({ name }) => name),
      'Phase',
    ]);
    expect(others).toBe(4);
  });
});

describe('the answer', () => {
  const own = (best: number[][]) => ({
    best: best.map(([from, to], i) => ({
      id: `c${i}`,
      name: `Chip ${i}`,
      place: { best: from!, worst: to! },
      fits: true,
      seconds: estimateOf(0.002 * (i + 1)),
    })),
    outside: [],
  });
  const chips = [chipOf({ byBound: [{ name: 'memory', seconds: 0.004, nodes: 1 }] }), chipOf({ id: 'b' })];

  it('is time, range, bound and memory of the first chip', () => {
    expect(answerLines({ chips: chips.slice(0, 1), own: own([[1, 1]]) })).toEqual([
      'On Chip A a run takes 4 ms (90 % range 3 ms–6 ms). Bound by: memory 100%. Memory: 4 GB / 10 GB, fits.',
    ]);
    expect(answerLines({ chips: [], own: own([]) })).toEqual([]);
  });

  it('says what is known where that is not all', () => {
    const part = chipOf({ total: partOfTotal });
    expect(answerLines({ chips: [part], own: own([]) })).toEqual([
      'On Chip A a run takes at least 4 ms, at most 20 ms (3 nodes unknown): parts are unknown. Memory: 4 GB / 10 GB, fits.',
    ]);
    const none = chipOf({ total: { latencySeconds: null } });
    expect(answerLines({ chips: [none], own: own([]) })).toEqual([
      'How long a run takes on Chip A is unknown. Memory: 4 GB / 10 GB, fits.',
    ]);
  });

  it('names the fastest chip only where no other can be as fast', () => {
    const second = (best: number[][]) => answerLines({ chips, own: own(best) })[1];
    expect(
      second([
        [1, 1],
        [2, 2],
      ]),
    ).toBe('Of the chosen chips Chip 0 is surely the fastest: 2 ms.');
    expect(
      second([
        [1, 2],
        [1, 2],
      ]),
    ).toBe(
      '2 of the chosen chips cannot be told apart as the fastest, among them Chip 0, Chip 1: their ranges overlap.',
    );
    // Only three are named, of five.
    expect(
      second([
        [1, 5],
        [1, 5],
        [1, 5],
      ]),
    ).toMatch(/^5 of the chosen chips .* Chip 0, Chip 1, Chip 2:/);
  });
});

describe('the fields of the report', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const write = (field: Element, value: string, event: 'input' | 'change') => {
    field.value = value;
    field.happens(event);
  };

  it('ask for a change after a pause in the typing, or at once from a list', async () => {
    const page = await openPage('report');
    page.send({ type: 'summary', summary });
    const chosen = () => page.posted.filter(({ type }) => type === 'choose');
    const batch = page.main().byId('question-dimension-batch');
    write(batch, '1', 'input');
    vi.advanceTimersByTime(349);
    write(batch, '16', 'input');
    vi.advanceTimersByTime(349);
    expect(chosen()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(chosen()).toEqual([
      { type: 'choose', changes: [{ kind: 'dimension', name: 'batch', value: 16 }] },
    ]);
    const form = page.main().classed('question')[0]!;
    expect(form.attributes['aria-busy']).toBe('true');
    write(page.main().byId('question-phase'), 'inference', 'change');
    expect(chosen()[1]).toEqual({ type: 'choose', changes: [{ kind: 'phase', value: 'inference' }] });
    write(batch, 'x', 'input');
    vi.advanceTimersByTime(1000);
    expect(chosen()).toHaveLength(2);
    // The answer: the fields stay the same ones, with what is in force now.
    const [first, ...others] = summary.workload.dimensions;
    const dimensions = [{ ...first!, value: 16, origin: 'binding' as const }, ...others];
    page.send({
      type: 'summary',
      summary: { ...summary, revision: 8, workload: { ...summary.workload, dimensions } },
    });
    expect(page.main().byId('question-dimension-batch')).toBe(batch);
    expect(batch.value).toBe('16');
    expect(form.attributes['aria-busy']).toBeUndefined();
    expect(form.classed('note').map((note) => note.textContent)).toEqual(['', '', 'not set', '', '', '']);
    // What is typed meanwhile is newer than the answer; what is not typed follows it.
    write(batch, '32', 'input');
    const later = (size: number) => ({
      ...summary,
      revision: size,
      workload: { ...summary.workload, dimensions: [{ ...first!, value: size }, ...others] },
    });
    page.send({ type: 'summary', summary: later(17) });
    expect(batch.value).toBe('32');
    vi.advanceTimersByTime(350);
    page.send({ type: 'summary', summary: later(18) });
    expect(batch.value).toBe('18');
    form.press('Other inputs: 1…');
    form.press('Choose chips…');
    form.press('Find a chip…');
    expect(page.posted.slice(-3)).toEqual(
      ['setDimensions', 'chooseChips', 'findChip'].map((command) => ({ type: 'command', command })),
    );
  });

  it('are there while no chip is chosen', async () => {
    const page = await openPage('report');
    page.send({ type: 'summary', summary: { ...summary, chips: [] } });
    expect(page.main().byId('question-dimension-batch').value).toBe('4');
  });

  it('come before the answer, and that before what to do and why', async () => {
    const page = await openPage('report');
    const suggestions = [{ title: 't', explanation: [], change: 'c', saving: 's', range: 'r', node: null }];
    page.send({ type: 'summary', summary: { ...summary, suggestions: suggestions as never } });
    const report = page.main().classed('report')[0]!;
    const order = report.children.map((one) => {
      const { className, tag } = one as Element;
      return className.split(' ')[0] || tag;
    });
    expect(order.slice(0, 7)).toEqual([
      'header',
      'question',
      'answer',
      'suggestions',
      'what-if',
      'chosen',
      'figures',
    ]);
    expect(report.byId('answer').classed('filled')[0]!.style.width).toBe('100%');
  });
});
