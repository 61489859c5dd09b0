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
  it('says all figures of the first chip, with its memory in a bar or in words alone', async () => {
    const page = await openPage('panel');
    page.send({ type: 'summary', summary });
    const [card] = page.main().classed('card');
    expect([card!.attributes['data-chip'], card!.tagged('summary')[0]!.textContent]).toEqual([
      'a',
      'All figures of Chip A',
    ]);
    // 4 GB of the 10 GB less the 2 GB that the driver keeps: a half.
    expect(card!.tagged('meter')[0]!.attributes).toEqual({
      min: '0',
      max: '1',
      high: '0.9',
      value: '0.5',
      'aria-label': 'Memory / capacity',
    });
    expect(card!.classed('meter')[0]!.textContent).toBe('50% · fits');
    const list = card!.tagged('dl')[0]!.children.map((one) => (one as { textContent: string }).textContent);
    expect(list.slice(0, 4)).toEqual(['Latency', '4 ms (3 ms–6 ms)', 'Basis', 'class constants']);
    page.send({ type: 'summary', summary: { ...summary, chips: [...summary.chips].reverse() } });
    const [other] = page.main().classed('card');
    expect(other!.tagged('meter')).toEqual([]);
    expect(other!.classed('meter')[0]!.textContent).toBe(
      'unknown: what some operators keep for the backward pass is unknown',
    );
  });

  it('has a line for each chosen chip, with its place, a bar and what can be done, in an order to choose', async () => {
    const page = await openPage('panel');
    const best = [
      { id: 'b', name: 'Chip B', place: { best: 1, worst: 2 }, fits: null, seconds: estimateOf(0.002) },
      { id: 'a', name: 'Chip A', place: { best: 1, worst: 2 }, fits: true, seconds: estimateOf(0.004) },
    ];
    const outside = [{ name: 'Chip C', reason: 'the model does not fit' }];
    const sent = { ...summary, own: { best, outside } };
    page.send({ type: 'summary', summary: sent });
    const lines = () =>
      page
        .main()
        .byId('own')
        .classed('line')
        .map((line) => line.children.map((cell) => (cell as { textContent: string }).textContent));
    expect(lines()).toEqual([
      ['Chip', 'Time', 'Fits', 'What to do'],
      ['1–2Chip A', '4 ms', 'fits · 50%', 'What to do'],
      ['1–2Chip B', '4 ms', 'unknown', 'Make first'],
    ]);
    const bars = page.main().byId('own').classed('filled');
    expect(bars.map(({ style }) => style.width)).toEqual(['100%', '100%']);
    const own = page.main().byId('own');
    expect(own.classed('note').map((one) => one.textContent)).toEqual([
      'Chip C: the model does not fit',
      'Only 2 chosen: the finder has all others Find a chip…',
    ]);
    own.press('Make first');
    own.classed('next')[1]!.press('What to do');
    own.press('Find a chip…');
    expect(page.posted.slice(1)).toEqual([
      { type: 'useChip', chip: 'b' },
      { type: 'command', command: 'showSuggestions' },
      { type: 'command', command: 'findChip' },
    ]);
    // Both take as long; B's name is the later one, and whether it fits is unknown.
    const reversed = { ...sent, chips: [...sent.chips].reverse() };
    page.send({ type: 'summary', summary: reversed });
    const names = () => lines().map(([name]) => name);
    expect(names()).toEqual(['Chip', '1–2Chip B', '1–2Chip A']);
    page.main().byId('own').press('Chip');
    expect(names()).toEqual(['Chip ▲', '1–2Chip A', '1–2Chip B']);
    expect(page.remembered()).toMatchObject({ panel: 'name' });
    page.main().byId('own').press('Chip ▲');
    expect(names()).toEqual(['Chip', '1–2Chip B', '1–2Chip A']);
    const three = [...summary.chips, chipOf({ id: 'c' })];
    page.send({ type: 'summary', summary: { ...sent, chips: three } });
    expect(page.main().byId('own').textContent).toContain('Numbers before names are places by time');
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
