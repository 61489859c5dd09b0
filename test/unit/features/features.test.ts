import { describe, expect, it } from 'vitest';
import { onnxOrigin } from '../../../server/engine/graph/origin';
import { runThrough } from '../../../server/engine/scheduler';
import { codeLenses } from '../../../server/features/codeLens';
import { diagnostics } from '../../../server/features/diagnostics';
import { foldingRanges } from '../../../server/features/folding';
import { heat } from '../../../server/features/heat';
import { hover, nodeHover, pendingHover } from '../../../server/features/hover';
import { inlayHints } from '../../../server/features/inlayHints';
import { highlightLimit, highlights } from '../../../server/features/navigation';
import { rows } from '../../../server/features/rows';
import { summary } from '../../../server/features/summary';
import { documentSymbols } from '../../../server/features/symbols';
import type { RowsParams } from '../../../server/protocol';
import type { Analysis } from '../../../server/workspace/analysis';
import { reportHeadOf } from '../../../server/workspace/reports';
import { analysed, deepModel, float, modelOf, node, weight } from './analysed';
import { problem } from '../../../server/engine/problem';

const everything = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };

/** One large product and one small addition. */
function uneven(): ReturnType<typeof modelOf> {
  return modelOf({
    inputs: [float('x', 4096, 4096)],
    outputs: [float('y', 4096, 4096)],
    initializers: [weight('w', 4096, 4096), weight('b', 1)],
    nodes: [
      node('MatMul', ['x', 'w'], ['p']),
      node('Softmax', ['p'], ['q']),
      node('MatMul', ['q', 'w'], ['y']),
    ],
  });
}

function costHints(analysis: Analysis, original = false): number {
  const hints = inlayHints(analysis, everything, 'en', original);
  return hints.filter((hint) => hint.paddingRight).length;
}

describe('folds', () => {
  it('tell the list of weights as imports, so that it folds on opening', async () => {
    const { analysis, text } = await analysed(uneven());
    const lines = text.split('\n');
    const imports = foldingRanges(analysis.listing.positions).filter(({ kind }) => kind === 'imports');
    expect(imports).toHaveLength(1);
    const folded = lines.slice(imports[0]!.startLine + 1, imports[0]!.endLine + 1).join('\n');
    expect(folded).toContain('4096, 4096] w =');
    expect(folded).toContain('[1] b =');
    expect(folded).not.toContain('MatMul');
  });
});

describe('hints', () => {
  it('stand before the statement, with the shapes behind the outputs', async () => {
    const { analysis, text } = await analysed(uneven());
    const line = text.split('\n').findIndex((one) => one.includes('p = MatMul'));
    const [cost, shape] = inlayHints(
      analysis,
      { start: { line, character: 0 }, end: { line, character: 9 } },
      'en',
    );
    expect(cost?.position).toEqual({ line, character: 2 });
    expect(cost?.label).toMatch(/^\u00a0*[\d.]+\u00a0[mµ]s\u00a0comp$/);
    expect(shape).toMatchObject({ position: { line, character: 3 }, label: '4096×4096' });
  });

  it('carry the operator where more than 30 letters stand before it', async () => {
    const labels = async (output: string, name = ''): Promise<unknown[]> => {
      const model = modelOf({
        inputs: [float('x', 64)],
        outputs: [float('y', 64)],
        nodes: [node('Relu', ['x'], [output], { name }), node('Relu', [output], ['y'])],
      });
      const { analysis, text } = await analysed(model);
      const line = text.split('\n').findIndex((one) => one.includes(`${output} = Relu`));
      const hints = inlayHints(
        analysis,
        { start: { line, character: 0 }, end: { line, character: 9 } },
        'en',
      );
      return hints.filter(({ paddingRight }) => paddingRight).map(({ label }) => label);
    };
    expect(await labels('n'.repeat(30))).toEqual([expect.not.stringContaining('Relu')]);
    expect(await labels('n'.repeat(31))).toEqual([
      expect.stringMatching(/^.*[mµn]s\u00a0[a-z]+\u00a0*Relu$/),
    ]);
    // The label of the node stands there too: `["/m/Relu"] `.
    expect(await labels('n'.repeat(20), '/m/Relu')).toEqual([expect.stringContaining('Relu')]);
  });

  it('have shapes at the end of the line where that is chosen', async () => {
    const { analysis, text } = await analysed(uneven(), { hints: { shape: { place: 'line' } } });
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('p = MatMul'));
    const hints = inlayHints(analysis, { start: { line, character: 0 }, end: { line, character: 9 } }, 'en');
    expect(hints.at(-1)).toMatchObject({
      position: { line, character: lines[line]!.length },
      label: '4096×4096',
    });
  });

  it('leave out what is below the threshold, and costs on the older side of a comparison', async () => {
    expect(costHints((await analysed(uneven())).analysis)).toBe(3);
    const { analysis } = await analysed(uneven(), { hints: { threshold: 0.3 } });
    expect(costHints(analysis)).toBe(2);
    expect(costHints(analysis, true)).toBe(0);
    const shapesOff = await analysed(uneven(), { hints: { shape: { enable: false } } });
    expect(inlayHints(shapesOff.analysis, everything, 'en').every((hint) => hint.paddingRight)).toBe(true);
  });

  it('keep within the length at which editors cut', async () => {
    const outputs = Array.from({ length: 12 }, (_, i) => `part${i}`);
    const model = modelOf({
      inputs: [float('x', 12, 1024, 1024)],
      outputs: outputs.map((name) => float(name, 1, 1024, 1024)),
      nodes: [node('Split', ['x'], outputs, { attributes: [{ name: 'axis', kind: 'int', value: 0 }] })],
    });
    const { analysis } = await analysed({ ...model, operatorSets: [{ domain: '', version: 11 }] });
    const hints = inlayHints(analysis, everything, 'en');
    expect(hints.length).toBe(3);
    const length = hints.reduce((sum, { label }) => sum + label.length, 0);
    expect(length).toBeLessThanOrEqual(43);
  });

  it('sum the calls of a function in its body', async () => {
    const call = (from: string, to: string): ReturnType<typeof node> =>
      node('Twice', [from], [to], { domain: 'my' });
    const model = modelOf(
      {
        inputs: [float('x', 1024, 1024)],
        outputs: [float('z', 1024, 1024)],
        nodes: [call('x', 'y'), call('y', 'z')],
      },
      {
        operatorSets: [
          { domain: '', version: 17 },
          { domain: 'my', version: 1 },
        ],
        functions: [
          {
            name: 'Twice',
            domain: 'my',
            overload: '',
            inputs: ['a'],
            outputs: ['b'],
            attributes: [],
            attributeDefaults: [],
            operatorSets: [{ domain: '', version: 17 }],
            nodes: [node('Add', ['a', 'a'], ['b'])],
            valueInfo: [],
            metadata: [],
          },
        ],
      },
    );
    const { analysis, text } = await analysed(model, { chips: ['intel-xeon-8480'] });
    const single = analysis.inference.nodes.filter((one) => one.node.operator === 'Add');
    expect(single.length).toBe(2);
    const line = text.split('\n').findIndex((one) => one.includes('b = Add'));
    const here = { start: { line, character: 0 }, end: { line, character: 0 } };
    const [cost] = inlayHints(analysis, here, 'en');
    const one = analysis.chips[0]?.cost.nodes[single[0]?.index ?? 0]?.seconds?.value ?? 0;
    const other = analysis.chips[0]?.cost.nodes[single[1]?.index ?? 0]?.seconds?.value ?? 0;
    expect(one).toBeGreaterThan(0);
    const shown = Number((cost!.label as string).split('\u00a0').filter(Boolean)[0]);
    expect(shown).toBeCloseTo(Number(((one + other) * 1e6).toPrecision(3)), 6);
  });
});

describe('hovers', () => {
  it('have one row per chosen chip, at most eight', async () => {
    const chips = [
      'nvidia-h100-sxm', 'intel-xeon-8480', 'apple-m4-ane', 'nvidia-t4', 'nvidia-l4', 'nvidia-b200',
      'amd-mi300x', 'hailo-8', 'google-tpu-v5e', 'nvidia-h200-sxm',
    ]; // prettier-ignore
    const { analysis } = await analysed(uneven(), { chips });
    expect(analysis.chips.length).toBe(10);
    const text = nodeHover(analysis, 0, 'en')?.value ?? '';
    expect(text.split('\n').filter((line) => line.startsWith('| ')).length).toBe(2 + 8);
    // 2 × 4096³ operations.
    expect(text).toContain('137 GOP matrix');
    expect(text).toContain('**MatMul** → `float[4096,4096]`');
    expect(text).toMatch(/On H100 .* the arithmetic/);
  });

  it('show the unknown as unknown and never as 0', async () => {
    const model = modelOf({
      inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float' } }],
      outputs: [{ name: 'y' }],
      nodes: [node('Strange', ['x'], ['y'], { domain: 'my.own' })],
    });
    const text = nodeHover((await analysed(model)).analysis, 0, 'ko')?.value ?? '';
    expect(text).toContain('알 수 없음');
    expect(text).not.toMatch(/\| 0 s/);
  });

  it('let nothing of the file pass as Markdown', async () => {
    const name = '](command:workbench.action.quit) <img src=x> |`';
    const model = modelOf({
      inputs: [float('x', 2)],
      outputs: [float('y', 2)],
      nodes: [node('Relu', ['x'], ['y'], { name, docString: `[link](command:evil)\n\n# head` })],
    });
    const text = nodeHover((await analysed(model)).analysis, 0, 'en')?.value ?? '';
    const ours =
      /\]\((https:\/\/onnx\.ai\/onnx\/operators\/onnx__Relu\.html|command:siliconlens\.(?:showGraph|explainTime)\?%5B%22siliconlens%3A%2Fm\.onnx\.onnxtxt%22%2C0%5D)\)/g;
    const outsideCode = text
      .replace(ours, ']')
      .replace(/`[^`]*`/g, '')
      .replace(/\\./g, '');
    expect(outsideCode).not.toContain('](');
    expect(outsideCode).not.toContain('<img');
    expect(text).not.toMatch(/^# head/m);
  });

  it('say what is known while costs are being computed', async () => {
    const { analysis, text } = await analysed(uneven());
    const line = text.split('\n').findIndex((one) => one.includes('Softmax'));
    const { positions } = analysis.listing;
    const pending = pendingHover(positions, { line, character: 8 }, 'en', 'hover.computing');
    expect(pending?.contents).toMatchObject({ value: '**Softmax**\n\nCosts are being computed…' });
    expect(pendingHover(positions, { line: 0, character: 0 }, 'en', 'hover.computing')).toBeNull();
  });

  it('answer nothing where nothing stands', async () => {
    const { analysis } = await analysed(uneven());
    expect(hover(analysis, { line: 9999, character: 0 }, 'en')).toBeNull();
  });
});

describe('what a file says beside the graph', () => {
  it('stands in the hovers of node, value and model', async () => {
    const shards = [{ dim: null, shards: 2 }];
    const sharding = { tensor: 'x', devices: [0, 1], groups: [], axes: [{ axis: 0, parts: shards }] };
    const relu = node('Relu', ['x'], ['y'], {
      metadata: [
        ['pkg.torch.onnx.stack_trace', 'frames'],
        ['owner', 'a|b'],
      ],
      devices: [{ configuration: 'tp2', pipelineStage: 1, shardings: [sharding] }],
    });
    const x = { ...float('x', 2, 3), docString: 'Pixels.', metadata: [['layout', 'NC']] as const };
    const { analysis, text } = await analysed(
      modelOf(
        {
          inputs: [x],
          outputs: [float('y', 2, 3)],
          nodes: [relu],
          quantizationAnnotations: [{ tensor: 'x', parameters: [['SCALE_TENSOR', 's']] }],
        },
        {
          origin: onnxOrigin({
            deviceConfigurations: [{ name: 'tp2', deviceCount: 2, devices: ['gpu:0', 'gpu:1'] }],
            trainingInfoCount: 1,
          }),
        },
      ),
    );
    const at = (part: string) => {
      const line = text.split('\n').findIndex((one) => one.includes(part));
      return { line, character: text.split('\n')[line]!.indexOf(part) };
    };
    const shown = (part: string) => JSON.stringify(hover(analysis, at(part), 'en')?.contents);
    expect(shown('Relu')).toContain('Metadata: `owner` `a\\\\|b`');
    expect(shown('Relu')).not.toContain('frames');
    expect(shown('Relu')).toContain('Devices: `tp2` pipeline stage 1 · `x on [0, 1] axis 0 / 2`');
    const value = shown('x) =>');
    for (const part of ['Pixels.', 'Quantised by: `SCALE_TENSOR` `s`', 'Metadata: `layout` `NC`'])
      expect(value).toContain(part);
    expect(shown('g (')).toContain('Devices: `tp2` × 2 (`gpu:0`, `gpu:1`)');
    expect(shown('g (')).toContain('Training graphs, which are not analysed: 1');
  });
});

describe('lenses and diagnostics', () => {
  it('lead with what is missing', async () => {
    // How many elements are not 0 depends on data.
    const model = modelOf({
      inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float', shape: [3, 4] } }],
      outputs: [{ name: 'y' }],
      nodes: [node('NonZero', ['x'], ['y'])],
    });
    const unbound = codeLenses((await analysed(model, { chips: ['nvidia-t4'] })).analysis, 'en');
    expect(unbound[0]?.command).toMatchObject({
      title: 'Set y.count…',
      command: 'siliconlens.setDimensions',
      arguments: ['siliconlens:/m.onnx.onnxtxt', 'y.count'],
    });
    // No more than all 12 of them.
    expect(unbound[1]?.command?.title).toMatch(/^Tesla T4 at most \d.* \(1 node unknown\)$/);
    const { analysis } = await analysed(uneven());
    const titles = codeLenses(analysis, 'en').map(({ command }) => command?.title ?? '');
    expect(titles[0]).toMatch(/^H100 .* [mµ]s$/);
    expect(titles.slice(-3)).toEqual(['Choose chips…', 'Find a chip…', 'Open report']);
    const small = analysis.chips.map((chip) => ({ ...chip, fit: { ...chip.fit, fits: false } }));
    const [first] = codeLenses({ ...analysis, chips: small }, 'en');
    expect(first?.command?.title).toBe(`${titles[0]} · does not fit`);
    const commands = new Set(codeLenses(analysis, 'en').map(({ command }) => command?.command));
    expect(commands).toEqual(
      new Set([
        'siliconlens.openReport',
        'siliconlens.showChoices',
        'siliconlens.chooseChips',
        'siliconlens.findChip',
      ]),
    );
  });

  it('say how the model is taken to run', async () => {
    const title = async (settings: object, language: 'en' | 'ko' = 'en'): Promise<string | undefined> => {
      const lenses = codeLenses((await analysed(uneven(), settings)).analysis, language);
      return lenses.find(({ command }) => command?.command === 'siliconlens.showChoices')?.command?.title;
    };
    expect(await title({})).toBe("inference · as stored · each chip's runtime");
    expect(await title({ cacheType: 'q8_0' })).toBe(
      "inference · as stored · each chip's runtime · keys and values q8_0",
    );
    expect(await title({ gpuLayers: 20, flashAttention: 'off' })).toBe(
      "inference · as stored · each chip's runtime · flash attention off · layers on the chip: 20",
    );
    const chosen = { chips: ['nvidia-t4'], phase: 'prefill', precision: 'fp16', runtime: 'tensorrt' };
    expect(await title(chosen, 'ko')).toBe('프리필 · fp16 · TensorRT');
  });

  it('are in rows of 100 columns over the lines behind the first', async () => {
    const chips = [
      'nvidia-h100-sxm',
      'nvidia-jetson-agx-orin-64gb',
      'intel-xeon-8480',
      'apple-m4-ane',
      'nvidia-t4',
    ];
    const lenses = codeLenses((await analysed(uneven(), { chips })).analysis, 'en');
    const rows = new Map<number, string[]>();
    for (const { range, command } of lenses)
      rows.set(range.start.line, [...(rows.get(range.start.line) ?? []), command!.title]);
    // Two rows of chips, one of how it runs, one of what to do.
    expect([...rows.keys()]).toEqual([1, 2, 3, 4]);
    expect([...rows.values()].flat().filter((title) => / [\d.]+ [nmµ]?s$/.test(title))).toHaveLength(5);
    for (const row of rows.values()) expect(row.join(' | ').length).toBeLessThanOrEqual(100);
  });

  it('are bounded, gravest first, and say how many are left out', async () => {
    const { analysis } = await analysed(uneven());
    const some = (i: number, severity: 'error' | 'information') =>
      problem(severity, 'inference.value-undefined', { value: `v${i}` });
    const many = Array.from({ length: 1500 }, (_, i) => some(i, 'information'));
    const problems = [...many, some(9999, 'error')];
    const list = diagnostics({ ...analysis, problems }, 'en');
    expect(list.length).toBe(1000);
    expect(list[0]?.message).toContain('v9999');
    expect(list.at(-1)?.message).toContain('502');
  });

  it('stand at the operator concerned, once each', async () => {
    const { analysis, text } = await analysed(uneven());
    const args = { left: 1, right: 2, operator: 'MatMul' };
    const one = problem('warning', 'inference.matmul-inner', args, { node: 2 });
    const list = diagnostics({ ...analysis, problems: [one, one] }, 'en');
    expect(list.length).toBe(1);
    const line = text.split('\n').findIndex((one) => one.includes('y = MatMul'));
    expect(list[0]?.range).toEqual({ start: { line, character: 6 }, end: { line, character: 12 } });
  });
});

it('the summary says how much of a chip a model can have', async () => {
  const settings = { chips: ['nvidia-h100-sxm'], models: { '**': { runtime: 'onnxruntime-cuda' } } };
  const { analysis } = await analysed(deepModel(1), settings);
  const { chips } = runThrough(summary(analysis, reportHeadOf(analysis, 'en'), 'en'));
  // The driver reports 84,942,979,072 bytes; ONNX Runtime with CUDA keeps 500 MB of them.
  expect(chips[0]!.memory.usableBytes).toBe(84_442_979_072);
});

describe('at 24,000 nodes', () => {
  const large = analysed(deepModel(8000));

  it('the summary stays below 200 KB with at most 2,000 points', async () => {
    const { analysis } = await large;
    const result = runThrough(summary(analysis, reportHeadOf(analysis, 'en'), 'en'));
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(200_000);
    const points = result.chips.reduce((sum, chip) => sum + chip.points.length, 0);
    expect(points).toBeGreaterThan(100);
    expect(points).toBeLessThanOrEqual(2000);
    expect(result.model.nodeCount).toBe(24_000);
    for (const chip of result.chips) {
      expect(chip.costliest.length).toBe(10);
      expect(chip.byOperator.map(({ name }) => name).sort()).toEqual(['Add', 'MatMul', 'Relu']);
    }
    const costs = analysis.chips[0]!.cost.nodes.map((cost, index) => ({
      index,
      value: cost.seconds?.value ?? 0,
    }));
    const costliest = costs.sort((a, b) => b.value - a.value).slice(0, 10);
    expect(result.chips[0]!.costliest.map((row) => row.node)).toEqual(costliest.map(({ index }) => index));
  });

  it('outline and folds stay below 5,000, whole modules first, with a note', async () => {
    const { analysis } = await large;
    const { positions, lineCount } = analysis.listing;
    const symbols = documentSymbols(positions, lineCount, 'en');
    let count = 0;
    const visit = (list: typeof symbols): void =>
      list.forEach((one) => {
        count++;
        visit(one.children ?? []);
      });
    visit(symbols);
    expect(count).toBe(5000);
    expect(symbols[0]?.children?.length).toBe(800);
    expect(symbols.at(-1)?.name).toMatch(/^… 27,\d{3} more are not listed$/);
    expect(foldingRanges(positions).length).toBeLessThanOrEqual(5000);
  });

  it('marks the uses of a value that are near', async () => {
    const { analysis } = await large;
    const { positions } = analysis.listing;
    const at = positions.position(positions.nodes[12_000]!)!.inputs[1]!.start;
    const marks = highlights(positions, at);
    // One of its definition; all 8,000 products of the model multiply by the same weight.
    expect(marks.length).toBe(highlightLimit + 1);
    expect(marks.some(({ range }) => range.start.line === at.line)).toBe(true);
    const end = positions.position(positions.nodes[23_997]!)!.inputs[1]!.start;
    expect(highlights(positions, end).length).toBe(highlightLimit + 1);
  });

  it('heat is bounded by what can be seen', async () => {
    const { analysis } = await large;
    expect(heat(analysis).lines).toEqual([]);
  });

  it('pages of rows are sorted, filtered and bounded', async () => {
    const { analysis } = await large;
    const params: RowsParams = {
      uri: '',
      revision: 0,
      chip: 'nvidia-h100-sxm',
      sort: 'operations',
      descending: true,
      filter: 'blocks.799 matmul',
      from: 2,
      count: 5,
    };
    const page = runThrough(rows(analysis, params));
    expect(page.total).toBe(10);
    expect(page.rows.map(({ scope }) => scope)).toEqual([2, 3, 4, 5, 6].map((i) => `blocks.799.layer.${i}`));
    const most = { ...params, filter: '', from: 0, count: 1e9 };
    expect(runThrough(rows(analysis, most)).rows.length).toBe(500);
    expect(runThrough(rows(analysis, { ...params, from: -5, count: -1 })).rows).toEqual([]);
  });
});
