import { describe, expect, it } from 'vitest';
import type { MeasuredCell, NodeRow } from '../../../server/protocol';
import { countText, headerOf, nodeColumns, orderOf, sortedBy, tracks } from '../../../webview/content/nodes';
import { chipOf, measuredOf, rowOf } from './made';

const columns = nodeColumns(chipOf());
const withMeasured = nodeColumns(chipOf({ measured: measuredOf() }));
const column = (named: string) => withMeasured.find(({ name }) => name === named)!;
const textsOf = (row: NodeRow) => columns.map(({ cell }) => cell(row).text);

describe('columns', () => {
  it('have measured times only with a profile', () => {
    const names = ['index', 'name', 'operator', 'shape', 'seconds', 'share'];
    const rest = ['bound', 'kernel', 'operations', 'bytes', 'bandwidth'];
    expect(columns.map(({ name }) => name)).toEqual([...names, ...rest]);
    expect(withMeasured.map(({ name }) => name)).toEqual([...names, 'measured', ...rest]);
    // The server sorts by all others.
    expect(columns.filter(({ sort }) => sort === null).map(({ name }) => name)).toEqual([
      'shape',
      'share',
      'kernel',
    ]);
  });

  it('name the unit where nodes run on several', () => {
    const onTwo = nodeColumns(chipOf({ costliest: [rowOf(1, { unit: 'host' })] }));
    const unit = onTwo.find(({ name }) => name === 'unit')!;
    expect(unit.cell(rowOf(1, { unit: 'host' })).text).toBe('host');
    expect(columns.some(({ name }) => name === 'unit')).toBe(false);
  });

  it('say in which kernel a node runs', () => {
    const kernelOf = (kernel: NodeRow['kernel']) => column('kernel').cell(rowOf(7, { kernel }));
    expect(kernelOf({ node: 7, nodes: 3 })).toEqual({ text: '3 nodes' });
    expect(kernelOf({ node: 7, nodes: 1 })).toEqual({ text: '' });
    expect(kernelOf({ node: 5, nodes: 3 })).toEqual({ text: 'with #5', isQuiet: true });
    expect(kernelOf(null)).toEqual({ text: '–' });
  });

  it('leave what no narrow page has room for', () => {
    const narrow = columns.filter(({ isWide }) => !isWide);
    expect(narrow.map(({ name }) => name)).toEqual([
      'index',
      'name',
      'operator',
      'seconds',
      'share',
      'bound',
    ]);
    expect(tracks(narrow)).toBe('56px minmax(110px, 3fr) minmax(70px, 1fr) 84px 56px 84px');
  });

  it('are of figures or of words', () => {
    expect(withMeasured.filter(({ numeric }) => !numeric).map(({ name }) => name)).toEqual([
      'name',
      'operator',
      'shape',
      'bound',
      'kernel',
    ]);
  });

  it('say what a row has, with its unit', () => {
    expect(textsOf(rowOf(1234))).toEqual([
      '1234',
      'n1234',
      'MatMul',
      '[1, 8]',
      '1 ms',
      '25%',
      'compute',
      '',
      '2 GOP',
      '3 MB',
      '500 GB/s',
    ]);
    const unknown = rowOf(5, {
      name: '',
      seconds: null,
      share: null,
      operations: null,
      bytes: null,
      bandwidth: null,
      bound: 'unknown',
    });
    expect(textsOf(unknown)).toEqual([
      '5',
      'MatMul 5',
      'MatMul',
      '[1, 8]',
      'unknown',
      'unknown',
      'unknown',
      '',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('say scope and shape behind the name', () => {
    const titleOf = (row: NodeRow) => column('name').cell(row).title;
    expect(titleOf(rowOf(1))).toBe('[1, 8]');
    expect(titleOf(rowOf(1, { scope: '/encoder' }))).toBe('/encoder\n[1, 8]');
  });
});

describe('a measured time', () => {
  const cellOf = (measured: Partial<MeasuredCell> | null) =>
    column('measured').cell(
      rowOf(7, {
        measured: measured && { seconds: 0.002, ratio: 2, inside: false, node: 7, nodes: 3, ...measured },
      }),
    );

  it('is marked where it is outside of the stated range', () => {
    expect(cellOf({})).toEqual({
      text: '2 ms ×2',
      title: '3 nodes together; slower than the stated range',
      mark: { sign: '▲', label: 'slower than the stated range' },
    });
    expect(cellOf({ ratio: 0.5 })).toEqual({
      text: '2 ms ×0.5',
      title: '3 nodes together; faster than the stated range',
      mark: { sign: '◆', label: 'faster than the stated range' },
    });
    expect(cellOf({ ratio: 1.25, inside: true, nodes: 1200 })).toEqual({
      text: '2 ms ×1.3',
      title: '1,200 nodes together; inside the stated range',
    });
  });

  it('stands alone where it cannot be compared', () => {
    const notCompared = { text: '2 ms', title: '3 nodes together; not compared' };
    expect(cellOf({ ratio: null, inside: null })).toEqual(notCompared);
    expect(cellOf({ ratio: null, inside: false })).toEqual(notCompared);
    expect(cellOf({ inside: null })).toEqual({ ...notCompared, text: '2 ms ×2' });
  });

  it('stands at the node of its kernel, and elsewhere points to it', () => {
    expect(cellOf({ node: 6 })).toEqual({
      text: 'with #6',
      title: 'Measured together with #6: the time is shown there.',
      isQuiet: true,
    });
    expect(cellOf(null)).toEqual({ text: '–' });
  });
});

describe('the order', () => {
  it('is by time at first, the costliest first', () => {
    expect(orderOf({}, columns)).toEqual({ sort: 'seconds', descending: true, filter: '' });
  });

  it('is what the page remembers, if there is such a column', () => {
    const remembered = { sort: 'measured', descending: false, filter: 'conv' } as const;
    expect(orderOf(remembered, withMeasured)).toEqual(remembered);
    expect(orderOf(remembered, columns)).toEqual({ ...remembered, sort: 'seconds' });
    expect(orderOf({ sort: 'index', descending: false }, columns).sort).toBe('index');
  });

  it('turns round at the same column', () => {
    const order = { sort: 'bytes', descending: true, filter: 'x' } as const;
    const turned = sortedBy(order, column('bytes'));
    expect(turned).toEqual({ sort: 'bytes', descending: false, filter: 'x' });
    expect(sortedBy(turned, column('bytes'))).toEqual(order);
  });

  it('falls for figures and rises for words and numbers of nodes', () => {
    const order = { sort: 'bound', descending: true, filter: 'x' } as const;
    const pressed = (sort: string) => {
      const { descending, filter } = sortedBy(order, column(sort));
      expect(filter).toBe('x');
      return descending;
    };
    expect(['seconds', 'measured', 'operations', 'bytes', 'bandwidth'].map(pressed)).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    expect(['index', 'name', 'operator'].map(pressed)).toEqual([false, false, false]);
  });

  it('stands in the headers', () => {
    const order = { sort: 'seconds', descending: true, filter: '' } as const;
    expect(
      withMeasured.map((one) => headerOf(order, one)).map(({ label, sorted }) => ({ label, sorted })),
    ).toEqual([
      { label: '#', sorted: 'none' },
      { label: 'Name', sorted: 'none' },
      { label: 'Operator', sorted: 'none' },
      { label: 'Shape', sorted: 'none' },
      { label: 'Time ▼', sorted: 'descending' },
      { label: 'Share', sorted: 'none' },
      { label: 'Measured', sorted: 'none' },
      { label: 'Bound by', sorted: 'none' },
      { label: 'Kernel', sorted: 'none' },
      { label: 'Operations', sorted: 'none' },
      { label: 'Bytes', sorted: 'none' },
      { label: 'Bandwidth', sorted: 'none' },
    ]);
    expect(headerOf({ ...order, descending: false }, column('seconds'))).toEqual({
      label: 'Time ▲',
      term: 'nodeTime',
      sorted: 'ascending',
    });
  });
});

it('counts the nodes', () => {
  expect(countText(12345)).toBe('12,345 nodes');
});
