import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { blocksOf, type Blocks } from '../../../server/engine/blocks/blocks';
import type { Model } from '../../../server/engine/graph/model';
import type { Inference } from '../../../server/engine/inference/types';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { readFixture } from '../inference/fixtures';
import { infos, modelOf, node } from '../inference/build';
import { published } from '../lower/published';

async function inferred(model: Model): Promise<Inference> {
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  return (await prepare(model, workload, uninterrupted)).inference;
}

async function blocksIn(model: Model): Promise<Blocks> {
  return runThrough(blocksOf(await inferred(model)));
}

/** How many equal blocks stand in each run. */
async function countsIn(model: Model): Promise<number[]> {
  return (await blocksIn(model)).runs.map(({ count }) => count);
}

function configured(name: string, more: Readonly<Record<string, unknown>> = {}): Model {
  const known = published.find((one) => one.name === name)!;
  const configuration = { ...known.configuration, ...more };
  const facts = { docString: '', metadata: [] };
  return lowerConfiguration({ name, configuration, tensors: [], facts }).value;
}

/** The same graph under names that say nothing, without what the exporter notes of modules. */
function withoutNames(model: Model): Model {
  const names = new Map<string, string>([['', '']]);
  const anew = (name: string): string => {
    if (!names.has(name)) names.set(name, `v${names.size}`);
    return names.get(name)!;
  };
  const { graph } = model;
  const named = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, name: anew(item.name) }));
  return {
    ...model,
    graph: {
      ...graph,
      inputs: named(graph.inputs),
      outputs: named(graph.outputs),
      valueInfo: [],
      initializers: named(graph.initializers),
      nodes: graph.nodes.map((one) => ({
        ...one,
        name: '',
        metadata: [],
        inputs: one.inputs.map(anew),
        outputs: one.outputs.map(anew),
      })),
    },
  };
}

describe('layers of published models', () => {
  // Devlin et al. 2019, Radford et al. 2019, Dosovitskiy et al. 2021: 12 layers each; the Llama of the fixtures has 16 (Llama 3.2
  // 1B), both parts of Whisper tiny 4.
  it.each([
    ['bert-base', 12],
    ['gpt2', 12],
    ['vit-b16', 12],
    ['llama-1b', 16],
    ['whisper-tiny-encoder', 4],
    ['whisper-tiny-decoder', 4],
  ])('are found in the export of %s: %i', async (name, layers) => {
    expect(await countsIn(await readFixture(name))).toEqual([1, layers, 1]);
  });

  it.each(['bert-base', 'gpt2', 'vit-b16', 'llama-1b'])('need no names in %s', async (name) => {
    const model = await readFixture(name);
    const [named, bare] = [await blocksIn(model), await blocksIn(withoutNames(model))];
    expect(bare.runs.map(({ count }) => count)).toEqual(named.runs.map(({ count }) => count));
    expect(bare.blockOfNode).toEqual(named.blockOfNode);
  });

  it('are found whatever the order of the file', async () => {
    const model = await readFixture('gpt2');
    const { nodes } = model.graph;
    const made = new Map(nodes.flatMap((one, i) => one.outputs.map((name) => [name, i] as const)));
    const waits = nodes.map(({ inputs }) => new Set(inputs.flatMap((name) => made.get(name) ?? [])));
    // Any node that can run may be next, by a generator with a fixed beginning.
    const ready = nodes.flatMap((_, i) => (waits[i]!.size === 0 ? [i] : []));
    const order: number[] = [];
    let seed = 1;
    while (ready.length > 0) {
      seed = (seed * 48271) % 2147483647;
      const [next] = ready.splice(seed % ready.length, 1);
      order.push(next!);
      for (const [i, before] of waits.entries()) if (before.delete(next!) && before.size === 0) ready.push(i);
    }
    const shuffled = { ...model, graph: { ...model.graph, nodes: order.map((i) => nodes[i]!) } };
    expect(await countsIn(shuffled)).toEqual([1, 12, 1]);
  });

  it.each([
    ['Llama-3.1-8B', [1, 32, 1]],
    ['Llama-3.1-70B', [1, 80, 1]],
    ['Mixtral-8x7B', [1, 32, 1]],
    ['Qwen3-32B', [1, 64, 1]],
    ['mamba-130m-hf', [1, 24, 1]],
    ['bert-base-uncased', [1, 12, 1]],
    // One dense layer, then 26 of experts; three, then 58 (DeepSeek-V2 and V3, their tables of hyperparameters).
    ['DeepSeek-V2-Lite', [1, 26, 1]],
    ['DeepSeek-V3', [1, 3, 58, 1]],
    // Windows in every second layer: 42 layers are 21 pairs (Gemma 2, section 2).
    ['gemma-2-9b', [1, 21, 1]],
    // Five layers with windows, then one without: 34 layers are 5 times 6 and 4 (Gemma 3); the tower of images is behind a choice.
    ['gemma-3-4b-it', [1, 4, 5, 1]],
    ['clip-vit-base-patch32', [1, 12, 1, 12, 1]],
  ])('are found in the configuration of %s', async (name, counts) => {
    expect(await countsIn(configured(name))).toEqual(counts);
  });

  it('are pairs where layers of experts and others take turns', async () => {
    const model = configured('Qwen3-30B-A3B', { decoder_sparse_step: 2 });
    const { runs } = await blocksIn(model);
    expect(runs.map(({ count }) => count)).toEqual([1, 24, 1]);
  });

  it('are the blocks of each stage of a ResNet that neither widen nor shrink', async () => {
    // He et al. 2016, table 1: 3, 4, 6 and 3 blocks, of which the first has another width or stride.
    expect(await countsIn(await readFixture('resnet50'))).toEqual([1, 2, 1, 3, 1, 5, 1, 2, 1]);
  });

  it('begin and end where the residual alone goes on', async () => {
    const inference = await inferred(await readFixture('bert-base'));
    const { runs } = runThrough(blocksOf(inference));
    const scopes = runs[1]!.blocks.map(
      (nodes) => new Set(nodes.map((index) => /layer\.\d+/.exec(inference.nodes[index]!.node.name)?.[0])),
    );
    // The exporter numbers layers from 0; constants that it wrote elsewhere have no layer in their names.
    scopes.forEach((names, layer) => expect([...names].filter(Boolean)).toEqual([`layer.${layer}`]));
  });
});

describe('blocks', () => {
  it('hold every node once, in an order in which they can run', async () => {
    for (const name of ['gpt2', 'llama-1b', 'detector', 'unet-blocks', 'speech-lstm-gru']) {
      const inference = await inferred(await readFixture(name));
      const { runs, blockOfNode } = runThrough(blocksOf(inference));
      const all = runs.flatMap(({ blocks }) => blocks.flat());
      expect(all.sort((a, b) => a - b)).toEqual([...inference.nodes.keys()]);
      expect(runs.map(({ first }) => first)).toEqual(
        runs.map((_, i) => runs.slice(0, i).reduce((sum, { count }) => sum + count, 0)),
      );
      runs.forEach(({ first, blocks }) =>
        blocks.forEach((nodes, k) => nodes.forEach((index) => expect(blockOfNode[index]).toBe(first + k))),
      );
      for (const { index, inputs, folded } of inference.nodes)
        for (const id of inputs) {
          const maker = id === null ? null : inference.values[id]!.producer;
          if (maker !== null && !folded && !inference.nodes[maker]!.folded)
            expect(blockOfNode[maker]).toBeLessThanOrEqual(blockOfNode[index]!);
        }
    }
  });

  it('of a graph that repeats nothing are one', async () => {
    // Each product has another width.
    const widths = [3, 5, 7, 11, 13, 17];
    const nodes = widths.slice(1).map((_, i) => node('MatMul', `x${i}, w${i}`, `x${i + 1}`));
    const initializers = widths
      .slice(1)
      .map(
        (width, i) =>
          ({ name: `w${i}`, dtype: 'float', dims: [widths[i]!, width], data: { place: 'none' } }) as const,
      );
    const graph = { inputs: infos({ x0: 'float[2, 3]' }), outputs: infos({ x5: '' }), nodes, initializers };
    expect(await countsIn(modelOf(graph))).toEqual([1]);
  });

  it('are no branches side by side', async () => {
    // Four equal products of the same input, then their sum: nothing follows on anything.
    const names = ['a', 'b', 'c', 'd'];
    const nodes = [
      ...names.map((name) => node('MatMul', `x, w${name}`, name)),
      node('Sum', names.join(', '), 'y'),
    ];
    const initializers = names.map(
      (name) => ({ name: `w${name}`, dtype: 'float', dims: [4, 4], data: { place: 'none' } }) as const,
    );
    const graph = { inputs: infos({ x: 'float[2, 4]' }), outputs: infos({ y: '' }), nodes, initializers };
    expect(await countsIn(modelOf(graph))).toEqual([1]);
  });

  it('are equal only where they read the same of themselves', async () => {
    // Three layers of two activations, product and sum; the second adds the other activation.
    const nodes = [0, 1, 2].flatMap((i) => [
      node('Relu', `x${i}`, `r${i}`),
      node('Tanh', `x${i}`, `t${i}`),
      node('MatMul', `r${i}, w`, `m${i}`),
      node('Add', `m${i}, ${i === 1 ? 't' : 'r'}${i}`, `x${i + 1}`),
    ]);
    const initializers = [{ name: 'w', dtype: 'float', dims: [4, 4], data: { place: 'none' } }] as const;
    const graph = { inputs: infos({ x0: 'float[2, 4]' }), outputs: infos({ x3: '' }), nodes, initializers };
    expect(await countsIn(modelOf(graph))).toEqual([1]);
  });

  it('are equal only where they read the same places', async () => {
    // Three layers of Relu, product and sum; the second adds what its product reads, the others what came into the layer.
    const nodes = [0, 1, 2].flatMap((i) => [
      node('Relu', `x${i}`, `r${i}`),
      node('MatMul', `r${i}, w`, `m${i}`),
      node('Add', `m${i}, ${i === 1 ? 'r1' : `x${i}`}`, `x${i + 1}`),
    ]);
    const initializers = [{ name: 'w', dtype: 'float', dims: [4, 4], data: { place: 'none' } }] as const;
    const graph = { inputs: infos({ x0: 'float[2, 4]' }), outputs: infos({ x3: '' }), nodes, initializers };
    expect(await countsIn(modelOf(graph))).toEqual([1]);
  });

  it('of 24,000 nodes are found in well below 100 ms', async () => {
    // 1,000 layers of 24 nodes.
    const nodes = Array.from({ length: 1000 }, (_, i) => [
      node('MatMul', `x${i}, w`, `l${i}_0`),
      ...Array.from({ length: 22 }, (_, k) => node(k % 2 ? 'Relu' : 'Tanh', `l${i}_${k}`, `l${i}_${k + 1}`)),
      node('Add', `l${i}_22, x${i}`, `x${i + 1}`),
    ]).flat();
    const initializers = [{ name: 'w', dtype: 'float', dims: [4, 4], data: { place: 'none' } }] as const;
    const graph = {
      inputs: infos({ x0: 'float[2, 4]' }),
      outputs: infos({ x1000: '' }),
      nodes,
      initializers,
    };
    const inference = await inferred(modelOf(graph));
    let least = Infinity;
    for (let run = 0; run < 3; run++) {
      const before = process.cpuUsage();
      const { runs } = runThrough(blocksOf({ ...inference }));
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
      expect(runs.map(({ count }) => count)).toEqual([1000]);
    }
    expect(least).toBeLessThan(100);
  });
});
