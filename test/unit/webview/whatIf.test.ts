import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WhatIfCell, WhatIfResult } from '../../../server/protocol';
import { crossovers, sweepData } from '../../../webview/content/sweep';
import { sweptDimensions, variantRows } from '../../../webview/content/whatIf';
import { Drawing, openPage, type Element, type Page } from './browser';
import { chipOf, estimateOf, summaryOf } from './made';

const cell = (seconds: number, change: Partial<WhatIfCell> = {}): WhatIfCell => ({
  seconds: estimateOf(seconds),
  joules: estimateOf(2 * seconds),
  bytes: 1e9,
  fits: true,
  samples: 1,
  ...change,
});

/** Chip a: twice as long in fp32; at batch 16 fp16 does not fit and fp32 is refused. */
const result: WhatIfResult = {
  chip: 'a',
  dimension: 'batch',
  sizes: [1, 4, 16],
  rows: [
    {
      precision: 'as-stored',
      compute: 'fp32',
      isCurrent: true,
      cells: [cell(0.004), cell(0.008, { samples: 4 }), null],
    },
    {
      precision: 'fp16',
      compute: 'fp16',
      isCurrent: false,
      cells: [
        cell(0.002),
        cell(0.004, { samples: 4 }),
        cell(0.016, { samples: 16, fits: false, bytes: 9e9 }),
      ],
    },
    {
      precision: 'int8',
      compute: 'int8',
      isCurrent: false,
      cells: [null, cell(0.003, { fits: null }), null],
    },
  ],
};

describe('a model at other precisions and sizes', () => {
  it('has a row for each precision and a cell for each size', () => {
    const rows = variantRows(result, 'Chip A', 'run');
    expect(rows.map(({ precision, isCurrent }) => [precision, isCurrent])).toEqual([
      ['as stored (fp32)', true],
      ['fp16', false],
      ['int8', false],
    ]);
    expect(rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['4 ms', '8 ms', '–'],
      ['2 ms', '4 ms', '16 ms ✕'],
      ['–', '3 ms', '–'],
    ]);
    // At 4 int8 is faster, but nobody knows whether it fits; at 16 nothing does.
    expect(rows.map(({ cells }) => cells.map(({ isBest }) => isBest))).toEqual([
      [false, false, false],
      [true, true, false],
      [false, false, false],
    ]);
    expect(rows[1]!.cells[2]!.title).toBe(
      'Time of a run: 16 ms (8 ms–32 ms)\nTime of a sample: 1 ms\nEnergy of a sample: 2 mJ\nMemory: 9 GB, does not fit',
    );
  });

  it('tells times and energy by sample, and memory', () => {
    const texts = (figure: 'sample' | 'energy' | 'memory') =>
      variantRows(result, 'A', figure)[1]!.cells.map(({ text }) => text);
    // 4 ms and 8 mJ of 4 samples, 16 ms and 32 mJ of 16.
    expect(texts('sample')).toEqual(['2 ms', '1 ms', '1 ms ✕']);
    expect(texts('energy')).toEqual(['4 mJ', '2 mJ', '2 mJ ✕']);
    expect(texts('memory')).toEqual(['1 GB', '1 GB', '9 GB ✕']);
  });

  it('says what a press changes', () => {
    const [stored, half] = variantRows(result, 'A', 'run');
    const chip = { kind: 'chip', value: 'a' };
    // What is in force anyway is not written down.
    expect(stored!.cells[1]!.changes).toEqual([chip, { kind: 'dimension', name: 'batch', value: 4 }]);
    expect(half!.cells[0]!.changes).toEqual([
      chip,
      { kind: 'precision', value: 'fp16' },
      { kind: 'dimension', name: 'batch', value: 1 },
    ]);
    expect(stored!.cells[2]!.changes).toEqual([]);
    const still = { ...result, dimension: null, sizes: [] };
    expect(variantRows(still, 'A', 'run')[1]!.cells[0]!.changes).toEqual([
      chip,
      { kind: 'precision', value: 'fp16' },
    ]);
  });

  it('is tried over the batch first, and over no size that is not set', () => {
    const dimensions = [
      { name: 'sequence', value: 128, origin: 'default' as const },
      { name: 'N', alias: 'batch', value: 1, origin: 'default' as const },
      { name: 'open', value: null, origin: 'unbound' as const },
    ];
    expect(sweptDimensions(summaryOf({ workload: { ...summaryOf().workload, dimensions } }))).toEqual([
      'N',
      'sequence',
    ]);
  });
});

describe('chips over the sizes of a dimension', () => {
  it('are a curve each, of the precision in force', () => {
    const other = { ...result, chip: 'b', rows: [{ ...result.rows[1]!, isCurrent: true }] };
    const data = sweepData([result, other], (id) => `Chip ${id}`, 'run')!;
    expect(data.lines.map(({ label, places }) => [label, places])).toEqual([
      [
        'Chip a',
        [
          { x: 1, y: 0.004 },
          { x: 4, y: 0.008 },
        ],
      ],
      [
        'Chip b',
        [
          { x: 1, y: 0.002 },
          { x: 4, y: 0.004 },
          { x: 16, y: 0.016 },
        ],
      ],
    ]);
    expect(data.table.rows.map(({ cells }) => cells)).toEqual([
      ['1', '4 ms', '2 ms'],
      ['4', '8 ms', '4 ms'],
      ['16', 'unknown', '16 ms'],
    ]);
    expect(data.summary).toBe('No chip passes another over these sizes.');
    expect(new Set(data.groups.map(({ shape }) => shape)).size).toBe(2);
    expect([data.x.at, data.x.tick(16)]).toEqual([[1, 4, 16], '16']);
    expect(sweepData([{ ...result, dimension: null }], String, 'run')).toBeNull();
  });

  it('pass each other where the order of their values turns', () => {
    const curves = [
      { name: 'A', values: [1, 2, null, 8, 9] },
      { name: 'B', values: [3, 2, 4, 4, 10] },
    ];
    // Equal at 2 and unknown at 4: the turn is somewhere from 1 to 8.
    expect(crossovers(curves, [1, 2, 4, 8, 16])).toEqual([
      { better: 'B', worse: 'A', size: '8', before: '1' },
      { better: 'A', worse: 'B', size: '16', before: '8' },
    ]);
  });
});

describe('the table of the report', () => {
  afterEach(() => vi.unstubAllGlobals());
  const summary = summaryOf({
    chips: [chipOf(), chipOf({ id: 'b', name: 'Chip B' })],
    workload: {
      ...summaryOf().workload,
      dimensions: ['batch', 'sequence'].map((name) => ({ name, value: 1, origin: 'default' as const })),
    },
  });
  const asked = (page: Page) => page.posted.flatMap((sent) => (sent.type === 'whatIf' ? [sent] : []));
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  async function opened(before?: object): Promise<{ page: Page; section: Element }> {
    const page = await openPage('report', before);
    page.send({ type: 'summary', summary });
    const section = page.main().byId('what-if');
    const details = section.tagged('details')[0]! as Element & { open?: boolean };
    details.open = true;
    details.happens('toggle');
    return { page, section };
  }

  it('is asked for when it is opened, one chip after the other, and drawn as it comes', async () => {
    const { page, section } = await opened();
    expect(asked(page).map(({ params }) => params)).toEqual([{ chip: 'a', dimension: 'batch' }]);
    expect(section.classed('status')[0]!.textContent).toBe('Chip A…');
    page.send({ type: 'variants', request: asked(page)[0]!.request, result });
    await settle();
    expect(section.tagged('tbody')[0]!.tagged('tr')).toHaveLength(3);
    expect(
      section
        .tagged('thead')[0]!
        .tagged('th')
        .map((one) => one.textContent),
    ).toEqual(['Chip', 'Precision', 'batch 1', 'batch 4', 'batch 16']);
    expect(asked(page)[1]!.params).toEqual({ chip: 'b', dimension: 'batch' });
    page.send({ type: 'variants', request: asked(page)[1]!.request, result: { ...result, chip: 'b' } });
    await settle();
    const names = section
      .tagged('tbody')[0]!
      .tagged('th')
      .map((one) => one.textContent);
    expect(names).toEqual(['Chip A', '', '', 'Chip B', '', '']);
    expect(section.classed('status')[0]!.textContent).toBe('');
    expect(
      Drawing.all.filter(({ isGone }) => !isGone).map(({ configuration }) => configuration.type),
    ).toEqual(['scatter']);
    section
      .tagged('button')
      .find((one) => one.textContent === '★ 2 ms')!
      .happens('click');
    expect(page.posted.at(-1)).toEqual({
      type: 'choose',
      changes: [
        { kind: 'chip', value: 'a' },
        { kind: 'precision', value: 'fp16' },
        { kind: 'dimension', name: 'batch', value: 1 },
      ],
    });
  });

  it('begins anew over another dimension, tells another figure at once, and remembers both', async () => {
    const { page, section } = await opened();
    const choose = (id: string, value: string): void => {
      const field = section.byId(id);
      field.value = value;
      field.happens('change');
    };
    choose('what-if-dimension', 'sequence');
    expect(asked(page).map(({ params }) => params.dimension)).toEqual(['batch', 'sequence']);
    // The first answer is of a question that nobody asks any more.
    page.send({ type: 'variants', request: asked(page)[0]!.request, result });
    await settle();
    expect(section.tagged('tbody')).toEqual([]);
    page.send({ type: 'variants', request: asked(page)[1]!.request, result });
    await settle();
    choose('what-if-figure', 'memory');
    expect(section.tagged('td').map((one) => one.textContent)).toContain('9 GB ✕');
    expect(page.remembered()).toMatchObject({ isWhatIfOpen: true, sweep: 'sequence', figure: 'memory' });
    const again = await opened(page.remembered() as object);
    expect(asked(again.page)[0]!.params.dimension).toBe('sequence');
  });

  it('says why there is none', async () => {
    const { page, section } = await opened();
    page.send({ type: 'failed', request: asked(page)[0]!.request, message: 'The model is gone.' });
    await settle();
    expect(section.classed('status')[0]!.textContent).toBe('The model is gone.');
  });
});
