import { afterEach, describe, expect, it, vi } from 'vitest';
import { openPage } from './browser';
import { chipOf, estimateOf, rowOf, summaryOf } from './made';

afterEach(() => vi.unstubAllGlobals());

const chip = chipOf({
  costliest: [rowOf(5, { name: 'big', scope: 'layer' }), rowOf(2, { name: 'small', share: 0.125 })],
});
const summary = summaryOf({
  chips: [chip, chipOf({ id: 'b', name: 'Chip B', memory: { fits: null, fitsUnknown: 'training' } })],
  workload: {
    dimensions: [{ name: 'batch', value: 4, origin: 'default' }],
    values: [{ name: 'sr', value: '16000', origin: 'value', isContent: true }],
    phase: 'decode',
    precision: 'as-stored',
    runtime: null,
  },
  problems: [
    { severity: 'error', message: 'no such file' },
    { severity: 'hint', message: 'a hint' },
  ] as never,
});

describe('a page', () => {
  it('keeps the words of its host until it is told something, and says that it is ready', async () => {
    const page = await openPage('panel');
    expect(page.posted).toEqual([{ type: 'ready' }]);
    expect([page.banner().textContent, page.main().textContent]).toEqual(['Wait…', '']);
    page.send({ type: 'summary', summary });
    expect(page.banner().textContent).toBe('');
    expect(page.remembered()).toEqual({ uri: 'siliconlens:/m.onnx.onnxtxt' });
  });

  it('is drawn again only when the summary is another, where it was scrolled to', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const [first] = page.main().children;
    page.scrolled.scrollTop = 120;
    page.send({ type: 'summary', summary: structuredClone(summary) });
    expect(page.main().children).toEqual([first]);
    expect(page.main().children[0]).toBe(first);
    const other = { ...summary, revision: 8 };
    const scrollTo = vi.spyOn(page.scrolled, 'scrollTo');
    page.send({ type: 'summary', summary: other });
    expect(page.main().children).toHaveLength(1);
    expect(page.main().children[0]).not.toBe(first);
    expect(scrollTo).toHaveBeenCalledWith(0, 120);
  });

  it('says a state above what it shows while that is stale, and instead of it otherwise', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const stale = {
      kind: 'stale',
      message: 'The server ended.',
      actions: ['restartServer', 'showLog'],
    } as const;
    page.send({ type: 'state', state: stale });
    expect(page.banner().textContent).toBe('The server ended. Restart Server Show Log');
    expect(page.banner().tagged('p')[0]!.className).toBe('stale');
    expect(page.main().tagged('h1')[0]!.textContent).toBe('m.onnx');
    page.banner().press('Show Log');
    expect(page.posted.at(-1)).toEqual({ type: 'command', command: 'showLog' });
    page.send({ type: 'state', state: { kind: 'loading', model: 'n.onnx' } });
    expect([page.banner().textContent, page.main().textContent]).toEqual(['Analysing n.onnx…', '']);
    // The same summary is news again now.
    page.send({ type: 'summary', summary });
    expect([page.banner().textContent, page.main().tagged('h1').length]).toEqual(['', 1]);
  });

  it('says what failed, and keeps what it shows', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    page.send({ type: 'failed', request: null, message: 'No space left.' });
    expect(
      page
        .banner()
        .classed('error')
        .map((one) => one.textContent),
    ).toEqual(['No space left.']);
    expect(page.main().tagged('h1')).toHaveLength(1);
  });

  it('speaks the language that its host wrote', async () => {
    const page = await openPage('panel', undefined, 'ko');
    page.send({ type: 'summary', summary });
    expect(page.main().byId('problems').tagged('h2')[0]!.textContent).toBe('문제');
  });
});

describe('the side panel', () => {
  it('says each chip with its memory in a bar, or in words alone', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const cards = page.main().classed('card');
    expect(cards.map((card) => [card.attributes['data-chip'], card.tagged('h2')[0]!.textContent])).toEqual([
      ['a', 'Chip A'],
      ['b', 'Chip B'],
    ]);
    // 4 GB of the 10 GB less the 2 GB that the driver keeps: a half.
    expect(cards[0]!.tagged('meter')[0]!.attributes).toEqual({
      min: '0',
      max: '1',
      high: '0.9',
      value: '0.5',
      'aria-label': 'Memory / capacity',
    });
    expect(cards[0]!.classed('meter')[0]!.textContent).toBe('50% · fits');
    expect(cards[1]!.tagged('meter')).toEqual([]);
    expect(cards[1]!.classed('meter')[0]!.textContent).toBe(
      'unknown: what some operators keep for the backward pass is unknown',
    );
    const list = cards[0]!
      .tagged('dl')[0]!
      .children.map((one) => (one as { textContent: string }).textContent);
    expect(list.slice(0, 4)).toEqual(['Latency', '4 ms (3 ms–6 ms)', 'Basis', 'class constants']);
  });

  it('names the best of the chosen chips with their places, and what can be done with each', async () => {
    const page = await openPage('panel');
    const best = [
      { id: 'b', name: 'Chip B', place: { best: 1, worst: 2 }, fits: null, seconds: estimateOf(0.002) },
      { id: 'a', name: 'Chip A', place: { best: 1, worst: 2 }, fits: true, seconds: estimateOf(0.004) },
    ];
    const outside = [{ name: 'Chip C', reason: 'the model does not fit' }];
    page.send({ type: 'summary', summary: { ...summary, own: { best, outside } } });
    const own = page.main().byId('own');
    expect(own.tagged('li').map((one) => one.textContent)).toEqual([
      '1–2Chip B: 2 ms (1 ms–4 ms) · unknownMake first',
      '1–2Chip A: 4 ms (2 ms–8 ms) · fitsWhat to do',
    ]);
    expect(own.classed('note').map((one) => one.textContent)).toEqual([
      'Chip C: the model does not fit',
      'Only 2 chosen: the finder has all others Find a chip…',
    ]);
    for (const label of ['Make first', 'What to do']) own.press(label);
    own.press('Find a chip…');
    expect(page.posted.slice(1)).toEqual([
      { type: 'useChip', chip: 'b' },
      { type: 'command', command: 'showSuggestions' },
      { type: 'command', command: 'findChip' },
    ]);
    const three = [...summary.chips, chipOf({ id: 'c' })];
    page.send({ type: 'summary', summary: { ...summary, chips: three, own: { best, outside } } });
    expect(page.main().byId('own').textContent).toContain('The 2 best of 3 chosen chips');
  });

  it('has no bar where nothing is known of the memory', async () => {
    const page = await openPage('panel');
    page.send({
      type: 'summary',
      summary: summaryOf({ chips: [chipOf({ memory: { capacityBytes: null, usableBytes: null } })] }),
    });
    expect(page.main().classed('meter')).toEqual([]);
  });

  it('leads from the costliest nodes of its first chip to their lines, and marks the one at the cursor', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const rows = page.main().byId('costliest').querySelectorAll('tbody tr');
    expect(rows.map((row) => row.tagged('td').map((cell) => cell.textContent))).toEqual([
      ['big', '1 ms', '25%', 'compute'],
      ['small', '1 ms', '13%', 'compute'],
    ]);
    page.main().press('small');
    expect(page.posted.at(-1)).toEqual({ type: 'reveal', node: 2 });
    page.send({ type: 'highlight', node: 2 });
    const marked = () => rows.map((row) => [row.className, row.attributes['aria-current']]);
    expect(marked()).toEqual([
      ['', 'false'],
      ['highlighted', 'true'],
    ]);
    page.send({ type: 'highlight', node: 5 });
    expect(marked()).toEqual([
      ['highlighted', 'true'],
      ['', 'false'],
    ]);
    page.send({ type: 'highlight', node: null });
    expect(marked().map(([name]) => name)).toEqual(['', '']);
  });

  it('states the workload and offers to change it; dimensions only where there are some', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    expect(page.main().classed('workload')[0]!.textContent).toBe(
      'batch=4 (assumed) · sr=16000 · decode · precision as stored Set dimensions… Choose chips…',
    );
    for (const label of ['Set dimensions…', 'Choose chips…', 'Open report']) page.main().press(label);
    expect(page.posted.slice(1).map((message) => (message as { command: string }).command)).toEqual([
      'setDimensions',
      'chooseChips',
      'openReport',
    ]);
    // Contents alone are reason enough to offer the list.
    const workload = { ...summary.workload, dimensions: [] };
    page.send({ type: 'summary', summary: { ...summary, workload } });
    expect(page.main().classed('workload')[0]!.textContent).toContain(
      'sr=16000 · decode · precision as stored Set dimensions…',
    );
    page.send({ type: 'summary', summary: summaryOf() });
    expect(page.main().classed('workload')[0]!.textContent).toBe(
      'inference · precision as stored  Choose chips…',
    );
    // Nothing is chosen: the way to choose stands where the costliest nodes were.
    expect(
      page
        .main()
        .tagged('button')
        .map((one) => one.textContent),
    ).toEqual(['Choose chips…', 'Choose chips…', 'Open report']);
  });

  it('lists problems with what they are, and nothing where there are none', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const problems = page.main().byId('problems');
    expect(problems.tagged('li').map((one) => [one.className, one.textContent])).toEqual([
      ['error', 'Error: no such file'],
    ]);
    page.send({ type: 'summary', summary: { ...summary, problems: [] } });
    expect(page.main().all((one) => one.attributes.id === 'problems')).toEqual([]);
  });
});
