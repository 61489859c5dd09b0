import { gridIntensityOf } from '../../../server/engine/cost/grids';
import { describe, expect, it } from 'vitest';
import {
  choicesFor,
  defaultSettings,
  modelKey,
  parseSettings,
  parseSettingsText,
} from '../../../server/workspace/choices';

describe('settings', () => {
  it('has defaults for everything', () => {
    expect(parseSettings(undefined)).toEqual({ value: defaultSettings, problems: [] });
    expect(parseSettings({ runtime: '', chips: null })).toEqual({ value: defaultSettings, problems: [] });
  });

  it('reads the nested form of an editor and the flat form of a file alike', () => {
    const models = { '*.onnx': { dimensions: { batch: 8 } } };
    const nested = {
      chips: ['a'],
      models,
      hints: { cost: { enable: false }, shape: { place: 'line' }, threshold: 0.05 },
    };
    const flat = `{
      // chosen for the paper
      "editor.fontSize": 12,
      "siliconlens.chips": ["a"],
      "siliconlens.models": { "*.onnx": { "dimensions": { "batch": 8, }, }, },
      "siliconlens.hints.cost.enable": false, /* "x" */
      "siliconlens.hints.shape.place": "line",
      "siliconlens.hints.threshold": 0.05,
    }`;
    const expected = {
      ...defaultSettings,
      chips: ['a'],
      models: [['*.onnx', { dimensions: { batch: 8 } }]],
      hints: { enable: true, cost: false, shape: true, shapePlace: 'line', modules: true, threshold: 0.05 },
    };
    expect(parseSettings(nested)).toEqual({ value: expected, problems: [] });
    expect(parseSettingsText(flat)).toEqual({ value: expected, problems: [] });
  });

  it('leaves single words of a list aside', () => {
    const { value, problems } = parseSettings({ suggestions: { off: ['peak-hear', 'foldable'] } });
    expect(value.suggestions.off).toEqual(['foldable']);
    expect(problems.map(({ setting, value: found }) => [setting, found])).toEqual([
      ['suggestions.off', '"peak-hear"'],
    ]);
  });

  it('takes the mean grid intensity of a country where no intensity is given', () => {
    // Ember's yearly figures: the world in 2023.
    const world = gridIntensityOf('WORLD')!;
    expect(parseSettings({ country: 'WORLD' }).value.carbonIntensity).toBe(world);
    expect(parseSettings({ country: 'WORLD', carbonIntensity: 20 }).value.carbonIntensity).toBe(20);
    const { value, problems } = parseSettings({ country: 'Atlantis', prices: { a: 1, b: -1, c: 'x' } });
    expect([value.carbonIntensity, value.prices]).toEqual([null, { a: 1 }]);
    expect(problems.map(({ setting }) => setting)).toEqual(['country', 'prices.b', 'prices.c']);
  });

  it('names what it leaves aside and keeps the rest', () => {
    const { value, problems } = parseSettings({
      chips: 'nvidia',
      precision: 'fp17',
      hints: { threshold: 2 },
      models: {
        'a.onnx': { dimensions: { batch: -1, sequence: 1.5, past: 0 }, phase: 'sleep' },
        'b.onnx': 7,
      },
    });
    expect(value).toEqual({ ...defaultSettings, models: [['a.onnx', { dimensions: { past: 0 } }]] });
    expect(problems.map((problem) => problem.setting).sort()).toEqual([
      'chips',
      'hints.threshold',
      'models.a.onnx.dimensions.batch',
      'models.a.onnx.dimensions.sequence',
      'models.a.onnx.phase',
      'models.b.onnx',
      'precision',
    ]);
  });

  it('does not throw for a file that is no JSON', () => {
    // The mistake is where the text ends, and where a comma is missing.
    for (const [text, value] of [
      ['{', '1'],
      ['{\n  // a\n  "chips": []\n  "heat": true\n}', '4'],
    ] as const) {
      const problems = [{ setting: '', value, expected: 'syntax' }];
      expect(parseSettingsText(text)).toEqual({ value: defaultSettings, problems });
    }
    expect(parseSettingsText('['.repeat(1000)).problems[0]?.expected).toBe('depth');
  });
});

describe('choices of a model', () => {
  const { value: settings } = parseSettings({
    precision: 'fp16',
    runtime: 'tensorrt',
    models: {
      'nets/bert.onnx': { dimensions: { batch: 3 } },
      '*.onnx': { dimensions: { batch: 8, sequence: 512 }, phase: 'decode' },
      'nets/*': { precision: 'int8', cache: 'paged' },
    },
  });

  it('merges every match in order, the model itself last', () => {
    expect(choicesFor(settings, 'nets/bert.onnx').workload).toEqual({
      bindings: { batch: 3, sequence: 512 },
      phase: 'decode',
      precision: 'int8',
      runtime: 'tensorrt',
      cache: 'paged',
    });
  });

  it('leaves others to the general settings', () => {
    expect(choicesFor(settings, 'x/y.pb').workload).toEqual({
      bindings: {},
      phase: 'inference',
      precision: 'fp16',
      runtime: 'tensorrt',
      cache: null,
    });
  });

  it('knows policies of caches, of which one is to leave it to the runtime', () => {
    const cacheOf = (cache: unknown) => parseSettings({ cache }).value.cache;
    expect(['default', 'exported', 'shared', 'copied'].map(cacheOf)).toEqual([
      null,
      'exported',
      'shared',
      null,
    ]);
    expect(parseSettings({ cache: 'copied' }).problems).toEqual([
      { setting: 'cache', value: '"copied"', expected: 'default | exported | shared | paged' },
    ]);
  });

  it('knows types of caches, of which one is to leave it to the model', () => {
    const typeOf = (cacheType: unknown) =>
      choicesFor(parseSettings({ cacheType }).value, 'a').workload.cacheType;
    expect(['default', 'q8_0', 'fp8', 'q3'].map(typeOf)).toEqual([undefined, 'q8_0', 'fp8', undefined]);
    expect(parseSettings({ cacheType: 'q3' }).problems).toMatchObject([
      { setting: 'cacheType', value: '"q3"' },
    ]);
    const own = parseSettings({ cacheType: 'f16', models: { '*.gguf': { cacheType: 'q4_0' } } }).value;
    expect(choicesFor(own, 'a.gguf').workload.cacheType).toBe('q4_0');
    expect(choicesFor(own, 'b.onnx').workload.cacheType).toBe('f16');
  });

  it('knows how attention is computed, which may be left to the runtime', () => {
    const flashOf = (flashAttention: unknown) =>
      choicesFor(parseSettings({ flashAttention }).value, 'a').workload.flashAttention;
    expect(['default', 'on', 'off', true].map(flashOf)).toEqual([undefined, true, false, undefined]);
    const own = parseSettings({ flashAttention: 'off', models: { a: { flashAttention: 'on' } } }).value;
    expect(['a', 'b'].map((key) => choicesFor(own, key).workload.flashAttention)).toEqual([true, false]);
  });

  it('knows how many layers are on the chip, unless a mapping says where all is', () => {
    const layersOf = (gpuLayers: unknown) =>
      choicesFor(parseSettings({ gpuLayers }).value, 'a').workload.gpuLayers;
    expect([null, 0, 20, -1, 1.5, '3'].map(layersOf)).toEqual([
      undefined,
      0,
      20,
      undefined,
      undefined,
      undefined,
    ]);
    expect(parseSettings({ gpuLayers: -1 }).problems).toEqual([
      { setting: 'gpuLayers', value: '-1', expected: 'integer >= 0' },
    ]);
    const own = parseSettings({ gpuLayers: 3, models: { '*.gguf': { gpuLayers: 0 }, c: { mapping: 'm' } } });
    const { value } = own;
    expect(['a.gguf', 'b', 'c'].map((key) => choicesFor(value, key).workload.gpuLayers)).toEqual([
      0,
      3,
      undefined,
    ]);
  });

  it('finds a file whose name looks like a pattern by its own name', () => {
    const odd = parseSettings({ models: { 'a[1].onnx': { dimensions: { n: 4 } } } }).value;
    expect(choicesFor(odd, 'a[1].onnx').workload.bindings).toEqual({ n: 4 });
  });
});

describe('model key', () => {
  it.each([
    ['file:///w/models/a%20b.onnx', ['file:///w'], 'models/a b.onnx'],
    ['file:///w/sub/a.onnx', ['file:///w', 'file:///w/sub/'], 'a.onnx'],
    ['file:///other/a.onnx', ['file:///w'], '/other/a.onnx'],
    ['file:///w2/a.onnx', ['file:///w'], '/w2/a.onnx'],
    ['file:///c%3A/m/a.onnx', [], '/c:/m/a.onnx'],
    ['vscode-vfs://github/o/r/a.onnx', ['vscode-vfs://github/o/r'], 'a.onnx'],
    ['git:/w/a.onnx?%7B%22ref%22%3A%22%22%7D', [], '/w/a.onnx'],
    ['git:/w/m/a.onnx?%7B%22ref%22%3A%22%22%7D', ['file:///w'], 'm/a.onnx'],
    ['file://server/w/a.onnx', ['file:///w'], '/w/a.onnx'],
    ['file:///w/100%.onnx', ['file:///w'], '100%.onnx'],
  ])('%s in %j is %s', (uri, folders, key) => {
    expect(modelKey(uri, folders)).toBe(key);
  });
});
