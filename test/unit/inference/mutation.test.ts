import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Attribute, Model, Node, Tensor } from '../../../server/engine/graph/model';
import { infer } from '../../../server/engine/inference/infer';
import { allOperators } from '../../../server/engine/operators/table';
import { readFixture } from './fixtures';

/** One change of a graph: what, where, and how. */
interface Change {
  readonly kind: 'operator' | 'input' | 'drop' | 'attribute' | 'dims' | 'elements' | 'swap' | 'output';
  readonly at: number;
  readonly other: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('operator', 'input', 'drop', 'attribute', 'dims', 'elements', 'swap', 'output'),
  at: fc.nat(100_000),
  other: fc.nat(100_000),
  value: fc.oneof(fc.integer({ min: -4, max: 12 }), fc.constantFrom(0, 2 ** 31, 9223372036854775807)),
});

function changed(model: Model, changes: readonly Change[]): Model {
  const nodes = [...model.graph.nodes];
  const initializers = [...model.graph.initializers];
  for (const { kind, at, other, value } of changes) {
    const index = at % nodes.length;
    const node = nodes[index]!;
    const source = nodes[other % nodes.length]!;
    if (kind === 'swap') {
      nodes[index] = source;
      nodes[other % nodes.length] = node;
    } else if (kind === 'dims' || kind === 'elements') {
      const place = at % Math.max(initializers.length, 1);
      if (initializers[place]) initializers[place] = changedTensor(initializers[place], kind, other, value);
    } else nodes[index] = changedNode(node, source, kind, other, value);
  }
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

function changedTensor(tensor: Tensor, kind: 'dims' | 'elements', other: number, value: number): Tensor {
  if (kind === 'dims') {
    return { ...tensor, dims: [...tensor.dims.slice(1), Math.abs(value)], elements: undefined };
  }
  if (!tensor.elements || typeof tensor.elements[0] !== 'number') return tensor;
  return { ...tensor, elements: (tensor.elements as number[]).with(other % tensor.elements.length, value) };
}

function changedNode(node: Node, source: Node, kind: Change['kind'], other: number, value: number): Node {
  switch (kind) {
    case 'operator':
      return { ...node, operator: allOperators[other % allOperators.length]!.name };
    case 'input':
      return { ...node, inputs: [...node.inputs.slice(1), ...source.outputs] };
    case 'drop':
      return { ...node, inputs: node.inputs.slice(0, -1) };
    case 'output':
      return { ...node, outputs: [...node.outputs, `extra${other}`] };
    case 'attribute':
      return { ...node, attributes: source.attributes.map((attribute) => perturbed(attribute, value)) };
    case 'swap':
    case 'dims':
    case 'elements':
      return node;
  }
}

function perturbed(attribute: Attribute, value: number): Attribute {
  if (attribute.kind === 'int') return { ...attribute, value };
  return attribute.kind === 'ints' ? { ...attribute, value: [...attribute.value, value] } : attribute;
}

it.each(['tiny-conv', 'speech-lstm-gru', 'detector', 'whisper-tiny-decoder', 'unet-blocks'])(
  'infers %s however it is broken',
  async (name) => {
    const model = await readFixture(name);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (changes, keepSymbols) => {
          const broken = changed(model, changes);
          const inference = await infer(broken, workload, { ignoreDeclared: true, keepSymbols });
          expect(inference.problems.filter(({ code }) => code === 'inference.rule-failed')).toEqual([]);
          expect(inference.nodes.length).toBeGreaterThanOrEqual(broken.graph.nodes.length);
          for (const { work } of inference.nodes) {
            if (!work) continue;
            const { operations, bytes } = work;
            const all = [
              operations.matrix,
              operations.vector,
              operations.special,
              bytes.weights,
              bytes.inputs,
              bytes.outputs,
            ];
            expect(all.every((figure) => figure >= 0)).toBe(true);
          }
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  },
);
