import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../server/engine/graph/model';
import { checkRule, parseType, type CheckAttribute } from './check';

interface Described {
  readonly type: string;
  readonly shape: readonly number[];
  readonly elements?: readonly number[];
  readonly weight?: boolean;
}

interface Case {
  readonly operator: string;
  readonly name?: string;
  readonly domain?: string;
  readonly version?: number;
  readonly inputs: readonly (Described | null)[];
  readonly attributes: Readonly<Record<string, object>>;
  readonly outputs: readonly (Described | { readonly type: 'other' } | null)[];
  readonly free?: boolean;
}

/** Made by test/conformance/contrib/generate.py from what ONNX Runtime's CPU kernels returned. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../conformance/contrib/cases.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

const text = (value: Described): string => `${value.type}[${value.shape.join(', ')}]`;

function run(item: Case) {
  return checkRule(item.operator, {
    domain: item.domain ?? 'com.microsoft',
    version: item.version ?? 1,
    inputs: item.inputs.map((input) =>
      input === null
        ? null
        : {
            type: text(input),
            ...(input.elements && { elements: input.elements }),
            weight: input.weight === true,
          },
    ),
    attributes: item.attributes as Record<string, CheckAttribute & Attribute>,
    outputs: item.outputs.map((output) => output !== null),
  });
}

describe('types and shapes that ONNX Runtime returned', () => {
  it.each(cases.map((item) => [item.name ?? item.operator, item] as const))('%s', (_, item) => {
    const { types, problems, work } = run(item);
    // How deep a row goes down a tree is data, which is said.
    expect(problems).toEqual(item.operator.startsWith('TreeEnsemble') ? ['depth-assumed'] : []);
    for (const [index, output] of item.outputs.entries()) {
      if (output === null || !('shape' in output)) continue;
      if (item.free !== true) expect(types[index]).toBe(text(output));
      const type = parseType(types[index]!);
      if (type.kind !== 'tensor') throw new Error(types[index]);
      expect(type.dtype).toBe(output.type);
      // A dimension that depends on data may stay open, but what is stated must be right.
      expect(type.shape).toHaveLength(output.shape.length);
      for (const [axis, dim] of type.shape!.entries())
        if (typeof dim === 'number') expect(dim).toBe(output.shape[axis]);
    }
    if (item.free === true) return;
    const { matrix, vector, special } = work!.operations;
    for (const count of [matrix, vector, special, ...(Object.values(work!.bytes) as number[])])
      expect(count).toBeGreaterThanOrEqual(0);
  });
});
