import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drawing, openPage, type Element, type Page } from './browser';
import {
  chipOf,
  joulesParts,
  measuredOf,
  measuredPointOf,
  memoryPointOf,
  estimateOf,
  pointOf,
  rowOf,
  summaryOf,
} from './made';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// One kernel at 1,000 operations, 100 bytes, 10 s; another at 50 operations.
const chip = chipOf({
  points: [pointOf(3, 1000, 100, 10, 'compute'), pointOf(4, 50, 100, 10, 'memory')],
  kernels: 2,
  byOperator: [{ name: 'MatMul', seconds: 0.003, nodes: 2 }],
  memory: {
    points: [memoryPointOf(3, 1e9), memoryPointOf(4, 5e8)],
  },
});
const summary = summaryOf({ chips: [chip, chipOf({ id: 'b', name: 'Chip B' })] });

const drawn = (): (typeof Drawing.all)[number][] => Drawing.all.filter(({ isGone }) => !isGone);
const roofs = () => drawn().find(({ configuration }) => configuration.type === 'scatter')!;
const types = (): string[] => drawn().map(({ configuration }) => configuration.type);
const said = (elements: readonly Element[]): string[] => elements.map((one) => one.textContent);
const asked = (page: Page) => page.posted.filter((message) => message.type === 'rows');
const answer = async (page: Page, request: number, result: object): Promise<void> => {
  page.send({ type: 'rows', request, result: { revision: 7, total: 2, found: null, ...result } } as never);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

async function report(before?: object): Promise<Page> {
  const page = await openPage('report', before);
  page.send({ type: 'summary', summary });
  return page;
}

describe('the report', () => {
  it('says what there is to do where no chip is chosen', async () => {
    const page = await openPage('report');
    page.send({ type: 'summary', summary: summaryOf() });
    expect(page.main().textContent).toContain('No chip is chosen. Choose chips…');
    expect([drawn(), asked(page)]).toEqual([[], []]);
    page.send({ type: 'highlight', node: 1 });
    page.changeTheme();
    page.send({ type: 'summary', summary });
    expect(page.main().textContent).not.toContain('No chip is chosen.');
  });

  it('has a header, with the share of known shapes where that is not all', async () => {
    const page = await report();
    const header = () => page.main().tagged('header')[0]!;
    expect(said(header().classed('summary'))).toEqual([
      '1,234 nodes · 25,000,000 parameters · 50 MB of weights · 8 GOP per run',
    ]);
    expect(header().classed('note')).toEqual([]);
    page.send({ type: 'summary', summary: { ...summary, coverage: { nodes: 0.75, operations: 1 } } });
    expect(header().classed('note')[0]!.textContent).toMatch(/^Shapes of 75% of the nodes/);
  });

  it('has a glossary that is made when it is opened', async () => {
    const page = await report();
    const terms = () => said(page.main().byId('glossary').tagged('strong'));
    expect(terms()).toEqual([]);
    page.main().byId('glossary').tagged('details')[0]!.happens('toggle');
    expect(terms()).toHaveLength(85);
    expect(terms().slice(0, 3)).toEqual(['A request', 'Achieved bandwidth', 'Activations']);
    expect(page.main().byId('glossary').textContent).toContain('Example: ');
  });

  it('draws roofline and memory at once, and bars when their rows are there', async () => {
    const page = await report();
    expect(types()).toEqual(['line', 'scatter']);
    // They fill their holders, and nothing moves.
    expect(Drawing.defaults).toEqual({ animation: false, responsive: true, maintainAspectRatio: false });
    const bars = { sort: 'seconds', descending: true, filter: '', from: 0, revision: 7, chip: 'a' };
    expect(asked(page).map(({ params }) => params)).toEqual([
      { ...bars, count: 100 },
      { ...bars, count: 30 },
    ]);
    await answer(page, 2, { rows: [rowOf(3)] });
    expect(types()).toEqual(['line', 'scatter', 'bar', 'bar']);
    expect(said(page.main().classed('pair')[0]!.tagged('h2'))).toEqual([
      'Time by node',
      'Achieved bandwidth by node',
    ]);
  });

  it('draws what the energy goes to where that is known', async () => {
    const page = await openPage('report');
    page.send({ type: 'summary', summary: summaryOf({ chips: [chipOf({ total: { joulesParts } })] }) });
    expect(types()).toEqual(['bar']);
    expect(said(page.main().byId('energy-parts').classed('twin')[0]!.tagged('td')).slice(0, 3)).toEqual([
      'Compute',
      '250 mJ',
      '50%',
    ]);
  });

  it('says why there are no bars', async () => {
    const page = await report();
    page.send({ type: 'failed', request: 2, message: 'The model has changed.' });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(said(page.main().classed('pair')[0]!.classed('error'))).toEqual(['The model has changed.']);
    // It was said of the bars and of nothing else.
    expect(page.banner().textContent).toBe('');
    expect(types()).toEqual(['line', 'scatter']);
  });

  it('draws no bars into a report that is gone', async () => {
    const page = await report();
    page.send({ type: 'summary', summary: { ...summary, revision: 8 } });
    await answer(page, 2, { rows: [rowOf(3)] });
    expect(types()).toEqual(['line', 'scatter']);
  });

  it('has of each chart the summary, its legend in the colours of the theme, and the same as a table', async () => {
    const page = await report();
    const roofline = page.main().byId('roofline');
    const [canvas] = roofline.tagged('canvas');
    expect(canvas!.attributes['aria-label']).toBe(
      'Roofline. 2 kernels on Chip A; unknown of the time is bound by memory. Arrow keys go from point to point, Enter to the line.',
    );
    expect([roofline.classed('canvas')[0]!.style.height, roofs().canvas]).toEqual(['380px', canvas]);
    expect(
      roofline
        .classed('legend')[0]!
        .tagged('li')
        .map((one) => [one.textContent, one.classed('mark')[0]!.style.color]),
    ).toEqual([
      ['●compute', '--vscode-charts-blue'],
      ['■memory', '--vscode-charts-orange'],
      ['◯area: share of the time', '--vscode-foreground'],
    ]);
    expect(said(roofline.classed('twin')[0]!.tagged('td')).slice(0, 5)).toEqual([
      'k3',
      '10 OP/B',
      '100 OP/s',
      '10 s',
      'compute',
    ]);
    expect(roofline.classed('number').map((one) => one.tag)).toEqual([
      'th',
      'th',
      'th',
      'td',
      'td',
      'td',
      'td',
      'td',
      'td',
    ]);
  });

  it('leads from a dot to its line, and from beside the dots nowhere', async () => {
    const page = await report();
    const { onClick } = roofs().configuration.options;
    const before = page.posted.length;
    onClick({}, []);
    expect(page.posted).toHaveLength(before);
    // Groups are compute and memory, then the lines of the roofs.
    onClick({}, [{ datasetIndex: 1, index: 0 }]);
    onClick({}, [{ datasetIndex: 2, index: 0 }]);
    expect(page.posted.slice(before)).toEqual([{ type: 'reveal', node: 4 }]);
  });

  it('marks the node under the cursor in charts and rows, drawing nothing twice', async () => {
    const page = await report();
    await answer(page, 1, { rows: [rowOf(3), rowOf(4)] });
    page.send({ type: 'highlight', node: 4 });
    expect(Drawing.all.map(({ isGone }) => isGone)).toEqual([true, true, false, false]);
    page.send({ type: 'highlight', node: 4 });
    expect(Drawing.all).toHaveLength(4);
    const marked = page
      .main()
      .classed('row')
      .filter((row) => row.className.includes('highlighted'));
    expect(marked.map((row) => [row.attributes['data-node'], row.attributes['aria-selected']])).toEqual([
      ['4', 'true'],
    ]);
    const dots = roofs().configuration as never as {
      data: { datasets: { pointBorderWidth: number[] }[] };
    };
    expect(dots.data.datasets.slice(0, 2).map(({ pointBorderWidth }) => pointBorderWidth)).toEqual([
      [1],
      [3],
    ]);
  });

  it('draws its charts anew when the theme changes or the screen, and again at the next change', async () => {
    const page = await report();
    page.changeTheme();
    expect([Drawing.all.length, drawn().length]).toEqual([4, 2]);
    page.changeDensity();
    page.changeDensity();
    expect([Drawing.all.length, drawn().length]).toEqual([8, 2]);
  });

  it('shows the chip that was pressed, and the one that it showed before when it comes back', async () => {
    const page = await report();
    const chosen = () => page.main().classed('chosen')[0]!.textContent;
    const pressed = () =>
      page
        .main()
        .byId('chips')
        .tagged('tbody')[0]!
        .tagged('button')
        .map((one) => one.attributes['aria-pressed']);
    expect([chosen(), pressed()]).toEqual(['On Chip A', ['true', 'false']]);
    page.main().press('Chip B');
    expect([chosen(), pressed()]).toEqual(['On Chip B', ['false', 'true']]);
    // It has no points to draw, and those of the other are gone.
    expect(types()).toEqual([]);
    const back = await report(page.remembered() as object);
    expect(back.main().classed('chosen')[0]!.textContent).toBe('On Chip B');
  });

  it('offers to export and to import, and what was measured stands in it with a way to remove it', async () => {
    const page = await openPage('report');
    const measured = measuredOf({
      points: [measuredPointOf(3, 0.002, estimateOf(0.001))],
      remarks: ['An old model.'],
      unmatchedRows: 1,
      unmatchedSeconds: 0.5,
      rowsWithoutKernel: [{ label: 'gap', operator: 'Relu', seconds: 0.5 }] as never,
    });
    page.send({ type: 'summary', summary: summaryOf({ chips: [chipOf({ measured })] }) });
    const section = page.main().byId('measured');
    expect(said(section.classed('warning'))).toEqual(['An old model.']);
    expect(said(section.tagged('dt'))[0]).toBe('Profile');
    expect(said(section.tagged('dd'))[0]).toContain('run.json');
    expect(types()).toEqual(['scatter']);
    page.main().press('Remove profile…');
    page.main().press('Export report…');
    page.main().press('Import profile…');
    expect(page.posted.slice(-3).map((message) => (message as { command: string }).command)).toEqual([
      'removeProfile',
      'exportReport',
      'importProfile',
    ]);
    page.changeTheme();
    expect([Drawing.all.length, drawn().length]).toEqual([2, 1]);
  });

  it('opens the row of equal modules to their names', async () => {
    const page = await openPage('report');
    const alike = { count: 2, names: ['h.0', 'h.1'] };
    const layered = chipOf({ byScope: [{ name: 'h.0', seconds: 0.002, nodes: 4, alike }] });
    page.send({ type: 'summary', summary: summaryOf({ chips: [layered] }) });
    const [row] = page.main().byId('shares').classed('parts');
    expect(said(row!.tagged('summary'))).toEqual(['h.0 × 2']);
    expect(said(row!.tagged('li'))).toEqual(['1 ms each', 'h.0', 'h.1']);
  });

  it('says under a table how many rows are missing', async () => {
    const page = await openPage('report');
    const long = chipOf({ ...chip, kernels: 5 });
    page.send({ type: 'summary', summary: summaryOf({ chips: [long] }) });
    // Two points of five kernels.
    expect(said(page.main().tagged('tfoot'))).toEqual(['Rows not shown: 3']);
  });

  it('has energy and shares as tables', async () => {
    const page = await report();
    expect(said(page.main().byId('shares').tagged('td'))).toEqual(['MatMul', '3 ms', '75%', '2']);
    expect(page.main().byId('energy').tagged('tr')).toHaveLength(3);
    expect(page.main().byId('energy').classed('note')[0]!.textContent).not.toBe('');
  });
});

describe('the table of nodes', () => {
  const headers = (page: Page): string[] => said(page.main().classed('header')[0]!.tagged('button'));
  const rows = (page: Page): Element[] => page.main().classed('rows')[0]!.classed('row');
  const status = (page: Page): string => page.main().byId('nodes').classed('status')[0]!.textContent;

  it('shows rows when they are there, and how many there are', async () => {
    const page = await report();
    expect([status(page), rows(page)]).toEqual(['', []]);
    await answer(page, 1, { rows: [rowOf(3, { scope: 'layer' }), rowOf(4)] });
    expect(status(page)).toBe('2 nodes');
    expect(rows(page).map((row) => said(row.all((one) => one.attributes.role === 'cell')))).toEqual([
      ['3', 'n3', 'MatMul', '[1, 8]', '1 ms', '25%', 'compute', '', '2 GOP', '3 MB', '500 GB/s'],
      ['4', 'n4', 'MatMul', '[1, 8]', '1 ms', '25%', 'compute', '', '2 GOP', '3 MB', '500 GB/s'],
    ]);
    expect(rows(page)[0]!.tagged('button')[0]!.attributes.title).toBe('layer\n[1, 8]');
    const before = page.posted.length;
    rows(page)[1]!.happens('click');
    rows(page)[0]!.tagged('button')[0]!.happens('click');
    expect(page.posted.slice(before)).toEqual([
      { type: 'reveal', node: 4 },
      { type: 'reveal', node: 3 },
    ]);
  });

  it('asks in the order of the column that is pressed, and remembers it', async () => {
    const page = await report();
    expect(headers(page)).toContain('Time ▼');
    page.main().classed('viewport')[0]!.scrollTop = 240;
    page.main().classed('header')[0]!.press('Operator');
    expect(headers(page)).toContain('Operator ▲');
    expect(page.main().classed('viewport')[0]!.scrollTop).toBe(0);
    expect(asked(page).at(-1)!.params).toMatchObject({
      sort: 'operator',
      descending: false,
      from: 0,
      count: 100,
    });
    expect(page.remembered()).toMatchObject({ sort: 'operator', descending: false, filter: '' });
    page.main().classed('header')[0]!.press('Operator ▲');
    expect(asked(page).at(-1)!.params).toMatchObject({ sort: 'operator', descending: true });
    const again = await report(page.remembered() as object);
    expect(headers(again)).toContain('Operator ▼');
  });

  it('filters 200 ms after the last letter', async () => {
    const page = await report();
    const [field] = page.main().tagged('input');
    const count = asked(page).length;
    field!.value = 'a';
    field!.happens('input');
    vi.advanceTimersByTime(199);
    field!.value = 'at';
    field!.happens('input');
    vi.advanceTimersByTime(199);
    expect(asked(page)).toHaveLength(count);
    vi.advanceTimersByTime(1);
    expect(asked(page)).toHaveLength(count + 1);
    expect(asked(page).at(-1)!.params.filter).toBe('at');
    const again = await report({ ...(page.remembered() as object) });
    expect(again.main().tagged('input')[0]!.value).toBe('at');
  });

  it('says why rows are missing', async () => {
    const page = await report();
    page.send({ type: 'failed', request: 1, message: 'No such chip.' });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(status(page)).toBe('No such chip.');
  });

  it('draws the rows in view alone, and asks for those that come into it', async () => {
    const page = await report();
    await answer(page, 1, { rows: Array.from({ length: 100 }, (_, i) => rowOf(i)), total: 1000 });
    const view = page.main().classed('viewport')[0]!;
    // 20 rows of 24 pixels, and two that begin to be seen.
    expect([view.style.height, page.main().classed('spacer')[0]!.style.height]).toEqual(['480px', '24000px']);
    expect(rows(page)).toHaveLength(22);
    view.scrollTop = 24 * 90;
    view.happens('scroll');
    expect(page.main().classed('rows')[0]!.style.transform).toBe('translateY(2160px)');
    expect(
      rows(page)
        .map((row) => row.attributes['data-node'] ?? row.textContent)
        .slice(8, 12),
    ).toEqual(['98', '99', '…', '…']);
    expect(asked(page).at(-1)!.params).toMatchObject({ from: 100, count: 100 });
  });

  it('scrolls to the row of the node at the cursor, and not for one that it has in view or lost', async () => {
    const page = await report();
    await answer(page, 1, { rows: Array.from({ length: 100 }, (_, i) => rowOf(i)), total: 1000 });
    const view = page.main().classed('viewport')[0]!;
    const finds = () => asked(page).filter(({ params }) => params.find !== undefined);
    page.send({ type: 'highlight', node: 700 });
    expect(finds().at(-1)!.params).toMatchObject({ find: 700, count: 0, sort: 'seconds', descending: true });
    await answer(page, finds().at(-1)!.request, { rows: [], found: 500 });
    // In the middle of 20 rows of 24 pixels.
    expect(view.scrollTop).toBe(24 * 490);
    page.send({ type: 'highlight', node: 701 });
    await answer(page, finds().at(-1)!.request, { rows: [], found: 495 });
    expect(view.scrollTop).toBe(24 * 490);
    // The last row in view is 509.
    page.send({ type: 'highlight', node: 702 });
    await answer(page, finds().at(-1)!.request, { rows: [], found: 510 });
    expect(view.scrollTop).toBe(24 * 500);
    page.send({ type: 'highlight', node: 703 });
    const late = finds().at(-1)!.request;
    page.send({ type: 'highlight', node: 704 });
    await answer(page, late, { rows: [], found: 3 });
    await answer(page, finds().at(-1)!.request, { rows: [], found: null });
    expect(view.scrollTop).toBe(24 * 500);
    const before = finds().length;
    page.send({ type: 'highlight', node: null });
    expect(finds()).toHaveLength(before);
  });

  it('has a column of measured times only where a profile was imported', async () => {
    const page = await openPage('report');
    page.send({ type: 'summary', summary: summaryOf({ chips: [chipOf({ measured: measuredOf() })] }) });
    const measured = { node: 3, seconds: 0.002, ratio: 2, inside: false, nodes: 1 };
    await answer(page, 1, {
      rows: [rowOf(3, { measured }), rowOf(4, { measured }), rowOf(5)],
      total: 3,
    });
    const gridOf = (of: Page) => of.main().classed('grid')[0]!;
    // The columns of a page are the tracks of its rows.
    expect(gridOf(page).style['--columns']).toContain(' 128px ');
    expect(headers(page)).toContain('Measured');
    const cells = rows(page).map((row) => row.children[6] as Element);
    expect(said(cells)).toEqual(['▲ 2 ms ×2', 'with #3', '–']);
    expect(cells.map((cell) => cell.classed('quiet').length)).toEqual([0, 1, 0]);
    expect(cells[0]!.classed('mark')[0]!.attributes['aria-label']).toBe('slower than the stated range');
    const other = await report();
    expect(gridOf(other).style['--columns']).not.toContain(' 128px ');
    expect(headers(other)).not.toContain('Measured');
  });
});
