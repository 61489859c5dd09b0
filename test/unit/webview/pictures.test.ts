import { describe, expect, it } from 'vitest';
import { bars } from '../../../webview/charts/bars';
import type { Palette } from '../../../webview/charts/picture';
import { scatter } from '../../../webview/charts/scatter';
import { stack } from '../../../webview/charts/stack';
import type { BarsData, ChartData, ScatterData, StackData } from '../../../webview/content/chart';

/** A theme whose colours are called like what they are for. */
const palette: Palette = {
  color: (paint) => `<${paint}>`,
  grid: '<grid>',
  highlight: '<highlight>',
  background: '<background>',
};
const around: ChartData = {
  id: 'c',
  title: 'C',
  summary: '',
  height: 100,
  legend: [],
  table: { caption: '', columns: [], numeric: [], rows: [] },
};

/** What the pointer brings up over an element of a data set. */
function tipOf(configuration: object, datasetIndex: number, dataIndex: number): unknown {
  const { options } = configuration as {
    options: { plugins: { tooltip: { callbacks: { label: (item: object) => unknown } } } };
  };
  return options.plugins.tooltip.callbacks.label({ datasetIndex, dataIndex });
}

interface Scale {
  readonly ticks: { readonly callback: (value: number | string) => unknown };
}
function scalesOf(configuration: object): Record<'x' | 'y', Scale> {
  return (configuration as { options: { scales: Record<'x' | 'y', Scale> } }).options.scales;
}

const textAndGrid = (title: string) => ({
  title: { display: title !== '', text: title, color: '<foreground>' },
  grid: { color: '<grid>' },
  border: { color: '<grid>' },
});

describe('a scatter', () => {
  const dot = (node: number, radius: number) => ({
    node,
    x: node * 10,
    y: node * 100,
    radius,
    tip: [`t${node}`, 'more'],
  });
  const line = { label: 'roof', places: [{ x: 1, y: 2 }], dash: [6, 4], width: 1.5, hitRadius: 6 };
  const data: ScatterData = {
    ...around,
    groups: [
      { label: 'A', paint: 'charts-blue', shape: 'rect', dots: [dot(1, 3), dot(2, 4)] },
      { label: 'B', paint: 'charts-red', shape: 'circle', dots: [dot(3, 5)] },
    ],
    lines: [
      { ...line, shadesToNext: true },
      { ...line, label: 'floor', dash: [], shadesToNext: false },
    ],
    x: { title: 'across', tick: (value) => `x${value}`, limits: { min: 1, max: 9 } },
    y: { title: 'up', tick: (value) => `y${value}` },
  };
  const picture = scatter(data);
  const configuration = picture.configure(palette, 2);

  it('has the dots first, the chosen one in a frame', () => {
    expect(configuration.type).toBe('scatter');
    expect(configuration.data.datasets.slice(0, 2)).toEqual([
      {
        label: 'A',
        data: [
          { x: 10, y: 100 },
          { x: 20, y: 200 },
        ],
        pointStyle: 'rect',
        pointRadius: [3, 4],
        pointHoverRadius: [5, 6],
        pointBackgroundColor: 'color-mix(in srgb, <charts-blue> 55%, transparent)',
        pointBorderColor: ['<charts-blue>', '<highlight>'],
        pointBorderWidth: [1, 3],
      },
      {
        label: 'B',
        data: [{ x: 30, y: 300 }],
        pointStyle: 'circle',
        pointRadius: [5],
        pointHoverRadius: [7],
        pointBackgroundColor: 'color-mix(in srgb, <charts-red> 55%, transparent)',
        pointBorderColor: ['<charts-red>'],
        pointBorderWidth: [1],
      },
    ]);
  });

  it('has the lines after them, without dots', () => {
    const shared = {
      data: [{ x: 1, y: 2 }],
      showLine: true,
      pointRadius: 0,
      pointHitRadius: 6,
      borderColor: '<foreground>',
      borderWidth: 1.5,
    };
    expect(configuration.data.datasets.slice(2)).toEqual([
      {
        ...shared,
        label: 'roof',
        borderDash: [6, 4],
        fill: '+1',
        backgroundColor: 'color-mix(in srgb, <charts-foreground> 10%, transparent)',
      },
      { ...shared, label: 'floor', borderDash: [] },
    ]);
  });

  it('has logarithmic axes', () => {
    const { x, y } = scalesOf(configuration);
    const ticks = { color: '<foreground>', callback: expect.any(Function) as unknown };
    expect(x).toEqual({ type: 'logarithmic', min: 1, max: 9, ...textAndGrid('across'), ticks });
    expect(y).toEqual({ type: 'logarithmic', ...textAndGrid('up'), ticks });
    expect([x.ticks.callback('10'), y.ticks.callback(100)]).toEqual(['x10', 'y100']);
  });

  it('knows what is under the pointer', () => {
    expect([tipOf(configuration, 0, 1), tipOf(configuration, 1, 0)]).toEqual([
      ['t2', 'more'],
      ['t3', 'more'],
    ]);
    expect([tipOf(configuration, 2, 0), tipOf(configuration, 3, 0)]).toEqual([['roof'], ['floor']]);
    expect([picture.nodeAt(0, 1), picture.nodeAt(1, 0), picture.nodeAt(2, 0)]).toEqual([2, 3, null]);
  });

  it('shows tips in the colours of the theme', () => {
    expect(configuration.options?.plugins?.tooltip).toMatchObject({
      backgroundColor: '<background>',
      titleColor: '<foreground>',
      bodyColor: '<foreground>',
      borderColor: '<highlight>',
      borderWidth: 1,
    });
  });
});

describe('bars', () => {
  const bar = (node: number) => ({ node, label: `l${node}`, value: node * 10, tip: [`t${node}`] });
  const data: BarsData = {
    ...around,
    bars: [
      { ...bar(7), paint: 'charts-blue' },
      { ...bar(4), paint: 'charts-orange' },
    ],
    axis: { title: 'across', tick: (value) => `x${value}` },
    limit: 90,
  };
  const picture = bars(data);
  const configuration = picture.configure(palette, 4);

  it('lie one below the other, the chosen one in a frame', () => {
    expect(configuration.type).toBe('bar');
    expect(configuration.options?.indexAxis).toBe('y');
    expect(configuration.data).toEqual({
      labels: ['l7', 'l4'],
      datasets: [
        {
          type: 'bar',
          data: [70, 40],
          backgroundColor: ['<charts-blue>', '<charts-orange>'],
          borderColor: ['<charts-blue>', '<highlight>'],
          borderWidth: [1, 3],
          maxBarThickness: 14,
        },
      ],
    });
  });

  it('have an axis that begins at zero and reaches the limit', () => {
    const { x, y } = scalesOf(configuration);
    const ticks = { color: '<foreground>', callback: expect.any(Function) as unknown };
    expect(x).toEqual({
      type: 'linear',
      ...textAndGrid('across'),
      ticks,
      beginAtZero: true,
      suggestedMax: 90,
    });
    expect(x.ticks.callback('5')).toBe('x5');
    expect(y).toEqual({
      type: 'category',
      ...textAndGrid(''),
      ticks: { color: '<foreground>', autoSkip: false },
    });
  });

  it('know what is under the pointer', () => {
    expect([tipOf(configuration, 0, 1), tipOf(configuration, 0, 2)]).toEqual([['t4'], []]);
    expect([picture.nodeAt(0, 0), picture.nodeAt(0, 1), picture.nodeAt(0, 2)]).toEqual([7, 4, null]);
  });

  it('have a dashed line at the limit, from top to bottom', () => {
    const said: unknown[] = [];
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        said.push([name, ...args]);
    const names = ['save', 'restore', 'setLineDash', 'beginPath', 'moveTo', 'lineTo', 'stroke'];
    const ctx = Object.fromEntries(names.map((name) => [name, note(name)])) as Record<string, unknown>;
    const [plugin] = configuration.plugins as unknown as { afterDatasetsDraw(chart: object): void }[];
    const draw = (chart: object) => plugin!.afterDatasetsDraw(chart);
    // A pixel for each unit, from 40 px on: 90 is at 130 px.
    const x = { getPixelForValue: (value: number) => 40 + value };
    draw({ ctx, chartArea: { top: 5, bottom: 205 }, scales: { x } });
    expect(said).toEqual([
      ['save'],
      ['setLineDash', [4, 4]],
      ['beginPath'],
      ['moveTo', 130, 5],
      ['lineTo', 130, 205],
      ['stroke'],
      ['restore'],
    ]);
    expect(ctx.strokeStyle).toBe('<foreground>');
    said.length = 0;
    draw({ ctx, chartArea: { top: 5, bottom: 205 }, scales: {} });
    expect(said).toEqual([]);
  });

  it('have no line without a limit', () => {
    const without = bars({ ...data, limit: null }).configure(palette, null);
    expect(without.plugins).toEqual([]);
    expect(scalesOf(without).x).not.toHaveProperty('suggestedMax');
    expect(without.data.datasets[0]!.borderWidth).toEqual([1, 1]);
  });
});

describe('a stack', () => {
  const data: StackData = {
    ...around,
    nodes: [3, 5],
    layers: [
      {
        label: 'low',
        term: null,
        paint: 'charts-blue',
        values: [1, 1],
        tips: [['a'], ['b']],
        marksNode: false,
      },
      {
        label: 'high',
        term: null,
        paint: 'charts-orange',
        values: [2, 4],
        tips: [['c'], ['d', 'e']],
        marksNode: true,
      },
    ],
    limit: { label: 'most', value: 9, tip: 'most 9' },
    x: 'across',
    y: { title: 'up', tick: (value) => `y${value}` },
  };
  const picture = stack(data);
  const configuration = picture.configure(palette, 5);

  it('lays its layers on each other, and marks the chosen node on the layer that says so', () => {
    expect(configuration.type).toBe('line');
    const shared = {
      fill: 'stack',
      stepped: 'before',
      borderWidth: 1,
      pointBackgroundColor: '<highlight>',
      pointHitRadius: 8,
    };
    expect(configuration.data.labels).toEqual([3, 5]);
    expect(configuration.data.datasets.slice(0, 2)).toEqual([
      {
        ...shared,
        label: 'low',
        data: [1, 1],
        borderColor: '<charts-blue>',
        backgroundColor: 'color-mix(in srgb, <charts-blue> 40%, transparent)',
        pointRadius: [0, 0],
      },
      {
        ...shared,
        label: 'high',
        data: [2, 4],
        borderColor: '<charts-orange>',
        backgroundColor: 'color-mix(in srgb, <charts-orange> 40%, transparent)',
        pointRadius: [0, 5],
      },
    ]);
  });

  it('has the limit as a line beside the stack', () => {
    expect(configuration.data.datasets.slice(2)).toEqual([
      {
        label: 'most',
        data: [9, 9],
        stack: 'capacity',
        fill: false,
        borderColor: '<foreground>',
        borderDash: [6, 4],
        borderWidth: 1.5,
        pointRadius: 0,
      },
    ]);
    expect(stack({ ...data, limit: null }).configure(palette, null).data.datasets).toHaveLength(2);
  });

  it('has a stacked axis from zero', () => {
    const { x, y } = scalesOf(configuration);
    expect(x).toEqual({
      type: 'category',
      ...textAndGrid('across'),
      ticks: { color: '<foreground>', autoSkip: true, maxTicksLimit: 10 },
    });
    expect(y).toEqual({
      type: 'linear',
      ...textAndGrid('up'),
      ticks: { color: '<foreground>', callback: expect.any(Function) as unknown },
      stacked: true,
      beginAtZero: true,
    });
    expect(y.ticks.callback('7')).toBe('y7');
    expect(configuration.options?.interaction).toEqual({ mode: 'index', intersect: false });
  });

  it('knows what is under the pointer', () => {
    expect([tipOf(configuration, 0, 1), tipOf(configuration, 1, 1), tipOf(configuration, 2, 1)]).toEqual([
      ['b'],
      ['d', 'e'],
      ['most 9'],
    ]);
    expect([picture.nodeAt(0, 0), picture.nodeAt(1, 1), picture.nodeAt(0, 2)]).toEqual([3, 5, null]);
  });
});
