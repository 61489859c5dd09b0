import { beforeEach, describe, expect, it, vi } from 'vitest';

const revealed: number[] = [];
vi.mock('../../../webview/host', () => ({ reveal: (node: number) => void revealed.push(node) }));
const { walkOver } = await import('../../../webview/charts/walk');
const { captions } = await import('../../../webview/charts/scatter');

/** A chart of two data sets: dots at x 30, 10 and 20, then the line of a roof, which stands for no node. */
function opened(along: 'x' | 'y') {
  const at = (x: number, y: number) => ({ x, y });
  const metas = [
    { index: 0, data: [at(30, 1), at(10, 3)] },
    { index: 1, data: [at(20, 2)] },
    { index: 2, data: [at(0, 0), at(50, 50)] },
  ];
  const active: { datasetIndex: number; index: number }[][] = [];
  const said: string[] = [];
  const chart = {
    getSortedVisibleDatasetMetas: () => metas,
    setActiveElements: (elements: { datasetIndex: number; index: number }[]) => void active.push(elements),
    tooltip: {
      body: [] as { lines: string[] }[],
      setActiveElements: (elements: { datasetIndex: number; index: number }[]) =>
        (chart.tooltip.body = elements.map(({ datasetIndex, index }) => ({
          lines: [`${datasetIndex}/${index}`],
        }))),
    },
    update: () => {},
  };
  const nodeAt = (dataset: number, index: number) => (dataset === 2 ? null : 100 * dataset + index);
  const walk = walkOver(chart as never, { nodeAt, along }, (one) => said.push(one));
  let prevented = 0;
  const press = (...keys: string[]) =>
    keys.forEach((key) => walk({ key, preventDefault: () => prevented++ }));
  return { walk, press, said, active, prevented: () => prevented };
}

beforeEach(() => void (revealed.length = 0));

describe('keys on a picture', () => {
  it('go from the left to the right, and stop at the ends', () => {
    const { press, said } = opened('x');
    press('ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowRight');
    expect(said).toEqual(['0/1', '1/0', '0/0', '0/0']);
    press('ArrowLeft', 'ArrowUp', 'ArrowLeft');
    expect(said.slice(4)).toEqual(['1/0', '0/1', '0/1']);
    press('End', 'Home');
    expect(said.slice(7)).toEqual(['0/0', '0/1']);
  });

  it('go from the top down along bars', () => {
    const { press, said } = opened('y');
    press('ArrowDown', 'ArrowDown', 'ArrowDown');
    expect(said).toEqual(['0/0', '1/0', '0/1']);
  });

  it('lead to the line of what was reached, and nowhere before', () => {
    const { press, walk } = opened('x');
    press('Enter');
    expect(revealed).toEqual([]);
    press('ArrowRight', 'ArrowRight', 'Enter');
    expect(revealed).toEqual([100]);
    walk(null);
    press('Enter');
    expect(revealed).toEqual([100]);
  });

  it('leave other keys to the page, and nothing marked behind', () => {
    const { press, walk, active, prevented } = opened('x');
    press('Tab', 'a');
    walk(null);
    expect([active, prevented()]).toEqual([[], 0]);
    press('ArrowRight');
    walk(null);
    expect([active.map((one) => one.length), prevented()]).toEqual([[1, 0], 1]);
  });
});

describe('captions of lines', () => {
  const roof = { label: '', dash: [], width: 1, hitRadius: 0, shadesToNext: false };

  /** Where captions stand in a picture of 100 x 100 whose axes are its pixels, up from the bottom, in degrees. */
  function written(places: readonly { x: number; y: number }[], caption?: string): [string, ...number[]][] {
    const found: [string, ...number[]][] = [];
    let place: number[] = [];
    const ctx = {
      canvas: {},
      save: () => {},
      restore: () => {},
      translate: (x: number, y: number) => (place = [x, y]),
      rotate: (angle: number) => place.push(Math.round((angle * 180) / Math.PI)),
      fillText: (said: string) => found.push([said, ...place]),
    };
    vi.stubGlobal('getComputedStyle', () => ({ fontFamily: 'sans' }));
    const plugin = captions([{ ...roof, places, ...(caption !== undefined && { caption }) }], {
      color: String,
    });
    const scales = {
      x: { getPixelForValue: (value: number) => value },
      y: { getPixelForValue: (value: number) => 100 - value },
    };
    const chartArea = { left: 0, right: 100, top: 0, bottom: 100 };
    plugin.afterDatasetsDraw!({ ctx, chartArea, scales } as never, {}, {}, false);
    vi.unstubAllGlobals();
    return found;
  }

  it('stand in the middle of the slope, along it', () => {
    expect(
      written(
        [
          { x: 0, y: 0 },
          { x: 50, y: 50 },
          { x: 100, y: 50 },
        ],
        'HBM',
      ),
    ).toEqual([['HBM', 25, 75, -45]]);
  });

  it('stand in the part that is in the picture', () => {
    // The line comes in at 40 on the left edge: from there to 80 the middle is 40 to the right and 60 up.
    expect(
      written(
        [
          { x: -40, y: 0 },
          { x: 80, y: 80 * 1.5 },
        ],
        'L2',
      )[0]!.slice(1, 3),
    ).toEqual([40, 20]);
    expect(
      written(
        [
          { x: 0, y: -50 },
          { x: 100, y: 50 },
        ],
        'L2',
      )[0]!.slice(1, 3),
    ).toEqual([75, 75]);
  });

  it('are left out where there are none', () => {
    expect(
      written([
        { x: 0, y: 0 },
        { x: 50, y: 50 },
      ]),
    ).toEqual([]);
    expect(written([{ x: 0, y: 0 }], 'HBM')).toEqual([]);
  });
});
