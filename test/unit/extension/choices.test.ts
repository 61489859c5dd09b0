import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({
  env: { language: 'en' },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  ThemeIcon: class {},
}));

const { withChoices, withDimension } = await import('../../../extension/choices/settings');
const { cachesText, parseContent, parseSize, runtimeInForce, runtimeItems } =
  await import('../../../extension/choices/workload');
const { runtimeEntries } = await import('../../../extension/choices/runtimeOptions');
const { openSizes, parseSizes, sizesText } = await import('../../../extension/choices/sizes');
const { chipsToWrite, chosenText, foundItems, inOrder } = await import('../../../extension/choices/chips');

describe('choices of a model', () => {
  it('change one entry and keep the others', () => {
    const models = { 'a.onnx': { phase: 'decode' as const }, 'b.onnx': { runtime: 'r' } };
    expect(withChoices(models, 'a.onnx', { precision: 'int8' })).toEqual({
      'a.onnx': { phase: 'decode', precision: 'int8' },
      'b.onnx': { runtime: 'r' },
    });
  });

  it('leave nothing behind that says nothing', () => {
    const models = { 'a.onnx': { runtime: 'r', dimensions: { batch: 8 } } };
    expect(withChoices(models, 'a.onnx', { dimensions: {} })).toEqual({ 'a.onnx': { runtime: 'r' } });
    expect(withChoices({ 'a.onnx': { runtime: 'r' } }, 'a.onnx', { runtime: undefined })).toBeUndefined();
    expect(withChoices({}, 'a.onnx', {})).toBeUndefined();
  });

  it('set and unset single dimensions', () => {
    expect(withDimension({ batch: 1 }, { name: 'sequence' }, 0)).toEqual({ batch: 1, sequence: 0 });
    expect(withDimension({ batch: 1 }, { name: 'batch' }, 8)).toEqual({ batch: 8 });
    expect(withDimension({ batch: 1, sequence: 2 }, { name: 'batch' }, null)).toEqual({ sequence: 2 });
    // Two names of one dimension would contradict each other.
    const names = { name: 'batch_size', alias: 'batch' };
    expect(withDimension({ batch: 1, past: 2 }, names, 8)).toEqual({ past: 2, batch_size: 8 });
    expect(withDimension({ batch: 1 }, names, null)).toEqual({});
  });
});

describe('choices that some runtimes leave', () => {
  const shown = (offload: object | null, flashAttention: object | null): string[] =>
    runtimeEntries({ offload, flashAttention } as Parameters<typeof runtimeEntries>[0]).map(
      ([, label, value]) => `${label}: ${value}`,
    );

  it('are lines of the list where a chosen chip has such a runtime', () => {
    expect(shown(null, null)).toEqual([]);
    expect(shown({ layers: null }, { isOn: null })).toEqual([
      'Layers on the chip: all',
      'Flash attention: Default of each chip',
    ]);
    expect(shown({ layers: 0 }, { isOn: false })).toEqual(['Layers on the chip: 0', 'Flash attention: off']);
    expect(shown(null, { isOn: true })).toEqual(['Flash attention: on']);
  });
});

describe('a size that someone types', () => {
  it.each([
    ['8', 8],
    [' 2048 ', 2048],
    ['0', 0],
    ['', null],
    ['  ', null],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['batch', undefined],
    ['99999999999999999999', undefined],
  ])('%j is %s', (input, size) => {
    expect(parseSize(input)).toBe(size);
  });
});

describe('a value that someone types', () => {
  it.each([
    ['16000', 16000],
    [' -1.5e3 ', -1500],
    ['true', true],
    ['1, 2,3', [1, 2, 3]],
    ['true,false', [true, false]],
    ['', null],
    ['fast', undefined],
    ['1,,2', undefined],
    ['1e999', undefined],
  ])('%j is %s', (input, value) => {
    expect(parseContent(input)).toEqual(value);
  });

  it('is written beside the dimensions, and taken away', () => {
    expect(withDimension<number | boolean>({ sr: 8000 }, { name: 'use_cache_branch' }, true)).toEqual({
      sr: 8000,
      use_cache_branch: true,
    });
    expect(withDimension<number | boolean>({ sr: 8000 }, { name: 'sr' }, null)).toEqual({});
  });
});

describe('all assumed sizes at once', () => {
  const dimensions = [
    { name: 'batch_size', value: 1, origin: 'default', alias: 'batch' },
    { name: 'sequence', value: 4, origin: 'binding' },
    { name: 'total', value: 4, origin: 'follows' },
    { name: 'y.count', value: null, origin: 'unbound' },
    { name: 'a,b', value: 1, origin: 'default' },
    { name: 'a=b', value: 7, origin: 'default' },
  ] as const;
  const open = openSizes(dimensions);

  it('are shown in one line, without those that somebody gave and those that follow', () => {
    expect(sizesText(open)).toBe('batch_size=1, y.count=?, a=b=7');
  });

  it.each([
    ['batch_size=1, y.count=?, a=b=7', []],
    ['batch_size=8, y.count=?, a=b=7', [['batch_size', 8]]],
    [
      ' batch_size = 8 ,y.count=3,',
      [
        ['batch_size', 8],
        ['y.count', 3],
      ],
    ],
    ['a=b=2', [['a=b', 2]]],
    ['', []],
    ['batch_size=', []],
    ['batch_size=-1', undefined],
    ['batch=8', undefined],
    ['batch_size', undefined],
    ['sequence=8', undefined],
  ])('%j changes %j', (input, expected) => {
    expect(parseSizes(input, open)?.map(({ names, value }) => [names.name, value])).toEqual(expected);
  });
});

describe('the order of chips', () => {
  it('keeps the places of those that stay and appends the new ones', () => {
    expect(inOrder(['new', 'b', 'a'], ['a', 'gone', 'b'])).toEqual(['a', 'b', 'new']);
    expect(inOrder([], ['a'])).toEqual([]);
  });
});

describe('caches', () => {
  it('say what becomes of them on each chip, or that there are none', () => {
    const cacheInForce = [
      { chip: 'H100', cache: 'exported' },
      { chip: 'M4', cache: 'shared' },
    ] as const;
    expect(cachesText({ cacheInForce })).toBe('H100: exported, M4: shared');
    expect(cachesText({ cacheInForce: [] })).toContain('no cache');
  });
});

describe('runtimes to pick from', () => {
  const offered = {
    runtimes: [
      { id: 'tensorrt', name: 'TensorRT', refused: ['Xeon'] },
      { id: 'none', name: 'No runtime', refused: [] },
    ],
    defaultRuntimes: [
      { chip: 'H100', runtime: 'TensorRT' },
      { chip: 'Xeon', runtime: 'ONNX Runtime, CPU' },
    ],
  };

  it('say what the default is on each chip and which chips each cannot drive', () => {
    const [first, second, third] = runtimeItems(offered);
    expect(first).toMatchObject({ id: null, description: 'H100: TensorRT, Xeon: ONNX Runtime, CPU' });
    expect(second).toMatchObject({ id: 'tensorrt', detail: expect.stringContaining('Xeon') as string });
    expect(third).toEqual({ id: 'none', label: 'No runtime', description: 'none' });
  });

  it('in force: the chosen one by name, else the defaults', () => {
    expect(runtimeInForce({ ...offered, runtime: 'tensorrt' })).toBe('TensorRT');
    expect(runtimeInForce({ ...offered, runtime: null })).toContain('Xeon: ONNX Runtime, CPU');
  });
});

describe('a system in the list of chips', () => {
  const system = (chips: readonly string[], host: string | null) => ({
    ...{ id: 'laptop', name: 'Laptop', aliases: [], own: false, description: '' },
    ...{ chips, host },
  });
  const chip = (id: string) => ({
    ...{ id, name: id.toUpperCase(), vendor: '', class: 'gpu', aliases: [], own: false, description: '' },
  });

  it('puts its chips in the place of those that were chosen, and keeps what was ticked beside it', () => {
    const picked = { chips: ['before', 'new'], systems: [system(['npu', 'gpu'], 'cpu')] };
    expect(chipsToWrite(picked, ['before'])).toEqual(['npu', 'gpu', 'new']);
    expect(chipsToWrite({ chips: ['before', 'gpu'], systems: [] }, ['before'])).toEqual(['before', 'gpu']);
    const two = [system(['npu'], null), system(['npu', 'tpu'], null)];
    expect(chipsToWrite({ chips: [], systems: two }, [])).toEqual(['npu', 'tpu']);
  });

  it('is told by what was chosen with it', () => {
    const chips = ['npu', 'gpu', 'cpu'].map(chip);
    expect(chosenText([system(['npu', 'gpu'], 'cpu')], chips)).toBe(
      'Laptop stands for these chips, which are chosen now: NPU, GPU. What the first of them cannot run goes to CPU.',
    );
    expect(chosenText([system(['npu'], null)], chips)).toBe(
      'Laptop stands for these chips, which are chosen now: NPU',
    );
  });
});

describe('chips that typed words find', () => {
  const chip = (id: string) => ({
    id,
    name: id,
    vendor: '',
    class: '',
    aliases: [],
    own: false,
    description: '',
  });
  const system = { ...chip('pod'), chips: ['c'], host: null };
  const labels = (found: readonly string[], related: readonly string[], selected: readonly string[]) =>
    foundItems(
      { chips: ['a', 'b', 'c', 'd'].map(chip), systems: [system] },
      { found, related, systems: ['pod'] },
      selected,
    );

  it('stand in the order of the search, whatever their labels, then other models, systems and what is ticked', () => {
    const items = labels(['c', 'a'], ['b'], ['a', 'd']);
    expect(items.map(({ label }) => label.replace(/^\$\(.*\) /, ''))).toEqual([
      'found',
      'c',
      'a',
      'other models',
      'b',
      'Systems',
      'pod',
      'chosen',
      'd',
    ]);
    expect(items.every(({ alwaysShow }) => alwaysShow)).toBe(true);
  });

  it('have no heading where there are none', () => {
    expect(
      labels([], [], [])
        .map(({ chip: one }) => one?.id)
        .filter(Boolean),
    ).toEqual([]);
  });
});
